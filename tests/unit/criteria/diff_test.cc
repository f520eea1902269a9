#include "common/criteria/diff.h"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/criteria/text_diff.h"
#include "common/status/error.h"
#include "tests/oracle/random_criteria.h"
#include "tests/unit/criteria/small_criteria.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::criteria {
namespace {

using catalogue::v1::AnswerPassage;
using catalogue::v1::Passport;
using catalogue::v1::Relation;
using catalogue::v1::Release;
using catalogue::v1::ScenarioPassage;
using catalogue::v1::TextPiece;
using oracle::Random;

// What a passport says about the answers of scenario `id` after `change`.
struct Outcome {
  std::set<int> kinds;
  // answer → "carried l1", "confirm none", …
  std::map<std::string, std::string> answers;
};

Passport PassportAfter(const std::function<void(Release&)>& change) {
  const auto from = Criteria::Compile(SmallRelease(), "sha256:old");
  Release changed = SmallRelease();
  change(changed);
  const auto to = Criteria::Compile(changed, "sha256:new");
  EXPECT_OK(from);
  EXPECT_OK(to);
  if (!from.ok() || !to.ok()) return {};
  return Diff(**from, **to);
}

Outcome After(const std::function<void(Release&)>& change, const std::string& id) {
  Outcome outcome;
  const Passport passport = PassportAfter(change);
  for (const auto& passage : passport.scenarios()) {
    if (passage.scenario() != id) continue;
    outcome.kinds.insert(passage.kinds().begin(), passage.kinds().end());
    for (const auto& answer : passage.answers()) {
      const std::string word = answer.outcome() == AnswerPassage::CARRIED      ? "carried "
                               : answer.outcome() == AnswerPassage::TO_CONFIRM ? "confirm "
                                                                               : "kept ";
      outcome.answers[answer.answer()] = word + answer.proposed();
    }
  }
  return outcome;
}

void Correct(Release& release) {
  release.mutable_edition()->mutable_correction()->set_release_digest("sha256:old");
}

using Kinds = std::set<int>;
using Answers = std::map<std::string, std::string>;

TEST(DiffTest, UnchangedCarriesEverything) {
  const Outcome outcome = After([](Release&) {}, "a");
  EXPECT_EQ(outcome.kinds, Kinds{ScenarioPassage::UNCHANGED});
  EXPECT_EQ(outcome.answers, (Answers{{"l0", "carried l0"},
                                      {"l1", "carried l1"},
                                      {"l2", "carried l2"},
                                      {"none", "carried none"},
                                      {"not_applicable", "carried not_applicable"}}));
}

TEST(DiffTest, RewordedAsksAgainWhereTheTextOfTheAnswerChanged) {
  const auto change = [](Release& release) {
    release.mutable_edition()->mutable_scenarios(0)->mutable_cells(1)->mutable_text()->set_text(
        "改了");
  };
  const Outcome outcome = After(change, "a");
  EXPECT_EQ(outcome.kinds, Kinds{ScenarioPassage::REWORDED});
  EXPECT_EQ(outcome.answers, (Answers{{"l0", "carried l0"},
                                      {"l1", "confirm l1"},
                                      {"l2", "carried l2"},
                                      {"none", "carried none"},
                                      {"not_applicable", "confirm not_applicable"}}));
}

TEST(DiffTest, RewordedLowestLevelAsksNoneAgain) {
  const auto change = [](Release& release) {
    release.mutable_edition()->mutable_scenarios(1)->mutable_cells(1)->mutable_text()->set_text(
        "改了");
  };
  EXPECT_EQ(After(change, "b").answers.at("none"), "confirm none");
  EXPECT_EQ(After(change, "b").answers.at("l2"), "carried l2");
}

TEST(DiffTest, CorrectionCarriesEverythingWithoutAQuestion) {
  const auto change = [](Release& release) {
    release.mutable_edition()->mutable_correction()->set_release_digest("sha256:old");
    release.mutable_edition()->mutable_scenarios(0)->mutable_cells(1)->mutable_text()->set_text(
        "改了");
  };
  const Outcome outcome = After(change, "a");
  EXPECT_EQ(outcome.kinds, Kinds{ScenarioPassage::CORRECTED});
  EXPECT_EQ(outcome.answers.at("l1"), "carried l1");
  EXPECT_EQ(outcome.answers.at("not_applicable"), "carried not_applicable");
}

TEST(DiffTest, CorrectionThatChangesTheRulebookIsNone) {
  const auto change = [](Release& release) {
    release.mutable_edition()->mutable_correction()->set_release_digest("sha256:old");
    release.mutable_rulebook()->set_default_weight(2);
    release.mutable_edition()->mutable_scenarios(0)->mutable_cells(1)->mutable_text()->set_text(
        "改了");
  };
  EXPECT_EQ(After(change, "a").kinds, Kinds{ScenarioPassage::REWORDED});
}

TEST(DiffTest, ADeclaredCorrectionThatIsNoneIsStillCalledDeclared) {
  const Passport corrected = PassportAfter(Correct);
  EXPECT_TRUE(corrected.correction_declared());
  EXPECT_TRUE(corrected.corrected());
  const Passport changed = PassportAfter([](Release& release) {
    Correct(release);
    release.mutable_rulebook()->set_default_weight(2);
  });
  EXPECT_TRUE(changed.correction_declared());
  EXPECT_FALSE(changed.corrected());
  EXPECT_FALSE(PassportAfter([](Release&) {}).correction_declared());
}

// The field of each change and both texts, as `title: a > b`.
template <typename Changes>
std::vector<std::string> Said(const Changes& changes) {
  std::vector<std::string> said;
  for (const auto& change : changes) {
    std::string from, to;
    for (const auto& piece : change.pieces()) {
      if (piece.kind() != TextPiece::ADDED) from += piece.text();
      if (piece.kind() != TextPiece::REMOVED) to += piece.text();
    }
    said.push_back(absl::StrCat(change.field(), ": ", from, " > ", to));
  }
  return said;
}

using Texts = std::vector<std::string>;

TEST(DiffTest, TextsOutsideTheScenariosAreCompared) {
  const Passport passport = PassportAfter([](Release& release) {
    Correct(release);
    auto& edition = *release.mutable_edition();
    edition.mutable_title()->set_text("题");
    edition.mutable_year_text()->set_text("年");
    edition.mutable_purpose()->set_text("要求");
    edition.mutable_table_title()->set_text("表");
    edition.add_headings()->set_text("头");
    edition.mutable_scenarios(2)->set_number(7);
  });
  EXPECT_EQ(Said(passport.text_changes()),
            (Texts{"title: 标题 > 题", "year_text:  > 年", "purpose:  > 要求", "table_title:  > 表",
                   "headings[0]:  > 头", "scenarios[c].number: 3 > 7"}));
  for (const auto& passage : passport.scenarios()) {
    EXPECT_EQ(passage.kinds(0), ScenarioPassage::UNCHANGED);
  }
}

TEST(DiffTest, ARenamedLevelConcernsTheScenariosThatHaveIt) {
  const auto rename = [](Release& release) {
    release.mutable_edition()->mutable_levels(0)->mutable_name()->set_text("头等");
  };
  const Passport passport = PassportAfter(rename);
  EXPECT_EQ(Said(passport.text_changes()), Texts{"levels[l0].name: 级0 > 头等"});
  EXPECT_THAT(passport.scenarios(0).renamed(), testing::ElementsAre("levels[l0].name"));
  EXPECT_EQ(After(rename, "a").kinds, Kinds{ScenarioPassage::REWORDED});
  EXPECT_EQ(After(rename, "a").answers, (Answers{{"l0", "confirm l0"},
                                                 {"l1", "carried l1"},
                                                 {"l2", "carried l2"},
                                                 {"none", "confirm none"},
                                                 {"not_applicable", "confirm not_applicable"}}));
  EXPECT_EQ(After(rename, "b").kinds, Kinds{ScenarioPassage::UNCHANGED});
  const auto correct = [&](Release& release) {
    Correct(release);
    rename(release);
  };
  EXPECT_EQ(After(correct, "a").kinds, Kinds{ScenarioPassage::CORRECTED});
  EXPECT_EQ(After(correct, "a").answers.at("l0"), "carried l0");
}

TEST(DiffTest, ARenamedSegmentConcernsItsScenarios) {
  const auto rename = [](Release& release) {
    release.mutable_edition()->mutable_segments(0)->mutable_name()->set_text("改造");
  };
  const Passport passport = PassportAfter(rename);
  EXPECT_EQ(Said(passport.text_changes()), Texts{"segments[g].name: g > 改造"});
  EXPECT_EQ(After(rename, "b").kinds, Kinds{ScenarioPassage::REWORDED});
  EXPECT_EQ(After(rename, "b").answers.at("l1"), "carried l1");
  EXPECT_EQ(After(rename, "b").answers.at("not_applicable"), "confirm not_applicable");
  EXPECT_EQ(After(rename, "c").kinds, Kinds{ScenarioPassage::UNCHANGED});
}

TEST(DiffTest, ARenamedTypicalScenarioIsShownWithItsScenario) {
  const auto with_typical = [](const char* name) {
    Release release = SmallRelease();
    auto& typical = *release.mutable_edition()->add_typical_scenarios();
    typical.set_id("t");
    typical.mutable_name()->set_text(name);
    release.mutable_edition()->mutable_scenarios(1)->add_typical_scenarios("t");
    return Criteria::Compile(release, name);
  };
  const auto from = with_typical("物流");
  const auto to = with_typical("物料");
  const Passport passport = Diff(**from, **to);
  EXPECT_EQ(passport.scenarios(1).kinds(0), ScenarioPassage::REWORDED);
  EXPECT_EQ(Said(passport.scenarios(1).text_changes()), Texts{"typical_scenarios: 物流 > 物料"});
}

Release WithCondition(int threshold) {
  Release release = SmallRelease();
  auto& condition = *release.mutable_rulebook()->mutable_tiers(0)->add_conditions();
  condition.set_id("high");
  *condition.mutable_text() = MakeText("得分高", "A high score");
  condition.mutable_at_least()->mutable_measure()->set_fact("score");
  condition.mutable_at_least()->set_threshold(threshold);
  return release;
}

// Each change of the rulebook, as `field: old > new`, with what it belongs to before it.
Texts RuleChanges(const Release& old_release, const Release& new_release) {
  const auto from = Criteria::Compile(old_release, "sha256:old");
  const auto to = Criteria::Compile(new_release, "sha256:new");
  EXPECT_OK(from);
  EXPECT_OK(to);
  Texts changes;
  const Passport passport = Diff(**from, **to);
  for (const auto& change : passport.rule_changes()) {
    changes.push_back(absl::StrCat(change.subject().zh(), " | ", change.field(), ": ",
                                   change.old_value(), " > ", change.new_value()));
  }
  return changes;
}

TEST(DiffTest, EveryValueOfTheRulebookThatDiffersIsListed) {
  Release changed = WithCondition(655);
  auto& rulebook = *changed.mutable_rulebook();
  rulebook.mutable_level_points(2)->set_points(9);
  auto& weight = *rulebook.add_weights();
  weight.set_scenario("b");
  weight.set_weight(7);
  rulebook.mutable_facts(1)->set_max(4);
  rulebook.mutable_tiers(0)->mutable_conditions(0)->mutable_text()->set_zh("得分很高");
  EXPECT_EQ(RuleChanges(WithCondition(600), changed),
            (Texts{"应用等级：级2 | level_points[l2].points: 3 > 9",
                   "场景b | weights[b].weight: 1 > 7", " | facts[rank].max: 5 > 4",
                   "智能工厂层级：先行级 · 得分很高 | tiers[leading].conditions[high].text.zh: "
                   "得分高 > 得分很高",
                   "智能工厂层级：先行级 · 得分很高 | "
                   "tiers[leading].conditions[high].at_least.threshold: 60 > 65.5"}));
}

TEST(DiffTest, AConditionThatComesOrGoesIsListedValueByValue) {
  const Texts come = RuleChanges(SmallRelease(), WithCondition(600));
  EXPECT_EQ(
      come,
      (Texts{"智能工厂层级：先行级 · 得分高 | tiers[leading].conditions[high].text.zh:  > 得分高",
             "智能工厂层级：先行级 · 得分高 | tiers[leading].conditions[high].text.en:  > A high "
             "score",
             "智能工厂层级：先行级 · 得分高 | "
             "tiers[leading].conditions[high].at_least.measure.fact:  > score",
             "智能工厂层级：先行级 · 得分高 | tiers[leading].conditions[high].at_least.threshold:  "
             "> 60"}));
  EXPECT_EQ(RuleChanges(WithCondition(600), SmallRelease()).size(), come.size());
}

TEST(DiffTest, ARulebookInAnotherOrderChangedWithoutAnyValue) {
  const Passport passport = PassportAfter(
      [](Release& release) { release.mutable_rulebook()->mutable_facts()->SwapElements(0, 1); });
  EXPECT_TRUE(passport.rulebook_changed());
  EXPECT_TRUE(passport.rule_changes().empty());
}

TEST(DiffTest, TheEditionThatARulebookNamesIsNoChangeOfIt) {
  const Passport passport = PassportAfter([](Release& release) {
    release.mutable_edition()->set_id("next");
    release.mutable_rulebook()->set_edition("next");
  });
  EXPECT_FALSE(passport.rulebook_changed());
}

TEST(DiffTest, LevelAddedAsksNoneAgain) {
  const auto change = [](Release& release) {
    release.mutable_edition()->mutable_scenarios(1)->mutable_cells(0)->mutable_text()->set_text(
        "新级");
  };
  const Outcome outcome = After(change, "b");
  EXPECT_EQ(outcome.kinds, Kinds{ScenarioPassage::LEVEL_ADDED});
  EXPECT_EQ(outcome.answers, (Answers{{"l1", "carried l1"},
                                      {"l2", "carried l2"},
                                      {"none", "confirm none"},
                                      {"not_applicable", "confirm not_applicable"}}));
}

TEST(DiffTest, LevelRemovedProposesTheNextLower) {
  const auto change = [](Release& release) {
    release.mutable_edition()->mutable_scenarios(0)->mutable_cells(1)->mutable_absent();
    release.mutable_edition()->mutable_scenarios(1)->mutable_cells(1)->mutable_absent();
  };
  EXPECT_EQ(After(change, "a").kinds, Kinds{ScenarioPassage::LEVEL_REMOVED});
  EXPECT_EQ(After(change, "a").answers.at("l1"), "confirm l0");
  EXPECT_EQ(After(change, "a").answers.at("l2"), "carried l2");
  EXPECT_EQ(After(change, "b").answers.at("l1"), "confirm none");
}

TEST(DiffTest, MovedCarriesEverything) {
  const auto change = [](Release& release) {
    release.mutable_edition()->mutable_scenarios(1)->set_segment("h");
  };
  const Outcome outcome = After(change, "b");
  EXPECT_EQ(outcome.kinds, Kinds{ScenarioPassage::MOVED});
  EXPECT_EQ(outcome.answers.at("not_applicable"), "carried not_applicable");
}

TEST(DiffTest, DeclaredRelationsDecide) {
  const auto declare = [](Relation::Kind kind) {
    return [kind](Release& release) {
      release.mutable_edition()->mutable_scenarios(0)->add_relations()->set_kind(kind);
    };
  };
  EXPECT_EQ(After(declare(Relation::TIGHTENED), "a").answers.at("l2"), "confirm l2");
  EXPECT_EQ(After(declare(Relation::RELAXED), "a").answers.at("l2"), "carried l2");
  EXPECT_EQ(After(declare(Relation::RELAXED), "a").answers.at("not_applicable"),
            "confirm not_applicable");
}

TEST(DiffTest, SplitProposesTheOldAnswerToEachPart) {
  const auto change = [](Release& release) {
    auto& edition = *release.mutable_edition();
    edition.mutable_scenarios(0)->set_id("a1");
    auto& relation = *edition.mutable_scenarios(0)->add_relations();
    relation.set_kind(Relation::SPLIT_FROM);
    relation.add_from("a");
    *edition.mutable_scenarios(1)->add_relations() = relation;
    edition.mutable_scenarios(1)->set_id("a2");
  };
  EXPECT_EQ(After(change, "a1").answers.at("l0"), "confirm l0");
  EXPECT_EQ(After(change, "a2").answers.at("l0"), "confirm none");
  EXPECT_EQ(After(change, "a2").answers.at("l2"), "confirm l2");
  EXPECT_EQ(After(change, "b").kinds, Kinds{ScenarioPassage::WITHDRAWN});
  EXPECT_EQ(After(change, "b").answers.at("l1"), "kept ");
}

// Another release of one edition asks nothing again that the edition declared about the one before.
TEST(DiffTest, WhatTheOldReleaseOfTheEditionDeclaredAlreadyIsNotAskedAgain) {
  Release old = SmallRelease();
  auto& edition = *old.mutable_edition();
  edition.mutable_scenarios(0)->add_relations()->set_kind(Relation::TIGHTENED);
  auto& split = *edition.mutable_scenarios(1)->add_relations();
  split.set_kind(Relation::SPLIT_FROM);
  split.add_from("before");
  const auto diff = [&old](const std::function<void(Release&)>& change) {
    Release changed = old;
    change(changed);
    return Diff(**Criteria::Compile(old, "sha256:old"), **Criteria::Compile(changed, "sha256:new"));
  };
  const Passport again = diff(
      [](Release& release) { release.mutable_rulebook()->mutable_facts()->SwapElements(0, 1); });
  EXPECT_THAT(again.scenarios(0).kinds(), testing::ElementsAre(ScenarioPassage::UNCHANGED));
  EXPECT_THAT(again.scenarios(1).kinds(), testing::ElementsAre(ScenarioPassage::UNCHANGED));
  EXPECT_TRUE(again.scenarios(1).unknown_origins().empty());
  // Of another edition it is asked.
  const Passport next = diff([](Release& release) {
    release.mutable_edition()->set_id("next");
    release.mutable_rulebook()->set_edition("next");
  });
  EXPECT_THAT(next.scenarios(0).kinds(), testing::ElementsAre(ScenarioPassage::TIGHTENED));
}

// A mistyped origin does not let answers pass without a question, and is named.
TEST(DiffTest, AnOriginThatTheOldEditionLacksIsAskedAgainAndNamed) {
  const auto declare = [](Relation::Kind kind, std::vector<std::string> from) {
    return [kind, from](Release& release) {
      auto& relation = *release.mutable_edition()->mutable_scenarios(0)->add_relations();
      relation.set_kind(kind);
      relation.mutable_from()->Assign(from.begin(), from.end());
    };
  };
  const auto split = declare(Relation::SPLIT_FROM, {"mistyped"});
  EXPECT_EQ(After(split, "a").kinds, Kinds{ScenarioPassage::SPLIT_FROM});
  EXPECT_EQ(After(split, "a").answers, (Answers{{"l0", "confirm l0"},
                                                {"l1", "confirm l1"},
                                                {"l2", "confirm l2"},
                                                {"none", "confirm none"},
                                                {"not_applicable", "confirm not_applicable"}}));
  EXPECT_THAT(PassportAfter(split).scenarios(0).unknown_origins(),
              testing::ElementsAre("mistyped"));
  const auto merged = declare(Relation::MERGED_FROM, {"a", "mistyped"});
  EXPECT_EQ(After(merged, "a").kinds, Kinds{ScenarioPassage::MERGED_FROM});
  EXPECT_EQ(After(merged, "a").answers.at("l1"), "confirm l1");
  EXPECT_THAT(PassportAfter(merged).scenarios(0).unknown_origins(),
              testing::ElementsAre("mistyped"));
}

TEST(DiffTest, ACorrectionOfAnotherReleaseSaysOfWhich) {
  const Passport passport = PassportAfter([](Release& release) {
    release.mutable_edition()->mutable_correction()->set_release_digest("sha256:another");
  });
  EXPECT_FALSE(passport.correction_declared());
  EXPECT_EQ(passport.corrects_another(), "sha256:another");
  EXPECT_EQ(PassportAfter(Correct).corrects_another(), "");
}

TEST(DiffTest, MergedProposesTheLowest) {
  Release changed = SmallRelease();
  auto& edition = *changed.mutable_edition();
  edition.mutable_scenarios()->DeleteSubrange(1, 1);
  edition.mutable_scenarios(0)->set_id("ab");
  auto& relation = *edition.mutable_scenarios(0)->add_relations();
  relation.set_kind(Relation::MERGED_FROM);
  relation.add_from("a");
  relation.add_from("b");
  const auto from = Criteria::Compile(SmallRelease(), "sha256:old");
  const auto to = Criteria::Compile(changed, "sha256:new");
  ASSERT_OK(to);
  const Passport passport = Diff(**from, **to);
  const auto carry = [&](uint8_t a, uint8_t b) {
    return CarryAnswers(**from, **to, passport, {a, b, kNone})[0];
  };
  EXPECT_EQ(carry(CodeOfRank(3), CodeOfRank(2)).proposed, CodeOfRank(2));
  EXPECT_EQ(carry(CodeOfRank(3), kNone).proposed, kNone);
  EXPECT_EQ(carry(CodeOfRank(3), kNotApplicable).proposed, CodeOfRank(3));
  EXPECT_EQ(carry(kNotApplicable, kNotApplicable).proposed, kNotApplicable);
  EXPECT_EQ(carry(kMissing, kMissing).outcome, AnswerPassage::TO_FILL);
  EXPECT_EQ(carry(CodeOfRank(3), CodeOfRank(3)).outcome, AnswerPassage::TO_CONFIRM);
}

TEST(DiffTest, NewIsToBeFilled) {
  const auto change = [](Release& release) {
    release.mutable_edition()->mutable_scenarios(2)->set_id("d");
  };
  EXPECT_EQ(After(change, "d").kinds, Kinds{ScenarioPassage::NEW});
  EXPECT_EQ(After(change, "c").kinds, Kinds{ScenarioPassage::WITHDRAWN});
}

// For any two editions: every answer is carried or proposed somewhere, or kept with its withdrawn
// scenario.
TEST(DiffTest, DropsNoAnswerBetweenAnyTwoEditions) {
  Random random(20260301);
  for (int round = 0; round < 300; ++round) {
    const auto from = Criteria::Compile(oracle::RandomRelease({}, random), "sha256:old");
    Release next = oracle::RandomRelease({}, random);
    for (auto& scenario : *next.mutable_edition()->mutable_scenarios()) {
      const int origin = random.Below((*from)->scenario_count());
      if (random.OneIn(3)) scenario.set_id(absl::StrCat("x", scenario.id()));
      if (random.OneIn(4)) {
        auto& relation = *scenario.add_relations();
        const bool merged = (*from)->scenario_count() > 1 && random.OneIn(2);
        relation.set_kind(merged ? Relation::MERGED_FROM : Relation::SPLIT_FROM);
        relation.add_from(absl::StrCat("s", origin));
        if (merged) {
          relation.add_from(absl::StrCat("s", (origin + 1) % (*from)->scenario_count()));
        }
      } else if (random.OneIn(4)) {
        scenario.add_relations()->set_kind(random.OneIn(2) ? Relation::TIGHTENED
                                                           : Relation::RELAXED);
      }
    }
    next.mutable_rulebook()->clear_tiers();
    next.mutable_rulebook()->clear_weights();
    const auto to = Criteria::Compile(next, "sha256:new");
    ASSERT_OK(to) << round;
    const Passport passport = Diff(**from, **to);
    const auto answers = oracle::RandomAnswers(**from, random);
    const auto carried = CarryAnswers(**from, **to, passport, answers);
    ASSERT_EQ(carried.size(), static_cast<size_t>((*to)->scenario_count()));
    std::set<std::string> kept;
    for (int i = 0; i < passport.scenarios_size(); ++i) {
      const ScenarioPassage& passage = passport.scenarios(i);
      const bool shown =
          i >= (*to)->scenario_count() || carried[i].outcome != AnswerPassage::TO_FILL;
      if (shown) kept.insert(passage.from().begin(), passage.from().end());
      if (i >= (*to)->scenario_count()) continue;
      const int rank = RankOfCode(carried[i].proposed);
      EXPECT_TRUE(rank == 0 || (*to)->LevelExists(i, rank)) << round;
    }
    for (int i = 0; i < (*from)->scenario_count(); ++i) {
      if (answers[i] == kMissing) continue;
      EXPECT_EQ(kept.count((*from)->edition().scenarios(i).id()), 1u) << round << " " << i;
    }
  }
}

TEST(TextDiffTest, SpellsBothTexts) {
  google::protobuf::RepeatedPtrField<TextPiece> pieces;
  DiffText("引入人工智能算法，优化", "引入深度学习算法，持续优化", pieces);
  std::string from, to, same;
  for (const auto& piece : pieces) {
    if (piece.kind() != TextPiece::ADDED) from += piece.text();
    if (piece.kind() != TextPiece::REMOVED) to += piece.text();
    if (piece.kind() == TextPiece::SAME) same += piece.text();
  }
  EXPECT_EQ(from, "引入人工智能算法，优化");
  EXPECT_EQ(to, "引入深度学习算法，持续优化");
  EXPECT_EQ(same, "引入算法，优化");
}

}  // namespace
}  // namespace zhiping::criteria
