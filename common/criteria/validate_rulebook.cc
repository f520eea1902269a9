#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/criteria/answers.h"
#include "common/criteria/criteria.h"
#include "common/criteria/validate_parts.h"

namespace zhiping::criteria {
namespace {

using catalogue::v1::Condition;
using catalogue::v1::Edition;
using catalogue::v1::Measure;
using catalogue::v1::Rulebook;
using catalogue::v1::ScenarioSet;

constexpr int kMaxScale = 4;
constexpr int kMaxDepth = 16;
// What leaves as int32.
constexpr int64_t kMaxInt32 = INT32_MAX;

// Least and greatest value of a measure over all answers and facts; least is above 0 for a
// denominator, which is undetermined at 0.
struct Bounds {
  int64_t least = 0;
  int64_t greatest = 0;
};

class RulebookValidator {
 public:
  RulebookValidator(const Edition& edition, const Rulebook& rulebook, Findings& findings)
      : edition_(edition), rulebook_(rulebook), findings_(findings) {
    for (int i = 0; i < edition.scenarios_size(); ++i) scenarios_[edition.scenarios(i).id()] = i;
    for (int i = 0; i < edition.segments_size(); ++i) segments_.insert(edition.segments(i).id());
    for (int i = 0; i < edition.levels_size(); ++i) ranks_[edition.levels(i).id()] = i + 1;
  }

  void Run() {
    if (rulebook_.edition() != edition_.id()) {
      findings_.Error("edition", Reason::WRONG_EDITION, absl::StrCat("应为“", edition_.id(), "”。"),
                      absl::StrCat("Should be \"", edition_.id(), "\"."));
    }
    CheckPoints();
    CheckWeights();
    CheckSums();
    CheckFacts();
    CheckTiers();
  }

 private:
  bool InRange(int64_t value, int64_t least, int64_t most, const std::string& field) {
    if (value >= least && value <= most) return true;
    findings_.Error(
        field, Reason::NUMBER_OUT_OF_RANGE,
        absl::StrCat(value, " 超出范围，应为 ", least, " 至 ", most, "。"),
        absl::StrCat(value, " is out of range; it should be ", least, " to ", most, "."));
    return false;
  }

  void UnknownName(const std::string& name, const std::string& field, Reason::Value reason) {
    findings_.Error(field, reason, absl::StrCat("年版或评分规则中没有“", name, "”。"),
                    absl::StrCat("The edition or rulebook has no \"", name, "\"."));
  }

  void Duplicate(const std::string& name, const std::string& field) {
    findings_.Error(field, Reason::DUPLICATE_ID, absl::StrCat("“", name, "”重复出现。"),
                    absl::StrCat("\"", name, "\" appears twice."));
  }

  void Empty(const std::string& field) {
    findings_.Error(field, Reason::EMPTY_RULE, "不能为空。", "May not be empty.");
  }

  void CheckPoints() {
    points_.assign(edition_.levels_size() + 1, -1);
    points_[0] = 0;
    for (int i = 0; i < rulebook_.level_points_size(); ++i) {
      const auto& entry = rulebook_.level_points(i);
      const std::string field = absl::StrCat("level_points[", i, "]");
      const auto rank = ranks_.find(entry.level());
      if (rank == ranks_.end()) {
        UnknownName(entry.level(), field + ".level", Reason::UNKNOWN_LEVEL);
        continue;
      }
      if (points_[rank->second] >= 0) Duplicate(entry.level(), field + ".level");
      InRange(entry.points(), 0, kMaxNumber, field + ".points");
      points_[rank->second] = std::clamp(entry.points(), 0, kMaxNumber);
    }
    for (int rank = 1; rank <= edition_.levels_size(); ++rank) {
      if (points_[rank] < 0) {
        findings_.Error(
            "level_points", Reason::FIELD_REQUIRED,
            absl::StrCat("缺少等级“", edition_.levels(rank - 1).id(), "”的分值。"),
            absl::StrCat("No points for level \"", edition_.levels(rank - 1).id(), "\"."));
        points_[rank] = points_[rank - 1];
      } else if (points_[rank] < points_[rank - 1]) {
        findings_.Error("level_points", Reason::POINTS_FALL,
                        absl::StrCat("等级“", edition_.levels(rank - 1).id(),
                                     "”的分值低于其下一级，分值不得随等级升高而降低。"),
                        absl::StrCat("The points of level \"", edition_.levels(rank - 1).id(),
                                     "\" are below those of the level under it."));
      }
    }
  }

