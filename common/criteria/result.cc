#include "common/criteria/result.h"

#include "common/criteria/release.h"

namespace zhiping::criteria {
namespace {

using catalogue::v1::Condition;
using common::v1::ConditionResult;
using common::v1::Ratio;
using common::v1::ScoreResult;
using common::v1::UndeterminedCause;

common::v1::RuleStatus::Value StatusValue(uint8_t status) {
  if (status == kMet) return common::v1::RuleStatus::MET;
  return status == kNotMet ? common::v1::RuleStatus::NOT_MET : common::v1::RuleStatus::UNDETERMINED;
}

int32_t BasisPoints(int64_t numerator, int64_t denominator) {
  return static_cast<int32_t>(10000 * numerator / denominator);
}

void SetRatio(int32_t numerator, int32_t denominator, Ratio& ratio) {
  ratio.set_numerator(numerator);
  ratio.set_denominator(denominator);
  if (denominator == 0) {
    ratio.clear_basis_points();
  } else {
    ratio.set_basis_points(BasisPoints(numerator, denominator));
  }
}

common::v1::Combination::Value CombinationOf(Node::Kind kind) {
  switch (kind) {
    case Node::kAllOf:
      return common::v1::Combination::ALL_OF;
    case Node::kAnyOf:
      return common::v1::Combination::ANY_OF;
    case Node::kReadings:
      return common::v1::Combination::READINGS;
    default:
      return common::v1::Combination::COMBINATION_UNSPECIFIED;
  }
}

void AddFacts(const Criteria& criteria, const Node& node, ConditionResult& result) {
  for (const int number : {node.measure, node.denominator}) {
    if (number < 0) continue;
    const Measure& measure = criteria.measures()[number];
    if (measure.kind == Measure::kFact) {
      result.add_facts(criteria.rulebook().facts(measure.fact).name());
    }
  }
}

int ScaleOf(const Criteria& criteria, const Node& node) {
  const Measure& measure = criteria.measures()[node.measure];
  return measure.kind == Measure::kFact ? criteria.rulebook().facts(measure.fact).scale() : 0;
}

// What a value of the measured fact stands for; nullptr if the rulebook does not say.
const common::v1::LocalText* LabelOf(const Criteria& criteria, const Node& node, int64_t value) {
  const Measure& measure = criteria.measures()[node.measure];
  if (node.kind != Node::kAtLeast || measure.kind != Measure::kFact) return nullptr;
  for (const auto& label : criteria.rulebook().facts(measure.fact).labels()) {
    if (label.value() == value) return &label.text();
  }
  return nullptr;
}

void FrameCondition(const Criteria& criteria, int number, bool texts, ConditionResult& result) {
  const Node& node = criteria.nodes()[number];
  const Condition& condition = *node.condition;
  result.set_condition(condition.id());
  result.set_combination(CombinationOf(node.kind));
  if (texts) {
    *result.mutable_text() = condition.text();
    *result.mutable_basis() = condition.basis();
    *result.mutable_source() = condition.source();
  }
  if (node.kind <= Node::kRatio) {
    result.set_threshold(static_cast<int32_t>(node.n));
    if (node.kind == Node::kRatio) result.set_threshold_denominator(static_cast<int32_t>(node.d));
    result.set_scale(ScaleOf(criteria, node));
    if (texts) AddFacts(criteria, node, result);
    if (const auto* label = LabelOf(criteria, node, node.n); texts && label != nullptr) {
      *result.mutable_threshold_label() = *label;
    }
  }
  for (int p = node.parts.begin; p < node.parts.end; ++p) {
    FrameCondition(criteria, criteria.parts()[p], texts, *result.add_parts());
  }
}

void FrameRoot(const Criteria& criteria, int root, bool texts,
               google::protobuf::RepeatedPtrField<ConditionResult>& results) {
  if (root < 0) return;
  const Range parts = criteria.nodes()[root].parts;
  for (int p = parts.begin; p < parts.end; ++p) {
    FrameCondition(criteria, criteria.parts()[p], texts, *results.Add());
  }
}

void FillLeaf(const Criteria& criteria, const Node& node, const Tally& tally,
              ConditionResult& result) {
  const int32_t value = criteria.ValueOf(tally, node.measure);
  const bool known = value != kFactMissing;
  known ? result.set_value(value) : result.clear_value();
  if (node.kind == Node::kAtLeast) {
    result.set_cause(known ? UndeterminedCause::UNDETERMINED_CAUSE_UNSPECIFIED
                           : UndeterminedCause::FACT_MISSING);
    // Only a frame with texts has one.
    if (!result.has_text()) return;
    const auto* const label = LabelOf(criteria, node, value);
    result.clear_value_label();
    if (label != nullptr) *result.mutable_value_label() = *label;
    return;
  }
  const int32_t denominator = criteria.ValueOf(tally, node.denominator);
  const bool denominator_known = denominator != kFactMissing;
  denominator_known ? result.set_denominator(denominator) : result.clear_denominator();
  if (!known || !denominator_known) {
    result.clear_basis_points();
    result.set_cause(UndeterminedCause::FACT_MISSING);
  } else if (denominator == 0) {
    result.clear_basis_points();
    result.set_cause(UndeterminedCause::DENOMINATOR_ZERO);
  } else {
    // A share of facts can be far above one; what an int32 cannot hold is not shown.
    const int64_t basis_points = int64_t{10000} * value / denominator;
    basis_points <= INT32_MAX ? result.set_basis_points(static_cast<int32_t>(basis_points))
                              : result.clear_basis_points();
    result.set_cause(UndeterminedCause::UNDETERMINED_CAUSE_UNSPECIFIED);
  }
}

void FillCondition(const Criteria& criteria, int number, const Tally& tally,
                   ConditionResult& result) {
  const Node& node = criteria.nodes()[number];
  const uint8_t status = criteria.StatusOf(tally, number);
  result.set_status(StatusValue(status));
  if (node.kind <= Node::kRatio) {
    FillLeaf(criteria, node, tally, result);
    return;
  }
  uint8_t joined = 0;
  for (int p = node.parts.begin; p < node.parts.end; ++p) {
    const int32_t part = criteria.parts()[p];
    joined |= criteria.StatusOf(tally, part);
    FillCondition(criteria, part, tally, *result.mutable_parts(p - node.parts.begin));
  }
  if (status != kUndetermined) {
    result.set_cause(UndeterminedCause::UNDETERMINED_CAUSE_UNSPECIFIED);
  } else if (node.kind == Node::kReadings && (joined & kMet) != 0 && (joined & kNotMet) != 0) {
    result.set_cause(UndeterminedCause::READINGS_DISAGREE);
  } else {
    result.set_cause(UndeterminedCause::PART_UNDETERMINED);
  }
}

void FillRoot(const Criteria& criteria, int root, const Tally& tally,
              google::protobuf::RepeatedPtrField<ConditionResult>& results) {
  if (root < 0) return;
  const Range parts = criteria.nodes()[root].parts;
  for (int p = parts.begin; p < parts.end; ++p) {
    FillCondition(criteria, criteria.parts()[p], tally, results[p - parts.begin]);
  }
}

void FillMissing(const Criteria& criteria, const Tally& tally, ScoreResult& result) {
  result.clear_missing();
  if (tally.missing == 0) return;
  for (int w = 0; w < criteria.word_count(); ++w) {
    for (uint64_t rest = tally.missing_scenarios[w]; rest != 0; rest &= rest - 1) {
      const int scenario = 64 * w + __builtin_ctzll(rest);
      result.add_missing(criteria.edition().scenarios(scenario).id());
    }
  }
}

}  // namespace

common::v1::RuleStatus::Value StatusOfTier(const Criteria& criteria, const Tally& tally,
                                           const TierNodes& tier) {
  return StatusValue(tier.conditions < 0 ? uint8_t{kUndetermined}
                                         : criteria.StatusOf(tally, tier.conditions));
}

ScoreResult ResultFrame(const Criteria& criteria, bool texts) {
  ScoreResult result;
  const auto& edition = criteria.edition();
  for (const auto& segment : edition.segments()) {
    auto& segment_result = *result.add_segments();
    segment_result.set_segment(segment.id());
    if (texts) segment_result.set_name(segment.name().text());
  }
  for (const auto& level : edition.levels()) {
    auto& count = *result.add_levels();
    count.set_level(level.id());
    if (texts) count.set_name(level.name().text());
  }
  for (int t = 0; t < criteria.tier_count(); ++t) {
    const auto& tier = criteria.rulebook().tiers(t);
    auto& tier_result = *result.add_tiers();
    tier_result.set_tier(tier.id());
    if (texts) *tier_result.mutable_name() = tier.name();
    FrameRoot(criteria, criteria.tiers()[t].conditions, texts, *tier_result.mutable_conditions());
    FrameRoot(criteria, criteria.tiers()[t].advice, texts, *tier_result.mutable_advice());
  }
  result.set_typical_total(edition.typical_scenarios_size());
  result.set_scenario_total(edition.scenarios_size());
  result.set_release_digest(criteria.digest());
  result.set_release_label(criteria.release().label());
  result.set_engine_version(kEngineVersion);
  result.set_semantics(criteria.release().semantics());
  if (texts) *result.mutable_statement() = criteria.rulebook().statement();
  return result;
}

void FillResult(const Criteria& criteria, const Tally& tally, ScoreResult& result) {
  SetRatio(tally.points, criteria.max_points(), *result.mutable_index());
  SetRatio(tally.points, tally.applicable_max_points, *result.mutable_index_applicable());
  for (int s = 0; s < criteria.segment_count(); ++s) {
    auto& segment = *result.mutable_segments(s);
    SetRatio(tally.segment_points[s], criteria.segment_max_points(s), *segment.mutable_index());
    SetRatio(tally.segment_points[s], tally.segment_applicable_max_points[s],
             *segment.mutable_index_applicable());
  }
  for (int i = 0; i < criteria.level_count(); ++i) {
    result.mutable_levels(i)->set_count(tally.level_counts[i]);
  }
  result.set_built(tally.built);
  result.set_applicable(tally.applicable);
  result.set_not_applicable(criteria.scenario_count() - tally.applicable);
  FillMissing(criteria, tally, result);
  result.set_complete(tally.missing == 0);
  result.set_typical_covered(tally.typical_covered);
  for (int t = 0; t < criteria.tier_count(); ++t) {
    const TierNodes& nodes = criteria.tiers()[t];
    auto& tier = *result.mutable_tiers(t);
    tier.set_status(StatusOfTier(criteria, tally, nodes));
    FillRoot(criteria, nodes.conditions, tally, *tier.mutable_conditions());
    FillRoot(criteria, nodes.advice, tally, *tier.mutable_advice());
  }
}

ScoreResult MakeResult(const Criteria& criteria, const Tally& tally, bool texts) {
  ScoreResult result = ResultFrame(criteria, texts);
  FillResult(criteria, tally, result);
  return result;
}

ConditionResult MakeConditionResult(const Criteria& criteria, int node, const Tally& tally,
                                    bool texts) {
  ConditionResult result;
  FrameCondition(criteria, node, texts, result);
  FillCondition(criteria, node, tally, result);
  return result;
}

}  // namespace zhiping::criteria
