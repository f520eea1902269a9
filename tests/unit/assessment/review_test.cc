// What the state table does not say: who has a file in hand, etags, persons, dates.
#include "absl/strings/match.h"
#include "common/time/timestamp.h"
#include "services/assessment/domain/decisions.h"
#include "services/assessment/domain/in_hand_acts.h"
#include "services/assessment/domain/standing.h"
#include "tests/unit/assessment/review_world.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::assessment {
namespace {

using v1::Assurance;
using v1::Decision;

class ReviewTest : public testing::Test {
 protected:
  ReviewTest() : world_(v1::ReviewPolicy::ALL) { EXPECT_OK(world_.Do("Submit", "enterprise")); }
  void Approve(std::initializer_list<const char*> stages) {
    for (const char* stage : stages) ASSERT_OK(world_.Decide("Approve", stage)) << stage;
  }
  // The reviewer of a unit who is, at the sign-on, somebody else's account.
  Act ActAs(const std::string& person, const std::string& unit) {
    Actor actor = ReviewWorld::ActorOf(unit);
    actor.person.set_subject(person);
    return world_.ActOf(actor, 1);
  }
  std::string EndOf(const google::protobuf::Timestamp& instant) const {
    return absl::FormatTime("%Y-%m-%d %H:%M", FromTimestamp(instant),
                            absl::FixedTimeZone(8 * 3600));
  }
  const v1::SubmissionStanding& standing() const { return world_.Standing(1); }

