#include "services/assessment/domain/etag.h"

#include "absl/strings/str_cat.h"
#include "common/requests/fields.h"
#include "common/status/error.h"

namespace zhiping::assessment {

std::string EtagOf(int64_t version) { return absl::StrCat(version); }

absl::Status CheckEtag(absl::string_view etag, int64_t version, absl::string_view field) {
  if (etag.empty()) {
    Violations violations;
    Require(field, violations);
    return violations.ToStatus();
  }
  if (etag == EtagOf(version)) return absl::OkStatus();
  return MakeError(absl::StatusCode::kAborted, Reason::STALE_ETAG,
                   "读取之后已有他人修改：请重新读取后再改。",
                   "It was changed since it was read: read it again.", {{"etag", EtagOf(version)}});
}

}  // namespace zhiping::assessment
