// assessment export and import: what a file changes, what is wrong with it, and who is asked.
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "tests/integration/ctl/assessment_ctl.h"

namespace zhiping::ctl {
namespace {

class AnswersCsvTest : public AssessmentCtlTest {
 protected:
  AnswersCsvTest() { OpenDraft(); }

  std::string Export(const std::vector<std::string>& more = {}) const {
    const std::string file = absl::StrCat(ScratchFolder(), "/export-", ++exports_, ".csv");
    std::vector<std::string> arguments = {"assessment", "export", file};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Said(enterprise_, arguments);
    return ReadWhole(file);
  }
  std::string FileOf(const std::string& bytes) const { return Scratch("import.csv", bytes); }
  Json Import(const std::string& bytes) const {
    return Got(enterprise_, {"assessment", "import", FileOf(bytes), "--yes"});
  }
  common::v1::ErrorDetail ImportRefused(const std::string& bytes) const {
    return Refused(enterprise_, {"assessment", "import", FileOf(bytes), "--yes"});
  }
  // The line of a scenario in an export, with something in the columns of level and reason.
  static std::string With(const std::string& bytes, const std::string& scenario,
                          const std::string& level, const std::string& reason = "") {
    std::vector<std::string> lines = absl::StrSplit(bytes, "\r\n");
    for (std::string& line : lines) {
      if (!absl::StrContains(line, absl::StrCat(",", scenario, ","))) continue;
      std::vector<std::string> cells = absl::StrSplit(line, ',');
      cells[5] = level;
      cells[6] = reason;
      line = absl::StrJoin(cells, ",");
    }
    return absl::StrJoin(lines, "\r\n");
  }
  std::string LevelOf(const std::string& scenario) {
    const assessment::v1::Assessment draft = Draft();
    for (const auto& answer : draft.answers()) {
      if (answer.answer().scenario() == scenario) return answer.answer().level();
    }
    return "no such scenario";
  }

