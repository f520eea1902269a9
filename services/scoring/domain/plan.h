// PlanUpgrade as the service and the offline command line both answer it.
#pragma once

#include <functional>

#include "absl/status/statusor.h"
#include "common/criteria/criteria.h"
#include "zhiping/scoring/v1/scoring_service.pb.h"

namespace zhiping::scoring {

// The largest node budget that a request may ask for.
inline constexpr int32_t kMaxNodeBudget = 10'000'000;

// Plans under these criteria; request.criteria is not looked at. In `after`, revision and freshness
// are left for the caller, who knows where the criteria came from. Tiers, scenarios and levels are
// understood by id and by any official name.
//
// Errors, all at once, as violations with the fields of the request: those of criteria::ReadInput
// (`answers[3].level`, …); UNKNOWN_TIER and TIER_WITHOUT_CONDITIONS (`tier`); UNKNOWN_SCENARIO,
// UNKNOWN_LEVEL, LEVEL_NOT_AVAILABLE, LEVEL_IS_TIER, COST_OUT_OF_RANGE and INVALID_FIELD for a cost
// given twice (`costs[0].cost`, …); UNKNOWN_SCENARIO (`excludedScenarios[0]`); NUMBER_OUT_OF_RANGE
// (`nodeBudget`); INVALID_FIELD (`view`).
//
// `check_waiting` is asked every few milliseconds whether somebody waits for the plan; its error
// ends the search and is returned.
absl::StatusOr<v1::PlanUpgradeResponse> PlanUpgrade(
    const criteria::Criteria& criteria, const v1::PlanUpgradeRequest& request,
    const std::function<absl::Status()>& check_waiting = nullptr);

}  // namespace zhiping::scoring
