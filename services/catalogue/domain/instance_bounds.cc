#include "services/catalogue/domain/instance_bounds.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/criteria/release.h"
#include "common/status/error.h"
#include "common/text/utf8.h"

namespace zhiping::catalogue {
namespace {

constexpr size_t kMostMessageBytes = 256 << 10;
constexpr size_t kMostReasonBytes = 64;
constexpr size_t kMostTextBytes = 1 << 10;
// Hex digits of an incarnation, bytes of a hash.
constexpr size_t kMostHeadBytes = 64;

std::string DigestOrNone(const std::string& digest) {
  return criteria::IsDigest(digest) ? digest : "";
}

v1::Refusal Bounded(const v1::Refusal& refusal) {
  v1::Refusal bounded;
  bounded.set_revision(refusal.revision());
  bounded.set_digest(DigestOrNone(refusal.digest()));
  bounded.set_reason(Clip(refusal.reason(), kMostReasonBytes));
  bounded.mutable_message()->set_zh(Clip(refusal.message().zh(), kMostTextBytes));
  bounded.mutable_message()->set_en(Clip(refusal.message().en(), kMostTextBytes));
  return bounded;
}

}  // namespace

absl::Status CheckSize(const v1::SubscribeRequest& message) {
  if (message.ByteSizeLong() <= kMostMessageBytes) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::TOO_LARGE,
                   absl::StrCat("一条消息最多 ", kMostMessageBytes, " 字节。"),
                   absl::StrCat("A message has at most ", kMostMessageBytes, " bytes."),
                   {{"most", absl::StrCat(kMostMessageBytes)}});
}

v1::Instance Bounded(const v1::Instance& instance) {
  v1::Instance bounded = instance;
  bounded.DiscardUnknownFields();
  return bounded;
}

v1::InstanceReport Bounded(const v1::InstanceReport& report) {
  v1::InstanceReport bounded;
  bounded.set_programme(report.programme());
  bounded.set_revision(report.revision());
  bounded.set_digest(DigestOrNone(report.digest()));
  bounded.set_freshness(report.freshness());
  if (report.has_refused()) *bounded.mutable_refused() = Bounded(report.refused());
  bounded.set_held_state(report.held_state());
  return bounded;
}

v1::LogHead Bounded(const v1::LogHead& head) {
  v1::LogHead bounded;
  if (head.incarnation().size() > kMostHeadBytes || head.hash().size() > kMostHeadBytes) {
    return bounded;
  }
  bounded.set_incarnation(head.incarnation());
  bounded.set_position(head.position());
  bounded.set_hash(head.hash());
  return bounded;
}

}  // namespace zhiping::catalogue
