// From a draft to what is submitted.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/criteria/answers.h"
#include "common/criteria/criteria.h"
#include "zhiping/assessment/v1/assessment_service.pb.h"
#include "zhiping/assessment/v1/record.pb.h"

namespace zhiping::assessment {

// Whether the draft may be submitted. Missing facts and evidence never hold it up.
//
// Errors: INCOMPLETE (FAILED_PRECONDITION) while scenarios are missing or to be confirmed, or one
// that does not apply has no reason, with a violation for each and all ids in the metadata
// `missing` and `toConfirm`; COMMITMENT_REQUIRED (FAILED_PRECONDITION) unless the request gives the
// campaign's commitment; violations with the field `commitmentGivenBy` if the person's name is no
// name.
//
// REQUIRES: the draft is under the criteria.
absl::Status CheckSubmittable(const criteria::Criteria& criteria,
                              const v1::AssessmentRecord& record, const v1::SubmitRequest& request,
                              const v1::Commitment& commitment);

// RELEASE_WITHDRAWN (FAILED_PRECONDITION): nothing is submitted under the draft's release any more.
// What would be right depends on the campaign: one that pins a release gets another by a repin; in
// one that pins none the draft is rebased by its owner.
absl::Status ReleaseWithdrawn(const v1::AssessmentRecord& record, const v1::Campaign& campaign);

// What scoring gets: what is to be confirmed is missing, and facts are the values that count.
struct ScoreInput {
  criteria::AnswerList answers;
  criteria::FactList facts;
};
ScoreInput ScoreInputOf(const v1::AssessmentRecord& record);

// Names of the facts of the rulebook that have no value, in its order.
std::vector<std::string> MissingFacts(const criteria::Criteria& criteria,
                                      const v1::AssessmentRecord& record);

// The commitment as the request gives it.
v1::GivenCommitment GivenCommitmentOf(const v1::SubmitRequest& request,
                                      const v1::Commitment& commitment, absl::Time now);

// What is submitted at `now`. Evidence is without its location, and only for scenarios of the
// release: evidence that is for none of them is left out.
//
// REQUIRES: CheckSubmittable was OK; result is what the draft scores.
v1::SubmittedContent ContentOf(const criteria::Criteria& criteria,
                               const v1::AssessmentRecord& record, const v1::Snapshot& snapshot,
                               const v1::GivenCommitment& commitment,
                               const common::v1::ScoreResult& result, absl::Time now);

}  // namespace zhiping::assessment
