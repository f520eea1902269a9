#include "services/assessment/domain/draw.h"

#include <cstdint>
#include <string>

#include "absl/numeric/int128.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/criteria/release.h"

namespace zhiping::assessment {
namespace {

// So that no two lists of parts give the same bytes.
void AppendWithLength(absl::string_view part, std::string& bytes) {
  const auto size = static_cast<uint32_t>(part.size());
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(size >> shift & 0xFF));
  }
  absl::StrAppend(&bytes, part);
}

// The first 64 bits of the SHA-256, big-endian.
uint64_t FirstBits(absl::string_view bytes) {
  constexpr absl::string_view kPrefix = "sha256:";
  const std::string digest = criteria::DigestOf(bytes);
  uint64_t bits = 0;
  // Sixteen hex digits, always.
  (void)absl::SimpleHexAtoi(absl::string_view(digest).substr(kPrefix.size(), 16), &bits);
  return bits;
}

}  // namespace

bool IsDrawn(absl::string_view seed, int per_mille, const Draw& draw) {
  std::string bytes;
  for (const absl::string_view part : {seed, draw.campaign, draw.uscc, draw.plant}) {
    AppendWithLength(part, bytes);
  }
  const absl::uint128 scaled = absl::uint128(FirstBits(bytes)) * 1000 >> 64;
  return static_cast<int>(absl::Uint128Low64(scaled)) < per_mille;
}

v1::ReviewPolicy::Mode ReviewModeOf(const v1::Campaign& campaign) {
  const v1::ReviewPolicy::Mode mode = campaign.review().mode();
  if (mode != v1::ReviewPolicy::MODE_UNSPECIFIED) return mode;
  return campaign.has_closes_at() ? v1::ReviewPolicy::CITED : v1::ReviewPolicy::NONE;
}

bool IsReviewDue(const v1::Campaign& campaign, absl::string_view uscc, absl::string_view plant) {
  const v1::ReviewPolicy& review = campaign.review();
  const v1::ReviewPolicy::Mode mode = ReviewModeOf(campaign);
  return mode == v1::ReviewPolicy::ALL ||
         (mode == v1::ReviewPolicy::SAMPLE &&
          IsDrawn(review.seed(), review.per_mille(), {campaign.campaign(), uscc, plant}));
}

}  // namespace zhiping::assessment
