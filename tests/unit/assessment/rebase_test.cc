// A draft goes to another release while somebody works on it.
#include "services/assessment/domain/carry_over.h"
#include "services/assessment/domain/draft_evidence.h"
#include "tests/unit/assessment/small_editions.h"

namespace zhiping::assessment {
namespace {

using catalogue::v1::Edition;
using catalogue::v1::Relation;
using catalogue::v1::Release;
using testing::ElementsAre;

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
  ASSERT_EQ(Of(0).carried_from().release_digest(), "sha256:r1");
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
  ASSERT_EQ(Said(Of(0)), "?l0");
  // What was answered is known all the same.
  EXPECT_EQ(Of(0).carried_from().answers(0).level(), "l1");
}

TEST_F(RebaseTest, AKeptAnswerIsProposedWhenItsScenarioComesBack) {
  Go(SmallEdition("sha256:r2", WithdrawC));
  ASSERT_EQ(Kept(record_), "c=l2");
  EXPECT_EQ(record_.assessment().kept(0).scenario_name(), "场景c");
  EXPECT_EQ(record_.assessment().kept(0).release_digest(), "sha256:r1");
  Go(r1_);
  ASSERT_EQ(Said(record_), "a=l1 b=not_applicable c=?l2");
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
  ASSERT_EQ(Kept(record_), "a1=?l1 a2=?l1");
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

// The draft has been under the first release twice, and answered otherwise the second time.
TEST_F(RebaseTest, TwoAnswersThatOneScenarioHadOneAfterTheOtherAreBothFoundWhenTheyAreMerged) {
  Go(SmallEdition("sha256:r2", SplitA));
  Go(r1_);
  Answer(*at_, record_, "a", "l2");
  Go(SmallEdition("sha256:r3", [](Edition& e) { e.mutable_scenarios(1)->set_id("a1"); }));
  ASSERT_EQ(Said(record_), "a=l2 a1=?l1 c=l2");
  Go(SmallEdition("sha256:r4", [](Edition& e) {
    e.mutable_scenarios()->DeleteSubrange(1, 1);
    Relate(e, 0, Relation::MERGED_FROM, {"a", "a1"});
  }));
  ASSERT_EQ(Said(record_), "a=?l1 c=l2");
  ASSERT_EQ(Of(0).carried_from().answers_size(), 2);
  EXPECT_EQ(Of(0).carried_from().answers(0).level(), "l2");
  EXPECT_EQ(Of(0).carried_from().answers(1).level(), "l1");
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
