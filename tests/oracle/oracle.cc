#include "tests/oracle/oracle.h"

#include <optional>
#include <string>

namespace zhiping::oracle {
namespace {

using catalogue::v1::Condition;
using catalogue::v1::Measure;
using catalogue::v1::ScenarioSet;
using common::v1::ConditionResult;
using common::v1::RuleStatus;
using common::v1::ScoreResult;
using common::v1::UndeterminedCause;

class Interpreter {
 public:
  Interpreter(const catalogue::v1::Release& release, const std::vector<uint8_t>& answers,
              const std::vector<int32_t>& facts)
      : edition_(release.edition()),
        rulebook_(release.rulebook()),
        answers_(answers),
        facts_(facts) {}

  ScoreResult Run() const {
    ScoreResult result;
    SetRatio(Points(), MaxPoints(false), *result.mutable_index());
    SetRatio(Points(), MaxPoints(true), *result.mutable_index_applicable());
    for (const auto& segment : edition_.segments()) {
      auto& of_segment = *result.add_segments();
      of_segment.set_segment(segment.id());
      SetRatio(Points(segment.id()), MaxPoints(false, segment.id()), *of_segment.mutable_index());
      SetRatio(Points(segment.id()), MaxPoints(true, segment.id()),
               *of_segment.mutable_index_applicable());
    }
    for (int k = 0; k < edition_.levels_size(); ++k) {
      auto& level = *result.add_levels();
      level.set_level(edition_.levels(k).id());
      int count = 0;
      for (uint8_t answer : answers_) count += answer == k + 3;
      level.set_count(count);
    }
    int built = 0, applicable = 0, typical = 0;
    for (int i = 0; i < edition_.scenarios_size(); ++i) {
      if (Rank(i) >= 1) {
        ++built;
        typical += edition_.scenarios(i).typical_scenarios_size();
      }
      if (answers_[i] != 2) ++applicable;
      if (answers_[i] == 0) result.add_missing(edition_.scenarios(i).id());
    }
    result.set_built(built);
    result.set_applicable(applicable);
    result.set_not_applicable(edition_.scenarios_size() - applicable);
    result.set_complete(result.missing().empty());
    result.set_typical_covered(typical);
    result.set_typical_total(edition_.typical_scenarios_size());
    result.set_scenario_total(edition_.scenarios_size());
    for (const auto& tier : rulebook_.tiers()) {
      auto& of_tier = *result.add_tiers();
      of_tier.set_tier(tier.id());
      if (!tier.conditions().empty()) {
        for (const auto& condition : tier.conditions()) {
          *of_tier.add_conditions() = Evaluate(condition);
        }
        of_tier.set_status(AllOf(of_tier.conditions()));
      } else {
        of_tier.set_status(RuleStatus::UNDETERMINED);
      }
      for (const auto& advice : tier.advice()) *of_tier.add_advice() = Evaluate(advice);
    }
    return result;
  }

 private:
  using Results = google::protobuf::RepeatedPtrField<ConditionResult>;

  int Rank(int scenario) const { return answers_[scenario] >= 3 ? answers_[scenario] - 2 : 0; }

  int RankOfLevel(const std::string& level) const {
    for (int k = 0; k < edition_.levels_size(); ++k) {
      if (edition_.levels(k).id() == level) return k + 1;
    }
    return 1000;
  }

  int PointsOfRank(int rank) const {
    for (const auto& points : rulebook_.level_points()) {
      if (RankOfLevel(points.level()) == rank) return points.points();
    }
    return 0;
  }

  int Weight(int scenario) const {
    for (const auto& weight : rulebook_.weights()) {
      if (weight.scenario() == edition_.scenarios(scenario).id()) return weight.weight();
    }
    return rulebook_.default_weight();
  }

  int HighestRank(int scenario) const {
    int highest = 0;
    for (int k = 0; k < edition_.levels_size(); ++k) {
      if (edition_.scenarios(scenario).cells(k).has_text()) highest = k + 1;
    }
    return highest;
  }

