// An upgrade plan as an enterprise reads it.
#pragma once

#include <string>
#include <vector>

#include "services/ctl/english.h"
#include "services/ctl/screen.h"
#include "zhiping/scoring/v1/scoring_service.pb.h"

namespace zhiping::ctl {

struct PlanSubject {
  // Id or any official name, as it was asked for.
  std::string tier;
  bool advice = false;
  // Whether the steps' costs are the enterprise's own; else nothing is called a cost.
  bool own_costs = false;
  // Own costs that mean nothing for this plan, as they were given.
  std::vector<std::string> unused_costs;
};

// REQUIRES: both are of view FULL; `now` is the result before the plan. On a screen in English,
// `english` stands beside the official text.
std::string PlanReport(const PlanSubject& subject, const scoring::v1::ScoreResponse& now,
                       const scoring::v1::PlanUpgradeResponse& plan, const Screen& screen,
                       const English& english = {});

}  // namespace zhiping::ctl
