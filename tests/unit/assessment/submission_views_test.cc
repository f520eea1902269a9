// What is shown of a submission to whom.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/assessment/domain/in_hand_acts.h"
#include "services/assessment/domain/views.h"
#include "tests/unit/assessment/review_world.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::assessment {
namespace {

class SubmissionViewsTest : public testing::Test {
 protected:
  SubmissionViewsTest() : world_(v1::ReviewPolicy::ALL) {
    EXPECT_OK(world_.Do("Submit", "enterprise"));
  }
  void Comment(const char* actor, const char* text, bool internal) {
    ASSERT_OK(
        AddComment(world_.ActOf(ReviewWorld::ActorOf(actor), 1), "", text, internal, world_.all));
  }
  v1::Submission Enterprise() { return ViewForEnterprise(world_.all[0], world_.now); }
  v1::Submission Official(const char* actor) {
    return ViewForOfficials(world_.all[0], ReviewWorld::ActorOf(actor).person, world_.now);
  }

  ReviewWorld world_;
};

TEST_F(SubmissionViewsTest, TheEnterpriseSeesNoOfficialsName) {
  ASSERT_OK(world_.Decide("RecordFindings", "county"));
  ASSERT_OK(world_.Do("Approve", "county"));
  ASSERT_OK(world_.Do("Take", "city"));
  const v1::Submission view = Enterprise();
  EXPECT_FALSE(absl::StrContains(view.DebugString(), "county"));
  EXPECT_FALSE(absl::StrContains(view.SerializeAsString(), "姓名"));
  EXPECT_EQ(view.standing().decisions(0).unit_name(), "c1单位");
  EXPECT_TRUE(view.standing().has_taken());
  EXPECT_EQ(view.standing().taken().name(), "");
  EXPECT_FALSE(view.standing().taken().by_caller());
  EXPECT_EQ(view.standing().etag(), EtagOf(world_.all[0]));
}

TEST_F(SubmissionViewsTest,
       TheEnterpriseSeesCommentsAndFindingsWithTheNextDecisionAndInternalOnesNever) {
  Comment("county", "请补充合同", false);
  Comment("county", "怀疑夸大", true);
  ASSERT_OK(world_.Decide("RecordFindings", "county"));
  EXPECT_TRUE(Enterprise().standing().comments().empty());
  EXPECT_TRUE(Enterprise().standing().findings().empty());
  ASSERT_OK(world_.Do("ReturnToEnterprise", "county"));
  ASSERT_EQ(Enterprise().standing().comments_size(), 1);
  EXPECT_EQ(Enterprise().standing().comments(0).text(), "请补充合同");
  EXPECT_EQ(Enterprise().standing().findings_size(), 1);
}

TEST_F(SubmissionViewsTest, OfficialsSeeEverythingAndWhoItWas) {
  Comment("county", "怀疑夸大", true);
  ASSERT_OK(world_.Decide("Approve", "county"));
  ASSERT_OK(world_.Do("Take", "city"));
  const v1::Submission view = Official("province");
  EXPECT_EQ(view.standing().decisions(0).decided_by(), "姓名county");
  EXPECT_EQ(view.standing().taken().name(), "姓名city");
  EXPECT_FALSE(view.standing().taken().by_caller());
  EXPECT_EQ(view.standing().comments_size(), 1);
  EXPECT_TRUE(Official("city").standing().taken().by_caller());
}

TEST_F(SubmissionViewsTest, OfficialsSeeWhichFindingsWaitForADecisionAndWhichCountUntilThen) {
  const auto findings = [&](const v1::Submission& view) {
    std::string text;
    for (const auto& finding : view.standing().findings()) {
      absl::StrAppend(&text, finding.level(), finding.pending() ? "?" : "", " ");
    }
    for (const auto& finding : view.standing().replaced_findings()) {
      absl::StrAppend(&text, "-", finding.level(), " ");
    }
    return text;
  };
  ASSERT_OK(world_.Decide("RecordFindings", "county"));
  EXPECT_EQ(findings(Official("province")), "l1? ");
  ASSERT_OK(world_.Do("Approve", "county"));
  EXPECT_EQ(findings(Official("province")), "l1 ");
  ASSERT_OK(world_.Decide("RecordFindings", "city"));
  EXPECT_EQ(findings(Official("province")), "l1 l0? ");
  ASSERT_OK(world_.Do("ReturnToPreviousStage", "city"));
  ASSERT_OK(world_.Decide("TakeFindingBack", "county"));
  EXPECT_EQ(findings(Official("province")), "l0? -l1 ");
  EXPECT_EQ(findings(Enterprise()), "l1 ");
}

TEST_F(SubmissionViewsTest, WhatIsTakenIsShownUntilItsTimeIsOver) {
  ASSERT_OK(world_.Do("Take", "county"));
  EXPECT_TRUE(Enterprise().standing().has_taken());
  world_.now += absl::Hours(4);
  EXPECT_FALSE(Enterprise().standing().has_taken());
}

TEST_F(SubmissionViewsTest, ASummarySaysWhatTheViewSays) {
  Comment("county", "内部", true);
  world_.Record(1).mutable_submission()->set_receipt_no("7K3QD-8M2XV");
  const auto summary = SummaryOf(Official("county"), /*evidence_matches=*/true);
  EXPECT_EQ(summary.enterprise_name(), "示例企业");
  EXPECT_EQ(summary.state(), v1::SubmissionState::UNDER_REVIEW);
  EXPECT_EQ(summary.stage(), v1::Stage::COUNTY);
  EXPECT_EQ(summary.unit(), "c1");
  EXPECT_EQ(summary.open_comments(), 1);
  EXPECT_EQ(summary.index().numerator(), 5);
  EXPECT_EQ(summary.receipt_no(), "7K3QD-8M2XV");
  EXPECT_TRUE(summary.has_due_at());
  EXPECT_TRUE(summary.effective());
  EXPECT_TRUE(summary.evidence_matches());
  EXPECT_FALSE(summary.is_test());
  world_.Record(1).mutable_submission()->mutable_content()->mutable_snapshot()->set_is_test(true);
  EXPECT_TRUE(SummaryOf(Official("county"), false).is_test());
  EXPECT_EQ(SummaryOf(Enterprise(), false).open_comments(), 0);
}

TEST_F(SubmissionViewsTest, ASummaryHasTheReviewedIndexWhereThereIsOne) {
  auto& standing = *world_.Record(1).mutable_submission()->mutable_standing();
  standing.mutable_reviewed_result()->mutable_index()->set_numerator(3);
  EXPECT_EQ(SummaryOf(Official("county"), false).index().numerator(), 3);
}

TEST_F(SubmissionViewsTest, TheLogGetsTheContentWhenItIsMadeAndLaterOnlyHowItStands) {
  EXPECT_TRUE(ChangeOf(world_.all[0], true).has_content());
  const std::string before = ChangeOf(world_.all[0], false).SerializeAsString();
  // In hand, said and found, but not decided: nothing for the log.
  Comment("county", "请补充合同", false);
  ASSERT_OK(world_.Decide("RecordFindings", "county"));
  EXPECT_EQ(ChangeOf(world_.all[0], false).SerializeAsString(), before);
  ASSERT_OK(world_.Do("Approve", "county"));
  const auto change = ChangeOf(world_.all[0], false);
  EXPECT_FALSE(change.has_content());
  EXPECT_EQ(change.programme(), "small");
  EXPECT_EQ(change.assurance(), v1::Assurance::COUNTY_REVIEWED);
  EXPECT_EQ(change.stage(), v1::Stage::CITY);
  EXPECT_EQ(change.findings_size(), 1);
  EXPECT_TRUE(change.effective());
}

}  // namespace
}  // namespace zhiping::assessment
