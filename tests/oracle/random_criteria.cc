#include "tests/oracle/random_criteria.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/criteria/validate.h"

namespace zhiping::oracle {
namespace {

using catalogue::v1::Condition;
using catalogue::v1::Edition;
using catalogue::v1::Measure;
using catalogue::v1::Release;
using catalogue::v1::Rulebook;
using catalogue::v1::ScenarioSet;

class Generator {
 public:
  Generator(const Shape& shape, Random& random) : shape_(shape), random_(random) {}

  Release Run() {
    MakeEdition();
    MakeRulebook();
    release_.set_semantics(1);
    release_.set_label("2026-1");
    return std::move(release_);
  }

 private:
  void MakeEdition() {
    Edition& edition = *release_.mutable_edition();
    edition.set_id("random");
    edition.set_programme("random");
    edition.set_year(2026);
    edition.mutable_title()->set_text("t");
    const int levels = random_.Between(1, shape_.most_levels);
    for (int k = 0; k < levels; ++k) {
      auto& level = *edition.add_levels();
      level.set_id(absl::StrCat("l", k));
      level.mutable_name()->set_text(absl::StrCat("L", k));
    }
    const int scenarios = random_.Between(1, shape_.most_scenarios);
    const int segments = random_.Between(1, std::min(scenarios, 8));
    for (int s = 0; s < segments; ++s) {
      auto& segment = *edition.add_segments();
      segment.set_id(absl::StrCat("g", s));
      segment.mutable_name()->set_text(absl::StrCat("G", s));
    }
    for (int i = 0; i < scenarios; ++i) AddScenario(i, i * segments / scenarios);
  }

  void AddScenario(int i, int segment) {
    Edition& edition = *release_.mutable_edition();
    auto& scenario = *edition.add_scenarios();
    scenario.set_id(absl::StrCat("s", i));
    scenario.set_segment(absl::StrCat("g", segment));
    scenario.mutable_name()->set_text(absl::StrCat("S", i));
    const int sure = random_.Below(edition.levels_size());
    for (int k = 0; k < edition.levels_size(); ++k) {
      auto& cell = *scenario.add_cells();
      cell.set_level(edition.levels(k).id());
      if (k == sure || !random_.OneIn(4)) {
        cell.mutable_text()->set_text("c");
      } else {
        cell.mutable_absent();
      }
    }
    for (int n = random_.Below(4); n > 0; --n) {
      auto& typical = *edition.add_typical_scenarios();
      typical.set_id(absl::StrCat("t", edition.typical_scenarios_size()));
      typical.mutable_name()->set_text(absl::StrCat("T", edition.typical_scenarios_size()));
      scenario.add_typical_scenarios(typical.id());
    }
  }

  void MakeRulebook() {
    Rulebook& rulebook = *release_.mutable_rulebook();
    rulebook.set_edition("random");
    int points = 0;
    for (const auto& level : release_.edition().levels()) {
      points += random_.Below(5);
      auto& entry = *rulebook.add_level_points();
      entry.set_level(level.id());
      entry.set_points(points);
    }
    rulebook.set_default_weight(random_.Between(1, 3));
    for (const auto& scenario : release_.edition().scenarios()) {
      if (!random_.OneIn(3)) continue;
      auto& weight = *rulebook.add_weights();
      weight.set_scenario(scenario.id());
      weight.set_weight(random_.Between(1, 50));
    }
    for (int f = random_.Below(4); f > 0; --f) {
      auto& fact = *rulebook.add_facts();
      fact.set_name(absl::StrCat("f", f));
      fact.set_scale(random_.OneIn(3) ? 1 : 0);
      fact.set_max(random_.Between(1, 100));
    }
    for (int t = random_.Between(1, 3); t > 0; --t) {
      auto& tier = *rulebook.add_tiers();
      tier.set_id(absl::StrCat("tier", t));
      tier.mutable_name()->set_zh("层");
      for (int c = random_.Below(5); c > 0; --c) MakeCondition(0, *tier.add_conditions());
      for (int c = random_.Below(3); c > 0; --c) MakeCondition(0, *tier.add_advice());
    }
  }

  void MakeCondition(int depth, Condition& condition) {
    condition.set_id(absl::StrCat("c", ++conditions_));
    condition.mutable_text()->set_zh("条件");
    condition.mutable_basis()->set_zh("依据");
    condition.mutable_source()->set_zh("来源");
    const int kind = random_.Below(depth < shape_.most_depth ? 8 : 5);
    if (kind < 3) {
      MakeMeasure(true, *condition.mutable_at_least()->mutable_measure());
    } else if (kind < 5) {
      auto& ratio = *condition.mutable_ratio_at_least();
      MakeMeasure(false, *ratio.mutable_numerator());
      MakeDenominator(*ratio.mutable_denominator());
      ratio.set_d(random_.Between(1, 20));
    } else {
      auto& parts = kind == 5   ? *condition.mutable_all_of()
                    : kind == 6 ? *condition.mutable_any_of()
                                : *condition.mutable_readings();
      for (int p = random_.Between(1, 3); p > 0; --p) {
        MakeCondition(depth + 1, *parts.add_conditions());
      }
      return;
    }
    ChooseThreshold(condition);
  }