  ReviewWorld world_;
};

TEST_F(ReviewTest, WhoDecidesHasTakenTheFile) {
  EXPECT_THAT(world_.Do("Approve", "county"), HasReason(Reason::NOT_TAKEN));
  ASSERT_OK(world_.Do("Take", "county"));
  EXPECT_THAT(world_.Do("Take", "county_head"), HasReason(Reason::TAKEN_BY_ANOTHER));
  EXPECT_THAT(world_.Do("Approve", "county_head"), HasReason(Reason::TAKEN_BY_ANOTHER));
  EXPECT_THAT(world_.Do("BatchApprove", "county_head"), HasReason(Reason::TAKEN_BY_ANOTHER));
  EXPECT_THAT(world_.Do("Release", "county_head"), HasReason(Reason::TAKEN_BY_ANOTHER));
  ASSERT_OK(world_.Do("Release", "county"));
  EXPECT_THAT(world_.Do("Approve", "county"), HasReason(Reason::NOT_TAKEN));
  EXPECT_OK(world_.Do("Take", "county_head"));
}

TEST_F(ReviewTest, ATakenFileIsFreeAgainWhenItsTimeIsOver) {
  ASSERT_OK(world_.Do("Take", "county"));
  world_.now += absl::Hours(4) - absl::Minutes(2);
  EXPECT_THAT(world_.Do("Take", "county_head"), HasReason(Reason::TAKEN_BY_ANOTHER));
  EXPECT_THAT(world_.Do("Approve", "county"), HasReason(Reason::NOT_TAKEN));
  EXPECT_OK(world_.Do("Take", "county_head"));
}

TEST_F(ReviewTest, TakingAgainProlongs) {
  ASSERT_OK(world_.Do("Take", "county"));
  world_.now += absl::Hours(3);
  ASSERT_OK(world_.Do("Take", "county"));
  world_.now += absl::Hours(3);
  EXPECT_OK(world_.Do("Approve", "county"));
}

TEST_F(ReviewTest, TheHeadAssignsAFileWhoeverHasIt) {
  ASSERT_OK(world_.Do("Take", "county"));
  ASSERT_OK(world_.Do("Assign", "county_head"));
  EXPECT_THAT(world_.Do("Approve", "county"), HasReason(Reason::TAKEN_BY_ANOTHER));
  EXPECT_OK(world_.Do("Approve", ActAs("county_head-colleague", "county")));
}

TEST_F(ReviewTest, AStaleEtagIsRefusedAndAMissingOneToo) {
  ASSERT_OK(world_.Do("Take", "county"));
  Act act = world_.ActOf(ReviewWorld::ActorOf("county"), 1);
  ASSERT_OK(world_.Do("AddComment", "county_head"));
  EXPECT_THAT(world_.Do("Approve", act), HasReason(Reason::STALE_ETAG));
  act.etag = "";
  EXPECT_THAT(world_.Do("Approve", act), HasReason(Reason::FIELD_REQUIRED));
  act.actor = ReviewWorld::ActorOf("enterprise");
  EXPECT_OK(world_.Do("Withdraw", act));
}

TEST_F(ReviewTest, OnePersonNeverDecidesAtTwoStages) {
  ASSERT_OK(world_.Do("Take", ActAs("wang", "county")));
  ASSERT_OK(world_.Do("Approve", ActAs("wang", "county")));
  EXPECT_THAT(world_.Do("Take", ActAs("wang", "city")), HasReason(Reason::SAME_PERSON));
  EXPECT_THAT(world_.Do("BatchApprove", ActAs("wang", "city")), HasReason(Reason::SAME_PERSON));
  EXPECT_OK(world_.Do("BatchApprove", ActAs("li", "city")));
}

TEST_F(ReviewTest, AFileIsNotAssignedToWhoDecidedAtAnotherStage) {
  ASSERT_OK(world_.Do("Take", ActAs("city_head-colleague", "county")));
  ASSERT_OK(world_.Do("Approve", ActAs("city_head-colleague", "county")));
  EXPECT_THAT(world_.Do("Assign", "city_head"), HasReason(Reason::SAME_PERSON));
}

TEST_F(ReviewTest, NobodyDecidesAboutWhatTheyFilledInSubmittedOrObjectedTo) {
  for (const char* filled_in : {"qian", "sun"}) {
    v1::PersonRecord& party = *world_.Record(1).add_parties();
    party.set_issuer("https://sign-on");
    party.set_subject(filled_in);
  }
  for (const char* own : {"enterprise", "qian", "sun"}) {
    EXPECT_THAT(world_.Do("Take", ActAs(own, "county")), HasReason(Reason::SAME_PERSON));
    EXPECT_THAT(world_.Do("BatchApprove", ActAs(own, "county")), HasReason(Reason::SAME_PERSON));
    // Neither is it assigned to them, nor by them.
    Act assigning = world_.ActOf(ReviewWorld::ActorOf("county_head"), 1);
    v1::PersonRecord reviewer = ActAs(own, "county").actor.person;
    EXPECT_THAT(Assign(assigning, reviewer, world_.all), HasReason(Reason::SAME_PERSON));
    assigning.actor.person.set_subject(own);
    reviewer.set_subject("li");
    EXPECT_THAT(Assign(assigning, reviewer, world_.all), HasReason(Reason::SAME_PERSON));
  }
  // A subject is of its issuer.
  Act elsewhere = ActAs("enterprise", "county");
  elsewhere.actor.person.set_issuer("https://another");
  EXPECT_OK(world_.Do("BatchApprove", elsewhere));
  ASSERT_OK(world_.Decide("Reject", "city"));
  Actor objecting = ReviewWorld::ActorOf("enterprise");
  objecting.person.set_subject("wang");
  ASSERT_OK(world_.Do("Object", world_.ActOf(objecting, 1)));
  EXPECT_THAT(world_.Do("Take", ActAs("wang", "province")), HasReason(Reason::SAME_PERSON));
  EXPECT_THAT(world_.Do("DecideObjection", ActAs("wang", "province")),
              HasReason(Reason::SAME_PERSON));
  EXPECT_OK(world_.Decide("DecideObjection", "province"));
}

TEST_F(ReviewTest, PersonsWhoAreNotIdentifiedAreNotTakenForTheSame) {
  for (const char* unit : {"county", "city", "province"}) {
    ASSERT_OK(world_.Do("Take", ActAs("", unit)));
    ASSERT_OK(world_.Do("Approve", ActAs("", unit))) << unit;
  }
  EXPECT_EQ(world_.State(1), "CONFIRMED");
}

TEST_F(ReviewTest, TheAssuranceIsThatOfTheStageThatApproved) {
  EXPECT_EQ(standing().assurance(), Assurance::SELF_EVALUATED);
  Approve({"county"});
  EXPECT_EQ(standing().assurance(), Assurance::COUNTY_REVIEWED);
  Approve({"city"});
  EXPECT_EQ(standing().assurance(), Assurance::CITY_REVIEWED);
  ASSERT_OK(world_.Decide("ReturnToPreviousStage", "province"));
  EXPECT_EQ(standing().assurance(), Assurance::CITY_REVIEWED);
  EXPECT_EQ(world_.State(1), "UNDER_REVIEW_CITY");
  // The city decides anew: not that it approves.
  ASSERT_OK(world_.Decide("ReturnToPreviousStage", "city"));
  EXPECT_EQ(standing().assurance(), Assurance::COUNTY_REVIEWED);
  Approve({"county"});
  EXPECT_EQ(standing().assurance(), Assurance::COUNTY_REVIEWED);
  Approve({"city", "province"});
  EXPECT_EQ(standing().assurance(), Assurance::PROVINCE_CONFIRMED);
  EXPECT_EQ(standing().unit(), "");
}

TEST_F(ReviewTest, DatesEndWithTheWholeDay) {
  // Submitted on 1 July; a county has 5 days.
  EXPECT_EQ(EndOf(standing().due_at()), "2026-07-07 00:00");
  ASSERT_OK(world_.Decide("ReturnToEnterprise", "county"));
  EXPECT_FALSE(standing().has_due_at());
  EXPECT_EQ(EndOf(standing().return_by()), "2026-07-12 00:00");
  EXPECT_EQ(EndOf(standing().appeal_by()), "2026-07-17 00:00");
}

TEST_F(ReviewTest, AStageWithoutDaysHasNoDueDate) {
  Approve({"county"});
  EXPECT_FALSE(standing().has_due_at());
}

TEST_F(ReviewTest, DecisionsSayUnitAndTimeAndPersonsAreKeptApart) {
  ASSERT_OK(world_.Decide("ReturnToEnterprise", "county"));
  ASSERT_EQ(standing().decisions_size(), 1);
  const Decision& decision = standing().decisions(0);
  EXPECT_EQ(decision.decision(), 1);
  EXPECT_EQ(decision.kind(), Decision::RETURNED_TO_ENTERPRISE);
  EXPECT_EQ(decision.stage(), v1::Stage::COUNTY);
  EXPECT_EQ(decision.unit_name(), "c1单位");
  EXPECT_EQ(decision.reason(), "请补充说明");
  EXPECT_EQ(decision.decided_by(), "");
  EXPECT_EQ(world_.Record(1).deciders(0).subject(), "county");
}

TEST_F(ReviewTest, AReasonIsRequiredAndLimited) {
  ASSERT_OK(world_.Do("Take", "county"));
  const Act act = world_.ActOf(ReviewWorld::ActorOf("county"), 1);
  EXPECT_THAT(Reject(act, " ", world_.all), HasReason(Reason::FIELD_REQUIRED));
  EXPECT_THAT(Reject(act, std::string(2001, 'x'), world_.all), HasReason(Reason::TOO_LARGE));
  EXPECT_THAT(Reject(act, "a\x07", world_.all), HasReason(Reason::CHARACTER_NOT_ALLOWED));
  EXPECT_OK(Reject(act, "第一行\n第二行", world_.all));
}

TEST_F(ReviewTest, AWrongStateSaysTheStateAndWhatMayBeDone) {
  ASSERT_OK(world_.Decide("Reject", "county"));
  const auto detail = DetailOf(world_.Do("Approve", "county"));
  EXPECT_EQ(detail.message().zh(), "第 1 次提交不予通过，不能这样操作；企业可以提出异议。");
  EXPECT_EQ(detail.message().en(),
            "Submission 1 is rejected, so this cannot be done; the enterprise may object.");
}

TEST_F(ReviewTest, ABatchLeavesOutFindingsOfAnyStageAndOpenComments) {
  ASSERT_OK(world_.Do("AddComment", "county"));
  EXPECT_THAT(world_.Do("BatchApprove", "county"), HasReason(Reason::OPEN_COMMENTS));
  ASSERT_OK(world_.Do("ResolveComment", "county_head"));
  ASSERT_OK(world_.Decide("RecordFindings", "county"));
  EXPECT_THAT(world_.Do("BatchApprove", "county"), HasReason(Reason::OPEN_COMMENTS));
  ASSERT_OK(world_.Do("Approve", "county"));
  // The city has found nothing itself, and has to look at what the county found.
  EXPECT_THAT(world_.Do("BatchApprove", "city"), HasReason(Reason::OPEN_COMMENTS));
  ASSERT_OK(world_.Decide("Approve", "city"));
  EXPECT_THAT(world_.Do("BatchApprove", "province"), HasReason(Reason::OPEN_COMMENTS));
}

TEST_F(ReviewTest, ABatchLeavesOutWhatWasTakenBackButCountsStill) {
  ASSERT_OK(world_.Decide("RecordFindings", "county"));
  ASSERT_OK(world_.Do("Approve", "county"));
  ASSERT_OK(world_.Decide("ReturnToPreviousStage", "city"));
  ASSERT_OK(world_.Decide("TakeFindingBack", "county"));
  EXPECT_TRUE(standing().findings().empty());
  EXPECT_THAT(world_.Do("BatchApprove", "county"), HasReason(Reason::OPEN_COMMENTS));
  ASSERT_OK(world_.Do("Approve", "county"));
  EXPECT_OK(world_.Do("BatchApprove", "city"));
}

TEST_F(ReviewTest, ACommentIsAboutAScenarioOfTheSubmission) {
  const Act act = world_.ActOf(ReviewWorld::ActorOf("county"), 1);
  EXPECT_THAT(AddComment(act, "x", "?", false, world_.all), HasReason(Reason::UNKNOWN_SCENARIO));
  EXPECT_THAT(AddComment(act, "", "", false, world_.all), HasReason(Reason::FIELD_REQUIRED));
  EXPECT_OK(AddComment(act, "", "整体", false, world_.all));
  EXPECT_THAT(ResolveComment(act, 2, world_.all), HasReason(Reason::COMMENT_NOT_FOUND));
}

TEST_F(ReviewTest, TheDraftIsLockedWhileTheLatestIsUnderReview) {
  EXPECT_TRUE(IsLocked(world_.all));
  ASSERT_OK(world_.Decide("ReturnToEnterprise", "county"));
  EXPECT_FALSE(IsLocked(world_.all));
}

TEST_F(ReviewTest, AnApplicationCitesOnceAndIsUncitedByItsOwnNumber) {
  ASSERT_OK(world_.Do("Cite", "platform"));
  const int64_t version = world_.Record(1).version();
  ASSERT_OK(world_.Do("Cite", "platform"));
  EXPECT_EQ(world_.Record(1).version(), version);
  const Act act = world_.ActOf(ReviewWorld::ActorOf("platform"), 1);
  EXPECT_THAT(Uncite(act, "A-2", world_.all), HasReason(Reason::NOT_CITED));
  EXPECT_OK(Uncite(act, "A-1", world_.all));
}

TEST_F(ReviewTest, ASubmissionThatIsNotThereIsNotFound) {
  EXPECT_THAT(world_.Do("Approve", "county", 2), HasReason(Reason::SUBMISSION_NOT_FOUND));
  EXPECT_THAT(world_.Do("Withdraw", "enterprise", 0), HasReason(Reason::SUBMISSION_NOT_FOUND));
}

}  // namespace
}  // namespace zhiping::assessment
