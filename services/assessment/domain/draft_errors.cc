#include "services/assessment/domain/draft_errors.h"

#include "absl/strings/str_cat.h"

namespace zhiping::assessment {

absl::Status MakeErrorWith(absl::StatusCode code, Reason::Value reason, absl::string_view zh,
                           absl::string_view en, ErrorValues values, const Violations& violations) {
  if (violations.size() > kMaxViolations) {
    values.emplace_back(kViolationsTotal, absl::StrCat(violations.size()));
  }
  ErrorDetail detail = DetailOf(MakeError(code, reason, zh, en, values));
  *detail.mutable_violations() = DetailOf(violations.ToStatus()).violations();
  return MakeError(code, detail);
}

}  // namespace zhiping::assessment
