#include "services/assessment/domain/review_due.h"

#include <cstdint>
#include <string>

#include "absl/strings/strip.h"
#include "common/criteria/release.h"

namespace zhiping::assessment {
namespace {

using v1::ReviewPolicy;

constexpr char kDefaultPlant[] = "main";

void AppendPart(absl::string_view part, std::string& bytes) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(static_cast<uint64_t>(part.size()) >> shift & 0xFF));
  }
  bytes.append(part.data(), part.size());
}

// 0 … 999.
int DrawOf(const v1::Campaign& campaign, absl::string_view uscc, absl::string_view plant) {
  std::string bytes;
  for (const absl::string_view part :
       {absl::string_view(campaign.review().seed()), absl::string_view(campaign.campaign()), uscc,
        plant.empty() ? absl::string_view(kDefaultPlant) : plant}) {
    AppendPart(part, bytes);
  }
  const std::string digest = criteria::DigestOf(bytes);
  const absl::string_view first = absl::StripPrefix(digest, "sha256:").substr(0, 16);
  uint64_t number = 0;
  for (const char digit : first) {
    number = number << 4 | static_cast<uint64_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
  }
  return static_cast<int>(number % 1000);
}

}  // namespace

ReviewPolicy::Mode ReviewModeOf(const v1::Campaign& campaign) {
  const ReviewPolicy::Mode mode = campaign.review().mode();
  if (mode != ReviewPolicy::MODE_UNSPECIFIED) return mode;
  return campaign.has_closes_at() ? ReviewPolicy::CITED : ReviewPolicy::NONE;
}

bool IsReviewDue(const v1::Campaign& campaign, absl::string_view uscc, absl::string_view plant) {
  switch (ReviewModeOf(campaign)) {
    case ReviewPolicy::ALL:
      return true;
    case ReviewPolicy::SAMPLE:
      return DrawOf(campaign, uscc, plant) < campaign.review().per_mille();
    default:
      return false;
  }
}

}  // namespace zhiping::assessment
