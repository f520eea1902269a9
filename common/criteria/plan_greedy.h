// A plan without a search, for where the search does not get far: valid, seldom the cheapest. Used
// by plan.cc only.
#pragma once

#include <vector>

#include "common/criteria/plan_problem.h"

namespace zhiping::criteria {

// Raises every scenario to its highest level; if that misses the target (a ratio whose denominator
// grows), changes scenarios one by one as long as less is missing; then takes back, from the
// costliest on, what the target does not need. Gives an option for each scenario (−1: it stays), or
// nothing if the target was not reached.
std::vector<int> FindGreedyPlan(const PlanProblem& problem, const PlanMoves& moves);

}  // namespace zhiping::criteria
