// What becomes of submissions whose units have ended since: the nearest unit above acts for them.
#include "common/reference/reference.h"
#include "services/assessment/domain/stages.h"
#include "tests/unit/assessment/review_world.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::assessment {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using v1::Assurance;

// The county ends on the day after the submission, the city a month later; c2 has come below it.
constexpr char kUnits[] =
    "id\tname\taliases\tlevel\tparent\tregions\tvalid_from\tvalid_until\n"
    "p\t省\t\tprovince\t\t\t\t\n"
    "c\t市\t\tcity\tp\t\t\t2026-08-01\n"
    "c1\t县\t\tcounty\tc\t\t\t2026-07-02\n"
    "d\t新市\t\tcity\tp\t\t\t\n"
    "c2\t区\t\tcounty\tc\t\t\t2026-07-02\n"
    "c2\t区\t\tcounty\td\t\t2026-07-02\t2026-07-03\n";

class EndedUnitsTest : public testing::Test {
 protected:
  EndedUnitsTest()
      : units_(*reference::ReviewUnits::Parse(kUnits, reference_.regions())),
        world_(v1::ReviewPolicy::ALL) {
    world_.units = &units_;
    EXPECT_OK(world_.Do("Submit", "enterprise"));
  }
  void WaitUntil(int month, int day) {
    world_.now = absl::FromCivil(absl::CivilDay(2026, month, day), absl::FixedTimeZone(8 * 3600));
  }
  // Somebody else of the same unit.
  Act ActAs(const std::string& person, const std::string& unit) {
    Actor actor = ReviewWorld::ActorOf(unit);
    actor.person.set_subject(person);
    return world_.ActOf(actor, 1);
  }
  absl::Status Decide(const std::string& act, const std::string& person, const std::string& unit) {
    if (absl::Status taken = world_.Do("Take", ActAs(person, unit)); !taken.ok()) return taken;
    return world_.Do(act, ActAs(person, unit));
  }
  std::string OfficeOn(const std::string& unit, int month, int day) const {
    const auto* const office = OfficeOf(units_, unit, absl::CivilDay(2026, month, day));
    return office == nullptr ? "" : office->id;
  }
  const v1::SubmissionStanding& standing() const { return world_.Standing(1); }

  const reference::Reference reference_ = *reference::Reference::Open();
  const reference::ReviewUnits units_;
  ReviewWorld world_;
};

TEST_F(EndedUnitsTest, TheNearestAboveThatHasNotEndedActs) {
  EXPECT_EQ(OfficeOn("c1", 7, 1), "c1");
  EXPECT_EQ(OfficeOn("c1", 7, 2), "c");
  EXPECT_EQ(OfficeOn("c1", 8, 1), "p");
  EXPECT_EQ(OfficeOn("c2", 7, 3), "d");
  EXPECT_EQ(OfficeOn("nowhere", 7, 1), "");
  EXPECT_THAT(ActsFor(units_, "c", absl::CivilDay(2026, 7, 1)), ElementsAre("c"));
  EXPECT_THAT(ActsFor(units_, "c", absl::CivilDay(2026, 7, 3)), ElementsAre("c", "c1"));
  EXPECT_THAT(ActsFor(units_, "d", absl::CivilDay(2026, 7, 3)), ElementsAre("c2", "d"));
  EXPECT_THAT(ActsFor(units_, "c1", absl::CivilDay(2026, 7, 3)), IsEmpty());
}