  void CheckWeights() {
    InRange(rulebook_.default_weight(), 1, kMaxNumber, "default_weight");
    weights_.assign(edition_.scenarios_size(),
                    std::clamp(rulebook_.default_weight(), 1, kMaxNumber));
    std::set<std::string> seen;
    for (int i = 0; i < rulebook_.weights_size(); ++i) {
      const auto& entry = rulebook_.weights(i);
      const std::string field = absl::StrCat("weights[", i, "]");
      const auto scenario = scenarios_.find(entry.scenario());
      if (scenario == scenarios_.end()) {
        UnknownName(entry.scenario(), field + ".scenario", Reason::UNKNOWN_SCENARIO);
        continue;
      }
      if (!seen.insert(entry.scenario()).second) Duplicate(entry.scenario(), field + ".scenario");
      InRange(entry.weight(), 1, kMaxNumber, field + ".weight");
      weights_[scenario->second] = std::clamp(entry.weight(), 1, kMaxNumber);
    }
  }

  // Cells beyond the levels, which an edition with errors may have, do not count.
  int HighestRank(int scenario) const {
    const auto& cells = edition_.scenarios(scenario).cells();
    for (int k = std::min(cells.size(), edition_.levels_size()); k >= 1; --k) {
      if (cells[k - 1].has_text()) return k;
    }
    return 0;
  }

  // What the index can reach; every part of it is at most this.
  void CheckSums() {
    int64_t sum = 0;
    for (int i = 0; i < edition_.scenarios_size(); ++i) {
      sum += int64_t{weights_[i]} * points_[HighestRank(i)];
    }
    if (sum <= kMaxInt32) return;
    findings_.Error(
        "weights", Reason::OVERFLOW_POSSIBLE, absl::StrCat("满分为 ", sum, "，应小于 2147483648。"),
        absl::StrCat("The maximum points are ", sum, "; they should be below ", "2147483648."));
  }

  void CheckFacts() {
    for (int i = 0; i < rulebook_.facts_size(); ++i) {
      const auto& fact = rulebook_.facts(i);
      const std::string field = absl::StrCat("facts[", i, "]");
      if (fact.name().empty() || fact.name().size() > 64 ||
          fact.name().find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") !=
              std::string::npos) {
        findings_.Error(
            field + ".name", Reason::INVALID_ID,
            absl::StrCat("指标名“", fact.name(),
                         "”应由小写字母、数字和下划线组成，最多 64 个字符。"),
            absl::StrCat("The fact name \"", fact.name(),
                         "\" should consist of a-z, 0-9 and _, at most 64 characters."));
      }
      if (!facts_.emplace(fact.name(), i).second) Duplicate(fact.name(), field + ".name");
      InRange(fact.scale(), 0, kMaxScale, field + ".scale");
      InRange(fact.min(), 0, kMaxInt32, field + ".min");
      // No value is between bounds that contradict each other.
      if (!InRange(fact.max(), fact.min(), kMaxInt32, field + ".max")) continue;
      for (int k = 0; k < fact.labels_size(); ++k) {
        InRange(fact.labels(k).value(), fact.min(), fact.max(),
                absl::StrCat(field, ".labels[", k, "].value"));
      }
    }
  }

  void CheckTiers() {
    std::set<std::string> ids;
    for (int i = 0; i < rulebook_.tiers_size(); ++i) {
      const auto& tier = rulebook_.tiers(i);
      const std::string field = absl::StrCat("tiers[", i, "]");
      if (tier.id().empty()) Empty(field + ".id");
      if (!ids.insert(tier.id()).second) Duplicate(tier.id(), field + ".id");
      CheckConditions(tier.conditions(), field + ".conditions", 1);
      CheckConditions(tier.advice(), field + ".advice", 1);
    }
  }

  void CheckConditions(const google::protobuf::RepeatedPtrField<Condition>& conditions,
                       const std::string& field, int depth) {
    if (depth > kMaxDepth) {
      findings_.Error(field, Reason::TOO_LARGE, absl::StrCat("条件嵌套超过 ", kMaxDepth, " 层。"),
                      absl::StrCat("Conditions are nested more than ", kMaxDepth, " deep."));
      return;
    }
    for (int i = 0; i < conditions.size(); ++i) {
      CheckCondition(conditions[i], absl::StrCat(field, "[", i, "]"), depth);
    }
  }

  void CheckCondition(const Condition& condition, const std::string& field, int depth) {
    if (condition.id().empty()) Empty(field + ".id");
    if (!condition_ids_.insert(condition.id()).second) Duplicate(condition.id(), field + ".id");
    switch (condition.rule_case()) {
      case Condition::kAtLeast:
        CheckAtLeast(condition.at_least(), field + ".at_least");
        break;
      case Condition::kRatioAtLeast:
        CheckRatio(condition.ratio_at_least(), field + ".ratio_at_least");
        break;
      case Condition::kAllOf:
        CheckParts(condition.all_of(), field + ".all_of", depth);
        break;
      case Condition::kAnyOf:
        CheckParts(condition.any_of(), field + ".any_of", depth);
        break;
      case Condition::kReadings:
        CheckParts(condition.readings(), field + ".readings", depth);
        break;
      case Condition::RULE_NOT_SET:
        Empty(field + ".rule");
        break;
    }
  }

