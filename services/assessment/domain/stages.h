// The stages that a submission goes through, and what each of them makes of it.
#pragma once

#include <string>
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
// Who acts for a unit on the day: itself, or once it has ended the nearest above it that has not;
// null if there is none.
const reference::ReviewUnit* OfficeOf(const reference::ReviewUnits& units, absl::string_view unit,
                                      absl::CivilDay day);
// Those that the unit acts for on the day, by id: itself, and some that have ended.
std::vector<std::string> ActsFor(const reference::ReviewUnits& units, absl::string_view unit,
                                 absl::CivilDay day);

// What a submission is once that stage approved it.
v1::Assurance::Value AssuranceOf(v1::Stage::Value stage);

}  // namespace zhiping::assessment
