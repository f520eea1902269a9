// Upgrade plans: the least costly way to raise answers until a tier's conditions are met.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/types/span.h"
#include "common/criteria/answers.h"
#include "common/criteria/criteria.h"

namespace zhiping::criteria {

inline constexpr int64_t kDefaultNodeBudget = 1'000'000;

// What to plan for.
struct PlanTarget {
  // A node of the criteria: TierNodes::conditions or ::advice.
  int node = -1;
  // Cost of bringing a scenario to a rank: costs[scenario × level_count + rank − 1], 0 … 10^6.
  // Empty: the number of ranks risen.
  std::vector<int32_t> costs;
  // Scenarios that stay as they are, one byte for each scenario; empty: none.
  std::vector<uint8_t> excluded;
  // How much the search may do, so that it ends in time whatever the rulebook. The unit is the
  // expansion of a state with four ways on and eight conditions; larger ones count several times.
  int64_t node_budget = kDefaultNodeBudget;
};

struct PlanStep {
  int scenario;
  int from_rank;
  int to_rank;
  int32_t cost;
};

struct Plan {
  // There is a plan: `steps`.
  bool feasible = false;
  // Everything here is settled: no plan costs less, `steps` are those that the tie rule names, and
  // whether there are others as good is known; or there is no plan. An unproven plan is valid, and
  // none of its steps that cost nothing is needless; where none is found and that is unproven,
  // there may be one.
  bool proven = false;
  int64_t cost = 0;
  // No plan costs less than this. An unproven plan that costs as much is one of the cheapest.
  int64_t lower_bound = 0;
  // In edition order. Among plans of least cost, if proven: fewest steps, then, at the first
  // scenario in edition order where two differ, the one that raises it, and raises it less.
  std::vector<PlanStep> steps;
  // Another plan costs the same (known only if proven).
  bool other_optima_exist = false;
  // Nodes that a plan cannot change because they use only facts, or a missing fact.
  std::vector<int> outside;
  // If proven not to be feasible: leaves that cannot be met even with every level at its highest.
  std::vector<int> unreachable;
  // With `unreachable`: the answers with every level that may rise at its highest.
  std::vector<uint8_t> highest;
};

// `wanted` is asked every few milliseconds; once it says no, the search ends as if its budget were
// used up. Without it the plan is always wanted.
//
// REQUIRES: `input` was accepted by ReadInput; target.node is a node.
Plan PlanUpgrade(const Criteria& criteria, const Input& input, const PlanTarget& target,
                 const std::function<bool()>& wanted = nullptr);

}  // namespace zhiping::criteria
