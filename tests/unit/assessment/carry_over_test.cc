// What becomes of answers under another release, change by change.
#include "services/assessment/domain/carry_over.h"

#include "absl/strings/str_cat.h"
#include "services/assessment/domain/draft_evidence.h"
#include "services/assessment/domain/draft_facts.h"
#include "tests/unit/assessment/drafts.h"

namespace zhiping::assessment {
namespace {

using catalogue::v1::Edition;
using catalogue::v1::Relation;
using catalogue::v1::Release;
using testing::ElementsAre;

void Reword(Edition& edition, int scenario, int level) {
  edition.mutable_scenarios(scenario)->mutable_cells(level)->mutable_text()->set_text("改了");
}

void Relate(Edition& edition, int scenario, Relation::Kind kind,
            const std::vector<std::string>& from = {}) {
  auto& relation = *edition.mutable_scenarios(scenario)->add_relations();
  relation.set_kind(kind);
  relation.mutable_from()->Assign(from.begin(), from.end());
}

void SplitA(Edition& edition) {
  edition.mutable_scenarios(0)->set_id("a1");
  edition.mutable_scenarios(1)->set_id("a2");
  Relate(edition, 0, Relation::SPLIT_FROM, {"a"});
  Relate(edition, 1, Relation::SPLIT_FROM, {"a"});
}

void MergeAAndB(Edition& edition) {
  edition.mutable_scenarios()->DeleteSubrange(1, 1);
  edition.mutable_scenarios(0)->set_id("ab");
  Relate(edition, 0, Relation::MERGED_FROM, {"a", "b"});
}

void WithdrawC(Edition& edition) { edition.mutable_scenarios(2)->set_id("d"); }

CriteriaPointer SmallEdition(const std::string& digest, void (*change)(Edition&)) {
  return Small(digest, [change](Release& release) { change(*release.mutable_edition()); });
}

// a=l1 b=not_applicable c=l2, each with a reason.
v1::AssessmentRecord Filled(const criteria::Criteria& criteria) {
  auto record = Draft(criteria);
  Answer(criteria, record, "a", "l1", "甲");
  Answer(criteria, record, "b", "not_applicable", "乙");
  Answer(criteria, record, "c", "l2", "丙");
  return record;
}

std::string Kept(const v1::AssessmentRecord& record) {
  std::string said;
  for (const auto& kept : record.assessment().kept()) {
    absl::StrAppend(&said, said.empty() ? "" : " ", kept.answer().scenario(), "=",
                    kept.to_confirm() ? "?" : "", kept.answer().level());
  }
  return said;
}

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
  v1::Submission submission;
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
    CarryOver({r1.get(), r2.get()}, SourceOf(submission), kNow, carried);
    EXPECT_EQ(Said(carried), given.answers) << given.name;
    EXPECT_EQ(Kept(carried), given.kept) << given.name;
  }
}

TEST(CarryOverTest, ACarriedAnswerSaysWhereItWasGivenAndKeepsItsReason) {
  const auto r1 = Small();
  const auto r2 = SmallEdition("sha256:r2", [](Edition& e) { Reword(e, 0, 1); });
  v1::Submission submission;
  submission.mutable_key()->set_campaign("last-year");
  submission.mutable_key()->set_number(3);
  const auto last_year = Filled(*r1);
  for (const auto& answer : last_year.assessment().answers()) {
    *submission.mutable_content()->add_answers() = answer.answer();
  }
  auto record = Draft(*r2);
  CarryOver({r1.get(), r2.get()}, SourceOf(submission), kNow, record);
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

class RebaseTest : public testing::Test {
 protected:
  void Go(const CriteriaPointer& to, v1::ReleaseChange::Cause cause = v1::ReleaseChange::REBASE) {
    Rebase(*at_, *to, record_, cause, kNow + absl::Hours(1));
    at_ = to;
  }
  const v1::DraftAnswer& Of(int scenario) const { return record_.assessment().answers(scenario); }

  const CriteriaPointer r1_ = Small();
  CriteriaPointer at_ = r1_;
  v1::AssessmentRecord record_ = Filled(*r1_);
};

TEST_F(RebaseTest, IsRecordedAndMakesEveryEtagNew) {
  const int64_t version = record_.version();
  Go(SmallEdition("sha256:r2", [](Edition& e) { Reword(e, 0, 1); }), v1::ReleaseChange::REPIN);
  EXPECT_EQ(record_.version(), version + 1);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Of(i).etag(), EtagOf(record_));
  EXPECT_EQ(record_.assessment().release_digest(), "sha256:r2");
  ASSERT_EQ(record_.assessment().release_changes_size(), 1);
  const auto& change = record_.assessment().release_changes(0);
  EXPECT_EQ(change.from_digest(), "sha256:r1");
  EXPECT_EQ(change.to_digest(), "sha256:r2");
  EXPECT_EQ(change.cause(), v1::ReleaseChange::REPIN);
  EXPECT_EQ(Of(0).carried_from().release_digest(), "sha256:r1");
  EXPECT_EQ(Of(0).carried_from().source().campaign(), "round");
  // Who answered is still known, since it was in this draft.
  EXPECT_EQ(Of(2).updated_by(), "张三");
}

TEST_F(RebaseTest, ToTheSameReleaseChangesNothing) {
  const std::string before = record_.SerializeAsString();
  Go(r1_);
  EXPECT_EQ(record_.SerializeAsString(), before);
}

