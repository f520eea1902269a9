// Findings (审核认定): a stage lowers a level or a fact of a submission. What was claimed is kept
// beside it. Which of them count is in counted_findings.h.
#pragma once

#include "common/criteria/answers.h"
#include "services/assessment/domain/act.h"

namespace zhiping::assessment {

using FindingList = google::protobuf::RepeatedPtrField<v1::Finding>;

// Whether they are about the same scenario, or the same fact.
bool SameSubject(const v1::Finding& a, const v1::Finding& b);

// Sets findings of the present stage; an empty level or value takes one back. Neither changes what
// counts before the stage decides. `none` is the lowest,
// then not_applicable, which is itself never found; then the levels by rank. What an earlier stage
// lowered may be set back to what was claimed, never above. Errors: those of a decision
// (decisions.h); violations with fields such as `findings[0].level`: FINDING_RAISES,
// LEVEL_NOT_AVAILABLE, UNKNOWN_LEVEL, UNKNOWN_SCENARIO, UNKNOWN_FACT, FACT_*, DUPLICATE_SCENARIO,
// DUPLICATE_FACT, FIELD_REQUIRED, TOO_LARGE, INVALID_FIELD for one that changes nothing.
absl::Status RecordFindings(const Act& act, const criteria::Criteria& criteria,
                            const FindingList& findings, Submissions& all);

// Whether the reviewed result has to be made (anew): whoever acted scores ReviewedInput and sets
// `standing.reviewed_result`, in the same transaction.
bool NeedsReviewedResult(const v1::SubmissionRecord& record);

// What was claimed with the findings that count, to be scored under the submission's release.
struct ReviewedInput {
  criteria::AnswerList answers;
  criteria::FactList facts;
};
ReviewedInput ReviewedInputOf(const v1::SubmissionRecord& record);

}  // namespace zhiping::assessment
