#include "tests/oracle/hard_criteria.h"

#include "absl/strings/str_cat.h"

namespace zhiping::oracle {
namespace {

using catalogue::v1::Edition;
using catalogue::v1::Release;
using catalogue::v1::Rulebook;

constexpr int kConditions = 12;
constexpr int kSegments = 8;

void FillEdition(int scenarios, int levels, Random& random, Edition& edition) {
  edition.set_id("hard-2026");
  edition.set_programme("hard");
  edition.set_year(2026);
  edition.mutable_title()->set_text("t");
  for (int k = 0; k < levels; ++k) {
    edition.add_levels()->set_id(absl::StrCat("l", k));
    edition.mutable_levels(k)->mutable_name()->set_text(absl::StrCat("L", k));
  }
  for (int s = 0; s < kSegments; ++s) {
    edition.add_segments()->set_id(absl::StrCat("g", s));
    edition.mutable_segments(s)->mutable_name()->set_text(absl::StrCat("G", s));
  }
  for (int i = 0; i < scenarios; ++i) {
    auto& scenario = *edition.add_scenarios();
    scenario.set_id(absl::StrCat("s", i));
    scenario.set_segment(absl::StrCat("g", i * kSegments / scenarios));
    scenario.mutable_name()->set_text(absl::StrCat("S", i));
    for (int k = 0; k < levels; ++k) {
      auto& cell = *scenario.add_cells();
      cell.set_level(edition.levels(k).id());
      if (k + 1 < levels && random.OneIn(5)) {
        cell.mutable_absent();
      } else {
        cell.mutable_text()->set_text("c");
      }
    }
  }
}

void AddCondition(int number, const Edition& edition, Random& random, catalogue::v1::Tier& tier) {
  auto& condition = *tier.add_conditions();
  condition.set_id(absl::StrCat("c", number));
  for (auto* text :
       {condition.mutable_text(), condition.mutable_basis(), condition.mutable_source()}) {
    text->set_zh("x");
    text->set_en("x");
  }
  auto& ratio = *condition.mutable_ratio_at_least();
  ratio.set_n(40 + number);
  ratio.set_d(100);
  auto& members = *ratio.mutable_numerator()->mutable_points()->mutable_scenarios();
  for (const auto& scenario : edition.scenarios()) {
    if (random.OneIn(3)) members.add_ids(scenario.id());
  }
  *ratio.mutable_denominator()->mutable_max_points()->mutable_scenarios() = members;
}

}  // namespace

Release HardRelease(int scenarios, int levels, Random& random) {
  Release release;
  Edition& edition = *release.mutable_edition();
  FillEdition(scenarios, levels, random, edition);
  Rulebook& rulebook = *release.mutable_rulebook();
  rulebook.set_edition(edition.id());
  rulebook.set_default_weight(1);
  for (int k = 0; k < levels; ++k) {
    auto& points = *rulebook.add_level_points();
    points.set_level(edition.levels(k).id());
    points.set_points((k + 1) * (k + 2) / 2);
  }
  for (const auto& scenario : edition.scenarios()) {
    auto& weight = *rulebook.add_weights();
    weight.set_scenario(scenario.id());
    weight.set_weight(random.Between(1, 1000));
  }
  auto& tier = *rulebook.add_tiers();
  tier.set_id("t");
  tier.mutable_name()->set_zh("层级");
  tier.mutable_name()->set_en("Tier");
  for (int c = 0; c < kConditions; ++c) AddCondition(c, edition, random, tier);
  release.set_semantics(1);
  release.set_label("2026-1");
  return release;
}

}  // namespace zhiping::oracle
