// What stages decide about submissions.
//
// Errors of all, but for RecallDecision and Revoke: ROLE_REQUIRED, SUBMISSION_NOT_FOUND,
// OUTSIDE_SCOPE, WRONG_STATE, WRONG_STAGE, STALE_ETAG, NOT_TAKEN, TAKEN_BY_ANOTHER, SAME_PERSON;
// violations of `reason` and `etag`. Afterwards a reviewed result may be needed: findings.h.
#pragma once

#include "services/assessment/domain/act.h"

namespace zhiping::assessment {

// The submission, if the actor may decide about it now: the errors above.
absl::StatusOr<v1::SubmissionRecord*> FindToDecide(const Act& act, Submissions& all);

// The next stage has it, or it is CONFIRMED by the last one; earlier ones of the same assurance are
// superseded. The reason may be empty.
absl::Status Approve(const Act& act, absl::string_view reason, Submissions& all);
// The same for a file without findings, of whatever stage, also such as were taken back but count
// still, and open comments; it need not be taken, but by nobody else. Errors: OPEN_COMMENTS.
absl::Status ApproveInBatch(const Act& act, Submissions& all);
// RETURNED, until the end of the day that comes `return_days` later.
absl::Status ReturnToEnterprise(const Act& act, absl::string_view reason, Submissions& all);
// The stage before has it again. Its approval, and what that makes of the submission, stands until
// it decides anew; one of the own stage does no longer. Errors: WRONG_STATE at the first stage.
absl::Status ReturnToPreviousStage(const Act& act, absl::string_view reason, Submissions& all);
absl::Status Reject(const Act& act, absl::string_view reason, Submissions& all);

// The unit that decided last (or who acts for it, if it has ended) takes its decision back: it is
// under review there again, with the assurance of before, and what it had superseded by it stands
// again. Errors: ROLE_REQUIRED, SUBMISSION_NOT_FOUND, OUTSIDE_SCOPE, WRONG_STATE if there is no
// decision to take back, WRONG_STAGE if another unit took it, STALE_ETAG, SAME_PERSON,
// DECISION_ACTED_ON; violations.
absl::Status RecallDecision(const Act& act, absl::string_view reason, Submissions& all);

// The head of the province's unit takes a confirmation back for good. What it had superseded stays
// so. Errors: ROLE_REQUIRED, SUBMISSION_NOT_FOUND, OUTSIDE_SCOPE, WRONG_STATE, WRONG_STAGE,
// STALE_ETAG, SAME_PERSON, OBJECTION_OPEN; violations.
absl::Status Revoke(const Act& act, absl::string_view reason, Submissions& all);

}  // namespace zhiping::assessment
