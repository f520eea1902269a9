// assessment close and reopen, and what the enterprise and its platform see of it.
#include "absl/strings/str_split.h"
#include "tests/integration/ctl/assessment_ctl.h"

namespace zhiping::ctl {
namespace {

class AssessmentClosingTest : public AssessmentCtlTest {
 protected:
  static std::vector<std::string> Act(const std::string& act, const std::string& reason) {
    return {"assessment", act, "--enterprise", kUscc, "--reason", reason};
  }
  std::string Log() { return Said(kPlatform, {"feed", "list"}); }
};

TEST_F(AssessmentClosingTest, AnOfficerClosesAndReopensAndTheEnterpriseReadsWhy) {
  OpenDraft();
  const std::string closed = Said(kOfficer, Act("close", "企业已注销"));
  EXPECT_THAT(closed, HasSubstr("已结束填报  91110000600037341L/main/jiangsu-ai-2026"));
  EXPECT_THAT(closed, HasSubstr("企业已注销"));
  EXPECT_THAT(closed, HasSubstr("（北京时间）"));
  EXPECT_THAT(closed, HasSubstr("assessment reopen"));
  const std::string shown = Said(enterprise_, {"assessment", "show"});
  EXPECT_THAT(shown, testing::ContainsRegex("状态 +已结束（省级）"));
  EXPECT_THAT(shown, testing::ContainsRegex("结束时间 +20.*（北京时间）"));
  EXPECT_THAT(shown, testing::ContainsRegex("结束原因 +企业已注销"));
  EXPECT_THAT(shown, Not(HasSubstr(kOfficer.subject)));
  EXPECT_THAT(Said(enterprise_, {"assessment", "list"}), HasSubstr("已结束（省级）"));
  const auto refused =
      Refused(enterprise_, {"assessment", "facts", "--set",
                            absl::StrCat(service_.criteria().rulebook().facts(0).name(), "=1")});
  EXPECT_EQ(refused.reason(), Reason::ASSESSMENT_CLOSED);
  EXPECT_THAT(refused.message().zh(), HasSubstr("原因：企业已注销"));
  EXPECT_THAT(Said(enterprise_, {"enterprise", "accesses"}),
              testing::ContainsRegex("批次管理员 +结束填报"));
  const std::string reopened = Said(kOfficer, Act("reopen", "误操作"));
  EXPECT_THAT(reopened, HasSubstr("已恢复填报"));
  EXPECT_THAT(reopened, testing::ContainsRegex("状态 +填报中"));
  EXPECT_THAT(reopened, Not(HasSubstr("--closes")));
  EXPECT_THAT(Said(enterprise_, {"assessment", "show"}), Not(HasSubstr("结束")));
  service_.Head();
  EXPECT_THAT(Log(), HasSubstr("结束填报  91110000600037341L/main/jiangsu-ai-2026  企业已注销"));
  EXPECT_THAT(Log(), HasSubstr("恢复填报  91110000600037341L/main/jiangsu-ai-2026\n"));
}

TEST_F(AssessmentClosingTest, WhatIsWrongIsSaidByItsOption) {
  OpenDraft();
  EXPECT_EQ(As(kOfficer, {"assessment", "close", "--enterprise", kUscc}).exit_code, 2);
  const auto unnamed = Refused(kOfficer, {"assessment", "close", "--reason", "已注销"}, 2);
  EXPECT_THAT(unnamed.message().zh(), HasSubstr("--enterprise"));
  EXPECT_THAT(Refused(kOfficer, Act("close", " ")).DebugString(), HasSubstr("--reason"));
  EXPECT_EQ(Refused(kOfficer, Act("reopen", "误操作")).reason(), Reason::WRONG_STATE);
  EXPECT_EQ(Refused(enterprise_, Act("close", "已注销")).reason(), Reason::ROLE_REQUIRED);
  std::vector<std::string> once = Act("close", "已注销");
  once.insert(once.end(), {"--request-id", "3b241101-e2bb-4255-8caf-4136c566a962"});
  const Json first = Got(kOfficer, once);
  EXPECT_EQ(first["closure"].value("reason", ""), "已注销");
  EXPECT_EQ(Got(kOfficer, once), first);
  EXPECT_EQ(Refused(kOfficer, Act("close", "已注销")).reason(), Reason::ASSESSMENT_CLOSED);
}

TEST_F(AssessmentClosingTest, AfterTheWindowReopeningSaysWhatElseIsNeeded) {
  OpenDraft();
  Said(kOfficer, Act("close", "企业已注销"));
  Said(kOfficer,
       {"campaign", "update", kCampaign2026, "--closes", "2020-01-02", "--opens", "2020-01-01"});
  std::vector<std::string> reopen = Act("reopen", "误操作");
  reopen.insert(reopen.end(), {"--campaign", kCampaign2026});
  const std::string said = Said(kOfficer, reopen);
  EXPECT_THAT(said, testing::ContainsRegex("状态 +已结束"));
  EXPECT_THAT(said, HasSubstr("campaign update --closes"));
}

TEST_F(AssessmentClosingTest, HelpIsThereInBothLanguages) {
  for (const char* const act : {"close", "reopen"}) {
    const std::string zh = RunCtl({"assessment", act, "--help", "--lang", "zh"}).out;
    EXPECT_THAT(zh, HasSubstr("批次管理员"));
    EXPECT_THAT(zh, HasSubstr("最多 500 字"));
    const std::string en = RunCtl({"assessment", act, "--help", "--lang", "en"}).out;
    EXPECT_THAT(en, HasSubstr("for campaign officers"));
    EXPECT_THAT(en, HasSubstr("at most 500 characters"));
    for (const unsigned char c : en) ASSERT_TRUE(c < 0xe3 || c > 0xef) << en;
  }
}

}  // namespace
}  // namespace zhiping::ctl
