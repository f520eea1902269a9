// What a submission scores with the findings of its reviewers.
#pragma once

#include "absl/status/status.h"
#include "common/criteria/criteria.h"
#include "zhiping/assessment/v1/record.pb.h"

namespace zhiping::assessment {

// Makes `standing.reviewed_result` anew, or takes it away, if that is needed (findings.h). It is
// scored here, by the same library as in the scoring service, since a transaction is open.
// REQUIRES: `criteria` is the submission's release.
absl::Status SetReviewedResult(const criteria::Criteria& criteria, v1::SubmissionRecord& record);

}  // namespace zhiping::assessment
