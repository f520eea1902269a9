// A whole round through the commands: campaign, import, open, answers, preview, submit, three
// stages decide, receipt; and what the commands say.
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/receipts/signed_receipt.h"
#include "common/releases/seed.h"
#include "tests/integration/ctl/assessment_ctl.h"

namespace zhiping::ctl {
namespace {

std::string DayFromNow(int days) {
  return absl::FormatTime("%Y-%m-%d", absl::Now() + absl::Hours(24 * days), absl::UTCTimeZone());
}

class AssessmentRoundTest : public AssessmentCtlTest {
 protected:
  void CreateCampaign() const {
    const std::string commitment =
        Scratch("commitment.txt", "\xEF\xBB\xBF本企业承诺所填内容真实。\n");
    const Json created = Got(kOfficer, {"campaign",
                                        "create",
                                        kCampaign2026,
                                        "--programme",
                                        assessment::kProgramme,
                                        "--year",
                                        "2026",
                                        "--title",
                                        "2026 年自评测",
                                        "--opens",
                                        DayFromNow(-1),
                                        "--closes",
                                        DayFromNow(30),
                                        "--release",
                                        service_.criteria().digest(),
                                        "--review",
                                        "all",
                                        "--due-days",
                                        "10,10,15",
                                        "--appeal-days",
                                        "10",
                                        "--commitment-version",
                                        "2026-1",
                                        "--commitment-file",
                                        commitment});
    EXPECT_EQ(created["campaign"].value("releaseLabel", ""), "2026-1");
    EXPECT_FALSE(created.value("requestId", "").empty());
  }
  void ImportEnterprise() const {
    const std::string file = Scratch(
        "enterprises.csv", absl::StrCat("统一社会信用代码,企业名称,行政区划,审核单位,行业大类\n",
                                        kUscc, ",某机械有限公司,320106,nanjing-gulou,34\n"));
    EXPECT_EQ(Got(kPlatform, {"enterprise", "import", file}).value("added", 0), 1);
  }
  // The export with every scenario at 未达级.
  std::string FilledIn() const {
    const std::string file = ScratchFolder() + "/answers.csv";
    Said(enterprise_, {"assessment", "export", file});
    return Scratch("filled.csv",
                   absl::StrReplaceAll(ReadWhole(file), {{"不适用,,", "不适用,未达级,"}}));
  }
  std::string Submit(const std::string& receipt) const {
    const Json submitted = Got(enterprise_, {"assessment", "submit", "--given-by", "张三",
                                             "--accept-commitment", "--receipt", receipt});
    return submitted["submission"].value("receiptNo", "");
  }
};

TEST_F(AssessmentRoundTest, FromTheCampaignToTheConfirmedReceipt) {
  CreateCampaign();
  EXPECT_THAT(Said(enterprise_, {"campaign", "list", "--open"}), HasSubstr("开放"));
  EXPECT_THAT(Said(enterprise_, {"campaign", "show", kCampaign2026}),
              HasSubstr(absl::StrCat(DayFromNow(30), " 24:00（北京时间）")));
  ImportEnterprise();
  // Neither the enterprise nor the campaign has to be named: the token and the only one say it.
  EXPECT_THAT(Said(enterprise_, {"assessment", "open"}), HasSubstr("待填写 33"));
  const auto incomplete =
      Refused(enterprise_, {"assessment", "submit", "--given-by", "张三", "--accept-commitment"});
  EXPECT_EQ(incomplete.reason(), Reason::INCOMPLETE);
  EXPECT_THAT(incomplete.message().zh(), HasSubstr("33 个场景待填写"));
  EXPECT_THAT(incomplete.violations(0).message().zh(), HasSubstr("待填写"));
  // All of them by name, also where it is the service that refuses.
  for (const char* etag : {"", "1"}) {
    std::vector<std::string> submit = {"assessment", "submit", "--given-by", "张三",
                                       "--accept-commitment"};
    if (*etag != '\0') submit.insert(submit.end(), {"--etag", Draft().etag()});
    const std::string said = As(enterprise_, submit).err;
    for (const auto& scenario : service_.criteria().edition().scenarios()) {
      EXPECT_THAT(said, HasSubstr(absl::StrCat("“", scenario.name().text(), "”待填写")));
    }
    EXPECT_THAT(said, Not(HasSubstr("另有")));
  }

  EXPECT_THAT(Said(enterprise_, {"assessment", "import", FilledIn(), "--yes"}),
              HasSubstr("已填写 33，待确认 0，待填写 0"));
  EXPECT_THAT(Said(enterprise_, {"assessment", "facts", "--set", "cmmm_level=3"}),
              HasSubstr("cmmm_level"));
  const std::string preview = Said(enterprise_, {"assessment", "preview"});
  EXPECT_THAT(preview, HasSubstr("可以提交"));
  EXPECT_THAT(preview, HasSubstr("zhipingctl assessment facts --set digital_general_score=…"));

  const std::string receipt = ScratchFolder() + "/receipt.json";
  const std::string number = Submit(receipt);
  const auto trust = *releases::ReadTrustFile(service_.trust_file());
  const auto signed_receipt = receipts::ReadReceipt(ReadWhole(receipt), *trust);
  ASSERT_OK(signed_receipt);
  EXPECT_EQ(signed_receipt->receipt_no, number);
  EXPECT_THAT(Said(enterprise_, {"submission", "list"}), HasSubstr(number));

  std::vector<std::string> numbers;
  for (const char* const unit : {"nanjing-gulou", "nanjing", "jiangsu"}) {
    SCOPED_TRACE(unit);
    const CallerOf reviewer = ReviewerOf(unit);
    EXPECT_THAT(Said(reviewer, {"review", "queue", "--free"}), HasSubstr(number));
    const auto not_taken = Refused(reviewer, {"review", "approve", number});
    EXPECT_EQ(not_taken.reason(), Reason::NOT_TAKEN);
    EXPECT_THAT(not_taken.message().zh(), HasSubstr("review take"));
    const std::string taken = Said(reviewer, {"review", "take", number});
    EXPECT_THAT(taken, HasSubstr("本人，至"));
    EXPECT_THAT(taken, testing::ContainsRegex("审核单位 +(南京市|江苏省)"));
    EXPECT_THAT(Said(reviewer, {"review", "approve", number}), HasSubstr("已审核通过"));
    numbers.push_back(Got(enterprise_, {"submission", "receipt", number,
                                        absl::StrCat(ScratchFolder(), "/", unit, ".json"),
                                        "--decision"})["receiptNo"]);
  }
  // The county's stays when others have decided, and its number finds it and the submission.
  const std::string again = ScratchFolder() + "/again.json";
  EXPECT_EQ(Got(enterprise_, {"submission", "receipt", numbers[0], again})["receiptNo"],
            numbers[0]);
  EXPECT_EQ(ReadWhole(again), ReadWhole(ScratchFolder() + "/nanjing-gulou.json"));
  EXPECT_NE(numbers[0], numbers[2]);
  EXPECT_THAT(Said(enterprise_, {"submission", "show", numbers[0]}), HasSubstr(number));
  const std::string shown = Said(enterprise_, {"submission", "effective"});
  EXPECT_THAT(shown, HasSubstr("省级已确认"));
  EXPECT_THAT(shown, HasSubstr("本结果由企业自行填报"));
  // However the code is written.
  for (const char* written : {"91110000600037341l", "９１１１００００６０００３７３４１Ｌ"}) {
    EXPECT_EQ(Said(kPlatform, {"submission", "effective", "--enterprise", written}), shown);
    EXPECT_THAT(Said(kPlatform, {"submission", "list", "--enterprise", written}),
                HasSubstr(number));
  }
  const std::string decision = ScratchFolder() + "/decision.json";
  Said(enterprise_, {"submission", "receipt", number, decision, "--decision"});
  EXPECT_OK(receipts::ReadReceipt(ReadWhole(decision), *trust));
  // Each of them took it and approved it, and the enterprise is told so.
  const std::string accesses = Said(enterprise_, {"enterprise", "accesses"});
  EXPECT_THAT(accesses, testing::ContainsRegex("江苏省 +审核员 +领取 "));
  EXPECT_THAT(accesses, testing::ContainsRegex("南京市 +审核员 +审核通过 "));
  const std::string whole = Said(ReviewerOf("jiangsu"), {"submission", "show", number});
  EXPECT_THAT(whole, HasSubstr("在线智能检测"));
  EXPECT_THAT(whole, HasSubstr("本结果由企业自行填报"));
  EXPECT_THAT(whole, HasSubstr("南京市"));
  service_.Head();
  const std::string feed = Said(kPlatform, {"feed", "list"});
  EXPECT_THAT(feed, HasSubstr(absl::StrCat(kUscc, "/main/", kCampaign2026, "#1")));
  EXPECT_THAT(feed, HasSubstr("已到末尾"));
  EXPECT_THAT(feed, Not(HasSubstr("未提供")));
  // A platform that is not enrolled for it.
  const std::string others = Said({"other", {"platform"}}, {"feed", "list"});
  EXPECT_THAT(others, Not(HasSubstr(kUscc)));
  EXPECT_THAT(others, HasSubstr("未提供    涉及不在本平台登记范围内的企业"));
  EXPECT_THAT(others, HasSubstr("内容未提供，按所载哈希校验"));
  EXPECT_THAT(others, HasSubstr("已到末尾"));
}

TEST_F(AssessmentRoundTest, AReviewerFindsCommentsAndReturnsAndTheEnterpriseHandsInAgain) {
  OpenDraft();
  Said(enterprise_, {"assessment", "import", FilledIn(), "--yes"});
  const std::string csv = Scratch("one.csv", "场景名称,等级\n在线智能检测,基础级\n");
  Said(enterprise_, {"assessment", "import", csv, "--yes"});
  const std::string number = Submit(ScratchFolder() + "/receipt.json");
  const CallerOf county = ReviewerOf("nanjing-gulou");
  Said(county, {"review", "take", number});
  const auto raised = Refused(county, {"review", "find", number, "--scenario", "online-inspection",
                                       "--level", "advanced", "--reason", "现场核实"});
  EXPECT_EQ(raised.reason(), Reason::FINDING_RAISES);
  Said(county, {"review", "find", number, "--scenario", "online-inspection", "--level", "none",
                "--reason", "现场没有投入使用"});
  Said(county, {"review", "comment", number, "--text", "请补充验收报告", "--scenario",
                "online-inspection"});
  EXPECT_THAT(Said(county, {"submission", "show", number}), HasSubstr("现场没有投入使用"));
  EXPECT_EQ(Refused(county, {"review", "return", number}, 2).reason(), Reason::WRONG_USAGE);
  Said(county, {"review", "return", number, "--reason", "请补充材料"});
  const std::string returned = Said(enterprise_, {"submission", "show", number});
  EXPECT_THAT(returned, HasSubstr("已退回"));
  EXPECT_THAT(returned, HasSubstr("请补充验收报告"));
  EXPECT_THAT(Said(enterprise_, {"submission", "object", number, "--reason", "已投入使用"}),
              HasSubstr("已提出异议"));
  const Json waiting = Got(ReviewerOf("nanjing"), {"review", "queue", "--objections"});
  ASSERT_EQ(waiting["submissions"].size(), 1U);
  Said(ReviewerOf("nanjing"), {"review", "take", number});
  Said(ReviewerOf("nanjing"), {"review", "decide-objection", number, "--objection", "1",
                               "--dismissed", "--reason", "材料不足"});
  const std::string second = Submit(ScratchFolder() + "/second.json");
  EXPECT_NE(second, number);
  EXPECT_THAT(Said(county, {"review", "batch-approve", "--submission", second}),
              HasSubstr("已批量审核通过 1 件"));
  EXPECT_THAT(Said(enterprise_, {"submission", "withdraw", second, "--reason", "改报"}),
              HasSubstr("已撤回"));
}

TEST_F(AssessmentRoundTest, ABatchThatIsRefusedNamesEveryFileByReason) {
  OpenDraft();
  Said(enterprise_, {"assessment", "import", FilledIn(), "--yes"});
  const std::string number = Submit(ScratchFolder() + "/receipt.json");
  std::vector<std::string> absent;
  for (int i = 2; i < 62; ++i) {
    absent.push_back(absl::StrCat(kUscc, "/main/", kCampaign2026, "#", i));
  }
  const std::string files = absl::StrCat(number, "@stale,", absl::StrJoin(absent, "@x,"), "@x");
  const std::vector<std::string> arguments = {"review", "batch-approve", "--submission", files};
  const std::string said =
      absl::StrReplaceAll(As(ReviewerOf("nanjing-gulou"), arguments).err, {{"\n", ""}, {" ", ""}});
  EXPECT_THAT(said, HasSubstr("有61件不能批准"));
  EXPECT_THAT(said, HasSubstr(absl::StrCat(number, "：")));
  for (const std::string& name : absent) {
    EXPECT_TRUE(absl::StrContains(said, name + "、") || absl::StrContains(said, name + "："))
        << name;
  }
  EXPECT_THAT(said, Not(HasSubstr("另有")));
  const auto refused = Refused(ReviewerOf("nanjing-gulou"), arguments);
  EXPECT_EQ(refused.reason(), Reason::SEVERAL_VIOLATIONS);
  EXPECT_EQ(refused.metadata(0).key(), "STALE_ETAG");
  EXPECT_EQ(refused.metadata(0).value(), "0");
}

TEST_F(AssessmentRoundTest, AnEnterpriseSeesWhoReadItsFilesAndThePlatformSignsToo) {
  OpenDraft();
  Said(enterprise_, {"assessment", "import", FilledIn(), "--yes"});
  const std::string receipt = ScratchFolder() + "/receipt.json";
  const std::string number = Submit(receipt);
  EXPECT_THAT(Said(enterprise_, {"enterprise", "accesses"}), HasSubstr("还没有其他人"));
  Said(ReviewerOf("jiangsu"), {"submission", "show", number});
  const std::string accesses = Said(enterprise_, {"enterprise", "accesses"});
  // It was looked for by its receipt number, and then read.
  EXPECT_THAT(accesses, testing::ContainsRegex("江苏省 +审核员 +列出提交件 "));
  EXPECT_THAT(accesses, testing::ContainsRegex("江苏省 +审核员 +查看提交件 "));
  EXPECT_THAT(accesses, HasSubstr("共 2 条"));
  EXPECT_THAT(accesses, Not(HasSubstr(ReviewerOf("jiangsu").subject)));
  std::vector<std::string> methods;
  const Json listed = Got(enterprise_, {"enterprise", "accesses"});
  for (const Json& access : listed.at("accesses")) {
    methods.push_back(access.value("method", ""));
  }
  EXPECT_THAT(methods, testing::UnorderedElementsAre("GetSubmission", "ListSubmissions"));

  const std::string key = ScratchFolder() + "/platform.pem";
  ASSERT_OK(envelope::WriteKeyFile(service_.platform_key(), key));
  EXPECT_EQ(Refused(enterprise_, {"submission", "countersign", number, "--key", key}).reason(),
            Reason::ROLE_REQUIRED);
  EXPECT_EQ(Refused(kPlatform, {"submission", "countersign", number, "--key", key + "x"}).reason(),
            Reason::FILE_UNREADABLE);
  const std::string stranger = ScratchFolder() + "/stranger.pem";
  ASSERT_OK(
      envelope::WriteKeyFile(*envelope::Key::Generate(envelope::KeyAlgorithm::ED25519), stranger));
  EXPECT_EQ(Refused(kPlatform, {"submission", "countersign", number, "--key", stranger}).reason(),
            Reason::UNKNOWN_KEY);
  EXPECT_THAT(Said(kPlatform, {"submission", "countersign", number, "--key", key}),
              HasSubstr("回执现有 2 个签名"));
  const std::string signed_too = ScratchFolder() + "/signed_too.json";
  Said(enterprise_, {"submission", "receipt", number, signed_too});
  const auto read = receipts::ReadReceipt(ReadWhole(signed_too),
                                          **releases::ReadTrustFile(service_.trust_file()));
  ASSERT_OK(read);
  EXPECT_THAT(read->key_ids, testing::SizeIs(2));
  EXPECT_EQ(read->receipt_no, number);
}

TEST_F(AssessmentRoundTest, ARetryWithTheSameRequestIdIsDoneOnce) {
  OpenDraft();
  Said(enterprise_, {"assessment", "import", FilledIn(), "--yes"});
  const std::string etag = Draft().etag();
  const std::vector<std::string> submit = {"assessment",
                                           "submit",
                                           "--given-by",
                                           "张三",
                                           "--accept-commitment",
                                           "--request-id",
                                           "3b241101-e2bb-4255-8caf-4136c566a962",
                                           "--etag",
                                           etag};
  const Json first = Got(enterprise_, submit);
  EXPECT_EQ(Got(enterprise_, submit), first);
  EXPECT_EQ(Got(enterprise_, {"submission", "list"}).value("totalSize", 0), 1);
}

TEST_F(AssessmentRoundTest, WhileScoringIsAwayTheServicesOwnWordsAreSaid) {
  OpenDraft();
  Said(enterprise_, {"assessment", "import", FilledIn(), "--yes"});
  service_.scoring().CloseNow();
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"assessment", "preview"},
        {"assessment", "submit", "--given-by", "张三", "--accept-commitment", "--etag",
         Draft().etag()}}) {
    const auto away = Refused(enterprise_, arguments, 3);
    EXPECT_EQ(away.reason(), Reason::SERVICE_UNREACHABLE);
    EXPECT_THAT(away.message().zh(), HasSubstr("评分服务暂时不可用；草稿原样保留"));
    EXPECT_THAT(away.message().zh(), Not(HasSubstr("连接不上")));
    const bool submits = arguments[1] == "submit";
    EXPECT_EQ(absl::StrContains(away.message().zh(), "--request-id"), submits);
  }
}