  int Points(const std::string& segment = "") const {
    int sum = 0;
    for (int i = 0; i < edition_.scenarios_size(); ++i) {
      if (!segment.empty() && edition_.scenarios(i).segment() != segment) continue;
      sum += Weight(i) * PointsOfRank(Rank(i));
    }
    return sum;
  }

  int MaxPoints(bool applicable_only, const std::string& segment = "") const {
    int sum = 0;
    for (int i = 0; i < edition_.scenarios_size(); ++i) {
      if (!segment.empty() && edition_.scenarios(i).segment() != segment) continue;
      if (applicable_only && answers_[i] == 2) continue;
      sum += Weight(i) * PointsOfRank(HighestRank(i));
    }
    return sum;
  }

  static void SetRatio(int numerator, int denominator, common::v1::Ratio& ratio) {
    ratio.set_numerator(numerator);
    ratio.set_denominator(denominator);
    if (denominator != 0) {
      ratio.set_basis_points(static_cast<int>(int64_t{10000} * numerator / denominator));
    }
  }

  bool Contains(const ScenarioSet& set, int scenario) const {
    if (set.has_all()) return true;
    const auto& row = edition_.scenarios(scenario);
    for (const auto& id : set.segments().ids()) {
      if (id == row.segment()) return true;
    }
    for (const auto& id : set.scenarios().ids()) {
      if (id == row.id()) return true;
    }
    return false;
  }

  // nullopt: a missing fact.
  std::optional<int64_t> Value(const Measure& measure) const {
    int64_t value = 0;
    if (measure.has_fact()) {
      for (int f = 0; f < rulebook_.facts_size(); ++f) {
        if (rulebook_.facts(f).name() != measure.fact()) continue;
        if (facts_[f] == INT32_MIN) return std::nullopt;
        return facts_[f];
      }
    }
    if (measure.has_segments()) {
      for (const auto& segment : measure.segments().segments()) {
        int count = 0;
        for (int i = 0; i < edition_.scenarios_size(); ++i) {
          if (edition_.scenarios(i).segment() == segment &&
              Rank(i) >= RankOfLevel(measure.segments().at_least())) {
            ++count;
          }
        }
        if (count >= measure.segments().each()) ++value;
      }
      return value;
    }
    for (int i = 0; i < edition_.scenarios_size(); ++i) {
      if (measure.has_scenarios() && Contains(measure.scenarios(), i)) value += 1;
      if (measure.has_applicable() && Contains(measure.applicable(), i)) value += answers_[i] != 2;
      if (measure.has_count() && Contains(measure.count().set(), i)) {
        value += Rank(i) >= RankOfLevel(measure.count().at_least());
      }
      if (measure.has_typical() && Contains(measure.typical().set(), i) &&
          Rank(i) >= RankOfLevel(measure.typical().at_least())) {
        value += edition_.scenarios(i).typical_scenarios_size();
      }
      if (measure.has_points() && Contains(measure.points(), i)) {
        value += int64_t{Weight(i)} * PointsOfRank(Rank(i));
      }
      if (measure.has_max_points() && Contains(measure.max_points(), i)) {
        value += int64_t{Weight(i)} * PointsOfRank(HighestRank(i));
      }
    }
    return value;
  }

  static bool Any(const Results& results, RuleStatus::Value status) {
    for (const auto& result : results) {
      if (result.status() == status) return true;
    }
    return false;
  }

  static RuleStatus::Value AllOf(const Results& parts) {
    if (Any(parts, RuleStatus::NOT_MET)) return RuleStatus::NOT_MET;
    return Any(parts, RuleStatus::UNDETERMINED) ? RuleStatus::UNDETERMINED : RuleStatus::MET;
  }

  static RuleStatus::Value AnyOf(const Results& parts) {
    if (Any(parts, RuleStatus::MET)) return RuleStatus::MET;
    return Any(parts, RuleStatus::UNDETERMINED) ? RuleStatus::UNDETERMINED : RuleStatus::NOT_MET;
  }

