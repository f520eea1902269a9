// Decisions that are taken back: by recall, and by objections.
#include "common/time/timestamp.h"
#include "services/assessment/domain/objections.h"
#include "services/assessment/domain/standing.h"
#include "tests/unit/assessment/review_world.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::assessment {
namespace {

using v1::Assurance;

class TakingBackTest : public testing::Test {
 protected:
  TakingBackTest() : world_(v1::ReviewPolicy::ALL) { EXPECT_OK(world_.Do("Submit", "enterprise")); }
  void Approve(std::initializer_list<const char*> stages) {
    for (const char* stage : stages) ASSERT_OK(world_.Decide("Approve", stage)) << stage;
  }
  const v1::SubmissionStanding& standing() const { return world_.Standing(1); }

  ReviewWorld world_;
};

TEST_F(TakingBackTest, ADecisionThatSomebodyActedOnIsNotRecalled) {
  Approve({"county"});
  ASSERT_OK(world_.Do("Take", "city"));
  EXPECT_THAT(world_.Do("RecallDecision", "county"), HasReason(Reason::DECISION_ACTED_ON));
  ASSERT_OK(world_.Do("Release", "city"));
  ASSERT_OK(world_.Do("AddComment", "city"));
  EXPECT_THAT(world_.Do("RecallDecision", "county"), HasReason(Reason::DECISION_ACTED_ON));
}

TEST_F(TakingBackTest, ADecisionIsNotRecalledOnceTheNextStageFoundSomethingOrTookItBack) {
  for (const bool takes_back : {false, true}) {
    world_.all.clear();
    ASSERT_OK(world_.Do("Submit", "enterprise"));
    Approve({"county"});
    ASSERT_OK(world_.Decide("RecordFindings", "city"));
    if (takes_back) {
      ASSERT_OK(world_.Do("TakeFindingBack", "city"));
    }
    ASSERT_OK(world_.Do("Release", "city"));
    EXPECT_EQ(standing().findings_size(), takes_back ? 0 : 1);
    EXPECT_THAT(world_.Do("RecallDecision", "county"), HasReason(Reason::DECISION_ACTED_ON));
  }
  // Nor a return, once the stage before has taken back what it had approved.
  world_.all.clear();
  ASSERT_OK(world_.Do("Submit", "enterprise"));
  ASSERT_OK(world_.Decide("RecordFindings", "county"));
  ASSERT_OK(world_.Do("Approve", "county"));
  ASSERT_OK(world_.Decide("ReturnToPreviousStage", "city"));
  ASSERT_OK(world_.Decide("TakeFindingBack", "county"));
  ASSERT_OK(world_.Do("Release", "county"));
  EXPECT_THAT(world_.Do("RecallDecision", "city"), HasReason(Reason::DECISION_ACTED_ON));
}

// As earlier versions stored them, without when it was.
TEST_F(TakingBackTest, OfAnOlderRecordTheFindingsSayWhenTheNextStageFoundThem) {
  Approve({"county"});
  ASSERT_OK(world_.Decide("RecordFindings", "city"));
  ASSERT_OK(world_.Do("Release", "city"));
  world_.Record(1).clear_findings_at();
  EXPECT_THAT(world_.Do("RecallDecision", "county"), HasReason(Reason::DECISION_ACTED_ON));
}

TEST_F(TakingBackTest, AReturnIsNotRecalledOnceItWasHandedInAgainOrObjectedTo) {
  ASSERT_OK(world_.Decide("ReturnToEnterprise", "county"));
  ASSERT_OK(world_.Do("Object", "enterprise"));
  EXPECT_THAT(world_.Do("RecallDecision", "county"), HasReason(Reason::DECISION_ACTED_ON));
  ASSERT_OK(world_.Do("Submit", "enterprise"));
  EXPECT_THAT(world_.Do("RecallDecision", "county"), HasReason(Reason::DECISION_ACTED_ON));
}

TEST_F(TakingBackTest, AConfirmationThatWasCitedSinceIsNotRecalled) {
  Approve({"county", "city", "province"});
  ASSERT_OK(world_.Do("Cite", "platform"));
  EXPECT_THAT(world_.Do("RecallDecision", "province"), HasReason(Reason::DECISION_ACTED_ON));
}

TEST_F(TakingBackTest, ARecallIsNotItselfRecalled) {
  Approve({"county"});
  ASSERT_OK(world_.Do("RecallDecision", "county"));
  EXPECT_EQ(standing().assurance(), Assurance::SELF_EVALUATED);
  EXPECT_THAT(world_.Do("RecallDecision", "county"), HasReason(Reason::WRONG_STATE));
  Approve({"county"});
  EXPECT_EQ(standing().assurance(), Assurance::COUNTY_REVIEWED);
}

TEST_F(TakingBackTest, AnObjectionIsDecidedByTheNextStage) {
  ASSERT_OK(world_.Decide("ReturnToEnterprise", "county"));
  ASSERT_OK(world_.Do("Object", "enterprise"));
  EXPECT_THAT(world_.Do("Object", "platform"), HasReason(Reason::OBJECTION_OPEN));
  EXPECT_THAT(world_.Do("Take", "county"), HasReason(Reason::WRONG_STAGE));
  ASSERT_OK(world_.Decide("DecideObjection", "city"));
  EXPECT_EQ(world_.State(1), "UNDER_REVIEW_COUNTY");
  EXPECT_FALSE(standing().has_return_by());
  EXPECT_TRUE(standing().objections(0).upheld());
  EXPECT_OK(world_.Decide("Approve", "county"));
}

TEST_F(TakingBackTest, AnObjectionToTheProvinceIsDecidedThereByAnotherPerson) {
  Approve({"county", "city"});
  ASSERT_OK(world_.Decide("Reject", "province"));
  ASSERT_OK(world_.Do("Object", "enterprise"));
  EXPECT_THAT(world_.Do("Take", "province"), HasReason(Reason::SAME_PERSON));
  ASSERT_OK(world_.Decide("DecideObjection", "province_head"));
  EXPECT_EQ(world_.State(1), "UNDER_REVIEW_PROVINCE");
  EXPECT_EQ(standing().assurance(), Assurance::CITY_REVIEWED);
}

TEST_F(TakingBackTest, ADismissedObjectionLeavesTheDecisionAndBeginsTheReturnAnew) {
  ASSERT_OK(world_.Decide("ReturnToEnterprise", "county"));
  world_.now += absl::Hours(24 * 8);
  ASSERT_OK(world_.Do("Object", "enterprise"));
  ASSERT_OK(world_.Do("Take", "city"));
  const Act act = world_.ActOf(ReviewWorld::ActorOf("city"), 1);
  EXPECT_THAT(DecideObjection(act, 2, false, "依据不足", world_.all),
              HasReason(Reason::OBJECTION_NOT_FOUND));
  ASSERT_OK(DecideObjection(act, 1, false, "依据不足", world_.all));
  EXPECT_EQ(world_.State(1), "RETURNED");
  EXPECT_EQ(FromTimestamp(standing().return_by()),
            absl::FromCivil(absl::CivilDay(2026, 7, 20), act.zone));
  EXPECT_THAT(world_.Do("Object", "enterprise"), HasReason(Reason::APPEAL_OVER));
}

TEST_F(TakingBackTest, ObjectingEndsWithTheDay) {
  ASSERT_OK(world_.Decide("Reject", "county"));
  world_.now = FromTimestamp(standing().appeal_by()) - absl::Minutes(1);
  EXPECT_THAT(world_.Do("Object", "enterprise"), HasReason(Reason::APPEAL_OVER));
  world_.now -= absl::Minutes(2);
  EXPECT_OK(world_.Do("Object", "enterprise"));
}

TEST_F(TakingBackTest, WithoutAppealDaysNobodyObjects) {
  world_.Record(1).set_appeal_days(0);
  ASSERT_OK(world_.Decide("Reject", "county"));
  EXPECT_THAT(world_.Do("Object", "enterprise"), HasReason(Reason::APPEAL_OVER));
}

TEST_F(TakingBackTest, AnObjectionToAReturnLapsesByHandingInAgain) {
  ASSERT_OK(world_.Decide("ReturnToEnterprise", "county"));
  ASSERT_OK(world_.Do("Object", "enterprise"));
  ASSERT_OK(world_.Do("Submit", "enterprise"));
  EXPECT_EQ(OpenObjection(standing()), nullptr);
  EXPECT_TRUE(standing().objections(0).lapsed());
  EXPECT_FALSE(standing().objections(0).decided());
  EXPECT_THAT(world_.Do("Object", "enterprise"), HasReason(Reason::DECISION_ACTED_ON));
}

TEST_F(TakingBackTest, AnObjectionLapsesWhenTheSubmissionIsSuperseded) {
  Approve({"county", "city"});
  ASSERT_OK(world_.Decide("RecordFindings", "province"));
  ASSERT_OK(world_.Do("Approve", "province"));
  ASSERT_OK(world_.Do("Object", "enterprise"));
  ASSERT_OK(world_.Do("Submit", "enterprise"));
  for (const char* stage : {"county", "city"}) ASSERT_OK(world_.Decide("Approve", stage, 2));
  EXPECT_NE(OpenObjection(standing()), nullptr);
  ASSERT_OK(world_.Decide("Approve", "province", 2));
  EXPECT_EQ(world_.State(1), "SUPERSEDED");
  EXPECT_TRUE(standing().objections(0).lapsed());
  EXPECT_FALSE(standing().objections(0).decided());
}

TEST_F(TakingBackTest, NothingIsRevokedWhileAnObjectionIsOpen) {
  Approve({"county", "city"});
  ASSERT_OK(world_.Decide("RecordFindings", "province"));
  ASSERT_OK(world_.Do("Approve", "province"));
  ASSERT_OK(world_.Do("Object", "enterprise"));
  EXPECT_THAT(world_.Do("Revoke", "province_head"), HasReason(Reason::OBJECTION_OPEN));
}

TEST_F(TakingBackTest, AnUpheldObjectionToARevocationLeavesItToTheProvinceToConfirm) {
  Approve({"county", "city", "province"});
  ASSERT_OK(world_.Do("Revoke", "province_head"));
  ASSERT_OK(world_.Do("Object", "enterprise"));
  ASSERT_OK(world_.Decide("DecideObjection", "province"));
  EXPECT_EQ(world_.State(1), "UNDER_REVIEW_PROVINCE");
  EXPECT_EQ(standing().assurance(), Assurance::CITY_REVIEWED);
}

}  // namespace
}  // namespace zhiping::assessment