TEST_F(EndedUnitsTest, ItDecidesAtTheStageOfTheOneThatHasEnded) {
  WaitUntil(7, 2);
  EXPECT_THAT(world_.Do("Take", "county"), HasReason(Reason::OUTSIDE_SCOPE));
  const absl::Status province = world_.Do("Take", "province");
  EXPECT_THAT(province, HasReason(Reason::WRONG_STAGE));
  EXPECT_EQ(DetailOf(province).message().zh(), "现在由c单位处理，本单位只能查看。");
  ASSERT_OK(Decide("Approve", "wang", "city"));
  EXPECT_EQ(standing().decisions(0).stage(), v1::Stage::COUNTY);
  EXPECT_EQ(standing().decisions(0).unit(), "c");
  EXPECT_EQ(standing().decisions(0).unit_name(), "c单位");
  EXPECT_EQ(standing().assurance(), Assurance::COUNTY_REVIEWED);
  EXPECT_EQ(world_.State(1), "UNDER_REVIEW_CITY");
  // One person still never decides at two stages.
  EXPECT_THAT(Decide("Approve", "wang", "city"), HasReason(Reason::SAME_PERSON));
  ASSERT_OK(Decide("ReturnToPreviousStage", "li", "city"));
  EXPECT_EQ(world_.State(1), "UNDER_REVIEW_COUNTY");
  EXPECT_TRUE(standing().has_due_at());
  ASSERT_OK(Decide("Approve", "wang", "city"));
  ASSERT_OK(Decide("Approve", "li", "city"));
  EXPECT_EQ(world_.State(1), "UNDER_REVIEW_PROVINCE");
}

TEST_F(EndedUnitsTest, WhoFoundSomethingForItDoesNothingAtTheOfficesOwnStage) {
  WaitUntil(7, 2);
  ASSERT_OK(Decide("RecordFindings", "wang", "city"));
  ASSERT_OK(world_.Do("Release", ActAs("wang", "city")));
  ASSERT_OK(Decide("Approve", "li", "city"));
  EXPECT_EQ(world_.State(1), "UNDER_REVIEW_CITY");
  EXPECT_THAT(world_.Do("Take", ActAs("wang", "city")), HasReason(Reason::SAME_PERSON));
  ASSERT_OK(Decide("Approve", "zhao", "city"));
}

TEST_F(EndedUnitsTest, ItTakesBackWhatTheOneThatHasEndedDecided) {
  ASSERT_OK(world_.Decide("ReturnToEnterprise", "county"));
  WaitUntil(7, 2);
  EXPECT_THAT(world_.Do("RecallDecision", "province"), HasReason(Reason::WRONG_STAGE));
  ASSERT_OK(world_.Do("RecallDecision", "city"));
  EXPECT_EQ(standing().decisions(1).stage(), v1::Stage::COUNTY);
  EXPECT_EQ(world_.State(1), "UNDER_REVIEW_COUNTY");
}

TEST_F(EndedUnitsTest, AnObjectionForOneThatHasEndedIsDecidedAbove) {
  ASSERT_OK(world_.Decide("Reject", "county"));
  ASSERT_OK(world_.Do("Object", "enterprise"));
  EXPECT_EQ(standing().objections(0).unit(), "c");
  WaitUntil(8, 1);
  EXPECT_THAT(world_.Do("Take", "city"), HasReason(Reason::OUTSIDE_SCOPE));
  ASSERT_OK(world_.Decide("DecideObjection", "province"));
  EXPECT_EQ(standing().decisions(1).stage(), v1::Stage::CITY);
  EXPECT_EQ(world_.State(1), "UNDER_REVIEW_COUNTY");
  // Both are over.
  ASSERT_OK(Decide("Approve", "wang", "province"));
  ASSERT_OK(Decide("Approve", "li", "province"));
  EXPECT_EQ(standing().assurance(), Assurance::CITY_REVIEWED);
}

TEST_F(EndedUnitsTest, OneThatItWasNotHandedInToIsCalledAsItIs) {
  world_.Record(1).mutable_stages(0)->set_unit("c2");
  auto& submission = *world_.Record(1).mutable_submission();
  submission.mutable_standing()->set_unit("c2");
  submission.mutable_content()->mutable_snapshot()->set_units(0, "c2");
  WaitUntil(7, 3);
  Actor actor = ReviewWorld::ActorOf("city");
  EXPECT_THAT(world_.Do("BatchApprove", world_.ActOf(actor, 1)), HasReason(Reason::WRONG_STAGE));
  actor.person.set_unit("d");
  ASSERT_OK(world_.Do("BatchApprove", world_.ActOf(actor, 1)));
  EXPECT_EQ(standing().decisions(0).unit_name(), "新市");
  EXPECT_EQ(standing().assurance(), Assurance::COUNTY_REVIEWED);
}

}  // namespace
}  // namespace zhiping::assessment
