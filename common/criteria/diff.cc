#include "common/criteria/diff.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/criteria/edition_text_diff.h"
#include "common/criteria/rulebook_diff.h"
#include "common/criteria/text_diff.h"

namespace zhiping::criteria {
namespace {

using catalogue::v1::AnswerPassage;
using catalogue::v1::Passport;
using catalogue::v1::Relation;
using catalogue::v1::Scenario;
using catalogue::v1::ScenarioPassage;

using Kinds = google::protobuf::RepeatedField<int>;

bool Has(const Kinds& kinds, ScenarioPassage::Kind kind) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

std::string CellText(const Scenario& scenario, int level) {
  return scenario.cells(level).has_text() ? scenario.cells(level).text().text() : "";
}

bool DeclaresCorrection(const Criteria& from, const Criteria& to) {
  return to.edition().has_correction() &&
         to.edition().correction().release_digest() == from.digest();
}

// Compares one release with the next, scenario by scenario.
class Comparison {
 public:
  Comparison(const Criteria& from, const Criteria& to)
      : from_(from),
        to_(to),
        corrected_(IsCorrection(from, to)),
        old_typical_(NamesById(from.edition().typical_scenarios())),
        new_typical_(NamesById(to.edition().typical_scenarios())) {}

  Passport Run() {
    Passport passport;
    passport.set_from_digest(from_.digest());
    passport.set_from_label(from_.release().label());
    passport.set_to_digest(to_.digest());
    passport.set_to_label(to_.release().label());
    passport.set_corrected(corrected_);
    passport.set_correction_declared(DeclaresCorrection(from_, to_));
    if (!passport.correction_declared()) {
      passport.set_corrects_another(to_.edition().correction().release_digest());
    }
    passport.set_rulebook_changed(RulebooksDiffer(from_, to_));
    DiffRulebooks(from_, to_, *passport.mutable_rule_changes());
    DiffEditionTexts(from_.edition(), to_.edition(), *passport.mutable_text_changes());
    for (int i = 0; i < to_.scenario_count(); ++i) ComparePassage(i, *passport.add_scenarios());
    for (const Scenario& scenario : from_.edition().scenarios()) {
      if (used_.count(scenario.id()) == 0) AddWithdrawn(scenario, *passport.add_scenarios());
    }
    return passport;
  }

 private:
  void ComparePassage(int number, ScenarioPassage& passage) {
    const Scenario& row = to_.edition().scenarios(number);
    passage.set_scenario(row.id());
    passage.set_new_name(row.name().text());
    DeclaredOrigins(row, passage);
    const int same = from_.FindScenario(row.id());
    if (passage.from().empty() && same >= 0) {
      passage.add_from(row.id());
      CompareSame(same, number, passage);
    }
    if (passage.from().empty()) passage.add_kinds(ScenarioPassage::NEW);
    for (const std::string& id : passage.from()) used_.insert(id);
    if (passage.from_size() == 1) FillAnswers(from_.FindScenario(passage.from(0)), number, passage);
  }

  // Whether the old release, of the same edition, declares the relation already: it is to the
  // edition before, and was answered for.
  bool IsOld(const Scenario& row, const Relation& relation) const {
    if (from_.edition().id() != to_.edition().id()) return false;
    const int same = from_.FindScenario(row.id());
    if (same < 0) return false;
    const auto& old = from_.edition().scenarios(same).relations();
    return std::any_of(old.begin(), old.end(), [&](const Relation& other) {
      return other.SerializeAsString() == relation.SerializeAsString();
    });
  }

