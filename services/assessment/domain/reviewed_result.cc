#include "services/assessment/domain/reviewed_result.h"

#include "common/criteria/answers.h"
#include "common/criteria/result.h"
#include "common/criteria/score.h"
#include "common/status/status_macros.h"
#include "services/assessment/domain/findings.h"

namespace zhiping::assessment {

absl::Status SetReviewedResult(const criteria::Criteria& criteria, v1::SubmissionRecord& record) {
  if (!NeedsReviewedResult(record)) return absl::OkStatus();
  const ReviewedInput reviewed = ReviewedInputOf(record);
  ASSIGN_OR_RETURN(const criteria::Input input,
                   criteria::ReadInput(criteria, reviewed.answers, reviewed.facts));
  criteria::Tally tally = criteria.NewTally();
  if (!criteria::Score(criteria, input.answers, input.facts, tally)) {
    return absl::InternalError("reviewed answers cannot be scored");
  }
  *record.mutable_submission()->mutable_standing()->mutable_reviewed_result() =
      criteria::MakeResult(criteria, tally, /*texts=*/false);
  return absl::OkStatus();
}

}  // namespace zhiping::assessment
