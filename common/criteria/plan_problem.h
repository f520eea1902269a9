// An upgrade plan as a search problem: options with costs, linear forms to be reached, and a tree
// of them. Used by plan.cc only.
#pragma once

#include <cstdint>
#include <vector>

#include "common/criteria/plan.h"

namespace zhiping::criteria {

// Raising a scenario to a rank; never "stay".
struct PlanOption {
  int rank;
  int32_t cost;
};

// What a leaf gains when a scenario is raised to one of its options.
struct PlanGain {
  int scenario;
  // One for each option of the scenario.
  std::vector<int64_t> gains;
};

// A count within one segment that matters once it reaches a bound: the terms of a `segments`
// measure.
struct PlanCounter {
  // Scenarios that can raise the count, ascending, and the rank from which they count.
  std::vector<int> scenarios;
  int rank = 0;
  // How many more are needed.
  int32_t needed = 0;
  // What reaching it adds to the leaf.
  int leaf = 0;
  int64_t gain = 0;
};

// A linear form that has to gain at least `needed`; may be negative or 0.
struct PlanLeaf {
  int64_t needed = 0;
  std::vector<PlanGain> gains;
  std::vector<int> counters;
};

// A node of what remains of the target. The parts of a node come after it.
struct PlanNode {
  enum Kind : uint8_t { kLeaf, kAll, kAny, kTrue };
  Kind kind = kAll;
  int leaf = -1;
  std::vector<int> parts;
};

struct PlanProblem {
  // For each scenario, from the lowest rank to the highest; empty if it stays as it is.
  std::vector<std::vector<PlanOption>> options;
  std::vector<PlanLeaf> leaves;
  std::vector<PlanCounter> counters;
  // nodes[0] is the target.
  std::vector<PlanNode> nodes;
  // Criteria nodes of leaves that were removed.
  std::vector<int> outside;
};

// What raising a scenario moves, for each scenario: the same as the gains of leaves and the
// scenarios of counters, the other way round. REQUIRES: the problem outlives this.
struct PlanMoves {
  struct Leaf {
    int leaf;
    // One for each option.
    const std::vector<int64_t>* gains;
  };
  // Counts options of this rank or a higher one.
  struct Counter {
    int counter;
    int rank;
  };

  explicit PlanMoves(const PlanProblem& problem);

  std::vector<std::vector<Leaf>> leaves;
  std::vector<std::vector<Counter>> counters;
};

// REQUIRES: as PlanUpgrade; `tally` is the score of the input.
PlanProblem MakePlanProblem(const Criteria& criteria, const Input& input, const PlanTarget& target,
                            const Tally& tally);

}  // namespace zhiping::criteria
