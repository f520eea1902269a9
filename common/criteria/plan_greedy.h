// A plan without a search, for where the search does not get far: valid, seldom the cheapest. And
// what any plan of that kind can do without. Used by plan.cc only.
#pragma once

#include <vector>

#include "common/criteria/plan_problem.h"

namespace zhiping::criteria {

// Raises every scenario to its highest level; if that misses the target (a ratio whose denominator
// grows), changes scenarios one by one as long as less is missing; then takes back what is not
// needed. Gives an option for each scenario (−1: it stays), or nothing if the target was not
// reached.
std::vector<int> FindGreedyPlan(const PlanProblem& problem, const PlanMoves& moves);

// What is left of the options of a plan when, from the costliest step on, every step is taken back,
// or lowered where that costs no more, that the target does not need: no step that costs nothing is
// there for nothing. REQUIRES: the options meet the target.
std::vector<int> WithoutNeedlessSteps(const PlanProblem& problem, const PlanMoves& moves,
                                      const std::vector<int>& options);

}  // namespace zhiping::criteria
