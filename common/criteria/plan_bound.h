// Lower bounds on what it still costs to reach the leaves of a plan. Used by plan.cc only.
#pragma once

#include <cstdint>
#include <vector>

#include "common/criteria/plan_problem.h"

namespace zhiping::criteria {

// More than any plan costs.
inline constexpr int64_t kImpossible = int64_t{1} << 60;

// For one leaf, from each scenario on: the least and greatest that may still be gained, and for any
// need a cost that no way of gaining it undercuts. The bound is the Lagrangian one: for every price
// λ of a unit of gain, needed × λ − Σ max over options of (λ × gain − cost).
class LeafBound {
 public:
  LeafBound(const PlanProblem& problem, int leaf);

  // By the options of scenarios first … last; without counters.
  int64_t least_gain(int first) const { return least_gain_[first]; }
  int64_t greatest_gain(int first) const { return greatest_gain_[first]; }

  // A lower bound on the cost of gaining `needed` by scenarios `first` and later; kImpossible only
  // if it is.
  int64_t Cost(int first, int64_t needed) const;

 private:
  // λ = gain_weight[k] / cost_weight[k], ascending.
  std::vector<int64_t> gain_weights_, cost_weights_;
  // surplus_[first × prices + k] = Σ max(0, gain_weight × gain − cost_weight × cost).
  std::vector<int64_t> surplus_;
  std::vector<int64_t> least_gain_, greatest_gain_;
};

}  // namespace zhiping::criteria
