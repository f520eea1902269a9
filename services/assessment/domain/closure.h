// The province closes an assessment (结束填报), whatever its state, and reopens it (恢复填报). What
// the draft is made of stays as it is, and so does its etag.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "zhiping/assessment/v1/record.pb.h"

namespace zhiping::assessment {

// ASSESSMENT_CLOSED (FAILED_PRECONDITION), with when and why, in the zone, and what the enterprise
// can do, if the province closed it.
absl::Status CheckNotClosed(const v1::AssessmentRecord& record, absl::TimeZone zone);

// Violations for `reason`; ASSESSMENT_CLOSED if it is closed already: the first reason is the one
// that the enterprise reads.
absl::Status CloseAssessment(absl::string_view reason, const v1::PersonRecord& person,
                             absl::Time now, absl::TimeZone zone, v1::AssessmentRecord& record);

// Violations for `reason`; WRONG_STATE (FAILED_PRECONDITION) unless the province closed it.
absl::Status ReopenAssessment(absl::string_view reason, v1::AssessmentRecord& record);

}  // namespace zhiping::assessment
