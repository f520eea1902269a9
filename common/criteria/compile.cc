#include <algorithm>
#include <bit>
#include <map>
#include <set>
#include <utility>

#include "common/criteria/criteria.h"
#include "common/criteria/folder.h"
#include "common/criteria/names.h"
#include "common/criteria/validate.h"
#include "common/status/status_macros.h"

namespace zhiping::criteria {

using catalogue::v1::Condition;
using catalogue::v1::Edition;
using catalogue::v1::Rulebook;
using catalogue::v1::ScenarioSet;

// Builds a Criteria from a release that validation has accepted.
class Compiler {
 public:
  explicit Compiler(Criteria& criteria)
      : criteria_(criteria), edition_(criteria.edition()), rulebook_(criteria.rulebook()) {}

  void Run() {
    IndexIds();
    IndexNames();
    CompileScenarios();
    CompileIndex();
    for (const auto& tier : rulebook_.tiers()) {
      TierNodes nodes;
      nodes.conditions = CompileRoot(tier.conditions());
      nodes.advice = CompileRoot(tier.advice());
      criteria_.tiers_.push_back(nodes);
    }
  }

 private:
  // One number for each scenario.
  using PerScenario = std::vector<int32_t>;

  void IndexIds() {
    for (int i = 0; i < edition_.scenarios_size(); ++i) {
      criteria_.scenario_ids_[edition_.scenarios(i).id()] = i;
    }
    for (int i = 0; i < edition_.segments_size(); ++i) {
      criteria_.segment_ids_[edition_.segments(i).id()] = i;
    }
    for (int i = 0; i < rulebook_.facts_size(); ++i) {
      criteria_.fact_names_[rulebook_.facts(i).name()] = i;
    }
    for (int i = 0; i < rulebook_.tiers_size(); ++i) {
      criteria_.tier_ids_[rulebook_.tiers(i).id()] = i;
    }
  }

  // The first of those that mean several things: an edition that has such is not published.
  void IndexNames() {
    for (const Spelling& name : ScenarioSpellings(edition_)) {
      Index(name, criteria_.FindScenario(name.id), criteria_.scenario_names_);
    }
    for (const Spelling& name : AnswerSpellings(edition_)) {
      Index(name, criteria_.FindAnswerCode(name.id), criteria_.answer_names_);
    }
    for (const Spelling& name : TierSpellings(rulebook_)) {
      Index(name, criteria_.FindTier(name.id), criteria_.tier_names_);
    }
  }

  static void Index(const Spelling& name, int number, Criteria::Index& index) {
    if (!name.text.empty()) index.try_emplace(NameKey(name.text), number);
  }

  void CompileScenarios() {
    const int count = criteria_.scenario_count();
    const int levels = criteria_.level_count();
    criteria_.existing_levels_.assign(count, 0);
    criteria_.highest_rank_.assign(count, 0);
    criteria_.existing_masks_.assign(kMostRanks * criteria_.word_count(), 0);
    weight_.assign(count, rulebook_.default_weight());
    for (const auto& weight : rulebook_.weights()) {
      weight_[criteria_.FindScenario(weight.scenario())] = weight.weight();
    }
    points_of_rank_.assign(levels + 1, 0);
    for (const auto& points : rulebook_.level_points()) {
      points_of_rank_[criteria_.FindLevel(points.level()) + 1] = points.points();
    }
    segment_.resize(count);
    typical_.resize(count);
    max_points_.resize(count);
    for (int i = 0; i < count; ++i) {
      const auto& scenario = edition_.scenarios(i);
      segment_[i] = criteria_.FindSegment(scenario.segment());
      typical_[i] = scenario.typical_scenarios_size();
      for (int rank = 1; rank <= levels; ++rank) {
        if (!scenario.cells(rank - 1).has_text()) continue;
        criteria_.existing_levels_[i] |= uint32_t{1} << rank;
        criteria_.highest_rank_[i] = rank;
        criteria_.existing_masks_[(rank - 1) * criteria_.word_count() + i / 64] |= uint64_t{1}
                                                                                   << (i % 64);
      }
      max_points_[i] = weight_[i] * points_of_rank_[criteria_.highest_rank_[i]];
    }
  }

  void CompileIndex() {
    criteria_.segment_max_points_.assign(criteria_.segment_count(), 0);
    for (int s = 0; s < criteria_.segment_count(); ++s) {
      std::vector<bool> in_segment(criteria_.scenario_count());
      for (int i = 0; i < criteria_.scenario_count(); ++i) {
        in_segment[i] = segment_[i] == s;
        if (in_segment[i]) criteria_.segment_max_points_[s] += max_points_[i];
      }
      criteria_.max_points_ += criteria_.segment_max_points_[s];
      criteria_.segment_points_terms_.push_back(PointsTerms(in_segment));
      const int32_t begin = TermCount();
      AddTerms(0, Restrict(max_points_, in_segment));
      criteria_.segment_max_terms_.push_back({begin, TermCount()});
    }
    const int32_t begin = TermCount();
    AddTerms(1, typical_);
    criteria_.typical_terms_ = {begin, TermCount()};
  }

