// Evidence of a draft: what shows that answers are true. The files are in the platform's store.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/criteria/criteria.h"
#include "zhiping/assessment/v1/record.pb.h"

namespace zhiping::assessment {

inline constexpr int kMaxEvidence = 500;

// Adds evidence under the next number, which is never given again, and gives it as it is kept: ids
// of scenarios in place of names, SHA-256 in lower case.
//
// Errors, as violations with the fields `evidence.sha256`, …: FIELD_REQUIRED, TOO_LARGE,
// CHARACTER_NOT_ALLOWED, INVALID_SHA256, INVALID_FIELD (dates, size), UNKNOWN_SCENARIO,
// DUPLICATE_SCENARIO. TOO_MANY (FAILED_PRECONDITION): kMaxEvidence are there.
//
// REQUIRES: the draft is under the criteria.
absl::StatusOr<v1::Evidence> AddEvidence(const criteria::Criteria& criteria,
                                         v1::AssessmentRecord& record, const v1::Evidence& evidence,
                                         absl::Time now);

// Once more is no error, and changes nothing. Errors: EVIDENCE_NOT_FOUND of a number that was never
// given.
absl::Status RemoveEvidence(v1::AssessmentRecord& record, int32_t evidence, absl::Time now);

}  // namespace zhiping::assessment
