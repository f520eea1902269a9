#include "common/criteria/plan_problem.h"

#include <utility>

namespace zhiping::criteria {
namespace {

class ProblemBuilder {
 public:
  ProblemBuilder(const Criteria& criteria, const Input& input, const PlanTarget& target,
                 const Tally& tally)
      : criteria_(criteria), input_(input), target_(target), tally_(tally) {}

  PlanProblem Run() {
    MakeOptions();
    problem_.nodes.emplace_back();
    if (!Build(target_.node, 0)) problem_.nodes[0].kind = PlanNode::kTrue;
    return std::move(problem_);
  }

 private:
  void MakeOptions() {
    const int levels = criteria_.level_count();
    problem_.options.resize(criteria_.scenario_count());
    for (int i = 0; i < criteria_.scenario_count(); ++i) {
      if (input_.answers[i] == kNotApplicable) continue;
      if (!target_.excluded.empty() && target_.excluded[i] != 0) continue;
      const int now = RankOfCode(input_.answers[i]);
      for (int rank = now + 1; rank <= levels; ++rank) {
        if (!criteria_.LevelExists(i, rank)) continue;
        const int32_t cost =
            target_.costs.empty() ? rank - now : target_.costs[i * levels + rank - 1];
        problem_.options[i].push_back({rank, cost});
      }
    }
  }

  bool IsMissingFact(int measure) const {
    return criteria_.measures()[measure].kind == Measure::kFact &&
           criteria_.ValueOf(tally_, measure) == kFactMissing;
  }

  bool IsFact(int measure) const { return criteria_.measures()[measure].kind == Measure::kFact; }

  bool IsOutside(const Node& node) const {
    if (node.kind == Node::kAtLeast) return IsFact(node.measure);
    return (IsFact(node.measure) && IsFact(node.denominator)) || IsMissingFact(node.measure) ||
           IsMissingFact(node.denominator);
  }

  // Builds what remains of the criteria's node into nodes[into]. Returns false if nothing remains.
  bool Build(int number, int into) {
    const Node& node = criteria_.nodes()[number];
    if (node.kind <= Node::kRatio) {
      if (IsOutside(node)) {
        problem_.outside.push_back(number);
        return false;
      }
      node.kind == Node::kAtLeast ? BuildAtLeast(node, into) : BuildRatio(node, into);
      return true;
    }
    problem_.nodes[into].kind = node.kind == Node::kAnyOf ? PlanNode::kAny : PlanNode::kAll;
    bool met = false;
    for (int p = node.parts.begin; p < node.parts.end; ++p) {
      const int part = criteria_.parts()[p];
      const int child = AddNode();
      if (Build(part, child)) {
        problem_.nodes[into].parts.push_back(child);
      } else {
        met |= node.kind == Node::kAnyOf && criteria_.StatusOf(tally_, part) == kMet;
      }
    }
    if (problem_.nodes[into].parts.empty()) return false;
    if (met) {
      problem_.nodes[into].kind = PlanNode::kTrue;
      problem_.nodes[into].parts.clear();
    }
    return true;
  }

  int AddNode() {
    problem_.nodes.emplace_back();
    return static_cast<int>(problem_.nodes.size()) - 1;
  }

  int AddLeaf(int into) {
    problem_.nodes[into].kind = PlanNode::kLeaf;
    problem_.nodes[into].leaf = static_cast<int>(problem_.leaves.size());
    problem_.leaves.emplace_back();
    return problem_.nodes[into].leaf;
  }

  void BuildAtLeast(const Node& node, int into) {
    const int leaf = AddLeaf(into);
    problem_.leaves[leaf].needed = node.n;
    AddMeasure(node.measure, 1, leaf);
  }

  // d × numerator − n × denominator ≥ 0, and denominator ≥ 1.
  void BuildRatio(const Node& node, int into) {
    problem_.nodes[into].kind = PlanNode::kAll;
    const int ratio = AddNode();
    const int positive = AddNode();
    problem_.nodes[into].parts = {ratio, positive};
    const int ratio_leaf = AddLeaf(ratio);
    AddMeasure(node.measure, node.d, ratio_leaf);
    AddMeasure(node.denominator, -node.n, ratio_leaf);
    const int positive_leaf = AddLeaf(positive);
    problem_.leaves[positive_leaf].needed = 1;
    AddMeasure(node.denominator, 1, positive_leaf);
  }

