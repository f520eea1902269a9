#include "common/criteria/finding_limit.h"

#include "absl/strings/str_cat.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::criteria {
namespace {

using catalogue::v1::Finding;

std::vector<Finding> Findings(size_t count, Finding::Severity severity) {
  std::vector<Finding> findings;
  for (size_t i = 0; i < count; ++i) {
    Finding& finding = findings.emplace_back();
    finding.set_severity(severity);
    finding.set_line(static_cast<int>(i) + 1);
  }
  return findings;
}

TEST(FindingLimitTest, WhatFitsStaysAsItIs) {
  const auto limited = LimitFindings(Findings(kMostFindings, Finding::WARNING));
  ASSERT_EQ(limited.size(), kMostFindings);
  EXPECT_FALSE(SaysHowManyMore(limited.back()));
}

TEST(FindingLimitTest, TheLastOneSaysHowManyMoreThereAre) {
  const auto limited = LimitFindings(Findings(kMostFindings + 34, Finding::ERROR));
  ASSERT_EQ(limited.size(), kMostFindings + 1);
  EXPECT_EQ(limited[kMostFindings - 1].line(), 200);
  const Finding& last = limited.back();
  EXPECT_TRUE(SaysHowManyMore(last));
  EXPECT_EQ(last.severity(), Finding::ERROR);
  EXPECT_EQ(last.message().zh(), "只列出前 200 处；另有 34 处错误、0 处提醒没有列出。");
  EXPECT_EQ(last.message().en(),
            "Only the first 200 are listed: 34 more errors and 0 more warnings are not.");
}

TEST(FindingLimitTest, ErrorsComeBeforeWarnings) {
  auto findings = Findings(kMostFindings, Finding::WARNING);
  for (Finding& error : Findings(2, Finding::ERROR)) findings.push_back(std::move(error));
  const auto limited = LimitFindings(findings);
  EXPECT_EQ(limited[0].severity(), Finding::ERROR);
  EXPECT_EQ(limited[1].severity(), Finding::ERROR);
  EXPECT_EQ(limited[2].line(), 1);
  // Warnings alone were left out.
  EXPECT_EQ(limited.back().severity(), Finding::WARNING);
}

}  // namespace
}  // namespace zhiping::criteria
