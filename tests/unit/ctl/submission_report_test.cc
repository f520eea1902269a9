// What is printed of submissions.
#include "services/ctl/submission_report.h"

#include "absl/strings/str_cat.h"
#include "services/ctl/submission_table.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::ctl {
namespace {

namespace v1 = assessment::v1;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

std::string Report(const v1::Submission& submission) {
  return SubmissionReport(submission, v1::CriteriaTexts(), Zone(), Screen());
}

TEST(SubmissionReportTest, AnObjectionIsOpenUpheldDismissedOrLapsed) {
  v1::Submission submission;
  auto& objection = *submission.mutable_standing()->add_objections();
  objection.set_objection(1);
  objection.set_reason("我们有依据");
  EXPECT_THAT(Report(submission), ContainsRegex(" 待处理 +我们有依据"));
  objection.set_decided(true);
  EXPECT_THAT(Report(submission), ContainsRegex(" 不成立 +我们有依据"));
  objection.set_upheld(true);
  EXPECT_THAT(Report(submission), ContainsRegex(" 成立 +我们有依据"));
  objection.clear_decided();
  objection.clear_upheld();
  objection.set_lapsed(true);
  EXPECT_THAT(Report(submission), ContainsRegex(" 已失效 +我们有依据"));
}

TEST(SubmissionReportTest, OfTwoFindingsTheHigherStagesIsShown) {
  v1::Submission submission;
  submission.mutable_content()->add_answers()->set_scenario("a");
  for (const auto stage : {v1::Stage::CITY, v1::Stage::COUNTY}) {
    auto& finding = *submission.mutable_standing()->add_findings();
    finding.set_scenario("a");
    finding.set_stage(stage);
    finding.set_reason(stage == v1::Stage::CITY ? "市级理由" : "县级理由");
  }
  EXPECT_THAT(Report(submission), HasSubstr("市级理由"));
  EXPECT_THAT(Report(submission), Not(HasSubstr("县级理由")));
}

TEST(SubmissionReportTest, FindingsThatWaitForADecisionAndThoseThatCountUntilThenAreToldApart) {
  v1::Submission submission;
  for (const char* scenario : {"a", "b"}) {
    submission.mutable_content()->add_answers()->set_scenario(scenario);
  }
  submission.mutable_content()->add_facts()->mutable_value()->set_fact("score");
  const auto find = [](v1::Finding& finding, const char* scenario, const char* fact) {
    *scenario == '\0' ? finding.set_fact(fact) : finding.set_scenario(scenario);
    finding.set_stage(v1::Stage::COUNTY);
    finding.set_level("none");
    finding.set_value("40");
    finding.set_reason("理由");
  };
  auto& standing = *submission.mutable_standing();
  find(*standing.add_findings(), "a", "");
  find(*standing.add_findings(), "", "score");
  EXPECT_THAT(Report(submission), Not(HasSubstr("计入")));
  for (auto& finding : *standing.mutable_findings()) finding.set_pending(true);
  EXPECT_THAT(Report(submission), ContainsRegex("县级认定：理由（待该级作出决定，尚未计入结果）"));
  EXPECT_THAT(Report(submission),
              ContainsRegex("县级认定：40  理由（待该级作出决定，尚未计入结果）"));
  find(*standing.add_replaced_findings(), "b", "");
  find(*standing.add_replaced_findings(), "", "score");
  for (const char* found : {"未达级", "40"}) {
    EXPECT_THAT(Report(submission),
                HasSubstr(absl::StrCat("县级原认定：", found,
                                       "（已修改或收回，该级作出决定前仍计入结果）")));
  }
}

TEST(SubmissionReportTest, TheStatementStandsAtTheEnd) {
  v1::CriteriaTexts texts;
  EXPECT_EQ(StatementText(texts, Screen()), "");
  texts.mutable_statement()->set_zh("本结果由企业自行填报。");
  EXPECT_THAT(SubmissionReport({}, texts, Zone(), Screen()),
              testing::EndsWith("\n\n本结果由企业自行填报。\n"));
}

TEST(SubmissionReportTest, ThoseOfTestEnterprisesAreMarked) {
  v1::Submission submission;
  submission.mutable_content()->mutable_snapshot()->set_name("演示企业");
  SubmissionSummaries list;
  list.Add()->set_enterprise_name("演示企业");
  EXPECT_THAT(SubmissionTable(list, 1, Zone(), Screen()), HasSubstr("演示企业\n"));
  EXPECT_THAT(Report(submission), Not(HasSubstr("（测试）")));
  submission.mutable_content()->mutable_snapshot()->set_is_test(true);
  list[0].set_is_test(true);
  EXPECT_THAT(SubmissionTable(list, 1, Zone(), Screen()), HasSubstr("演示企业（测试）\n"));
  EXPECT_THAT(Report(submission), HasSubstr("演示企业（测试）"));
}

}  // namespace
}  // namespace zhiping::ctl
