// enterprise import and campaign targets import: many rows, with errors by row and column, and
// again.
#include "tests/integration/ctl/assessment_ctl.h"

namespace zhiping::ctl {
namespace {

using assessment::UsccNumber;

class BulkImportTest : public AssessmentCtlTest {
 protected:
  static std::string Row(int number, const std::string& region = "320106") {
    return absl::StrCat(UsccNumber(number), ",企业", number, "有限公司,", region,
                        ",nanjing-gulou,34,\"1,200\"\r\n");
  }
  static std::string Rows(int count) {
    std::string rows =
        "\xEF\xBB\xBF统一社会信用代码,企业名称,行政区划,审核单位,行业大类,从业人员\r\n";
    for (int i = 0; i < count; ++i) rows += Row(i);
    return rows;
  }
  // Of what is printed with --json, whatever the exit code is.
  Json Import(const std::string& file, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"enterprise", "import", file, "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Json::parse(As(kOfficer, arguments).out, nullptr, /*allow_exceptions=*/false);
  }
  static std::vector<int> Counts(const Json& result) {
    return {result.value("added", -1), result.value("changed", -1), result.value("unchanged", -1),
            result.value("refused", -1)};
  }
};

TEST_F(BulkImportTest, MoreRowsThanOneCallTakesAndARerunChangesNothing) {
  const std::string file = Scratch("many.csv", Rows(1'203));
  EXPECT_THAT(Counts(Import(file, {"--dry-run"})), ElementsAre(1'203, 0, 0, 0));
  EXPECT_EQ(service_.Head().position, 0);
  const Outcome first = As(kOfficer, {"enterprise", "import", file});
  EXPECT_EQ(first.exit_code, 0) << first.err;
  EXPECT_THAT(first.out, HasSubstr("共 1,203 行：新增 1,203，更新 0，未变 0，有误 0"));
  EXPECT_THAT(first.err, HasSubstr("100%  已处理 1203/1203 行"));
  const auto head = service_.Head();
  EXPECT_THAT(Counts(Import(file)), ElementsAre(0, 0, 1'203, 0));
  EXPECT_EQ(service_.Head().position, head.position);
  EXPECT_THAT(Said(kOfficer, {"enterprise", "show", UsccNumber(7)}), HasSubstr("1200 人"));
  const std::string list = Said(kOfficer, {"enterprise", "list", "--limit", "2"});
  EXPECT_THAT(list, HasSubstr("共 1203 条，以上是 2 条"));
}

TEST_F(BulkImportTest, APlatformNamesThePersonForWhomItImports) {
  const std::string file = Scratch("one.csv", Rows(1));
  Variables variables = VariablesOf(kPlatform);
  std::erase_if(variables, [](const auto& one) { return one.first == "ZHIPING_ACTING_FOR"; });
  const Outcome refused = RunCtl({"enterprise", "import", file}, variables);
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("平台代企业办理时须用 --acting-for 写明经办人姓名。"));
  EXPECT_EQ(service_.Head().position, 0);
  EXPECT_EQ(RunCtl({"enterprise", "import", file, "--acting-for", "张三"}, variables).exit_code, 0);
  EXPECT_EQ(service_.Head().position, 1);
}

TEST_F(BulkImportTest, WhatIsWrongIsSaidByRowAndColumnAndStopsNoOtherRow) {
  std::string bytes = Rows(2);
  bytes += Row(2, "999999");
  bytes += Row(1);
  bytes += absl::StrCat(UsccNumber(3), ",企业3有限公司,320106,nowhere,34,很多\r\n");
  bytes += "91320100MA1000I00X,某公司,320106,nanjing-gulou,34,\r\n";
  bytes += Row(4);
  const std::string file = Scratch("faults.csv", bytes);
  const std::string errors = ScratchFolder() + "/errors.csv";
  const Outcome outcome = As(kOfficer, {"enterprise", "import", file, "--errors", errors});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("新增 3，更新 0，未变 0，有误 4"));
  const Json again = Import(file);
  EXPECT_THAT(Counts(again), ElementsAre(0, 0, 3, 4));
  std::vector<std::string> faults;
  for (const Json& fault : again["faults"]) {
    faults.push_back(absl::StrCat(fault.value("line", 0), " ", fault.value("column", ""), " ",
                                  fault.value("value", ""), " ", fault.value("reason", "")));
  }
  EXPECT_THAT(faults, testing::UnorderedElementsAre(
                          "4 行政区划 999999 UNKNOWN_REGION",
                          absl::StrCat("5 统一社会信用代码 ", UsccNumber(1), " DUPLICATE_ID"),
                          "6 从业人员 很多 MALFORMED", "6 审核单位 nowhere UNKNOWN_REVIEW_UNIT",
                          "7 统一社会信用代码 91320100MA1000I00X INVALID_USCC"));
  const std::string written = ReadWhole(errors);
  EXPECT_THAT(written, testing::StartsWith("\xEF\xBB\xBF行,列,内容,问题,代码\r\n"));
  EXPECT_THAT(written, HasSubstr("\r\n4,行政区划,999999,"));
}

TEST_F(BulkImportTest, AFileOfAnotherKindIsRefusedBeforeAnythingIsSent) {
  const auto refused = [&](const std::string& bytes) {
    return Refused(kOfficer, {"enterprise", "import", Scratch("wrong.csv", bytes)}).reason();
  };
  EXPECT_EQ(refused("企业名称,行政区划\n某公司,320106\n"), Reason::WRONG_COLUMN);
  EXPECT_EQ(refused("统一社会信用代码,法人\n91110000600037341L,张三\n"), Reason::WRONG_COLUMN);
  EXPECT_EQ(refused("统一社会信用代码\n"), Reason::MALFORMED);
  EXPECT_EQ(refused("统一社会信用代码\n\"9111\n"), Reason::MALFORMED);
  EXPECT_EQ(service_.Head().position, 0);
}

TEST_F(BulkImportTest, TargetsAreAddedOnceWithTheirChannel) {
  OpenDraft();
  const auto import = [&](const std::string& rows) {
    const std::string file = Scratch("targets.csv", absl::StrCat("统一社会信用代码,渠道\n", rows));
    return Json::parse(
        As(kOfficer, {"campaign", "targets", "import", kCampaign2026, file, "--json"}).out, nullptr,
        /*allow_exceptions=*/false);
  };
  const std::string rows = absl::StrCat(kUscc, ",直报省级\n", UsccNumber(5), ",\n");
  EXPECT_THAT(Counts(import(rows)), ElementsAre(1, 0, 0, 1));
  EXPECT_THAT(Counts(import(rows)), ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(Counts(import(absl::StrCat(kUscc, ",\n"))), ElementsAre(0, 1, 0, 0));
  EXPECT_THAT(Counts(import(absl::StrCat(kUscc, ",省级\n"))), ElementsAre(0, 0, 0, 1));
  EXPECT_THAT(Said(kOfficer, {"campaign", "targets", "list", kCampaign2026}),
              HasSubstr("逐级推荐"));
}

}  // namespace
}  // namespace zhiping::ctl
