// What becomes of answers under another release, change by change.
#include "services/assessment/domain/carry_over.h"

#include "services/assessment/domain/draft_facts.h"
#include "tests/unit/assessment/small_editions.h"

namespace zhiping::assessment {
namespace {

using catalogue::v1::Edition;
using catalogue::v1::Relation;
using catalogue::v1::Release;

struct PassageCase {
  const char* name;
  void (*change)(Edition&);
  const char* answers;
  const char* kept;
};

const PassageCase kPassages[] = {
    {"unchanged", [](Edition&) {}, "a=l1 b=not_applicable c=l2", ""},
    {"the text of the claimed level reworded", [](Edition& e) { Reword(e, 0, 1); },
     "a=?l1 b=not_applicable c=l2", ""},
    {"the text of another level reworded", [](Edition& e) { Reword(e, 0, 2); },
     "a=l1 b=not_applicable c=l2", ""},
    {"reworded, does not apply", [](Edition& e) { Reword(e, 1, 2); }, "a=l1 b=?not_applicable c=l2",
     ""},
    {"the claimed level removed",
     [](Edition& e) { e.mutable_scenarios(0)->mutable_cells(1)->mutable_absent(); },
     "a=?l0 b=not_applicable c=l2", ""},
    {"tightened", [](Edition& e) { Relate(e, 0, Relation::TIGHTENED); },
     "a=?l1 b=not_applicable c=l2", ""},
    {"relaxed", [](Edition& e) { Relate(e, 0, Relation::RELAXED); }, "a=l1 b=not_applicable c=l2",
     ""},
    {"relaxed, does not apply", [](Edition& e) { Relate(e, 1, Relation::RELAXED); },
     "a=l1 b=?not_applicable c=l2", ""},
    {"moved", [](Edition& e) { e.mutable_scenarios(1)->set_segment("h"); },
     "a=l1 b=not_applicable c=l2", ""},
    {"withdrawn, and a new one", WithdrawC, "a=l1 b=not_applicable d=-", "c=l2"},
    {"split", SplitA, "a1=?l1 a2=?l1 c=l2", "b=not_applicable"},
    {"merged", MergeAAndB, "ab=?l1 c=l2", ""},
};

TEST(CarryOverTest, EveryChangeOfAnEditionDoesToAnswersWhatThePassportSays) {
  const auto r1 = Small();
  v1::SubmissionRecord record;
  v1::Submission& submission = *record.mutable_submission();
  submission.mutable_key()->set_number(3);
  const auto source_draft = Filled(*r1);
  for (const auto& answer : source_draft.assessment().answers()) {
    *submission.mutable_content()->add_answers() = answer.answer();
  }
  for (const PassageCase& given : kPassages) {
    const auto r2 = SmallEdition("sha256:r2", given.change);
    auto rebased = Filled(*r1);
    Rebase(*r1, *r2, rebased, v1::ReleaseChange::REBASE, kNow);
    EXPECT_EQ(Said(rebased), given.answers) << given.name;
    EXPECT_EQ(Kept(rebased), given.kept) << given.name;
    auto carried = Draft(*r2);
    CarryOver({r1.get(), r2.get()}, SourceOf(record, {}), kNow, carried);
    EXPECT_EQ(Said(carried), given.answers) << given.name;
    EXPECT_EQ(Kept(carried), given.kept) << given.name;
  }
}

TEST(CarryOverTest, ACarriedAnswerSaysWhereItWasGivenAndKeepsItsReason) {
  const auto r1 = Small();
  const auto r2 = SmallEdition("sha256:r2", [](Edition& e) { Reword(e, 0, 1); });
  v1::SubmissionRecord source;
  v1::Submission& submission = *source.mutable_submission();
  submission.mutable_key()->set_campaign("last-year");
  submission.mutable_key()->set_number(3);
  const auto last_year = Filled(*r1);
  for (const auto& answer : last_year.assessment().answers()) {
    *submission.mutable_content()->add_answers() = answer.answer();
  }
  auto record = Draft(*r2);
  CarryOver({r1.get(), r2.get()}, SourceOf(source, {}), kNow, record);
  EXPECT_EQ(record.version(), 1);
  for (int i = 0; i < 3; ++i) {
    const auto& answer = record.assessment().answers(i);
    EXPECT_EQ(answer.carried_from().source().number(), 3);
    EXPECT_EQ(answer.carried_from().release_digest(), "sha256:r1");
    ASSERT_EQ(answer.carried_from().answers_size(), 1);
    EXPECT_EQ(answer.carried_from().answers(0).SerializeAsString(),
              submission.content().answers(i).SerializeAsString());
    EXPECT_EQ(answer.answer().reason(), submission.content().answers(i).reason());
    EXPECT_EQ(answer.updated_by(), "");
    EXPECT_TRUE(answer.has_updated_at());
    EXPECT_EQ(answer.etag(), "1");
  }
  EXPECT_EQ(record.assessment().release_changes_size(), 0);
}

TEST(CarryOverTest, TheSameReleaseCarriesEverythingAlsoWhereItsEditionDeclaresTightening) {
  const auto tightened =
      SmallEdition("sha256:r2", [](Edition& e) { Relate(e, 0, Relation::TIGHTENED); });
  auto record = Draft(*tightened);
  CarryOver({tightened.get()}, SourceOf(Filled(*tightened)), kNow, record);
  EXPECT_EQ(Said(record), "a=l1 b=not_applicable c=l2");
  EXPECT_EQ(record.assessment().answers(0).carried_from().source().number(), 0);
}

TEST(CarryOverTest, AnEditionInBetweenDecidesToo) {
  const auto r1 = Small();
  const auto r2 = SmallEdition("sha256:r2", [](Edition& e) { Relate(e, 0, Relation::TIGHTENED); });
  const auto r3 = Small("sha256:r3");
  auto record = Draft(*r3);
  CarryOver({r1.get(), r2.get(), r3.get()}, SourceOf(Filled(*r1)), kNow, record);
  EXPECT_EQ(Said(record), "a=?l1 b=not_applicable c=l2");
}

TEST(CarryOverTest, All33AnswersOf2026AreCarriedToTheSameReleaseAndToOneWithAnotherRulebook) {
  const auto& edition = Edition2026();
  auto last_year = Draft(edition);
  for (int i = 0; i < edition.scenario_count(); ++i) {
    Answer(edition, last_year, edition.edition().scenarios(i).id(),
           std::string(edition.AnswerId(criteria::CodeOfRank(edition.HighestRank(i)))));
  }
  Release release = edition.release();
  release.mutable_rulebook()->set_default_weight(2);
  const auto heavier = criteria::Criteria::Compile(release, "sha256:heavier");
  ASSERT_OK(heavier);
  auto same = Draft(edition);
  CarryOver({&edition}, SourceOf(last_year), kNow, same);
  EXPECT_EQ(Said(same), Said(last_year));
  auto other = Draft(**heavier);
  CarryOver({&edition, heavier->get()}, SourceOf(last_year), kNow, other);
  EXPECT_EQ(Said(other), Said(last_year));
  EXPECT_EQ(UnansweredOf(other).missing.size() + UnansweredOf(other).to_confirm.size(), 0u);
}

TEST(CarryOverTest, AcceptedFactsOfTheSourceAreDeclaredInTheNewDraftAndOthersKeptApart) {
  const auto r1 = Small();
  const auto r2 = Small("sha256:r2", [](Release& release) {
    release.mutable_rulebook()->mutable_facts(1)->set_max(2);
  });
  auto source = Filled(*r1);
  criteria::FactList facts;
  facts.Add()->set_fact("score");
  facts.Mutable(0)->set_value("60");
  ASSERT_OK(SetFacts(*r1, source, facts, v1::FactSource::DECLARED, kNow));
  facts.Mutable(0)->set_value("75.5");
  facts.Add()->set_fact("rank");
  facts.Mutable(1)->set_value("5");
  ASSERT_OK(SetFacts(*r1, source, facts, v1::FactSource::IMPORTED, kNow));
  auto record = Draft(*r2);
  CarryOver({r1.get(), r2.get()}, SourceOf(source), kNow, record);
  ASSERT_EQ(record.assessment().facts_size(), 1);
  EXPECT_EQ(record.assessment().facts(0).value().value(), "75.5");
  EXPECT_EQ(record.assessment().facts(0).source(), v1::FactSource::DECLARED);
  EXPECT_TRUE(record.assessment().facts(0).counts());
  ASSERT_EQ(record.kept_facts_size(), 1);
  EXPECT_EQ(record.kept_facts(0).value().fact(), "rank");
}

// As if the draft had been submitted now.
v1::SubmissionRecord SubmissionOf(const v1::AssessmentRecord& draft) {
  v1::SubmissionRecord record;
  v1::Submission& submission = *record.mutable_submission();
  submission.mutable_key()->set_number(1);
  for (const auto& answer : draft.assessment().answers()) {
    *submission.mutable_content()->add_answers() = answer.answer();
  }
  *record.mutable_kept_beside() = KeptBesideOf(draft);
  return record;
}

TEST(CarryOverTest, WhatADraftKeptWhenItWasSubmittedGoesAlongWithTheSubmission) {
  const auto r1 = Small();
  const auto r2 = SmallEdition("sha256:r2", WithdrawC);
  auto draft = Filled(*r1);
  Rebase(*r1, *r2, draft, v1::ReleaseChange::REPIN, kNow);
  Answer(*r2, draft, "d", "l2");
  const v1::SubmissionRecord submitted = SubmissionOf(draft);
  // It has the scenario again, and somebody answers it otherwise.
  const auto r3 = Small("sha256:r3");
  Rebase(*r2, *r3, draft, v1::ReleaseChange::REPIN, kNow);
  Answer(*r3, draft, "c", "none");
  EXPECT_EQ(Kept(draft), "d=l2");
  auto carried = Draft(*r3);
  CarryOver({r2.get(), r3.get()}, SourceOf(submitted, draft), kNow, carried);
  EXPECT_EQ(Said(carried), "a=l1 b=not_applicable c=?l2");
  EXPECT_EQ(carried.assessment().answers(2).answer().reason(), "丙");
  EXPECT_EQ(carried.assessment().answers(2).carried_from().release_digest(), "sha256:r1");
  EXPECT_EQ(Kept(carried), "d=l2");
}

TEST(CarryOverTest, OfASubmissionFromBeforeThatCountsWhatItsDraftKeepsNow) {
  const auto r1 = Small();
  const auto r2 = SmallEdition("sha256:r2", WithdrawC);
  auto draft = Filled(*r1);
  Rebase(*r1, *r2, draft, v1::ReleaseChange::REPIN, kNow);
  v1::SubmissionRecord earlier = SubmissionOf(draft);
  EXPECT_FALSE(LacksKept(earlier));
  earlier.clear_kept_beside();
  EXPECT_TRUE(LacksKept(earlier));
  auto carried = Draft(*r2);
  CarryOver({r2.get()}, SourceOf(earlier, draft), kNow, carried);
  EXPECT_EQ(Kept(carried), "c=l2");
  // One that was submitted with `c` has it itself, once.
  earlier = SubmissionOf(Filled(*r1));
  earlier.clear_kept_beside();
  CarryOver({r1.get(), r2.get()}, SourceOf(earlier, draft), kNow, carried);
  EXPECT_EQ(Kept(carried), "c=l2");
  EXPECT_EQ(carried.assessment().kept(0).carried_from().source().number(), 1);
}

}  // namespace
}  // namespace zhiping::assessment
