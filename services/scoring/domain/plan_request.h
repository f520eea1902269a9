// Reading a PlanUpgradeRequest: ids become numbers, and everything that is wrong is reported at
// once. Used by plan.cc only.
#pragma once

#include "absl/status/statusor.h"
#include "common/criteria/answers.h"
#include "common/criteria/plan.h"
#include "zhiping/scoring/v1/scoring_service.pb.h"

namespace zhiping::scoring {

struct PlanInput {
  criteria::Input input;
  criteria::PlanTarget target;
};

// Errors: as PlanUpgrade.
absl::StatusOr<PlanInput> ReadPlanRequest(const criteria::Criteria& criteria,
                                          const v1::PlanUpgradeRequest& request);

}  // namespace zhiping::scoring
