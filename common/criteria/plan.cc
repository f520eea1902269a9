// The search goes through the scenarios in edition order. A layer holds the distinct states after
// the first i scenarios: what every leaf and counter still needs. Of several ways into one state
// only the best is kept, so the last layer holds the optimum. States that cannot lead to a better
// plan than the best one known are dropped by lower bounds; if a layer grows beyond the width of
// the pass, the least promising states are dropped too and the least bound among them is
// remembered: the plan is proven once nothing that was dropped could have been as good. Passes get
// wider until the node budget is used up. Before the first pass a plan is looked for without a
// search: it is the first upper bound, and what is answered if the search does not get that far.
#include "common/criteria/plan.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "common/criteria/plan_bound.h"
#include "common/criteria/plan_greedy.h"
#include "common/criteria/plan_problem.h"
#include "common/criteria/score.h"

namespace zhiping::criteria {
namespace {

// Values of a leaf's or counter's need in a state.
constexpr int64_t kReached = INT64_MIN;
constexpr int64_t kUnreachable = INT64_MAX;

constexpr int64_t kFirstWidth = 64;
constexpr int64_t kWidening = 16;

// Needs that are looked at for one unit of the budget.
constexpr int64_t kNeedsPerUnit = 32;
// Units between two questions whether the plan is still wanted.
constexpr int64_t kUnitsPerQuestion = 1000;

enum class Truth : uint8_t { kFalse, kOpen, kTrue };

struct Step {
  int32_t parent;
  // Number of the option; −1: the scenario stays.
  int32_t option;
};

// A way into a state.
struct Entry {
  int64_t cost = 0;
  int64_t bound = 0;
  int32_t moves = 0;
  // At least two ways of this cost lead here.
  bool several = false;
  // Order of arrival: earlier is better by edition order.
  int32_t order = 0;
  Step step{-1, -1};
};

// All states after some scenarios, one row of needs each.
struct Layer {
  std::vector<Entry> entries;
  std::vector<int64_t> needs;
};

struct Outcome {
  bool found = false;
  Entry best;
  bool several = false;
  std::vector<int> options;
  // Least bound of what was dropped for width; kImpossible if nothing was.
  int64_t dropped = kImpossible;
};

class PlanSearch {
 public:
  PlanSearch(const PlanProblem& problem, const PlanMoves& moves,
             const std::function<bool()>& wanted)
      : problem_(problem),
        moves_(moves),
        wanted_(wanted),
        stride_(problem.leaves.size() + problem.counters.size()),
        leaf_costs_(problem.leaves.size()) {
    for (size_t leaf = 0; leaf < problem.leaves.size() && IsWanted(); ++leaf) {
      bounds_.emplace_back(problem, static_cast<int>(leaf));
    }
    SumUnits();
    ChooseDisjoint();
  }

  // Units of the budget.
  int64_t spent() const { return spent_; }
  // Nobody wants the plan any more.
  bool stopped() const { return stopped_; }

  // One pass. `upper`: cost of a plan already known, or kImpossible; costlier states are dropped.
  Outcome Run(int64_t width, int64_t upper, int64_t budget) {
    const int count = static_cast<int>(problem_.options.size());
    Outcome outcome;
    if (stopped_) return Stopped();
    std::vector<Layer> layers(1);
    Layer& first = layers[0];
    first.needs.resize(stride_);
    for (size_t leaf = 0; leaf < problem_.leaves.size(); ++leaf) {
      first.needs[leaf] = problem_.leaves[leaf].needed;
    }
    for (size_t c = 0; c < problem_.counters.size(); ++c) {
      first.needs[problem_.leaves.size() + c] = problem_.counters[c].needed;
    }
    if (Settle(0, first.needs.data()) == Truth::kFalse) return outcome;
    first.entries.emplace_back();
    for (int i = 0; i < count; ++i) {
      layers.push_back(Expand(i, layers[i], upper));
      if (stopped_) return Stopped();
      // The way back needs only the entries.
      layers[i].needs = {};
      const int64_t left = std::max<int64_t>(1, (budget - spent_) / units_from_[i]);
      Narrow(std::min(width, left), layers.back(), outcome.dropped);
    }
    Finish(layers, outcome);
    return outcome;
  }

 private:
  // Nothing is found, and anything might have been.
  static Outcome Stopped() {
    Outcome outcome;
    outcome.dropped = 0;
    return outcome;
  }

