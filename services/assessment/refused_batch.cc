#include "services/assessment/refused_batch.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/sql/error.h"
#include "common/status/error.h"
#include "services/assessment/locked_draft.h"

namespace zhiping::assessment {

bool IsAboutFile(const absl::Status& status) {
  return HasDetail(status) && sql::SqlErrorOf(status) == sql::SqlError::kOther &&
         !absl::IsUnavailable(status);
}

absl::Status RefusedBatch(const std::map<int, absl::Status>& refused,
                          const v1::BatchApproveRequest& request) {
  const auto& [first, why] = *refused.begin();
  ErrorDetail detail = DetailOf(why);
  if (refused.size() > 1) detail.clear_metadata();
  detail.clear_violations();
  std::map<std::string, std::vector<int>> by_reason;
  for (const auto& [file, status] : refused) {
    const ErrorDetail of_file = DetailOf(status);
    by_reason[Reason::Value_Name(of_file.reason())].push_back(file);
    FieldViolation& violation = *detail.add_violations();
    violation.set_field(absl::StrCat("files[", file, "].submission"));
    violation.set_reason(of_file.reason());
    *violation.mutable_message() = of_file.message();
    if (of_file.reason() != detail.reason()) detail.set_reason(Reason::SEVERAL_VIOLATIONS);
  }
  for (const auto& [reason, files] : by_reason) {
    auto* const entry = detail.add_metadata();
    entry->set_key(reason);
    entry->set_value(absl::StrJoin(files, ","));
  }
  std::sort(detail.mutable_metadata()->begin(), detail.mutable_metadata()->end(),
            [](const auto& a, const auto& b) { return a.key() < b.key(); });
  if (refused.size() > 1) {
    *detail.mutable_message() = MakeText(
        absl::StrCat(refused.size(),
                     " 份提交件不能批准，整批均未变动：前若干份见各自的说明，全部按原因列出序号。"),
        absl::StrCat(refused.size(),
                     " submissions cannot be approved, so none was: of the first each says why, "
                     "and by reason there are the indices of all."));
  } else {
    const std::string name = NameOf(Normalised(request.files(first).submission()));
    *detail.mutable_message() =
        MakeText(absl::StrCat("第 ", first + 1, " 份提交件 ", name, " 不能批准，整批均未变动：",
                              detail.message().zh()),
                 absl::StrCat("Submission ", name, " (files[", first,
                              "]) cannot be approved, so none was: ", detail.message().en()));
  }
  return MakeError(why.code(), detail);
}

}  // namespace zhiping::assessment