  void CheckParts(const catalogue::v1::Parts& parts, const std::string& field, int depth) {
    if (parts.conditions().empty()) Empty(field + ".conditions");
    CheckConditions(parts.conditions(), field + ".conditions", depth + 1);
  }

  void CheckAtLeast(const catalogue::v1::AtLeast& rule, const std::string& field) {
    Bounds bounds;
    const bool known = CheckMeasure(rule.measure(), field + ".measure", bounds);
    if (!InRange(rule.threshold(), 0, kMaxNumber, field + ".threshold") || !known) return;
    if (bounds.greatest >= rule.threshold()) return;
    const int scale = rule.measure().has_fact() ? FactScale(rule.measure().fact()) : 0;
    const std::string most = FormatDecimal(bounds.greatest, scale);
    findings_.Error(field + ".threshold", Reason::THRESHOLD_UNREACHABLE,
                    absl::StrCat("任何填报都达不到 ", FormatDecimal(rule.threshold(), scale),
                                 "，最多为 ", most, "。"),
                    absl::StrCat("No answers can reach ", FormatDecimal(rule.threshold(), scale),
                                 "; the most is ", most, "."));
  }

  void CheckRatio(const catalogue::v1::RatioAtLeast& rule, const std::string& field) {
    Bounds numerator;
    Bounds denominator;
    bool known = CheckMeasure(rule.numerator(), field + ".numerator", numerator);
    known &= CheckMeasure(rule.denominator(), field + ".denominator", denominator);
    for (const Measure* measure : {&rule.numerator(), &rule.denominator()}) {
      if (measure->has_fact() && FactScale(measure->fact()) != 0) {
        findings_.Error(field, Reason::FACT_SCALE_IN_RATIO,
                        absl::StrCat("比值中只能用不带小数的指标，“", measure->fact(), "”带小数。"),
                        absl::StrCat("A ratio takes only facts of scale 0; \"", measure->fact(),
                                     "\" has decimals."));
      }
    }
    known &= InRange(rule.n(), 0, kMaxNumber, field + ".n");
    known &= InRange(rule.d(), 1, kMaxNumber, field + ".d");
    if (!known) return;
    const int64_t least_denominator = std::max<int64_t>(denominator.least, 1);
    if (denominator.greatest >= 1 &&
        numerator.greatest * rule.d() >= rule.n() * least_denominator) {
      return;
    }
    findings_.Error(field + ".n", Reason::THRESHOLD_UNREACHABLE,
                    absl::StrCat("任何填报都达不到 ", rule.n(), "/", rule.d(), "，最多为 ",
                                 numerator.greatest, "/", least_denominator, "。"),
                    absl::StrCat("No answers can reach ", rule.n(), "/", rule.d(), "; the most is ",
                                 numerator.greatest, "/", least_denominator, "."));
  }

  // A scale that CheckFacts has refused counts as the nearest that is allowed.
  int FactScale(const std::string& name) const {
    const auto fact = facts_.find(name);
    if (fact == facts_.end()) return 0;
    return std::clamp(rulebook_.facts(fact->second).scale(), 0, kMaxScale);
  }

  // Returns false, with findings, if the measure names what is not there.
  bool CheckMeasure(const Measure& measure, const std::string& field, Bounds& bounds) {
    std::vector<int> members;
    int rank = 0;
    switch (measure.measure_case()) {
      case Measure::kScenarios:
        if (!CheckSet(measure.scenarios(), field + ".scenarios", members)) return false;
        bounds.least = bounds.greatest = static_cast<int64_t>(members.size());
        return true;
      case Measure::kApplicable:
        if (!CheckSet(measure.applicable(), field + ".applicable", members)) return false;
        bounds.greatest = static_cast<int64_t>(members.size());
        return true;
      case Measure::kCount:
        if (!CheckCount(measure.count(), field + ".count", members, rank)) return false;
        for (int i : members) bounds.greatest += HighestRank(i) >= rank;
        return true;
      case Measure::kTypical:
        if (!CheckCount(measure.typical(), field + ".typical", members, rank)) return false;
        for (int i : members) {
          if (HighestRank(i) >= rank) {
            bounds.greatest += edition_.scenarios(i).typical_scenarios_size();
          }
        }
        return true;
      case Measure::kPoints:
        if (!CheckSet(measure.points(), field + ".points", members)) return false;
        bounds.greatest = MaxPoints(members);
        return true;
      case Measure::kMaxPoints:
        if (!CheckSet(measure.max_points(), field + ".max_points", members)) return false;
        bounds.least = bounds.greatest = MaxPoints(members);
        return true;
      case Measure::kSegments:
        return CheckSegmentCount(measure.segments(), field + ".segments", bounds);
      case Measure::kFact: {
        const auto fact = facts_.find(measure.fact());
        if (fact == facts_.end()) {
          UnknownName(measure.fact(), field + ".fact", Reason::UNKNOWN_FACT);
          return false;
        }
        bounds.least = rulebook_.facts(fact->second).min();
        bounds.greatest = rulebook_.facts(fact->second).max();
        return true;
      }
      case Measure::MEASURE_NOT_SET:
        Empty(field);
        return false;
    }
    return false;
  }

