// The stages that a submission goes through, and what each of them makes of it.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/reference/review_units.h"
#include "zhiping/assessment/v1/record.pb.h"

namespace zhiping::assessment {

// Staged: every level that the unit's path has on the day, from below. Direct: the province alone.
// The province is the last in any case. Errors: UNKNOWN_REVIEW_UNIT (FAILED_PRECONDITION).
absl::StatusOr<std::vector<v1::ReviewStage>> StagesOf(const reference::ReviewUnits& units,
                                                      absl::string_view unit, absl::CivilDay day,
                                                      v1::Channel::Value channel);

// Index of the stage in record.stages; -1 if it has none of it.
int IndexOfStage(const v1::SubmissionRecord& record, v1::Stage::Value stage);
// The stage that the unit decides at; UNSPECIFIED if it decides at none.
v1::Stage::Value StageOfUnit(const v1::SubmissionRecord& record, absl::string_view unit);

// What a submission is once that stage approved it.
v1::Assurance::Value AssuranceOf(v1::Stage::Value stage);

}  // namespace zhiping::assessment
