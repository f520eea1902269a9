#include "services/assessment/domain/closure.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "services/assessment/domain/texts.h"
#include "services/assessment/domain/window.h"

namespace zhiping::assessment {
namespace {

absl::Status CheckReason(absl::string_view reason) {
  Violations violations;
  CheckRequiredText(reason, kMaxReasonCharacters, "reason", violations, Lines::kMany);
  return violations.ToStatus();
}

// `zh`, `en`: what may be done about it. The reason is last, since a long one is clipped.
absl::Status Closed(const v1::AssessmentRecord& record, absl::TimeZone zone, absl::string_view zh,
                    absl::string_view en) {
  const v1::AssessmentClosure& closure = record.assessment().closure();
  const absl::Time at = FromTimestamp(closure.closed_at());
  return MakeError(
      absl::StatusCode::kFailedPrecondition, Reason::ASSESSMENT_CLOSED,
      absl::StrCat("省级已于 ", LocalTime(at, zone, true), "结束该自评测的填报，", zh, "原因：",
                   closure.reason()),
      absl::StrCat("The province closed this assessment at ", LocalTime(at, zone, false), "; ", en,
                   " Its reason: ", closure.reason()),
      {{"closedAt", absl::FormatTime(absl::RFC3339_full, at, absl::UTCTimeZone())},
       {"closureReason", closure.reason()}});
}

}  // namespace

absl::Status CheckNotClosed(const v1::AssessmentRecord& record, absl::TimeZone zone) {
  if (!record.assessment().has_closure()) return absl::OkStatus();
  return Closed(
      record, zone,
      "草稿保留，但不能再修改或提交；已有的提交件不受影响，审核、撤回和异议照常。如需继续"
      "填报，请向省级批次管理员申请恢复。",
      "the draft is kept, and may be neither edited nor submitted. Submissions that exist "
      "are untouched: they may be reviewed, withdrawn and objected to. To go on with it, "
      "ask the province's campaign officer to reopen it.");
}

absl::Status CloseAssessment(absl::string_view reason, const v1::PersonRecord& person,
                             absl::Time now, absl::TimeZone zone, v1::AssessmentRecord& record) {
  RETURN_IF_ERROR(CheckReason(reason));
  if (record.assessment().has_closure()) {
    return Closed(record, zone, "无须再次结束；要改写原因，请先恢复填报。",
                  "it needs no closing again. To give another reason, reopen it first.");
  }
  v1::AssessmentClosure& closure = *record.mutable_assessment()->mutable_closure();
  *closure.mutable_closed_at() = ToTimestamp(now);
  closure.set_reason(std::string(reason));
  *record.mutable_closed_by() = person;
  return absl::OkStatus();
}

absl::Status ReopenAssessment(absl::string_view reason, v1::AssessmentRecord& record) {
  RETURN_IF_ERROR(CheckReason(reason));
  if (!record.assessment().has_closure()) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, Reason::WRONG_STATE,
        "该自评测没有被省级结束填报，无须恢复；如因截止时间已过而不能填报，请调整批次的"
        "截止时间。",
        "The province did not close this assessment, so there is nothing to reopen; if "
        "it is closed because its window is over, move the end of the campaign.");
  }
  record.mutable_assessment()->clear_closure();
  record.clear_closed_by();
  return absl::OkStatus();
}

}  // namespace zhiping::assessment