  int32_t TermCount() const { return static_cast<int32_t>(criteria_.terms_.size()); }

  static PerScenario Restrict(PerScenario numbers, const std::vector<bool>& set) {
    for (size_t i = 0; i < numbers.size(); ++i) {
      if (!set[i]) numbers[i] = 0;
    }
    return numbers;
  }

  // Appends terms that sum numbers[i] over the scenarios in the state: one term for each distinct
  // number, or for each bit of the numbers, whichever are fewer.
  void AddTerms(int state, const PerScenario& numbers) {
    std::set<int32_t> distinct;
    int32_t all_bits = 0;
    for (int32_t number : numbers) {
      if (number != 0) distinct.insert(number);
      all_bits |= number;
    }
    if (static_cast<int>(distinct.size()) <= std::popcount(static_cast<uint32_t>(all_bits))) {
      for (int32_t number : distinct) {
        AddTerm(state, number, numbers, [number](int32_t value) { return value == number; });
      }
    } else {
      for (int bit = 0; bit < 31; ++bit) {
        if ((all_bits >> bit & 1) == 0) continue;
        AddTerm(state, 1 << bit, numbers, [bit](int32_t value) { return (value >> bit & 1) != 0; });
      }
    }
  }

  template <typename Selects>
  void AddTerm(int state, int32_t multiplier, const PerScenario& numbers, Selects selects) {
    std::vector<uint64_t> mask(criteria_.word_count(), 0);
    for (size_t i = 0; i < numbers.size(); ++i) {
      if (selects(numbers[i])) mask[i / 64] |= uint64_t{1} << (i % 64);
    }
    int32_t first = 0;
    int32_t end = static_cast<int32_t>(mask.size());
    while (first < end && mask[first] == 0) ++first;
    while (end > first && mask[end - 1] == 0) --end;
    // Words between are few: an edition's segments stand together.
    criteria_.terms_.push_back(
        {state, multiplier, first, end - first, static_cast<int32_t>(criteria_.masks_.size())});
    criteria_.masks_.insert(criteria_.masks_.end(), mask.begin() + first, mask.begin() + end);
  }

  // weight × points, as a sum over ranks of what each rank adds. Ranks above a scenario's highest
  // add nothing: nobody can claim them, and only what can be claimed is known to fit into 32 bits.
  Range PointsTerms(const std::vector<bool>& set) {
    const int32_t begin = TermCount();
    for (int rank = 1; rank <= criteria_.level_count(); ++rank) {
      const int32_t more = points_of_rank_[rank] - points_of_rank_[rank - 1];
      PerScenario added = Restrict(weight_, set);
      for (size_t i = 0; i < added.size(); ++i) {
        added[i] = rank <= criteria_.highest_rank_[i] ? added[i] * more : 0;
      }
      AddTerms(rank, added);
    }
    return {begin, TermCount()};
  }

  std::vector<bool> Members(const ScenarioSet& set) const {
    std::vector<bool> members(criteria_.scenario_count(), set.has_all());
    if (set.has_segments()) {
      for (const std::string& id : set.segments().ids()) {
        const int segment = criteria_.FindSegment(id);
        for (size_t i = 0; i < members.size(); ++i) {
          if (segment_[i] == segment) members[i] = true;
        }
      }
    } else if (set.has_scenarios()) {
      for (const std::string& id : set.scenarios().ids())
        members[criteria_.FindScenario(id)] = true;
    }
    return members;
  }

  // The same measure is computed once, however often conditions name it.
  int32_t CompileMeasure(const catalogue::v1::Measure& measure) {
    const auto [entry, is_new] = measure_numbers_.try_emplace(
        measure.SerializeAsString(), static_cast<int32_t>(criteria_.measures_.size()));
    if (is_new) criteria_.measures_.push_back(NewMeasure(measure));
    return entry->second;
  }