  // Origins that the new edition declares, and which of them the old one does not have.
  void DeclaredOrigins(const Scenario& row, ScenarioPassage& passage) const {
    for (const Relation& relation : row.relations()) {
      if (relation.kind() != Relation::SPLIT_FROM && relation.kind() != Relation::MERGED_FROM) {
        continue;
      }
      if (IsOld(row, relation)) continue;
      passage.add_kinds(relation.kind() == Relation::SPLIT_FROM ? ScenarioPassage::SPLIT_FROM
                                                                : ScenarioPassage::MERGED_FROM);
      for (const std::string& id : relation.from()) {
        const int old_number = from_.FindScenario(id);
        if (old_number < 0) {
          passage.add_unknown_origins(id);
          continue;
        }
        passage.add_from(id);
        passage.set_old_name(absl::StrCat(passage.old_name(),
                                          passage.old_name().empty() ? "" : "、",
                                          from_.edition().scenarios(old_number).name().text()));
      }
    }
  }

  void CompareSame(int old_number, int new_number, ScenarioPassage& passage) const {
    const Scenario& old_row = from_.edition().scenarios(old_number);
    const Scenario& new_row = to_.edition().scenarios(new_number);
    passage.set_old_name(old_row.name().text());
    CompareTexts(old_row, new_row, passage);
    if (!passage.text_changes().empty() || !passage.renamed().empty()) {
      passage.add_kinds(corrected_ ? ScenarioPassage::CORRECTED : ScenarioPassage::REWORDED);
    }
    bool added = false;
    bool removed = false;
    for (const auto& level : to_.edition().levels()) {
      added |= Exists(to_, new_number, level.id()) && !Exists(from_, old_number, level.id());
    }
    for (const auto& level : from_.edition().levels()) {
      removed |= Exists(from_, old_number, level.id()) && !Exists(to_, new_number, level.id());
    }
    if (added) passage.add_kinds(ScenarioPassage::LEVEL_ADDED);
    if (removed) passage.add_kinds(ScenarioPassage::LEVEL_REMOVED);
    if (old_row.segment() != new_row.segment()) passage.add_kinds(ScenarioPassage::MOVED);
    for (const Relation& relation : new_row.relations()) {
      if (IsOld(new_row, relation)) continue;
      if (relation.kind() == Relation::TIGHTENED) passage.add_kinds(ScenarioPassage::TIGHTENED);
      if (relation.kind() == Relation::RELAXED) passage.add_kinds(ScenarioPassage::RELAXED);
    }
    if (passage.kinds().empty()) passage.add_kinds(ScenarioPassage::UNCHANGED);
  }

  static bool Exists(const Criteria& criteria, int scenario, const std::string& level) {
    const int number = criteria.FindLevel(level);
    return number >= 0 && criteria.LevelExists(scenario, number + 1);
  }

  void CompareTexts(const Scenario& old_row, const Scenario& new_row,
                    ScenarioPassage& passage) const {
    TextChanges& changes = *passage.mutable_text_changes();
    AddTextChange("name", old_row.name().text(), new_row.name().text(), changes);
    for (int k = 0; k < to_.level_count(); ++k) {
      const std::string& level = to_.edition().levels(k).id();
      const int old_level = from_.FindLevel(level);
      if (old_level < 0) continue;
      const std::string old_text = CellText(old_row, old_level);
      const std::string new_text = CellText(new_row, k);
      // A level that only one of them has was added or removed, not reworded.
      if (old_text.empty() || new_text.empty()) continue;
      AddTextChange(absl::StrCat("cells[", level, "]"), old_text, new_text, changes);
      if (LevelRenamed(old_level, k)) passage.add_renamed(NameField("levels", level));
    }
    AddTextChange("typical_scenarios", TypicalNames(old_typical_, old_row),
                  TypicalNames(new_typical_, new_row), changes);
    if (old_row.segment() == new_row.segment() && SegmentRenamed(new_row.segment())) {
      passage.add_renamed(NameField("segments", new_row.segment()));
    }
  }

  bool LevelRenamed(int old_level, int new_level) const {
    return from_.edition().levels(old_level).name().text() !=
           to_.edition().levels(new_level).name().text();
  }

