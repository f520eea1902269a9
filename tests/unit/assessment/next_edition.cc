#include "tests/unit/assessment/next_edition.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace zhiping::oracle {
namespace {

using catalogue::v1::Edition;
using catalogue::v1::Relation;
using catalogue::v1::Release;
using catalogue::v1::Scenario;

// Scenarios stand together by segment.
void SpreadOverSegments(Edition& edition, Random& random) {
  const int scenarios = edition.scenarios_size();
  const int segments = random.Between(1, std::min(scenarios, 4));
  edition.clear_segments();
  for (int s = 0; s < segments; ++s) {
    auto& segment = *edition.add_segments();
    segment.set_id(absl::StrCat("g", s));
    segment.mutable_name()->set_text(absl::StrCat("G", s));
  }
  for (int i = 0; i < scenarios; ++i) {
    edition.mutable_scenarios(i)->set_segment(absl::StrCat("g", i * segments / scenarios));
  }
}

class Following {
 public:
  Following(const std::vector<Release>& releases, Random& random)
      : releases_(releases), old_(releases.back().edition()), random_(random) {}

  Release Run() {
    Release next = releases_.back();
    edition_ = next.mutable_edition();
    edition_->clear_scenarios();
    for (int i = 0; i < old_.scenarios_size(); ++i) Follow(i);
    if (edition_->scenarios().empty() || random_.OneIn(2))
      Add(old_.scenarios(0), absl::StrCat("n", random_.Below(1'000'000)));
    BringBack();
    SpreadOverSegments(*edition_, random_);
    auto& facts = *next.mutable_rulebook()->mutable_facts();
    if (!facts.empty() && random_.OneIn(2)) facts.RemoveLast();
    for (auto& fact : facts) fact.set_max(random_.Between(1, 100));
    return next;
  }

 private:
  // One of the things that may happen to a scenario.
  void Follow(int i) {
    const Scenario& old = old_.scenarios(i);
    if (merged_) {
      merged_ = false;
      return;
    }
    switch (random_.Below(9)) {
      case 0:
        return;
      case 1:
        if (auto* same = Add(old, old.id())) Reword(*same);
        return;
      case 2:
        if (auto* same = Add(old, old.id())) Relate(*same, Relation::TIGHTENED, {});
        return;
      case 3:
        if (auto* same = Add(old, old.id())) Relate(*same, Relation::RELAXED, {});
        return;
      case 4: {
        // One part may keep the id.
        const std::string first = random_.OneIn(2) ? old.id() : absl::StrCat(old.id(), "p");
        for (const std::string& id : {first, absl::StrCat(old.id(), "q")}) {
          if (auto* part = Add(old, id)) Relate(*part, Relation::SPLIT_FROM, {old.id()});
        }
        return;
      }
      case 5:
        if (i + 1 < old_.scenarios_size()) {
          auto* whole = Add(old, absl::StrCat(old.id(), "m"));
          if (whole == nullptr) return;
          Relate(*whole, Relation::MERGED_FROM, {old.id(), old_.scenarios(i + 1).id()});
          merged_ = true;
        }
        return;
      case 6:
        if (auto* same = Add(old, old.id())) ToggleLevel(*same);
        return;
      default:
        Add(old, old.id());
    }
  }

  // Null if the id is taken, or is too long to grow further.
  Scenario* Add(const Scenario& like, const std::string& id) {
    if (id.size() > 40 || !ids_.insert(id).second) return nullptr;
    Scenario& scenario = *edition_->add_scenarios();
    scenario = like;
    scenario.set_id(id);
    scenario.clear_relations();
    scenario.mutable_name()->set_text(absl::StrCat("N", id));
    return &scenario;
  }

  // Scenarios of earlier editions that the last one does not have.
  void BringBack() {
    for (size_t r = 0; r + 1 < releases_.size(); ++r) {
      for (const Scenario& scenario : releases_[r].edition().scenarios()) {
        if (random_.OneIn(3)) Add(scenario, scenario.id());
      }
    }
  }

  static void Relate(Scenario& scenario, Relation::Kind kind,
                     const std::vector<std::string>& from) {
    auto& relation = *scenario.add_relations();
    relation.set_kind(kind);
    relation.mutable_from()->Assign(from.begin(), from.end());
  }

  void Reword(Scenario& scenario) {
    auto& cell = *scenario.mutable_cells(random_.Below(scenario.cells_size()));
    if (cell.has_text()) cell.mutable_text()->set_text(absl::StrCat("c", random_.Below(1000)));
  }

  void ToggleLevel(Scenario& scenario) {
    auto& cell = *scenario.mutable_cells(random_.Below(scenario.cells_size()));
    const auto existing = std::count_if(scenario.cells().begin(), scenario.cells().end(),
                                        [](const auto& one) { return one.has_text(); });
    if (cell.has_absent()) {
      cell.mutable_text()->set_text("c");
    } else if (existing > 1) {
      cell.mutable_absent();
    }
  }

  const std::vector<Release>& releases_;
  const Edition& old_;
  Random& random_;
  Edition* edition_ = nullptr;
  std::set<std::string> ids_;
  // The scenario was merged with the one before.
  bool merged_ = false;
};

}  // namespace

Release FirstEdition(Random& random) {
  Shape shape;
  shape.most_scenarios = 12;
  Release release = RandomRelease(shape, random);
  release.mutable_edition()->clear_typical_scenarios();
  for (auto& scenario : *release.mutable_edition()->mutable_scenarios()) {
    scenario.clear_typical_scenarios();
    scenario.mutable_name()->set_text(absl::StrCat("N", scenario.id()));
  }
  release.mutable_rulebook()->clear_weights();
  release.mutable_rulebook()->clear_tiers();
  auto& tier = *release.mutable_rulebook()->add_tiers();
  tier.set_id("tier");
  tier.mutable_name()->set_zh("层");
  return release;
}

Release NextEdition(const std::vector<Release>& releases, Random& random) {
  return Following(releases, random).Run();
}

}  // namespace zhiping::oracle
