#include "services/assessment/domain/findings.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/assessment/domain/counted_findings.h"
#include "tests/unit/assessment/review_world.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::assessment {
namespace {

v1::Finding Level(const std::string& scenario, const std::string& level) {
  v1::Finding finding;
  finding.set_scenario(scenario);
  finding.set_level(level);
  finding.set_reason("与现场不符");
  return finding;
}

v1::Finding Value(const std::string& fact, const std::string& value) {
  v1::Finding finding;
  finding.set_fact(fact);
  finding.set_value(value);
  finding.set_reason("与证书不符");
  return finding;
}

class FindingsTest : public testing::Test {
 protected:
  FindingsTest() : world_(v1::ReviewPolicy::ALL) { EXPECT_OK(world_.Do("Submit", "enterprise")); }

  // By whoever has taken the file.
  absl::Status Record(const std::string& actor, std::initializer_list<v1::Finding> findings) {
    const FindingList list(findings.begin(), findings.end());
    return RecordFindings(world_.ActOf(ReviewWorld::ActorOf(actor), 1), *world_.criteria, list,
                          world_.all);
  }
  void CountyApproves(std::initializer_list<v1::Finding> findings) {
    ASSERT_OK(world_.Do("Take", "county"));
    ASSERT_OK(Record("county", findings));
    ASSERT_OK(world_.DoAndSign("Approve", "county"));
  }
  // The stage before has it again.
  void Back(const std::string& stage) {
    ASSERT_OK(world_.DoAndSign("Take", stage));
    ASSERT_OK(world_.DoAndSign("ReturnToPreviousStage", stage));
  }
  std::string Counting() const {
    std::string text;
    for (const v1::Finding& finding : CountingFindings(world_.all[0])) {
      absl::StrAppend(&text, text.empty() ? "" : " ", finding.scenario(), finding.fact(), "=",
                      finding.level(), finding.value());
    }
    return text;
  }