  bool IsWanted() {
    stopped_ = stopped_ || (wanted_ != nullptr && !wanted_());
    return !stopped_;
  }

  // What expanding one state by a scenario counts, and one state by it and all later ones.
  void SumUnits() {
    units_.resize(problem_.options.size());
    units_from_.resize(problem_.options.size());
    int64_t sum = 0;
    for (size_t i = units_.size(); i-- > 0;) {
      const auto needs = static_cast<int64_t>((problem_.options[i].size() + 1) * stride_);
      units_[i] = std::max<int64_t>(1, needs / kNeedsPerUnit);
      units_from_[i] = sum += units_[i];
    }
  }

  // Leaves that the target needs in any case and that share no scenario: their bounds add up.
  void ChooseDisjoint() {
    std::vector<int> needed;
    CollectNeeded(0, needed);
    std::sort(needed.begin(), needed.end(), [this](int a, int b) {
      return problem_.leaves[a].gains.size() < problem_.leaves[b].gains.size();
    });
    std::vector<bool> used(problem_.options.size());
    is_disjoint_.assign(problem_.leaves.size(), false);
    for (int leaf : needed) {
      bool free = true;
      for (const PlanGain& gain : problem_.leaves[leaf].gains) free &= !used[gain.scenario];
      if (!free) continue;
      is_disjoint_[leaf] = true;
      for (const PlanGain& gain : problem_.leaves[leaf].gains) used[gain.scenario] = true;
    }
  }

  void CollectNeeded(int node, std::vector<int>& needed) const {
    const PlanNode& here = problem_.nodes[node];
    if (here.kind == PlanNode::kLeaf) needed.push_back(here.leaf);
    if (here.kind != PlanNode::kAll) return;
    for (int part : here.parts) CollectNeeded(part, needed);
  }

  bool CounterReachable(size_t counter, int first, int64_t needed) const {
    const std::vector<int>& scenarios = problem_.counters[counter].scenarios;
    const auto from = std::lower_bound(scenarios.begin(), scenarios.end(), first);
    return needed <= scenarios.end() - from;
  }

  // What the counters of a leaf may still add, at least and at most.
  void CounterGains(int leaf, int first, const int64_t* needs, int64_t& least,
                    int64_t& greatest) const {
    for (int counter : problem_.leaves[leaf].counters) {
      const int64_t needed = needs[problem_.leaves.size() + counter];
      if (needed == kReached || !CounterReachable(counter, first, needed)) continue;
      const int64_t gain = problem_.counters[counter].gain;
      (gain < 0 ? least : greatest) += gain;
    }
  }

  // Marks leaves that are decided whatever later scenarios do, and returns the target's truth.
  Truth Settle(int first, int64_t* needs) const {
    for (size_t leaf = 0; leaf < problem_.leaves.size(); ++leaf) {
      int64_t& needed = needs[leaf];
      if (needed == kReached || needed == kUnreachable) continue;
      int64_t least = bounds_[leaf].least_gain(first);
      int64_t greatest = bounds_[leaf].greatest_gain(first);
      CounterGains(static_cast<int>(leaf), first, needs, least, greatest);
      if (needed <= least) {
        needed = kReached;
      } else if (needed > greatest) {
        needed = kUnreachable;
      }
    }
    const Truth truth = Decide(0, needs);
    if (truth != Truth::kOpen) {
      std::fill(needs, needs + stride_, kReached);
      return truth;
    }
    for (size_t c = 0; c < problem_.counters.size(); ++c) {
      int64_t& needed = needs[problem_.leaves.size() + c];
      const int64_t of_leaf = needs[problem_.counters[c].leaf];
      if (of_leaf == kReached || of_leaf == kUnreachable ||
          (needed != kReached && !CounterReachable(c, first, needed))) {
        needed = kReached;
      }
    }
    return truth;
  }