  bool SegmentRenamed(const std::string& id) const {
    return from_.edition().segments(from_.FindSegment(id)).name().text() !=
           to_.edition().segments(to_.FindSegment(id)).name().text();
  }

  static std::string TypicalNames(const Names& names, const Scenario& row) {
    std::vector<std::string> typical;
    for (const std::string& id : row.typical_scenarios()) typical.push_back(names.at(id));
    return absl::StrJoin(typical, "、");
  }

  void AddWithdrawn(const Scenario& row, ScenarioPassage& passage) const {
    passage.set_scenario(row.id());
    passage.set_old_name(row.name().text());
    passage.add_kinds(ScenarioPassage::WITHDRAWN);
    passage.add_from(row.id());
    const int number = from_.FindScenario(row.id());
    for (uint8_t code : PossibleAnswers(number)) {
      auto& answer = *passage.add_answers();
      answer.set_answer(std::string(from_.AnswerId(code)));
      answer.set_outcome(AnswerPassage::KEPT_UNSCORED);
    }
  }

  std::vector<uint8_t> PossibleAnswers(int scenario) const {
    std::vector<uint8_t> codes = {kNone, kNotApplicable};
    for (int rank = 1; rank <= from_.level_count(); ++rank) {
      if (from_.LevelExists(scenario, rank)) codes.push_back(CodeOfRank(rank));
    }
    return codes;
  }

  void FillAnswers(int old_number, int new_number, ScenarioPassage& passage) const {
    for (uint8_t code : PossibleAnswers(old_number)) {
      auto& answer = *passage.add_answers();
      answer.set_answer(std::string(from_.AnswerId(code)));
      answer.set_outcome(IsCarried(passage, old_number, new_number, code)
                             ? AnswerPassage::CARRIED
                             : AnswerPassage::TO_CONFIRM);
      answer.set_proposed(std::string(to_.AnswerId(Proposed(from_, to_, new_number, code))));
    }
  }

  // Whether every kind lets the answer be carried over: the strictest counts.
  bool IsCarried(const ScenarioPassage& passage, int old_number, int new_number,
                 uint8_t code) const {
    const Kinds& kinds = passage.kinds();
    for (const auto kind :
         {ScenarioPassage::TIGHTENED, ScenarioPassage::SPLIT_FROM, ScenarioPassage::MERGED_FROM}) {
      if (Has(kinds, kind)) return false;
    }
    if (code == kNotApplicable) {
      return std::all_of(kinds.begin(), kinds.end(), [](int kind) {
        return kind == ScenarioPassage::UNCHANGED || kind == ScenarioPassage::CORRECTED ||
               kind == ScenarioPassage::MOVED;
      });
    }
    if (code == kNone && Has(kinds, ScenarioPassage::LEVEL_ADDED)) return false;
    const int rank = RankOfCode(code);
    if (rank > 0 && !Exists(to_, new_number, from_.edition().levels(rank - 1).id())) return false;
    if (!Has(kinds, ScenarioPassage::REWORDED)) return true;
    return SameText(old_number, new_number, code);
  }

  // Whether the text that the answer was given against, the level's name with it, is unchanged.
  bool SameText(int old_number, int new_number, uint8_t code) const {
    int old_level = RankOfCode(code) - 1;
    if (old_level < 0) {
      old_level = 0;
      while (!from_.LevelExists(old_number, old_level + 1)) ++old_level;
    }
    const std::string& id = from_.edition().levels(old_level).id();
    const int new_level = to_.FindLevel(id);
    if (new_level < 0 || LevelRenamed(old_level, new_level)) return false;
    return CellText(from_.edition().scenarios(old_number), old_level) ==
           CellText(to_.edition().scenarios(new_number), new_level);
  }

