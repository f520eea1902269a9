// Whether findings lower what was claimed.
#pragma once

#include "absl/status/statusor.h"
#include "common/criteria/criteria.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "zhiping/assessment/v1/record.pb.h"

namespace zhiping::assessment {

// The findings with the ids of levels and the values as the criteria write them. Errors: violations
// as RecordFindings says (findings.h).
absl::StatusOr<google::protobuf::RepeatedPtrField<v1::Finding>> CheckFindings(
    const criteria::Criteria& criteria, const v1::SubmissionRecord& record,
    const google::protobuf::RepeatedPtrField<v1::Finding>& findings);

}  // namespace zhiping::assessment