  // Truth of a node; what no longer matters is marked so that equal states become equal.
  Truth Decide(int node, int64_t* needs) const {
    const PlanNode& here = problem_.nodes[node];
    if (here.kind == PlanNode::kTrue) return Truth::kTrue;
    if (here.kind == PlanNode::kLeaf) {
      const int64_t needed = needs[here.leaf];
      return needed == kReached       ? Truth::kTrue
             : needed == kUnreachable ? Truth::kFalse
                                      : Truth::kOpen;
    }
    const Truth decisive = here.kind == PlanNode::kAll ? Truth::kFalse : Truth::kTrue;
    bool open = false;
    for (int part : here.parts) {
      const Truth truth = Decide(part, needs);
      if (truth == decisive) {
        Mark(node, decisive == Truth::kTrue ? kReached : kUnreachable, needs);
        return decisive;
      }
      open |= truth == Truth::kOpen;
    }
    if (open) return Truth::kOpen;
    return decisive == Truth::kTrue ? Truth::kFalse : Truth::kTrue;
  }

  void Mark(int node, int64_t value, int64_t* needs) const {
    const PlanNode& here = problem_.nodes[node];
    if (here.kind == PlanNode::kLeaf) needs[here.leaf] = value;
    for (int part : here.parts) Mark(part, value, needs);
  }

  int64_t LeafCost(int leaf, int first, const int64_t* needs) const {
    const int64_t needed = needs[leaf];
    if (needed == kReached) return 0;
    if (needed == kUnreachable) return kImpossible;
    int64_t least = 0;
    int64_t by_counters = 0;
    CounterGains(leaf, first, needs, least, by_counters);
    return bounds_[leaf].Cost(first, needed - by_counters);
  }

  int64_t NodeCost(int node) const {
    const PlanNode& here = problem_.nodes[node];
    if (here.kind == PlanNode::kTrue) return 0;
    if (here.kind == PlanNode::kLeaf) return leaf_costs_[here.leaf];
    if (here.kind == PlanNode::kAny) {
      int64_t least = kImpossible;
      for (int part : here.parts) least = std::min(least, NodeCost(part));
      return least;
    }
    int64_t most = 0;
    for (int part : here.parts) most = std::max(most, NodeCost(part));
    return most;
  }

  // No way from the state to the target costs less.
  int64_t CostToGo(int first, const int64_t* needs) {
    int64_t sum = 0;
    for (size_t leaf = 0; leaf < leaf_costs_.size(); ++leaf) {
      leaf_costs_[leaf] = LeafCost(static_cast<int>(leaf), first, needs);
      if (is_disjoint_[leaf]) sum = std::min(kImpossible, sum + leaf_costs_[leaf]);
    }
    return std::max(sum, NodeCost(0));
  }

  struct RowHash {
    const std::vector<int64_t>* needs;
    size_t stride;
    size_t operator()(int32_t row) const {
      return absl::HashOf(absl::MakeConstSpan(needs->data() + row * stride, stride));
    }
  };
  struct RowEqual {
    const std::vector<int64_t>* needs;
    size_t stride;
    bool operator()(int32_t a, int32_t b) const {
      return std::equal(needs->data() + a * stride, needs->data() + (a + 1) * stride,
                        needs->data() + b * stride);
    }
  };

  Layer Expand(int scenario, const Layer& from, int64_t upper) {
    Layer to;
    absl::flat_hash_map<int32_t, int32_t, RowHash, RowEqual> rows(0, RowHash{&to.needs, stride_},
                                                                  RowEqual{&to.needs, stride_});
    const auto& options = problem_.options[scenario];
    int32_t order = 0;
    for (size_t e = 0; e < from.entries.size(); ++e) {
      if (spent_ / kUnitsPerQuestion != (spent_ + units_[scenario]) / kUnitsPerQuestion &&
          !IsWanted()) {
        return to;
      }
      spent_ += units_[scenario];
      for (int k = 0; k <= static_cast<int>(options.size()); ++k) {
        const int option = k == static_cast<int>(options.size()) ? -1 : k;
        Entry entry = from.entries[e];
        entry.step = {static_cast<int32_t>(e), option};
        entry.order = order++;
        if (option >= 0) {
          entry.cost += options[option].cost;
          ++entry.moves;
        }
        if (entry.cost > upper) continue;
        const size_t row = to.entries.size();
        to.needs.resize((row + 1) * stride_);
        int64_t* const needs = to.needs.data() + row * stride_;
        std::copy_n(from.needs.data() + e * stride_, stride_, needs);
        if (option >= 0) Apply(scenario, option, needs);
        if (Settle(scenario + 1, needs) == Truth::kFalse) continue;
        const auto found = rows.find(static_cast<int32_t>(row));
        if (found != rows.end()) {
          Entry& kept = to.entries[found->second];
          entry.bound = entry.cost + (kept.bound - kept.cost);
          if (entry.bound <= upper) Merge(entry, kept);
          continue;
        }
        entry.bound = entry.cost + CostToGo(scenario + 1, needs);
        if (entry.bound > upper || entry.bound >= kImpossible) continue;
        rows.emplace(static_cast<int32_t>(row), static_cast<int32_t>(row));
        to.entries.push_back(entry);
      }
    }
    to.needs.resize(to.entries.size() * stride_);
    SortByOrder(to);
    return to;
  }

