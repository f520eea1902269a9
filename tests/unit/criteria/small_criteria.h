// Criteria small enough to know by heart.
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "zhiping/catalogue/v1/release.pb.h"

namespace zhiping::criteria {

// Levels l0, l1, l2; scenarios a (all levels), b (no l0), c (l2 only), in segments g and h; facts
// score (scale 1, 0–100) and rank (1–5); a tier 先行级 without conditions.
inline catalogue::v1::Release SmallRelease() {
  catalogue::v1::Release release;
  auto& edition = *release.mutable_edition();
  edition.set_id("small");
  edition.set_programme("small");
  edition.set_year(2026);
  edition.mutable_title()->set_text("标题");
  for (int k = 0; k < 3; ++k) {
    edition.add_levels()->set_id(absl::StrCat("l", k));
    edition.mutable_levels(k)->mutable_name()->set_text(absl::StrCat("级", k));
  }
  for (const char* segment : {"g", "h"}) {
    edition.add_segments()->set_id(segment);
    edition.mutable_segments()->rbegin()->mutable_name()->set_text(segment);
  }
  const auto add = [&](const std::string& id, const std::string& segment, int lowest) {
    auto& scenario = *edition.add_scenarios();
    scenario.set_id(id);
    scenario.set_segment(segment);
    scenario.set_number(edition.scenarios_size());
    scenario.mutable_name()->set_text("场景" + id);
    for (int k = 0; k < 3; ++k) {
      auto& cell = *scenario.add_cells();
      cell.set_level(absl::StrCat("l", k));
      if (k < lowest) {
        cell.mutable_absent();
      } else {
        cell.mutable_text()->set_text(absl::StrCat("引入", id, k));
      }
    }
  };
  add("a", "g", 0);
  add("b", "g", 1);
  add("c", "h", 2);
  auto& rulebook = *release.mutable_rulebook();
  rulebook.set_edition("small");
  rulebook.set_default_weight(1);
  for (int k = 0; k < 3; ++k) {
    rulebook.add_level_points()->set_level(absl::StrCat("l", k));
    rulebook.mutable_level_points(k)->set_points(k + 1);
  }
  auto& score = *rulebook.add_facts();
  score.set_name("score");
  score.set_scale(1);
  score.set_max(1000);
  auto& rank = *rulebook.add_facts();
  rank.set_name("rank");
  rank.set_min(1);
  rank.set_max(5);
  auto& tier = *rulebook.add_tiers();
  tier.set_id("leading");
  tier.mutable_name()->set_zh("先行级");
  tier.mutable_name()->set_en("Leading");
  release.set_semantics(1);
  release.set_label("2026-1");
  return release;
}

}  // namespace zhiping::criteria