  static RuleStatus::Value Readings(const Results& parts) {
    for (RuleStatus::Value status : {RuleStatus::MET, RuleStatus::NOT_MET}) {
      bool all = true;
      for (const auto& part : parts) all = all && part.status() == status;
      if (all) return status;
    }
    return RuleStatus::UNDETERMINED;
  }

  ConditionResult Evaluate(const Condition& condition) const {
    ConditionResult result;
    result.set_condition(condition.id());
    if (condition.has_at_least()) {
      const auto& rule = condition.at_least();
      result.set_threshold(rule.threshold());
      if (rule.measure().has_fact()) {
        for (const auto& fact : rulebook_.facts()) {
          if (fact.name() == rule.measure().fact()) result.set_scale(fact.scale());
        }
      }
      const auto value = Value(rule.measure());
      if (!value.has_value()) {
        result.set_status(RuleStatus::UNDETERMINED);
        result.set_cause(UndeterminedCause::FACT_MISSING);
      } else {
        result.set_value(static_cast<int32_t>(*value));
        result.set_status(*value >= rule.threshold() ? RuleStatus::MET : RuleStatus::NOT_MET);
      }
      return result;
    }
    if (condition.has_ratio_at_least()) {
      EvaluateRatio(condition.ratio_at_least(), result);
      return result;
    }
    if (condition.has_all_of()) {
      for (const auto& part : condition.all_of().conditions()) *result.add_parts() = Evaluate(part);
      result.set_combination(common::v1::Combination::ALL_OF);
      result.set_status(AllOf(result.parts()));
    } else if (condition.has_any_of()) {
      for (const auto& part : condition.any_of().conditions()) *result.add_parts() = Evaluate(part);
      result.set_combination(common::v1::Combination::ANY_OF);
      result.set_status(AnyOf(result.parts()));
    } else {
      for (const auto& part : condition.readings().conditions()) {
        *result.add_parts() = Evaluate(part);
      }
      result.set_combination(common::v1::Combination::READINGS);
      result.set_status(Readings(result.parts()));
    }
    if (result.status() == RuleStatus::UNDETERMINED) {
      const bool disagree = condition.has_readings() && Any(result.parts(), RuleStatus::MET) &&
                            Any(result.parts(), RuleStatus::NOT_MET);
      result.set_cause(disagree ? UndeterminedCause::READINGS_DISAGREE
                                : UndeterminedCause::PART_UNDETERMINED);
    }
    return result;
  }

  void EvaluateRatio(const catalogue::v1::RatioAtLeast& rule, ConditionResult& result) const {
    result.set_threshold(rule.n());
    result.set_threshold_denominator(rule.d());
    const auto numerator = Value(rule.numerator());
    const auto denominator = Value(rule.denominator());
    if (numerator.has_value()) result.set_value(static_cast<int32_t>(*numerator));
    if (denominator.has_value()) result.set_denominator(static_cast<int32_t>(*denominator));
    result.set_status(RuleStatus::UNDETERMINED);
    if (!numerator.has_value() || !denominator.has_value()) {
      result.set_cause(UndeterminedCause::FACT_MISSING);
    } else if (*denominator == 0) {
      result.set_cause(UndeterminedCause::DENOMINATOR_ZERO);
    } else {
      const bool met = *numerator * rule.d() >= rule.n() * *denominator;
      result.set_status(met ? RuleStatus::MET : RuleStatus::NOT_MET);
      const int64_t basis_points = 10000 * *numerator / *denominator;
      if (basis_points <= INT32_MAX) result.set_basis_points(static_cast<int32_t>(basis_points));
    }
  }

  const catalogue::v1::Edition& edition_;
  const catalogue::v1::Rulebook& rulebook_;
  const std::vector<uint8_t>& answers_;
  const std::vector<int32_t>& facts_;
};

}  // namespace

ScoreResult Score(const catalogue::v1::Release& release, const std::vector<uint8_t>& answers,
                  const std::vector<int32_t>& facts) {
  return Interpreter(release, answers, facts).Run();
}

}  // namespace zhiping::oracle