TEST_F(AssessmentRoundTest, APreviewUnderAWithdrawnReleaseSaysSo) {
  OpenDraft();
  Said(enterprise_, {"assessment", "import", FilledIn(), "--yes"});
  service_.releases().Withdraw(service_.criteria().digest());
  const std::string preview = Said(enterprise_, {"assessment", "preview"});
  EXPECT_THAT(preview, HasSubstr("已被撤回，不能再据此提交"));
  EXPECT_THAT(preview, Not(HasSubstr("可以提交")));
}

TEST_F(AssessmentRoundTest, WhatCannotBeDoneSaysWhatToType) {
  EXPECT_EQ(Refused(enterprise_, {"assessment", "show"}, 2).reason(), Reason::WRONG_USAGE);
  const auto none = Refused(enterprise_, {"assessment", "show", "--campaign", kCampaign2026});
  EXPECT_EQ(none.reason(), Reason::ASSESSMENT_NOT_FOUND);
  EXPECT_THAT(none.message().zh(), HasSubstr("zhipingctl assessment open"));
  const auto unknown = Refused(ReviewerOf("jiangsu"), {"submission", "show", "7K3QD-8M2XV"});
  EXPECT_EQ(unknown.reason(), Reason::SUBMISSION_NOT_FOUND);
  EXPECT_EQ(Refused(kOfficer, {"submission", "show", "a/b"}, 2).reason(), Reason::WRONG_USAGE);
  EXPECT_EQ(Refused(kOfficer, {"assessment", "list"}, 2).reason(), Reason::WRONG_USAGE);
  const auto field = Refused(kOfficer, {"campaign", "create", "a", "--programme",
                                        assessment::kProgramme, "--year", "1999"});
  EXPECT_THAT(field.DebugString(), HasSubstr("--year"));
}

TEST_F(AssessmentRoundTest, AnEnterpriseAsksForAChangeAndTheUnitDecides) {
  OpenDraft();
  const auto refused =
      Refused(enterprise_, {"enterprise", "update", "--set", "企业名称=新名称有限公司"});
  EXPECT_EQ(refused.reason(), Reason::FIELD_NOT_YOURS);
  EXPECT_THAT(refused.message().zh(), HasSubstr("request-change"));
  EXPECT_THAT(Said(enterprise_, {"enterprise", "update", "--set", "联系电话=025-1234567"}),
              HasSubstr("025-1234567"));
  Said(enterprise_,
       {"enterprise", "request-change", "--set", "企业名称=新名称有限公司", "--reason", "更名"});
  const CallerOf county = ReviewerOf("nanjing-gulou");
  EXPECT_THAT(Said(county, {"enterprise", "changes", "--open"}), HasSubstr("新名称有限公司"));
  Said(county, {"enterprise", "accept-change", kUscc, "1", "--note", "已核对营业执照"});
  EXPECT_THAT(Said(county, {"enterprise", "show", kUscc}), HasSubstr("新名称有限公司"));
}

}  // namespace
}  // namespace zhiping::ctl