TEST_F(RebaseTest, ACorrectionAsksNothingAndInterruptsNobody) {
  const std::string etag = Of(0).etag();
  Go(Small("sha256:r2",
           [](Release& release) {
             release.mutable_edition()->mutable_correction()->set_release_digest("sha256:r1");
             Reword(*release.mutable_edition(), 0, 1);
             Reword(*release.mutable_edition(), 1, 2);
           }),
     v1::ReleaseChange::CORRECTION);
  EXPECT_EQ(Said(record_), "a=l1 b=not_applicable c=l2");
  EXPECT_EQ(Of(0).etag(), etag);
  EXPECT_OK(UpdateAnswers(*at_, record_, Updates({Update("a", "l0", etag)}), "李四", kNow));
}

TEST_F(RebaseTest, WhatWasToBeConfirmedStaysSoUntilSomebodyAnswers) {
  const auto tightened =
      SmallEdition("sha256:r2", [](Edition& e) { Relate(e, 0, Relation::TIGHTENED); });
  Go(tightened);
  ASSERT_EQ(Said(Of(0)), "?l1");
  Go(Small("sha256:r3"));
  EXPECT_EQ(Said(Of(0)), "?l1");
  EXPECT_EQ(Of(0).carried_from().release_digest(), "sha256:r1");
  Answer(*at_, record_, "a", "l1");
  Go(Small("sha256:r4"));
  EXPECT_EQ(Said(Of(0)), "l1");
  EXPECT_EQ(Of(0).carried_from().release_digest(), "sha256:r3");
}

TEST_F(RebaseTest, AProposalGoesThroughThePassportToo) {
  Go(SmallEdition("sha256:r2", [](Edition& e) { Relate(e, 0, Relation::TIGHTENED); }));
  Go(SmallEdition("sha256:r3",
                  [](Edition& e) { e.mutable_scenarios(0)->mutable_cells(1)->mutable_absent(); }));
  EXPECT_EQ(Said(Of(0)), "?l0");
  // What was answered is known all the same.
  EXPECT_EQ(Of(0).carried_from().answers(0).level(), "l1");
}

TEST_F(RebaseTest, AKeptAnswerIsProposedWhenItsScenarioComesBack) {
  Go(SmallEdition("sha256:r2", WithdrawC));
  ASSERT_EQ(Kept(record_), "c=l2");
  EXPECT_EQ(record_.assessment().kept(0).scenario_name(), "场景c");
  EXPECT_EQ(record_.assessment().kept(0).release_digest(), "sha256:r1");
  Go(r1_);
  EXPECT_EQ(Said(record_), "a=l1 b=not_applicable c=?l2");
  EXPECT_EQ(Of(2).answer().reason(), "丙");
  EXPECT_EQ(Of(2).carried_from().answers(0).level(), "l2");
  EXPECT_EQ(Kept(record_), "");
}

TEST_F(RebaseTest, AKeptAnswerAtALevelThatIsGoneProposesTheNextLower) {
  Go(SmallEdition("sha256:r2", [](Edition& e) { e.mutable_scenarios(0)->set_id("d"); }));
  ASSERT_EQ(Kept(record_), "a=l1");
  Go(SmallEdition("sha256:r3",
                  [](Edition& e) { e.mutable_scenarios(0)->mutable_cells(1)->mutable_absent(); }));
  EXPECT_EQ(Said(Of(0)), "?l0");
}

TEST_F(RebaseTest, AWithdrawnProposalKeepsWhatWasAnswered) {
  Go(SmallEdition("sha256:r2", SplitA));
  Go(r1_);
  EXPECT_EQ(Said(record_), "a=- b=?not_applicable c=l2");
  EXPECT_EQ(Kept(record_), "a1=?l1 a2=?l1");
  EXPECT_EQ(record_.assessment().kept(0).carried_from().answers(0).scenario(), "a");
}

TEST_F(RebaseTest, AMergedAnswerNamesAllPlacesWhereItsPartsWereGiven) {
  Go(SmallEdition("sha256:r2", [](Edition& e) { Relate(e, 0, Relation::RELAXED); }));
  Answer(*at_, record_, "b", "l2");
  Go(SmallEdition("sha256:r3", MergeAAndB));
  ASSERT_EQ(Said(record_), "ab=?l1 c=l2");
  const auto& from = Of(0).carried_from();
  EXPECT_EQ(from.release_digest(), "sha256:r1");
  EXPECT_EQ(from.answers(0).scenario(), "a");
  ASSERT_EQ(from.others_size(), 1);
  EXPECT_EQ(from.others(0).release_digest(), "sha256:r2");
  EXPECT_EQ(from.others(0).answers(0).level(), "l2");
}

TEST_F(RebaseTest, EvidenceFollowsItsScenario) {
  v1::Evidence evidence;
  evidence.set_name("证明");
  evidence.set_sha256(std::string(64, '0'));
  evidence.add_scenarios("a");
  ASSERT_OK(AddEvidence(*r1_, record_, evidence, kNow));
  Go(SmallEdition("sha256:r2", SplitA));
  EXPECT_THAT(record_.assessment().evidence(0).scenarios(), ElementsAre("a", "a1", "a2"));
  Go(r1_);
  EXPECT_THAT(record_.assessment().evidence(0).scenarios(), ElementsAre("a", "a1", "a2"));
}

}  // namespace
}  // namespace zhiping::assessment
