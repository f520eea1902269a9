// What is signed of a decision says which findings count, and comes out again.
#include "services/assessment/domain/views.h"
#include "tests/unit/assessment/review_world.h"
#include "tests/unit/assessment/state_table.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::assessment {
namespace {

class DecisionReceiptsTest : public testing::Test {
 protected:
  DecisionReceiptsTest() : world_(v1::ReviewPolicy::ALL) { Do({{"Submit", "enterprise"}}); }

  // Every receipt on the way verifies.
  void Do(const std::vector<Step>& steps) {
    for (const Step& step : steps) {
      ASSERT_OK(world_.DoAndSign(step.act, step.actor)) << step.act << " by " << step.actor;
    }
  }
  v1::Receipt Receipt() const {
    return DecisionReceiptOf(world_.all[0], *world_.criteria, {world_.now, ""});
  }
  void ExpectNoFindings() const {
    EXPECT_TRUE(Receipt().findings().empty());
    EXPECT_FALSE(Receipt().has_reviewed_result());
    // Officials see it.
    EXPECT_EQ(world_.Standing(1).findings_size(), 1);
  }

  ReviewWorld world_;
};

TEST_F(DecisionReceiptsTest, OfAReturnToThePreviousStageDoNotTellWhatThatStageHadFound) {
  Do({{"Take", "county"},
      {"Approve", "county"},
      {"Take", "city"},
      {"RecordFindings", "city"},
      {"ReturnToPreviousStage", "city"}});
  ExpectNoFindings();
}

TEST_F(DecisionReceiptsTest, OfARecallDoNotTellWhatWasFound) {
  Do({{"Take", "county"},
      {"RecordFindings", "county"},
      {"Approve", "county"},
      {"RecallDecision", "county"}});
  ExpectNoFindings();
}

TEST_F(DecisionReceiptsTest, OfAnObjectionThatWasUpheldDoNotTellWhatWasFound) {
  Do({{"Take", "county"},
      {"RecordFindings", "county"},
      {"ReturnToEnterprise", "county"},
      {"Object", "enterprise"},
      {"Take", "city"},
      {"DecideObjection", "city"}});
  ExpectNoFindings();
}

TEST_F(DecisionReceiptsTest, SayUntilTheNextDecisionWhatCounts) {
  Do({{"Take", "county"},
      {"Approve", "county"},
      {"Take", "city"},
      {"ReturnToPreviousStage", "city"}});
  const std::string last = Receipt().SerializeAsString();
  const absl::Time then = world_.now;
  Do({{"Take", "county"}, {"RecordFindings", "county"}});
  world_.now = then;
  EXPECT_EQ(Receipt().SerializeAsString(), last);
  Do({{"Approve", "county"}});
  EXPECT_EQ(Receipt().findings_size(), 1);
  EXPECT_TRUE(Receipt().has_reviewed_result());
}

// What a stage had approved it does not approve any more once it decided otherwise.
TEST_F(DecisionReceiptsTest, OfAStageThatDecidesOtherwiseHaveTheAssuranceOfThoseBelow) {
  for (const char* decision : {"ReturnToEnterprise", "Reject"}) {
    world_.all.clear();
    Do({{"Submit", "enterprise"},
        {"Take", "county"},
        {"Approve", "county"},
        {"Take", "city"},
        {"ReturnToPreviousStage", "city"}});
    EXPECT_EQ(Receipt().assurance(), v1::Assurance::COUNTY_REVIEWED);
    Do({{"Take", "county"}, {decision, "county"}});
    EXPECT_EQ(Receipt().assurance(), v1::Assurance::SELF_EVALUATED) << decision;
    world_.all.clear();
    Do({{"Submit", "enterprise"},
        {"Take", "county"},
        {"Approve", "county"},
        {"Take", "city"},
        {"Approve", "city"},
        {"Take", "province"},
        {"ReturnToPreviousStage", "province"},
        {"Take", "city"},
        {decision, "city"}});
    EXPECT_EQ(Receipt().assurance(), v1::Assurance::COUNTY_REVIEWED) << decision;
    // Taken back, the approval of before stands again.
    Do({{"RecallDecision", "city"}});
    EXPECT_EQ(Receipt().assurance(), v1::Assurance::CITY_REVIEWED) << decision;
  }
}

TEST_F(DecisionReceiptsTest, TellTheHighestStagesFindingThoughALowerOneFoundAfterIt) {
  Do({{"Take", "county"},
      {"Approve", "county"},
      {"Take", "city"},
      {"RecordFindings", "city"},
      {"ReturnToPreviousStage", "city"},
      {"Take", "county"},
      {"RecordFindings", "county"},
      {"Approve", "county"},
      {"Take", "city"},
      {"Approve", "city"},
      {"Take", "province"},
      {"Approve", "province"}});
  ASSERT_EQ(Receipt().findings_size(), 1);
  EXPECT_EQ(Receipt().findings(0).stage(), v1::Stage::CITY);
  EXPECT_EQ(Receipt().findings(0).level(), "l0");
  // Of a 1 and of b 2, of 9 points.
  EXPECT_EQ(Receipt().reviewed_result().index().numerator(), 3);
}

}  // namespace
}  // namespace zhiping::assessment
