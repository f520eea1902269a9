// What an enterprise, and the platform, do with submissions.
#pragma once

#include <string>
#include <vector>

#include "services/assessment/domain/act.h"

namespace zhiping::assessment {

// What is submitted, and by which way it would be reviewed.
struct NewSubmission {
  v1::AssessmentKey key;
  v1::SubmittedContent content;
  // Of StagesOf.
  std::vector<v1::ReviewStage> stages;
  // Who filled it in.
  google::protobuf::RepeatedPtrField<v1::PersonRecord> filled_in_by = {};
  // What the draft has of earlier releases.
  v1::KeptBeside kept_beside = {};
};

// Adds submission n + 1: UNDER_REVIEW at the first stage if the campaign reviews it, else COMPLETE;
// as a self-evaluation of this instant. An open objection to a return or rejection ends with it.
// The receipt's number is set by the caller. Whether the draft is complete and the window open was
// checked before. Errors: ROLE_REQUIRED, ASSESSMENT_LOCKED, TOO_MANY (200 an assessment).
absl::Status Submit(const Act& act, const v1::Campaign& campaign, NewSubmission submitted,
                    Submissions& all);

// Takes back one that is COMPLETE or UNDER_REVIEW. What it had superseded stands again. Errors:
// ROLE_REQUIRED, SUBMISSION_NOT_FOUND, WRONG_STATE, CITED, STALE_ETAG; violations of `reason`.
absl::Status Withdraw(const Act& act, absl::string_view reason, Submissions& all);

// An application uses one that stands. Under CITED the review of a COMPLETE one begins. Once more
// is no error. Errors: ROLE_REQUIRED, SUBMISSION_NOT_FOUND, WRONG_STATE, TOO_MANY; violations of
// `application`.
absl::Status Cite(const Act& act, const v1::Campaign& campaign, absl::string_view application,
                  Submissions& all);
// The application uses it no more, whatever its state. A review goes on. Errors: ROLE_REQUIRED,
// SUBMISSION_NOT_FOUND, NOT_CITED.
absl::Status Uncite(const Act& act, absl::string_view application, Submissions& all);

// Applications that may cite a submission.
inline constexpr int kMaxCitations = 100;

}  // namespace zhiping::assessment