 private:
  mutable int exports_ = 0;
};

TEST_F(AnswersCsvTest, AnExportThatWasNotTouchedChangesNothing) {
  const std::string bytes = Export();
  EXPECT_THAT(bytes,
              testing::StartsWith("\xEF\xBB\xBF环节,序号,场景编号,场景名称,可填等级,应用等级,"));
  const std::vector<std::string> lines = absl::StrSplit(bytes, "\r\n", absl::SkipEmpty());
  EXPECT_EQ(lines.size(), 34U);
  const std::string etag = Draft().etag();
  EXPECT_EQ(Import(bytes).value("changed", -1), 0);
  EXPECT_THAT(Said(enterprise_, {"assessment", "import", FileOf(bytes)}),
              HasSubstr("没有做任何修改"));
  EXPECT_EQ(Draft().etag(), etag);
}

TEST_F(AnswersCsvTest, AnEmptyLevelLeavesAnAnswerAndAWordClearsIt) {
  EXPECT_EQ(Import(With(Export(), "online-inspection", "基础级")).value("changed", 0), 1);
  EXPECT_EQ(LevelOf("online-inspection"), "basic");
  // By hand, of one scenario, in English.
  EXPECT_EQ(Import("scenario,level\nonline-inspection,\n").value("changed", -1), 0);
  EXPECT_EQ(LevelOf("online-inspection"), "basic");
  EXPECT_EQ(Import("scenario,level,reason\nonline-inspection,不适用,本厂没有检测工序\n")
                .value("changed", 0),
            1);
  EXPECT_THAT(Export(), HasSubstr("不适用,本厂没有检测工序,已填写"));
  EXPECT_EQ(Import(With(Export(), "online-inspection", "清空")).value("missing", 0), 33);
  EXPECT_EQ(LevelOf("online-inspection"), "");
}

TEST_F(AnswersCsvTest, AFileMayHoldOneSegmentOnly) {
  const std::string bytes = Export({"--segment", "生产作业"});
  EXPECT_THAT(bytes, Not(HasSubstr("工厂建设")));
  EXPECT_EQ(Import(With(bytes, "online-inspection", "入门级")).value("changed", 0), 1);
  const auto refused = Refused(
      enterprise_, {"assessment", "export", ScratchFolder() + "/no.csv", "--segment", "财务"}, 2);
  EXPECT_THAT(refused.message().zh(), HasSubstr("生产作业"));
}

TEST_F(AnswersCsvTest, EverythingThatIsWrongIsSaidByLineAndColumnAndNothingIsSaved) {
  const std::string etag = Draft().etag();
  const auto refused = ImportRefused(
      "场景编号,场景名称,应用等级,说明\n"
      "online-inspection,在线智能检测,卓越级,\n"
      "no-such-scenario,,基础级,\n"
      "online-inspection,,基础级,\n"
      "production-scheduling,在线智能检测,基础级,\n"
      ",智能经营决策,不适用,\n"
      ",,基础级,\n"
      ",数字孪生工厂构建,,只写了说明\n");
  EXPECT_EQ(Draft().etag(), etag);
  std::vector<std::string> places;
  for (const auto& violation : refused.violations()) {
    places.push_back(absl::StrCat(violation.field(), " ", Reason::Value_Name(violation.reason())));
    EXPECT_THAT(violation.message().zh(), HasSubstr("行，"));
  }
  EXPECT_THAT(
      places,
      ElementsAre("line 2, column level LEVEL_IS_TIER", "line 3, column scenario UNKNOWN_SCENARIO",
                  "line 4, column scenario DUPLICATE_SCENARIO",
                  "line 5, column scenario UNKNOWN_SCENARIO",
                  "line 6, column reason REASON_REQUIRED", "line 7, column scenario FIELD_REQUIRED",
                  "line 8, column level FIELD_REQUIRED"));
  // In the words of the file: no paths of the request, no ids for names.
  EXPECT_EQ(refused.violations(4).message().zh(),
            "第 6 行，说明：场景“智能经营决策”填“不适用”时须写明理由。");
  const auto unseen = ImportRefused("场景名称,应用等级,说明\n智能经营决策,基础级,a\u202Eb\n");
  EXPECT_THAT(unseen.violations(0).message().zh(),
              testing::StartsWith("第 2 行，说明：含不允许的字符 U+202E"));
  EXPECT_THAT(unseen.violations(0).message().en(),
              testing::StartsWith("Line 2, reason: has U+202E"));
}

TEST_F(AnswersCsvTest, AllThatColleaguesChangedSinceTheExportIsListed) {
  const std::string exported = Export();
  const auto all_at = [&](const char* level) {
    return absl::StrReplaceAll(exported, {{"不适用,,", absl::StrCat("不适用,", level, ",注")}});
  };
  Import(all_at("未达级"));
  const std::string file = FileOf(absl::StrReplaceAll(all_at("未达级"), {{",注", ",另注"}}));
  const std::string said = As(enterprise_, {"assessment", "import", file, "--yes"}).err;
  for (int line = 2; line <= 34; ++line) {
    EXPECT_THAT(said, HasSubstr(absl::StrCat("第 ", line, " 行，应用等级：")));
  }
  EXPECT_THAT(said, HasSubstr("现为：未达级"));
  EXPECT_THAT(said, Not(HasSubstr("另有")));
}

TEST_F(AnswersCsvTest, RowsWhoseColumnsWereSortedApartAreRefused) {
  const auto refused =
      ImportRefused("场景编号,场景名称,应用等级\nonline-inspection,智能经营决策,基础级\n");
  EXPECT_THAT(refused.message().zh(), HasSubstr("只对部分列排过序"));
  const auto changed = ImportRefused(
      absl::StrReplaceAll(With(Export(), "online-inspection", "基础级"), {{",v1-", ",w1-"}}));
  EXPECT_THAT(changed.violations(0).message().zh(), HasSubstr("版本（勿改）"));
  EXPECT_EQ(ImportRefused("环节,等级\n生产作业,基础级\n").reason(), Reason::WRONG_COLUMN);
  EXPECT_EQ(ImportRefused("场景名称,水平\n在线智能检测,基础级\n").reason(), Reason::WRONG_COLUMN);
}

TEST_F(AnswersCsvTest, WhatAColleagueChangedSinceTheExportIsAConflictOnlyWhereTheFileChangesIt) {
  const std::string before = Export();
  Import("scenario,level\nonline-inspection,entry\n");
  // The colleague's scenario was not touched in this file.
  EXPECT_EQ(Import(With(before, "digital-twin-factory", "none")).value("changed", 0), 1);
  EXPECT_EQ(LevelOf("online-inspection"), "entry");
  const auto conflict = ImportRefused(With(before, "online-inspection", "基础级"));
  EXPECT_EQ(conflict.reason(), Reason::ANSWER_CONFLICT);
  ASSERT_EQ(conflict.violations_size(), 1);
  EXPECT_THAT(conflict.violations(0).message().zh(), HasSubstr("文件中为“基础级”"));
  EXPECT_THAT(conflict.violations(0).message().zh(), HasSubstr("现为：入门级"));
  EXPECT_EQ(LevelOf("online-inspection"), "entry");
}

TEST_F(AnswersCsvTest, WhatWouldChangeIsShownAndAskedForOnATerminal) {
  const std::string file = FileOf("scenario,level\nonline-inspection,basic\n");
  EXPECT_EQ(Refused(enterprise_, {"assessment", "import", file}, 2).reason(), Reason::WRONG_USAGE);
  EXPECT_EQ(LevelOf("online-inspection"), "");
  // `script`, which every Debian has, gives the program a terminal.
  const auto type = [&](const std::string& answer) {
    const std::string out = processes::NewFolder() + "/typescript";
    Variables environment = VariablesOf(enterprise_);
    environment.emplace_back("TERM", "dumb");
    const std::string command =
        absl::StrCat("echo ", answer, " | script --quiet --return --flush --command \"",
                     ZHIPING_CTL, " assessment import ", file, "\" /dev/null");
    processes::Process shell({{"sh", "-c", command}, environment, out, false});
    EXPECT_TRUE(processes::Eventually([&] { return !shell.Running(); }));
    return processes::Contents(out);
  };
  const std::string refused = type("不");
  EXPECT_THAT(refused, HasSubstr("在线智能检测"));
  EXPECT_THAT(refused, HasSubstr("未填写"));
  EXPECT_THAT(refused, HasSubstr("已取消"));
  EXPECT_EQ(LevelOf("online-inspection"), "");
  EXPECT_THAT(type("确认"), HasSubstr("已保存"));
  EXPECT_EQ(LevelOf("online-inspection"), "basic");
}

}  // namespace
}  // namespace zhiping::ctl
