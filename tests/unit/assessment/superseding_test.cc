// Which of several submissions of an assessment counts.
#include "tests/unit/assessment/review_world.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::assessment {
namespace {

using v1::Assurance;
using v1::ReviewPolicy;

class SupersedingTest : public testing::Test {
 protected:
  explicit SupersedingTest(ReviewPolicy::Mode mode = ReviewPolicy::CITED) : world_(mode) {}

  void Submit() { ASSERT_OK(world_.Do("Submit", "enterprise")); }
  // Through all stages from where it is.
  void Confirm(int number) {
    for (const char* stage : {"county", "city", "province"}) {
      ASSERT_OK(world_.Decide("Approve", stage, number)) << stage;
    }
  }
  // Number of the one that counts; 0: none.
  int Effective() const {
    int effective = 0;
    for (size_t i = 0; i < world_.all.size(); ++i) {
      if (world_.Standing(i + 1).effective()) effective = effective == 0 ? i + 1 : -1;
    }
    return effective;
  }

  ReviewWorld world_;
};

class ReviewedSupersedingTest : public SupersedingTest {
 protected:
  ReviewedSupersedingTest() : SupersedingTest(ReviewPolicy::ALL) {}
};

TEST_F(SupersedingTest, ACompleteOneIsSupersededByTheNextAndRestoredByWithdrawingThat) {
  Submit();
  Submit();
  EXPECT_EQ(world_.State(1), "SUPERSEDED");
  EXPECT_EQ(world_.Standing(1).superseded_by(), 2);
  EXPECT_EQ(world_.Standing(2).supersedes(), 1);
  EXPECT_EQ(Effective(), 2);
  ASSERT_OK(world_.Do("Withdraw", "enterprise", 2));
  EXPECT_EQ(world_.State(1), "COMPLETE");
  EXPECT_EQ(world_.Standing(1).superseded_by(), 0);
  EXPECT_EQ(world_.Standing(2).supersedes(), 0);
  EXPECT_EQ(Effective(), 1);
}

TEST_F(SupersedingTest, AnAssessmentIsSubmittedAtMostTwoHundredTimes) {
  for (int i = 0; i < 200; ++i) Submit();
  EXPECT_THAT(world_.Do("Submit", "enterprise"), HasReason(Reason::TOO_MANY));
  EXPECT_EQ(world_.all.size(), 200);
  EXPECT_EQ(Effective(), 200);
}

TEST_F(ReviewedSupersedingTest, AConfirmedOneStandsUntilALaterOneIsConfirmed) {
  Submit();
  Confirm(1);
  Submit();
  EXPECT_EQ(Effective(), 1);
  ASSERT_OK(world_.Decide("Approve", "county", 2));
  ASSERT_OK(world_.Decide("Approve", "city", 2));
  EXPECT_EQ(world_.State(1), "CONFIRMED");
  EXPECT_EQ(Effective(), 1);
  ASSERT_OK(world_.Decide("Approve", "province", 2));
  EXPECT_EQ(world_.State(1), "SUPERSEDED");
  EXPECT_EQ(Effective(), 2);
}

TEST_F(ReviewedSupersedingTest, ALaterOneThatIsRejectedLeavesTheConfirmedOneStanding) {
  Submit();
  Confirm(1);
  Submit();
  ASSERT_OK(world_.Decide("Reject", "county", 2));
  EXPECT_EQ(world_.State(1), "CONFIRMED");
  EXPECT_EQ(Effective(), 1);
}

TEST_F(ReviewedSupersedingTest, RecallingAConfirmationRestoresWhatItHadSuperseded) {
  Submit();
  Confirm(1);
  Submit();
  Confirm(2);
  ASSERT_OK(world_.Do("RecallDecision", "province", 2));
  EXPECT_EQ(world_.State(2), "UNDER_REVIEW_PROVINCE");
  EXPECT_EQ(world_.Standing(2).assurance(), Assurance::CITY_REVIEWED);
  EXPECT_EQ(world_.State(1), "CONFIRMED");
  EXPECT_EQ(Effective(), 1);
  ASSERT_OK(world_.Decide("Approve", "province", 2));
  EXPECT_EQ(world_.State(1), "SUPERSEDED");
}

TEST_F(ReviewedSupersedingTest, RevokingRestoresNothing) {
  Submit();
  Confirm(1);
  Submit();
  Confirm(2);
  ASSERT_OK(world_.Do("Revoke", "province_head", 2));
  EXPECT_EQ(world_.State(1), "SUPERSEDED");
  EXPECT_EQ(world_.Standing(2).assurance(), Assurance::SELF_EVALUATED);
  EXPECT_EQ(Effective(), 0);
}

TEST_F(ReviewedSupersedingTest, WithdrawingTheLatestRestoresNothingThatWasNotSuperseded) {
  Submit();
  ASSERT_OK(world_.Decide("ReturnToEnterprise", "county", 1));
  Submit();
  ASSERT_OK(world_.Do("Withdraw", "enterprise", 2));
  EXPECT_EQ(world_.State(1), "RETURNED");
  EXPECT_EQ(Effective(), 0);
}

TEST_F(SupersedingTest, ACitedOneStandsBesideTheNewOneAndIsNotWithdrawn) {
  world_.campaign.mutable_review()->set_mode(ReviewPolicy::NONE);
  Submit();
  ASSERT_OK(world_.Do("Cite", "platform", 1));
  Submit();
  EXPECT_EQ(world_.State(1), "COMPLETE");
  EXPECT_EQ(Effective(), 2);
  EXPECT_THAT(world_.Do("Withdraw", "enterprise", 1), HasReason(Reason::CITED));
  ASSERT_OK(world_.Do("Uncite", "platform", 1));
  EXPECT_EQ(world_.State(1), "COMPLETE");
  Submit();
  EXPECT_EQ(world_.State(1), "SUPERSEDED");
  EXPECT_EQ(world_.State(2), "SUPERSEDED");
  ASSERT_OK(world_.Do("Withdraw", "enterprise", 3));
  EXPECT_EQ(world_.State(1), "COMPLETE");
  EXPECT_EQ(world_.State(2), "COMPLETE");
  EXPECT_EQ(Effective(), 2);
}

TEST_F(SupersedingTest, WithdrawingOneOfTwoSuccessorsLeavesTheOtherInItsPlace) {
  world_.campaign.mutable_review()->set_mode(ReviewPolicy::NONE);
  Submit();
  Submit();
  ASSERT_OK(world_.Do("Cite", "platform", 2));
  Submit();
  ASSERT_OK(world_.Do("Uncite", "platform", 2));
  ASSERT_OK(world_.Do("Withdraw", "enterprise", 2));
  EXPECT_EQ(world_.State(1), "SUPERSEDED");
  EXPECT_EQ(world_.Standing(1).superseded_by(), 3);
  EXPECT_EQ(Effective(), 3);
}

TEST_F(SupersedingTest, WhatACitedOneHadSupersededStaysSoWhenItIsReturned) {
  Submit();
  Submit();
  ASSERT_OK(world_.Do("Cite", "platform", 2));
  ASSERT_OK(world_.Decide("ReturnToEnterprise", "county", 2));
  EXPECT_EQ(world_.State(1), "SUPERSEDED");
  EXPECT_EQ(Effective(), 0);
}

TEST_F(ReviewedSupersedingTest, TheHighestAssuranceCountsThenTheLatest) {
  Submit();
  Confirm(1);
  ASSERT_OK(world_.Do("Cite", "platform", 1));
  Submit();
  Confirm(2);
  EXPECT_EQ(world_.State(1), "CONFIRMED");
  EXPECT_EQ(world_.State(2), "CONFIRMED");
  EXPECT_EQ(Effective(), 2);
}

TEST_F(ReviewedSupersedingTest, WhatAnActChangesHasANewVersionAndNothingElse) {
  Submit();
  Confirm(1);
  Submit();
  const int64_t first = world_.Record(1).version();
  ASSERT_OK(world_.Decide("Approve", "county", 2));
  EXPECT_EQ(world_.Record(1).version(), first);
  ASSERT_OK(world_.Decide("Approve", "city", 2));
  ASSERT_OK(world_.Decide("Approve", "province", 2));
  EXPECT_GT(world_.Record(1).version(), first);
}

}  // namespace
}  // namespace zhiping::assessment
