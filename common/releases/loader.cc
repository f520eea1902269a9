#include "common/releases/loader.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/criteria/release.h"
#include "common/releases/signed_release.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace zhiping::releases {
namespace {

absl::Status NotADigest(const std::string& digest) {
  Violations violations;
  violations.Add(
      "releaseDigest", Reason::INVALID_FIELD,
      absl::StrCat("摘要应为 sha256: 加 64 位小写十六进制数字，而不是“", digest, "”。"),
      absl::StrCat("A digest is sha256: and 64 lower-case hex digits, not \"", digest, "\"."));
  return violations.ToStatus();
}

absl::Status NotFound(const std::string& digest) {
  return MakeError(absl::StatusCode::kNotFound, Reason::RELEASE_NOT_FOUND,
                   absl::StrCat("没有发布版 ", digest, "。"),
                   absl::StrCat("There is no release ", digest, "."), {{"digest", digest}});
}

// That a key may not have signed something denies no caller anything, as PERMISSION_DENIED would
// say.
absl::Status NobodyDenied(const absl::Status& status) {
  if (!absl::IsPermissionDenied(status)) return status;
  return MakeError(absl::StatusCode::kFailedPrecondition, DetailOf(status));
}

}  // namespace

absl::StatusOr<LoadedRelease> Loader::Load(const std::string& digest, const std::string& programme,
                                           absl::Time instant) const {
  if (!criteria::IsDigest(digest)) return NotADigest(digest);
  bool all_answered = true, not_published = false;
  absl::Status refusal;
  for (Source* const source : sources_) {
    auto envelope = source->FindRelease(digest);
    if (!envelope.ok()) {
      const bool absent = absl::IsNotFound(envelope.status());
      all_answered &= absent;
      not_published |= absent && source->publishes();
      continue;
    }
    auto criteria = OpenRelease(*envelope, {digest, programme}, trust_, instant);
    if (criteria.ok()) {
      return LoadedRelease{*std::move(criteria), *std::move(envelope), std::string(source->name())};
    }
    // The same bytes would be refused wherever they came from.
    const bool genuine = IsGenuine(criteria.status());
    if (genuine || source->publishes()) refusal = criteria.status();
    if (genuine) break;
  }
  if (!refusal.ok()) return NobodyDenied(refusal);
  return all_answered || not_published ? NotFound(digest) : CannotFetchNow(digest);
}

absl::Status CannotFetchNow(const std::string& digest) {
  return MakeError(absl::StatusCode::kUnavailable, Reason::RELEASE_NOT_FOUND,
                   absl::StrCat("暂时取不到发布版 ", digest, "，请稍后重试。"),
                   absl::StrCat("The release ", digest, " cannot be fetched now: try again later."),
                   {{"digest", digest}});
}

bool IsRefusal(const absl::Status& status) {
  return !status.ok() && DetailOf(status).reason() != Reason::RELEASE_NOT_FOUND;
}

}  // namespace zhiping::releases