  // At most what CheckSums allows, so that products with n and d stay within 64 bits.
  int64_t MaxPoints(const std::vector<int>& members) const {
    int64_t sum = 0;
    for (int i : members) sum += int64_t{weights_[i]} * points_[HighestRank(i)];
    return std::min(sum, kMaxInt32);
  }

  bool CheckCount(const catalogue::v1::Count& count, const std::string& field,
                  std::vector<int>& members, int& rank) {
    const bool known = CheckLevel(count.at_least(), field + ".at_least", rank);
    return CheckSet(count.set(), field + ".set", members) && known;
  }

  bool CheckLevel(const std::string& level, const std::string& field, int& rank) {
    const auto found = ranks_.find(level);
    if (found == ranks_.end()) {
      UnknownName(level, field, Reason::UNKNOWN_LEVEL);
      return false;
    }
    rank = found->second;
    return true;
  }

  bool CheckSegmentCount(const catalogue::v1::SegmentCount& rule, const std::string& field,
                         Bounds& bounds) {
    int rank = 0;
    bool known = CheckLevel(rule.at_least(), field + ".at_least", rank);
    known &= InRange(rule.each(), 1, kMaxScenarios, field + ".each");
    if (rule.segments().empty()) {
      Empty(field + ".segments");
      known = false;
    }
    std::set<std::string> seen;
    for (int k = 0; k < rule.segments_size(); ++k) {
      const std::string& id = rule.segments(k);
      const std::string entry = absl::StrCat(field, ".segments[", k, "]");
      if (segments_.count(id) == 0) {
        UnknownName(id, entry, Reason::UNKNOWN_SEGMENT);
        known = false;
      }
      if (!seen.insert(id).second) Duplicate(id, entry);
      int count = 0;
      for (int i = 0; i < edition_.scenarios_size(); ++i) {
        count += edition_.scenarios(i).segment() == id && HighestRank(i) >= rank;
      }
      bounds.greatest += count >= rule.each();
    }
    return known;
  }

  bool CheckSet(const ScenarioSet& set, const std::string& field, std::vector<int>& members) {
    const catalogue::v1::Ids* ids = nullptr;
    if (set.has_segments()) ids = &set.segments();
    if (set.has_scenarios()) ids = &set.scenarios();
    if (!set.has_all() && (ids == nullptr || ids->ids().empty())) {
      Empty(field);
      return false;
    }
    bool known = true;
    std::set<std::string> listed;
    if (ids != nullptr) {
      for (int k = 0; k < ids->ids_size(); ++k) {
        const std::string& id = ids->ids(k);
        const std::string entry = absl::StrCat(field, ".ids[", k, "]");
        if (!listed.insert(id).second) Duplicate(id, entry);
        const bool exists = set.has_segments() ? segments_.count(id) > 0 : scenarios_.count(id) > 0;
        if (exists) continue;
        UnknownName(id, entry,
                    set.has_segments() ? Reason::UNKNOWN_SEGMENT : Reason::UNKNOWN_SCENARIO);
        known = false;
      }
    }
    for (int i = 0; i < edition_.scenarios_size(); ++i) {
      const auto& scenario = edition_.scenarios(i);
      if (set.has_all() ||
          listed.count(set.has_segments() ? scenario.segment() : scenario.id()) > 0) {
        members.push_back(i);
      }
    }
    return known;
  }

  const Edition& edition_;
  const Rulebook& rulebook_;
  Findings& findings_;
  std::map<std::string, int> scenarios_, ranks_, facts_;
  std::set<std::string> segments_, condition_ids_;
  std::vector<int32_t> points_, weights_;
};

}  // namespace

void ValidateRulebook(const Edition& edition, const Rulebook& rulebook, Findings& findings) {
  RulebookValidator(edition, rulebook, findings).Run();
}

}  // namespace zhiping::criteria