  // Adds factor × measure to the leaf: its present value lowers what is needed, its changes are
  // gains.
  void AddMeasure(int number, int64_t factor, int leaf) {
    if (factor == 0) return;
    const Measure& measure = criteria_.measures()[number];
    problem_.leaves[leaf].needed -= factor * criteria_.ValueOf(tally_, number);
    if (measure.kind == Measure::kFact) return;
    for (int t = measure.terms.begin; t < measure.terms.end; ++t) {
      const Term& term = criteria_.terms()[t];
      if (measure.kind == Measure::kSegments) {
        AddCounter(term, measure.each, factor, leaf);
      } else if (term.state > 0) {
        AddTerm(term, factor, leaf);
      }
    }
  }

  bool IsMember(const Term& term, int scenario) const {
    const int word = scenario / 64 - term.first_word;
    if (word < 0 || word >= term.word_count) return false;
    return (criteria_.masks()[term.mask + word] >> (scenario % 64) & 1) != 0;
  }

  void AddTerm(const Term& term, int64_t factor, int leaf) {
    for (int i = 0; i < criteria_.scenario_count(); ++i) {
      if (problem_.options[i].empty() || !IsMember(term, i)) continue;
      if (RankOfCode(input_.answers[i]) >= term.state) continue;
      std::vector<int64_t>& gains = GainsOf(leaf, i);
      for (size_t k = 0; k < gains.size(); ++k) {
        if (problem_.options[i][k].rank >= term.state) gains[k] += factor * term.multiplier;
      }
    }
  }

  std::vector<int64_t>& GainsOf(int leaf, int scenario) {
    std::vector<PlanGain>& all = problem_.leaves[leaf].gains;
    positions_.resize(problem_.leaves.size());
    std::vector<int>& position = positions_[leaf];
    position.resize(criteria_.scenario_count(), -1);
    if (position[scenario] < 0) {
      position[scenario] = static_cast<int>(all.size());
      all.push_back({scenario, std::vector<int64_t>(problem_.options[scenario].size(), 0)});
    }
    return all[position[scenario]].gains;
  }

  void AddCounter(const Term& term, int32_t each, int64_t factor, int leaf) {
    PlanCounter counter;
    counter.rank = term.state;
    counter.leaf = leaf;
    counter.gain = factor;
    counter.needed = each;
    for (int i = 0; i < criteria_.scenario_count(); ++i) {
      if (!IsMember(term, i)) continue;
      if (RankOfCode(input_.answers[i]) >= term.state) {
        --counter.needed;
      } else if (!problem_.options[i].empty() && problem_.options[i].back().rank >= term.state) {
        counter.scenarios.push_back(i);
      }
    }
    const bool reached = counter.needed <= 0;
    const bool reachable = counter.needed <= static_cast<int>(counter.scenarios.size());
    if (reached || !reachable) return;
    problem_.leaves[leaf].counters.push_back(static_cast<int>(problem_.counters.size()));
    problem_.counters.push_back(std::move(counter));
  }

  const Criteria& criteria_;
  const Input& input_;
  const PlanTarget& target_;
  const Tally& tally_;
  PlanProblem problem_;
  // By leaf and scenario: where the leaf's gains of the scenario are; -1 if it has none.
  std::vector<std::vector<int>> positions_;
};

}  // namespace

PlanMoves::PlanMoves(const PlanProblem& problem)
    : leaves(problem.options.size()), counters(problem.options.size()) {
  for (size_t leaf = 0; leaf < problem.leaves.size(); ++leaf) {
    for (const PlanGain& gain : problem.leaves[leaf].gains) {
      leaves[gain.scenario].push_back({static_cast<int>(leaf), &gain.gains});
    }
  }
  for (size_t c = 0; c < problem.counters.size(); ++c) {
    for (const int scenario : problem.counters[c].scenarios) {
      counters[scenario].push_back({static_cast<int>(c), problem.counters[c].rank});
    }
  }
}

PlanProblem MakePlanProblem(const Criteria& criteria, const Input& input, const PlanTarget& target,
                            const Tally& tally) {
  return ProblemBuilder(criteria, input, target, tally).Run();
}

}  // namespace zhiping::criteria