  void Apply(int scenario, int option, int64_t* needs) const {
    for (const PlanMoves::Leaf& move : moves_.leaves[scenario]) {
      int64_t& needed = needs[move.leaf];
      if (needed != kReached && needed != kUnreachable) needed -= (*move.gains)[option];
    }
    for (const PlanMoves::Counter& move : moves_.counters[scenario]) {
      if (problem_.options[scenario][option].rank < move.rank) continue;
      int64_t& needed = needs[problem_.leaves.size() + move.counter];
      if (needed == kReached || --needed > 0) continue;
      needed = kReached;
      const PlanCounter& counter = problem_.counters[move.counter];
      int64_t& of_leaf = needs[counter.leaf];
      if (of_leaf != kReached && of_leaf != kUnreachable) of_leaf -= counter.gain;
    }
  }

  // Keeps the better of two ways into one state; the kept one arrived earlier.
  static void Merge(const Entry& arrived, Entry& kept) {
    if (arrived.cost == kept.cost) {
      const bool replace = arrived.moves < kept.moves;
      if (replace) kept = arrived;
      kept.several = true;
    } else if (arrived.cost < kept.cost) {
      kept = arrived;
    }
  }

  // Restores the order of arrival, in which the next layer is expanded.
  void SortByOrder(Layer& layer) const {
    std::vector<int32_t> rows(layer.entries.size());
    for (size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<int32_t>(i);
    std::sort(rows.begin(), rows.end(), [&](int32_t a, int32_t b) {
      return layer.entries[a].order < layer.entries[b].order;
    });
    Select(rows, layer);
  }

  void Select(const std::vector<int32_t>& rows, Layer& layer) const {
    Layer selected;
    selected.entries.reserve(rows.size());
    selected.needs.reserve(rows.size() * stride_);
    for (int32_t row : rows) {
      selected.entries.push_back(layer.entries[row]);
      selected.needs.insert(selected.needs.end(), layer.needs.begin() + row * stride_,
                            layer.needs.begin() + (row + 1) * stride_);
    }
    layer = std::move(selected);
  }

  // Keeps the `width` most promising states.
  void Narrow(int64_t width, Layer& layer, int64_t& dropped) const {
    if (static_cast<int64_t>(layer.entries.size()) <= width) return;
    std::vector<int32_t> rows(layer.entries.size());
    for (size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<int32_t>(i);
    std::sort(rows.begin(), rows.end(), [&](int32_t a, int32_t b) {
      const Entry& left = layer.entries[a];
      const Entry& right = layer.entries[b];
      if (left.bound != right.bound) return left.bound < right.bound;
      if (left.cost != right.cost) return left.cost > right.cost;
      return left.order < right.order;
    });
    dropped = std::min(dropped, layer.entries[rows[width]].bound);
    rows.resize(width);
    std::sort(rows.begin(), rows.end());
    Select(rows, layer);
  }

  // After all scenarios every state is decided: at most one is left, with the target true.
  void Finish(const std::vector<Layer>& layers, Outcome& outcome) const {
    if (layers.back().entries.empty()) return;
    outcome.found = true;
    outcome.best = layers.back().entries[0];
    outcome.several = outcome.best.several;
    outcome.options.resize(layers.size() - 1);
    int32_t row = 0;
    for (size_t i = layers.size() - 1; i > 0; --i) {
      const Step step = layers[i].entries[row].step;
      outcome.options[i - 1] = step.option;
      row = step.parent;
    }
  }

  const PlanProblem& problem_;
  const PlanMoves& moves_;
  const std::function<bool()>& wanted_;
  const size_t stride_;
  std::vector<LeafBound> bounds_;
  std::vector<bool> is_disjoint_;
  std::vector<int64_t> units_, units_from_;
  // Of the state that CostToGo looks at.
  std::vector<int64_t> leaf_costs_;
  int64_t spent_ = 0;
  bool stopped_ = false;
};

// Leaves below `node` that are not met although every answer is at its highest.
void CollectUnreachable(const Criteria& criteria, int node, const Tally& highest,
                        const std::vector<int>& outside, std::vector<int>& unreachable) {
  if (criteria.StatusOf(highest, node) == kMet) return;
  const Node& here = criteria.nodes()[node];
  if (here.kind <= Node::kRatio) {
    const bool is_outside = std::find(outside.begin(), outside.end(), node) != outside.end();
    if (!is_outside) unreachable.push_back(node);
    return;
  }
  for (int p = here.parts.begin; p < here.parts.end; ++p) {
    CollectUnreachable(criteria, criteria.parts()[p], highest, outside, unreachable);
  }
}

// Says why there is no plan.
void SetUnreachable(const Criteria& criteria, const Input& input, const PlanTarget& target,
                    const PlanProblem& problem, Plan& plan) {
  plan.highest = input.answers;
  for (size_t i = 0; i < problem.options.size(); ++i) {
    if (!problem.options[i].empty()) {
      plan.highest[i] = CodeOfRank(problem.options[i].back().rank);
    }
  }
  Tally tally = criteria.NewTally();
  Score(criteria, plan.highest, input.facts, tally);
  CollectUnreachable(criteria, target.node, tally, problem.outside, plan.unreachable);
}

// Makes the options the plan.
void SetPlan(const Input& input, const PlanProblem& problem, const std::vector<int>& options,
             Plan& plan) {
  plan.feasible = true;
  plan.cost = 0;
  plan.steps.clear();
  for (size_t i = 0; i < options.size(); ++i) {
    if (options[i] < 0) continue;
    const PlanOption& option = problem.options[i][options[i]];
    plan.cost += option.cost;
    plan.steps.push_back(
        {static_cast<int>(i), RankOfCode(input.answers[i]), option.rank, option.cost});
  }
}

// The same if they cost less than the plan there is, or cost the same by fewer steps.
void SetPlanIfBetter(const Input& input, const PlanProblem& problem,
                     const std::vector<int>& options, Plan& plan) {
  Plan other;
  SetPlan(input, problem, options, other);
  const auto rank = [](const Plan& of) { return std::make_pair(of.cost, of.steps.size()); };
  if (plan.feasible && rank(plan) <= rank(other)) return;
  plan.feasible = true;
  plan.cost = other.cost;
  plan.steps = std::move(other.steps);
}

}  // namespace

Plan PlanUpgrade(const Criteria& criteria, const Input& input, const PlanTarget& target,
                 const std::function<bool()>& wanted) {
  Tally tally = criteria.NewTally();
  Score(criteria, input.answers, input.facts, tally);
  const PlanProblem problem = MakePlanProblem(criteria, input, target, tally);
  const PlanMoves moves(problem);
  Plan plan;
  plan.outside = problem.outside;
  const std::vector<int> first = FindGreedyPlan(problem, moves);
  if (!first.empty()) SetPlan(input, problem, first, plan);
  PlanSearch search(problem, moves, wanted);
  int64_t lower_bound = 0;
  for (int64_t width = kFirstWidth;; width *= kWidening) {
    const int64_t upper = plan.feasible ? plan.cost : kImpossible;
    const Outcome outcome = search.Run(width, upper, target.node_budget);
    const int64_t least = outcome.found ? std::min(upper, outcome.best.cost) : upper;
    lower_bound = std::max(lower_bound, std::min(outcome.dropped, least));
    // Nothing that was dropped could be as good: cost, ties and other optima are settled.
    plan.proven = outcome.dropped > std::min(least, kImpossible - 1);
    if (outcome.found && plan.proven) {
      SetPlan(input, problem, outcome.options, plan);
      plan.other_optima_exist = outcome.several;
    } else if (outcome.found) {
      SetPlanIfBetter(input, problem, WithoutNeedlessSteps(problem, moves, outcome.options), plan);
    }
    if (plan.feasible) {
      plan.lower_bound = std::min(plan.cost, lower_bound);
    } else if (plan.proven) {
      SetUnreachable(criteria, input, target, problem, plan);
    }
    if (plan.proven || search.stopped() || search.spent() >= target.node_budget) return plan;
  }
}

}  // namespace zhiping::criteria