 public:
  // The answer itself, or the next lower level that exists, or none.
  static uint8_t Proposed(const Criteria& from, const Criteria& to, int new_number, uint8_t code) {
    for (int rank = RankOfCode(code); rank >= 1; --rank) {
      const int level = to.FindLevel(from.edition().levels(rank - 1).id());
      if (level >= 0 && to.LevelExists(new_number, level + 1)) return CodeOfRank(level + 1);
    }
    return RankOfCode(code) > 0 ? kNone : code;
  }

 private:
  const Criteria& from_;
  const Criteria& to_;
  const bool corrected_;
  const Names old_typical_, new_typical_;
  // Old scenarios whose answers are carried somewhere.
  std::set<std::string> used_;
};

// The lowest of several answers under the new criteria. not_applicable only if all are; missing
// counts as none, unless all are missing.
CarriedAnswer CarryMerged(const Criteria& from, const Criteria& to, int new_number,
                          const ScenarioPassage& passage, absl::Span<const uint8_t> answers) {
  bool all_missing = true;
  bool all_not_applicable = true;
  int lowest = kMaxLevels + 1;
  uint8_t proposed = kNone;
  for (const std::string& id : passage.from()) {
    const uint8_t code = answers[from.FindScenario(id)];
    all_missing &= code == kMissing;
    all_not_applicable &= code == kNotApplicable;
    if (code == kNotApplicable) continue;
    const uint8_t carried =
        code == kMissing ? kNone : Comparison::Proposed(from, to, new_number, code);
    if (RankOfCode(carried) >= lowest) continue;
    lowest = RankOfCode(carried);
    proposed = carried;
  }
  if (all_missing) return {AnswerPassage::TO_FILL, kMissing};
  return {AnswerPassage::TO_CONFIRM, all_not_applicable ? kNotApplicable : proposed};
}

}  // namespace

bool IsCorrection(const Criteria& from, const Criteria& to) {
  if (!DeclaresCorrection(from, to) ||
      to.rulebook().SerializeAsString() != from.rulebook().SerializeAsString() ||
      to.scenario_count() != from.scenario_count() || to.level_count() != from.level_count()) {
    return false;
  }
  for (int i = 0; i < to.scenario_count(); ++i) {
    const Scenario& old_row = from.edition().scenarios(i);
    const Scenario& new_row = to.edition().scenarios(i);
    if (old_row.id() != new_row.id() || old_row.segment() != new_row.segment()) return false;
    if (!std::equal(old_row.typical_scenarios().begin(), old_row.typical_scenarios().end(),
                    new_row.typical_scenarios().begin(), new_row.typical_scenarios().end())) {
      return false;
    }
    for (int rank = 1; rank <= to.level_count(); ++rank) {
      if (from.LevelExists(i, rank) != to.LevelExists(i, rank)) return false;
      if (from.edition().levels(rank - 1).id() != to.edition().levels(rank - 1).id()) return false;
    }
  }
  return true;
}

Passport Diff(const Criteria& from, const Criteria& to) { return Comparison(from, to).Run(); }

std::vector<CarriedAnswer> CarryAnswers(const Criteria& from, const Criteria& to,
                                        const Passport& passport,
                                        absl::Span<const uint8_t> answers) {
  std::vector<CarriedAnswer> carried;
  for (int i = 0; i < to.scenario_count(); ++i) {
    const ScenarioPassage& passage = passport.scenarios(i);
    if (passage.from_size() > 1) {
      carried.push_back(CarryMerged(from, to, i, passage, answers));
      continue;
    }
    CarriedAnswer answer{AnswerPassage::TO_FILL, kMissing};
    const uint8_t code =
        passage.from().empty() ? kMissing : answers[from.FindScenario(passage.from(0))];
    for (const AnswerPassage& possible : passage.answers()) {
      if (code == kMissing || possible.answer() != from.AnswerId(code)) continue;
      answer.outcome = possible.outcome();
      answer.proposed = static_cast<uint8_t>(to.FindAnswerCode(possible.proposed()));
    }
    carried.push_back(answer);
  }
  return carried;
}

}  // namespace zhiping::criteria