  Measure NewMeasure(const catalogue::v1::Measure& measure) {
    using Rule = catalogue::v1::Measure;
    Measure compiled;
    const int32_t begin = TermCount();
    const PerScenario ones(criteria_.scenario_count(), 1);
    switch (measure.measure_case()) {
      case Rule::kScenarios:
        compiled.constant_only = true;
        compiled.constant = Sum(Restrict(ones, Members(measure.scenarios())));
        break;
      case Rule::kApplicable:
        AddTerms(0, Restrict(ones, Members(measure.applicable())));
        break;
      case Rule::kCount:
        AddTerms(RankOf(measure.count().at_least()),
                 Restrict(ones, Members(measure.count().set())));
        break;
      case Rule::kTypical:
        AddTerms(RankOf(measure.typical().at_least()),
                 Restrict(typical_, Members(measure.typical().set())));
        break;
      case Rule::kPoints:
        PointsTerms(Members(measure.points()));
        break;
      case Rule::kMaxPoints:
        compiled.constant_only = true;
        compiled.constant = Sum(Restrict(max_points_, Members(measure.max_points())));
        break;
      case Rule::kSegments:
        compiled.kind = Measure::kSegments;
        compiled.each = measure.segments().each();
        for (const std::string& id : measure.segments().segments()) {
          ScenarioSet set;
          set.mutable_segments()->add_ids(id);
          AddTerms(RankOf(measure.segments().at_least()), Restrict(ones, Members(set)));
        }
        break;
      case Rule::kFact:
        compiled.kind = Measure::kFact;
        compiled.fact = criteria_.FindFact(measure.fact());
        break;
      case Rule::MEASURE_NOT_SET:
        break;
    }
    compiled.terms = {begin, TermCount()};
    return compiled;
  }

  int RankOf(const std::string& level) const { return criteria_.FindLevel(level) + 1; }

  static int32_t Sum(const PerScenario& numbers) {
    int32_t sum = 0;
    for (int32_t number : numbers) sum += number;
    return sum;
  }

  using Conditions = google::protobuf::RepeatedPtrField<Condition>;

  int32_t CompileRoot(const Conditions& conditions) {
    if (conditions.empty()) return -1;
    const int32_t root = NewNode(Node::kAllOf, nullptr);
    CompileParts(root, conditions);
    return root;
  }

  int32_t NewNode(Node::Kind kind, const Condition* condition) {
    Node& node = criteria_.nodes_.emplace_back();
    node.kind = kind;
    node.condition = condition;
    return static_cast<int32_t>(criteria_.nodes_.size()) - 1;
  }

  void CompileParts(int32_t node, const Conditions& conditions) {
    std::vector<int32_t> numbers;
    for (const Condition& condition : conditions) numbers.push_back(CompileCondition(condition));
    Range& parts = criteria_.nodes_[node].parts;
    parts.begin = static_cast<int32_t>(criteria_.parts_.size());
    criteria_.parts_.insert(criteria_.parts_.end(), numbers.begin(), numbers.end());
    parts.end = static_cast<int32_t>(criteria_.parts_.size());
  }

  int32_t CompileCondition(const Condition& condition) {
    switch (condition.rule_case()) {
      case Condition::kAllOf:
        return CompileTree(Node::kAllOf, condition, condition.all_of().conditions());
      case Condition::kAnyOf:
        return CompileTree(Node::kAnyOf, condition, condition.any_of().conditions());
      case Condition::kReadings:
        return CompileTree(Node::kReadings, condition, condition.readings().conditions());
      case Condition::kRatioAtLeast: {
        const int32_t number = NewNode(Node::kRatio, &condition);
        const auto& ratio = condition.ratio_at_least();
        const int32_t numerator = CompileMeasure(ratio.numerator());
        const int32_t denominator = CompileMeasure(ratio.denominator());
        Node& node = criteria_.nodes_[number];
        node.measure = numerator;
        node.denominator = denominator;
        node.n = ratio.n();
        node.d = ratio.d();
        return number;
      }
      default: {
        const int32_t number = NewNode(Node::kAtLeast, &condition);
        const int32_t measure = CompileMeasure(condition.at_least().measure());
        criteria_.nodes_[number].measure = measure;
        criteria_.nodes_[number].n = condition.at_least().threshold();
        return number;
      }
    }
  }

  int32_t CompileTree(Node::Kind kind, const Condition& condition, const Conditions& parts) {
    const int32_t number = NewNode(kind, &condition);
    CompileParts(number, parts);
    return number;
  }

  Criteria& criteria_;
  const Edition& edition_;
  const Rulebook& rulebook_;
  PerScenario weight_, segment_, typical_, max_points_;
  std::vector<int32_t> points_of_rank_;
  std::map<std::string, int32_t> measure_numbers_;
};

absl::StatusOr<std::shared_ptr<const Criteria>> Criteria::Compile(catalogue::v1::Release release,
                                                                  std::string digest) {
  RETURN_IF_ERROR(ErrorsAsStatus(ValidateRelease(release.edition(), release.rulebook())));
  std::shared_ptr<Criteria> criteria(new Criteria());
  criteria->release_ = std::move(release);
  criteria->digest_ = std::move(digest);
  Compiler(*criteria).Run();
  criteria->program_ = MakeProgram(*criteria);
  return criteria;
}

Tally Criteria::NewTally() const {
  Tally tally;
  tally.segment_points.resize(segment_count());
  tally.segment_applicable_max_points.resize(segment_count());
  tally.level_counts.resize(level_count());
  tally.values.resize(program_.value_count);
  tally.statuses.resize(program_.status_count);
  tally.states.resize((kMostRanks + 1) * word_count());
  tally.missing_scenarios.resize(word_count());
  return tally;
}

}  // namespace zhiping::criteria
