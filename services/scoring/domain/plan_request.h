// Reading a PlanUpgradeRequest: ids become numbers, and everything that is wrong is reported at
// once. Used by plan.cc only.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "common/criteria/answers.h"
#include "common/criteria/plan.h"
#include "zhiping/scoring/v1/scoring_service.pb.h"

namespace zhiping::scoring {

struct PlanInput {
  criteria::Input input;
  criteria::PlanTarget target;
  // Places of the request's costs that no plan can have: of scenarios that stay as they are, and of
  // levels that are reached already.
  std::vector<int> unused_costs;
};

// Errors: as PlanUpgrade.
absl::StatusOr<PlanInput> ReadPlanRequest(const criteria::Criteria& criteria,
                                          const v1::PlanUpgradeRequest& request);

}  // namespace zhiping::scoring
