#include "common/criteria/plan_greedy.h"

#include <algorithm>
#include <numeric>

#include "absl/numeric/int128.h"

namespace zhiping::criteria {
namespace {

// How often all scenarios are looked at again while less and less is missing.
constexpr int kMostRounds = 8;

// Answers on their way, and what they have gained so far.
class Walk {
 public:
  Walk(const PlanProblem& problem, const PlanMoves& moves)
      : problem_(problem),
        moves_(moves),
        options_(problem.options.size(), -1),
        gained_(problem.leaves.size()),
        counts_(problem.counters.size()) {}

  const std::vector<int>& options() const { return options_; }

  void Set(int scenario, int option) {
    const int before = options_[scenario];
    options_[scenario] = option;
    for (const PlanMoves::Leaf& move : moves_.leaves[scenario]) {
      gained_[move.leaf] += Gain(move, option) - Gain(move, before);
    }
    for (const PlanMoves::Counter& move : moves_.counters[scenario]) {
      const PlanCounter& counter = problem_.counters[move.counter];
      int32_t& count = counts_[move.counter];
      const bool had = count >= counter.needed;
      count += Counts(scenario, move, option) - Counts(scenario, move, before);
      const bool has = count >= counter.needed;
      gained_[counter.leaf] += (has - had) * counter.gain;
    }
  }

  bool IsMet(int node = 0) const {
    const PlanNode& here = problem_.nodes[node];
    const auto is_met = [this](int part) { return IsMet(part); };
    switch (here.kind) {
      case PlanNode::kTrue:
        return true;
      case PlanNode::kLeaf:
        return gained_[here.leaf] >= problem_.leaves[here.leaf].needed;
      case PlanNode::kAll:
        return std::all_of(here.parts.begin(), here.parts.end(), is_met);
      case PlanNode::kAny:
        return std::any_of(here.parts.begin(), here.parts.end(), is_met);
    }
    return false;
  }

  // What all leaves together still need.
  absl::int128 Missing() const {
    absl::int128 missing = 0;
    for (size_t leaf = 0; leaf < gained_.size(); ++leaf) {
      missing += std::max<int64_t>(0, problem_.leaves[leaf].needed - gained_[leaf]);
    }
    return missing;
  }

 private:
  static int64_t Gain(const PlanMoves::Leaf& move, int option) {
    return option < 0 ? 0 : (*move.gains)[option];
  }
  int Counts(int scenario, const PlanMoves::Counter& move, int option) const {
    return option >= 0 && problem_.options[scenario][option].rank >= move.rank ? 1 : 0;
  }

  const PlanProblem& problem_;
  const PlanMoves& moves_;
  std::vector<int> options_;
  std::vector<int64_t> gained_;
  std::vector<int32_t> counts_;
};

// Moves single scenarios until the target is met or nothing helps.
void MissLess(const PlanProblem& problem, Walk& walk) {
  absl::int128 missing = walk.Missing();
  for (int round = 0; round < kMostRounds; ++round) {
    const absl::int128 before = missing;
    for (int i = 0; i < static_cast<int>(problem.options.size()); ++i) {
      int best = walk.options()[i];
      for (int option = -1; option < static_cast<int>(problem.options[i].size()); ++option) {
        walk.Set(i, option);
        const absl::int128 with = walk.Missing();
        if (with >= missing) continue;
        missing = with;
        best = option;
      }
      walk.Set(i, best);
      if (walk.IsMet()) return;
    }
    if (missing == before) return;
  }
}

int64_t CostOf(const PlanProblem& problem, int scenario, int option) {
  return option < 0 ? 0 : problem.options[scenario][option].cost;
}

// Takes back or lowers what the target does not need. Of steps that cost the same those that come
// last in the edition go first, since ties are for the earlier ones.
void TakeBack(const PlanProblem& problem, Walk& walk) {
  std::vector<int> scenarios(problem.options.size());
  std::iota(scenarios.rbegin(), scenarios.rend(), 0);
  std::stable_sort(scenarios.begin(), scenarios.end(), [&](int a, int b) {
    return CostOf(problem, a, walk.options()[a]) > CostOf(problem, b, walk.options()[b]);
  });
  // Where a target asks for a share, what one step needed may be needless without another.
  bool changed = true;
  for (int round = 0; changed && round < kMostRounds; ++round) {
    changed = false;
    for (const int i : scenarios) {
      const int before = walk.options()[i];
      int best = before;
      for (int option = -1; option < static_cast<int>(problem.options[i].size()); ++option) {
        const int64_t cost = CostOf(problem, i, option);
        const int64_t least = CostOf(problem, i, best);
        if (cost > least || (cost == least && option >= best)) continue;
        walk.Set(i, option);
        if (walk.IsMet()) best = option;
      }
      walk.Set(i, best);
      changed |= best != before;
    }
  }
}

}  // namespace

std::vector<int> FindGreedyPlan(const PlanProblem& problem, const PlanMoves& moves) {
  Walk walk(problem, moves);
  for (int i = 0; i < static_cast<int>(problem.options.size()); ++i) {
    walk.Set(i, static_cast<int>(problem.options[i].size()) - 1);
  }
  if (!walk.IsMet()) MissLess(problem, walk);
  if (!walk.IsMet()) return {};
  TakeBack(problem, walk);
  return walk.options();
}

std::vector<int> WithoutNeedlessSteps(const PlanProblem& problem, const PlanMoves& moves,
                                      const std::vector<int>& options) {
  Walk walk(problem, moves);
  for (size_t i = 0; i < options.size(); ++i) walk.Set(static_cast<int>(i), options[i]);
  TakeBack(problem, walk);
  return walk.options();
}

}  // namespace zhiping::criteria
