// People answer scenarios of a draft, several of them at the same time.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/criteria/criteria.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "zhiping/assessment/v1/assessment_service.pb.h"
#include "zhiping/assessment/v1/record.pb.h"

namespace zhiping::assessment {

using AnswerUpdates = google::protobuf::RepeatedPtrField<v1::AnswerUpdate>;

// Sets answers, all or none: on an error `record` is as it was. `who` is the name of the person.
// Gives the numbers of the scenarios named, in the order of the updates. An update to the value
// that is there changes nothing, whatever its etag, so a repeated call succeeds.
//
// Whatever is answered is settled: it is no longer to be confirmed, nor carried from elsewhere. An
// empty level clears the answer; a remark sent with it is kept.
//
// Errors, as violations with the fields `updates[3].answer.level`, …: FIELD_REQUIRED,
// UNKNOWN_SCENARIO, DUPLICATE_SCENARIO, those of criteria::ReadLevel, REASON_REQUIRED, TOO_LARGE,
// CHARACTER_NOT_ALLOWED. ANSWER_CONFLICT (ABORTED): answers have changed since their base etags; a
// violation for each says its present value, the metadata `conflicts` have the ids of the
// scenarios.
//
// REQUIRES: the draft is under the criteria; who is not empty.
absl::StatusOr<std::vector<int>> UpdateAnswers(const criteria::Criteria& criteria,
                                               v1::AssessmentRecord& record,
                                               const AnswerUpdates& updates, absl::string_view who,
                                               absl::Time now);

}  // namespace zhiping::assessment