  ReviewWorld world_;
};

struct Case {
  v1::Finding finding;
  Reason::Value reason;
  const char* field;
};

TEST_F(FindingsTest, LowerALevelOrAFactWithinWhatExists) {
  ASSERT_OK(world_.Do("Take", "county"));
  for (const v1::Finding& finding :
       {Level("a", "l1"), Level("a", "l0"), Level("a", "none"), Level("b", "none"),
        Level("c", "none"), Value("score", "59.4"), Value("score", "0")}) {
    EXPECT_OK(Record("county", {finding})) << finding.ShortDebugString();
  }
}

TEST_F(FindingsTest, NeverRaiseAndAreCheckedAgainstTheCriteria) {
  ASSERT_OK(world_.Do("Take", "county"));
  v1::Finding nothing;
  nothing.set_level("l0");
  v1::Finding no_reason = Level("a", "l0");
  no_reason.clear_reason();
  v1::Finding both = Level("a", "l0");
  both.set_value("1");
  for (const Case& wrong : std::vector<Case>{
           {Level("b", "l2"), Reason::FINDING_RAISES, "findings[0].level"},
           {Level("c", "l2"), Reason::FINDING_RAISES, "findings[0].level"},
           {Level("a", "not_applicable"), Reason::FINDING_RAISES, "findings[0].level"},
           {Level("a", "l2"), Reason::INVALID_FIELD, "findings[0].level"},
           {Level("b", "l0"), Reason::LEVEL_NOT_AVAILABLE, "findings[0].level"},
           {Level("a", "l9"), Reason::UNKNOWN_LEVEL, "findings[0].level"},
           {Level("x", "l0"), Reason::UNKNOWN_SCENARIO, "findings[0].scenario"},
           {Value("score", "59.6"), Reason::FINDING_RAISES, "findings[0].value"},
           {Value("score", "59.50"), Reason::INVALID_FIELD, "findings[0].value"},
           {Value("score", "-1"), Reason::FACT_OUT_OF_RANGE, "findings[0].value"},
           {Value("score", "59.44"), Reason::FACT_TOO_PRECISE, "findings[0].value"},
           {Value("score", "x"), Reason::FACT_NOT_A_NUMBER, "findings[0].value"},
           {Value("rank", "1"), Reason::FINDING_RAISES, "findings[0].value"},
           {Value("x", "1"), Reason::UNKNOWN_FACT, "findings[0].fact"},
           {nothing, Reason::FIELD_REQUIRED, "findings[0]"},
           {no_reason, Reason::FIELD_REQUIRED, "findings[0].reason"},
           {both, Reason::INVALID_FIELD, "findings[0].value"}}) {
    const absl::Status status = Record("county", {wrong.finding});
    EXPECT_THAT(status, HasReason(wrong.reason)) << wrong.finding.ShortDebugString();
    ASSERT_EQ(DetailOf(status).violations_size(), 1);
    EXPECT_EQ(DetailOf(status).violations(0).field(), wrong.field);
  }
  EXPECT_THAT(Record("county", {}), HasReason(Reason::FIELD_REQUIRED));
  EXPECT_TRUE(world_.Standing(1).findings().empty());
}

TEST_F(FindingsTest, AllThatIsWrongIsSaidAtOnceAndNothingIsRecorded) {
  ASSERT_OK(world_.Do("Take", "county"));
  const absl::Status status =
      Record("county", {Level("a", "l0"), Level("a", "l1"), Level("b", "l2"), Value("x", "1")});
  EXPECT_THAT(status, HasReason(Reason::SEVERAL_VIOLATIONS));
  const auto detail = DetailOf(status);
  ASSERT_EQ(detail.violations_size(), 3);
  EXPECT_EQ(detail.violations(0).field(), "findings[1].scenario");
  EXPECT_EQ(detail.violations(1).field(), "findings[2].level");
  EXPECT_EQ(detail.violations(2).field(), "findings[3].fact");
  EXPECT_TRUE(world_.Standing(1).findings().empty());
}

TEST_F(FindingsTest, RaisingNamesWhatWasClaimedAndFoundInWords) {
  ASSERT_OK(world_.Do("Take", "county"));
  const auto level = DetailOf(Record("county", {Level("b", "l2")})).message();
  EXPECT_EQ(level.zh(), "场景“场景b”申报的应用等级为“级1”，认定只能下调，不能改为“级2”。");
  EXPECT_EQ(level.en(),
            "Scenario b was claimed as l1: a finding can only lower it, not make it l2.");
  const auto fact = DetailOf(Record("county", {Value("score", "60")})).message();
  EXPECT_EQ(fact.en(),
            "Fact score was given as 59.5: a finding can only lower it, not make it 60.");
}

TEST_F(FindingsTest, CountOnceTheirStageHasDecided) {
  ASSERT_OK(world_.Do("Take", "county"));
  ASSERT_OK(Record("county", {Level("a", "l0"), Value("score", "40")}));
  EXPECT_EQ(Counting(), "");
  EXPECT_FALSE(NeedsReviewedResult(world_.all[0]));
  ASSERT_OK(world_.Do("Approve", "county"));
  EXPECT_EQ(Counting(), "a=l0 score=40");
  EXPECT_TRUE(NeedsReviewedResult(world_.all[0]));
  const ReviewedInput input = ReviewedInputOf(world_.all[0]);
  EXPECT_EQ(input.answers[0].level(), "l0");
  EXPECT_EQ(input.answers[1].level(), "l1");
  EXPECT_EQ(input.facts[0].value(), "40");
  EXPECT_OK(criteria::ReadInput(*world_.criteria, input.answers, input.facts));
  // What was claimed stays.
  EXPECT_EQ(world_.Record(1).submission().content().answers(0).level(), "l2");
}

TEST_F(FindingsTest, TheLatestStageCountsAndMaySetBackWhatAnEarlierOneLowered) {
  ASSERT_OK(world_.Do("Take", "county"));
  ASSERT_OK(Record("county", {Level("a", "l0"), Level("b", "none")}));
  ASSERT_OK(world_.Do("Approve", "county"));
  ASSERT_OK(world_.Do("Take", "city"));
  EXPECT_THAT(Record("city", {Level("b", "l2")}), HasReason(Reason::FINDING_RAISES));
  ASSERT_OK(Record("city", {Level("a", "l2"), Level("c", "none")}));
  EXPECT_EQ(Counting(), "a=l0 b=none");
  ASSERT_OK(world_.Do("Approve", "city"));
  EXPECT_EQ(Counting(), "a=l2 b=none c=none");
}

TEST_F(FindingsTest, AnEmptyOneTakesTheStagesOwnBack) {
  ASSERT_OK(world_.Do("Take", "county"));
  ASSERT_OK(Record("county", {Level("a", "l0"), Value("score", "40")}));
  ASSERT_OK(Record("county", {Level("a", "l1"), Value("score", "")}));
  ASSERT_EQ(world_.Standing(1).findings_size(), 1);
  EXPECT_EQ(world_.Standing(1).findings(0).level(), "l1");
  ASSERT_OK(world_.Do("Approve", "county"));
  ASSERT_OK(world_.Do("Take", "city"));
  ASSERT_OK(Record("city", {Level("a", "")}));
  EXPECT_EQ(Counting(), "a=l1");
}

TEST_F(FindingsTest, OfADecisionThatIsRecalledDoNotCountUntilItIsTakenAgain) {
  ASSERT_OK(world_.Do("Take", "county"));
  ASSERT_OK(Record("county", {Level("a", "l0")}));
  ASSERT_OK(world_.Do("Approve", "county"));
  world_.Record(1).mutable_submission()->mutable_standing()->mutable_reviewed_result();
  ASSERT_OK(world_.Do("RecallDecision", "county"));
  EXPECT_EQ(Counting(), "");
  EXPECT_FALSE(world_.Standing(1).has_reviewed_result());
  ASSERT_OK(world_.Decide("Approve", "county"));
  EXPECT_EQ(Counting(), "a=l0");
}

TEST_F(FindingsTest, OfAStageThatHasTheFileAgainCountAsItDecidedUntilItDecidesAnew) {
  CountyApproves({Level("a", "l1"), Value("score", "40")});
  Back("city");
  ASSERT_OK(world_.DoAndSign("Take", "county"));
  ASSERT_OK(Record("county", {Level("a", ""), Level("b", "none"), Value("score", "30")}));
  EXPECT_EQ(Counting(), "a=l1 score=40");
  EXPECT_TRUE(world_.Standing(1).has_reviewed_result());
  ASSERT_OK(world_.Do("Approve", "county"));
  EXPECT_EQ(Counting(), "score=30 b=none");
  // Taking that back, what counted before it counts.
  ASSERT_OK(world_.Do("RecallDecision", "county"));
  EXPECT_EQ(Counting(), "a=l1 score=40");
  ASSERT_OK(world_.Decide("Approve", "county"));
  EXPECT_EQ(Counting(), "score=30 b=none");
}

TEST_F(FindingsTest, OfAStageThatReturnedWhatItHadApprovedCountNoLonger) {
  CountyApproves({Level("a", "l1")});
  ASSERT_OK(world_.Do("Take", "city"));
  ASSERT_OK(Record("city", {Level("a", "l0"), Level("b", "none")}));
  ASSERT_OK(world_.Do("Approve", "city"));
  Back("province");
  EXPECT_EQ(Counting(), "a=l0 b=none");
  Back("city");
  EXPECT_EQ(Counting(), "a=l1");
  ASSERT_OK(world_.Do("RecallDecision", "city"));
  EXPECT_EQ(Counting(), "a=l0 b=none");
}

TEST_F(FindingsTest, OfAStageThatOnlyReturnedItCountInNoDecisionOfTheStageBelow) {
  ASSERT_OK(world_.Decide("Approve", "county"));
  ASSERT_OK(world_.Do("Take", "city"));
  ASSERT_OK(Record("city", {Level("b", "none")}));
  ASSERT_OK(world_.Do("ReturnToPreviousStage", "city"));
  ASSERT_OK(world_.Do("Take", "county"));
  ASSERT_OK(Record("county", {Level("a", "l1")}));
  ASSERT_OK(world_.Do("Reject", "county"));
  EXPECT_EQ(Counting(), "a=l1");
}

TEST_F(FindingsTest, OfARejectionThatAnObjectionOverturnedCountNoLongerAndThoseOfBeforeDo) {
  CountyApproves({Level("a", "l1")});
  Back("city");
  ASSERT_OK(world_.Do("Take", "county"));
  ASSERT_OK(Record("county", {Level("a", "l0")}));
  ASSERT_OK(world_.Do("Reject", "county"));
  EXPECT_EQ(Counting(), "a=l0");
  ASSERT_OK(world_.Do("Object", "enterprise"));
  ASSERT_OK(world_.Decide("DecideObjection", "city"));
  EXPECT_EQ(Counting(), "a=l1");
}

TEST_F(FindingsTest, ThatWereTakenBackWithoutADecisionAreThereAgainAfterAWithdrawal) {
  CountyApproves({Level("a", "l1")});
  Back("city");
  ASSERT_OK(world_.Do("Take", "county"));
  ASSERT_OK(Record("county", {Level("a", ""), Level("b", "none")}));
  ASSERT_OK(world_.Do("Withdraw", "enterprise"));
  EXPECT_EQ(Counting(), "a=l1");
  ASSERT_EQ(world_.Standing(1).findings_size(), 1);
  EXPECT_EQ(world_.Standing(1).findings(0).level(), "l1");
}

// As earlier versions stored them, without what counts.
TEST_F(FindingsTest, OfOlderRecordsCountAsTheyDidUntilTheNextDecision) {
  CountyApproves({Level("a", "l1")});
  ASSERT_OK(world_.Do("Take", "city"));
  ASSERT_OK(Record("city", {Level("b", "none")}));
  ASSERT_OK(world_.Do("ReturnToPreviousStage", "city"));
  world_.Record(1).clear_counted();
  world_.Record(1).clear_findings_at();
  EXPECT_EQ(Counting(), "a=l1");
  const v1::SubmissionRecord older = world_.Record(1);
  ASSERT_OK(world_.Do("Take", "county"));
  ASSERT_OK(Record("county", {Level("a", "")}));
  EXPECT_EQ(Counting(), "a=l1");
  ASSERT_OK(world_.Do("Approve", "county"));
  EXPECT_EQ(Counting(), "");
  // Of one that was confirmed, returned or rejected all count; of one whose decision is taken back
  // those that the assurance of before has reached.
  world_.Record(1) = older;
  ASSERT_OK(world_.Decide("Approve", "county"));
  ASSERT_OK(world_.Decide("Reject", "city"));
  world_.Record(1).clear_counted();
  EXPECT_EQ(Counting(), "a=l1 b=none");
  ASSERT_OK(world_.Do("RecallDecision", "city"));
  EXPECT_EQ(Counting(), "a=l1");
}

TEST_F(FindingsTest, CountWithAReturn) {
  ASSERT_OK(world_.Do("Take", "county"));
  ASSERT_OK(Record("county", {Level("a", "l0")}));
  ASSERT_OK(world_.Do("ReturnToEnterprise", "county"));
  EXPECT_EQ(Counting(), "a=l0");
}

TEST_F(FindingsTest, OfAStageThatHadNotDecidedEndWithAWithdrawal) {
  ASSERT_OK(world_.Do("Take", "county"));
  ASSERT_OK(Record("county", {Level("a", "l0")}));
  ASSERT_OK(world_.Do("Withdraw", "enterprise"));
  EXPECT_EQ(Counting(), "");
}

}  // namespace
}  // namespace zhiping::assessment