  void MakeDenominator(Measure& measure) {
    if (shape_.moving_denominators && random_.OneIn(2)) {
      MakeMeasure(false, measure);
    } else {
      MakeSet(random_.OneIn(2) ? *measure.mutable_scenarios() : *measure.mutable_applicable());
    }
  }

  // The greatest threshold, below a random one, that validation says answers can reach.
  void ChooseThreshold(Condition& condition) {
    for (int threshold = random_.Below(30);; threshold = threshold * 3 / 4) {
      if (condition.has_at_least()) {
        condition.mutable_at_least()->set_threshold(threshold);
      } else {
        condition.mutable_ratio_at_least()->set_n(threshold);
      }
      Rulebook rulebook = release_.rulebook();
      rulebook.clear_tiers();
      auto& tier = *rulebook.add_tiers();
      tier.set_id("tier");
      tier.mutable_name()->set_zh("层");
      *tier.add_conditions() = condition;
      if (criteria::ValidateRelease(release_.edition(), rulebook).empty()) return;
      if (threshold == 0) {
        // Nothing can be reached, such as a ratio over nothing: ask for something plain.
        condition.mutable_at_least()->mutable_measure()->mutable_scenarios()->mutable_all();
        condition.mutable_at_least()->set_threshold(0);
        return;
      }
    }
  }

  void MakeMeasure(bool decimals, Measure& measure) {
    switch (random_.Below(8)) {
      case 0:
        return MakeSet(*measure.mutable_scenarios());
      case 1:
        return MakeSet(*measure.mutable_applicable());
      case 2:
        return MakeSet(*measure.mutable_points());
      case 3:
        return MakeSet(*measure.mutable_max_points());
      case 4: {
        auto& segments = *measure.mutable_segments();
        for (const auto& segment : release_.edition().segments()) {
          if (segments.segments().empty() || random_.OneIn(2)) segments.add_segments(segment.id());
        }
        segments.set_at_least(SomeLevel());
        segments.set_each(random_.Between(1, 3));
        return;
      }
      case 5:
        for (const auto& fact : release_.rulebook().facts()) {
          if (!decimals && fact.scale() != 0) continue;
          measure.set_fact(fact.name());
          return;
        }
        [[fallthrough]];
      case 6:
        MakeSet(*measure.mutable_count()->mutable_set());
        measure.mutable_count()->set_at_least(SomeLevel());
        return;
      default:
        MakeSet(*measure.mutable_typical()->mutable_set());
        measure.mutable_typical()->set_at_least(SomeLevel());
        return;
    }
  }

  std::string SomeLevel() {
    return release_.edition().levels(random_.Below(release_.edition().levels_size())).id();
  }

  void MakeSet(ScenarioSet& set) {
    const Edition& edition = release_.edition();
    const int kind = random_.Below(3);
    if (kind == 0) {
      set.mutable_all();
    } else if (kind == 1) {
      const int sure = random_.Below(edition.segments_size());
      for (int s = 0; s < edition.segments_size(); ++s) {
        if (s == sure || random_.OneIn(3)) {
          set.mutable_segments()->add_ids(edition.segments(s).id());
        }
      }
    } else {
      const int sure = random_.Below(edition.scenarios_size());
      for (int i = 0; i < edition.scenarios_size(); ++i) {
        if (i == sure || random_.OneIn(3)) {
          set.mutable_scenarios()->add_ids(edition.scenarios(i).id());
        }
      }
    }
  }

  const Shape& shape_;
  Random& random_;
  Release release_;
  int conditions_ = 0;
};

}  // namespace

Release RandomRelease(const Shape& shape, Random& random) { return Generator(shape, random).Run(); }

std::vector<uint8_t> RandomAnswers(const criteria::Criteria& criteria, Random& random) {
  std::vector<uint8_t> answers(criteria.scenario_count());
  for (int i = 0; i < criteria.scenario_count(); ++i) {
    const int code = random.Below(criteria.level_count() + 3);
    const int rank = criteria::RankOfCode(static_cast<uint8_t>(code));
    answers[i] = rank > 0 && !criteria.LevelExists(i, rank)
                     ? criteria::CodeOfRank(criteria.HighestRank(i))
                     : static_cast<uint8_t>(code);
  }
  return answers;
}

std::vector<int32_t> RandomFacts(const criteria::Criteria& criteria, Random& random) {
  std::vector<int32_t> facts;
  for (const auto& fact : criteria.rulebook().facts()) {
    facts.push_back(random.OneIn(5) ? criteria::kFactMissing
                                    : random.Between(fact.min(), fact.max()));
  }
  return facts;
}

}  // namespace zhiping::oracle
