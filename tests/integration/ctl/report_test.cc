// What score and plan print, for people (held as files in tests/golden/ctl) and for programs.
//
// To accept changed reports, run this, then look at `git diff tests/golden/ctl`:
//   ZHIPING_UPDATE_GOLDEN=1 build/release/tests/ctl_integration_test --gtest_filter='*Golden*'
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <regex>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "services/ctl/display_width.h"
#include "tests/edition_folder.h"
#include "tests/golden_text.h"
#include "tests/integration/ctl/run_ctl.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::ctl {
namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

std::vector<std::string> Score(std::vector<std::string> more) {
  std::vector<std::string> arguments = {"score", "--answers", kSampleAnswers, "--offline",
                                        kEdition};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

std::vector<std::string> Plan(std::vector<std::string> more) {
  std::vector<std::string> arguments = Score(std::move(more));
  arguments[0] = "plan";
  return arguments;
}

struct Golden {
  const char* file;
  std::vector<std::string> arguments;
};

std::vector<Golden> Goldens() {
  return {
      {"score", Score({"--facts", SampleFacts()})},
      {"score_without_facts", Score({})},
      {"plan", Plan({"--facts", SampleFacts(), "--tier", "linghang"})},
      {"plan_of_facts", Plan({"--facts", SampleFacts(), "--tier", "xianjin"})},
      {"plan_advice", Plan({"--facts", SampleFacts(), "--tier", "xianjin", "--advice"})},
      {"plan_own_costs",
       Plan({"--tier", "领航级", "--cost", "物料精准配送:进阶级=0", "--exclude", "网络协同制造"})},
      {"plan_infeasible", Plan({"--tier", "xianjin", "--advice", "--exclude", "24,25,26,27"})},
  };
}

class GoldenTest : public testing::TestWithParam<std::tuple<int, const char*>> {};

// Digests and versions move with every change of the edition or the software.
std::string WithoutVersions(const std::string& text) {
  const std::string digests = std::regex_replace(text, std::regex("sha256:[0-9a-f]+"), "sha256:#");
  return std::regex_replace(digests, std::regex("(评分引擎|engine) [0-9]+\\.[0-9]+\\.[0-9]+"),
                            "$1 #");
}

TEST_P(GoldenTest, IsAsReviewed) {
  const Golden golden = Goldens()[std::get<0>(GetParam())];
  const std::string language = std::get<1>(GetParam());
  std::vector<std::string> arguments = golden.arguments;
  arguments.insert(arguments.end(), {"--lang", language});
  const Outcome outcome = RunCtl(arguments);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const std::string report = WithoutVersions(outcome.out);
  ExpectGolden(report, absl::StrCat("ctl/", golden.file, ".", language, ".txt"));
  for (const absl::string_view line : absl::StrSplit(report, '\n')) {
    EXPECT_LE(DisplayWidth(line), 100) << line;
    EXPECT_TRUE(line.empty() || line.back() != ' ') << line;
  }
  // design.md: never said of a tier.
  for (const char* word : {"达到", "获评"}) EXPECT_THAT(report, Not(HasSubstr(word)));
}

INSTANTIATE_TEST_SUITE_P(Every, GoldenTest,
                         testing::Combine(testing::Range(0, static_cast<int>(Goldens().size())),
                                          testing::Values("zh", "en")),
                         [](const auto& golden) {
                           return absl::StrCat(Goldens()[std::get<0>(golden.param)].file, "_",
                                               std::get<1>(golden.param));
                         });

TEST(ReportTest, NoOwnCostsNoWordOfCosts) {
  const Outcome plan = RunCtl(Plan({"--tier", "linghang", "--lang", "zh"}));
  EXPECT_THAT(plan.out, HasSubstr("步骤最少的提升路径"));
  EXPECT_THAT(plan.out, Not(HasSubstr("成本")));
  EXPECT_THAT(RunCtl(Plan({"--tier", "linghang", "--lang", "en"})).out, Not(HasSubstr("cost")));
}

TEST(ReportTest, EncodingsAndHeadingsGiveTheSameReport) {
  const std::string sample = ReadWhole(absl::StrCat(ZHIPING_SOURCE_DIR "/", kSampleAnswers));
  const std::string expected = RunCtl(Score({})).out;
  const auto report_of = [](const std::string& file) {
    return RunCtl({"score", "--answers", file, "--offline", kEdition}).out;
  };
  EXPECT_EQ(report_of(Scratch("bom.csv", "\xEF\xBB\xBF" + sample)), expected);
  EXPECT_EQ(report_of(Scratch("crlf.csv", absl::StrReplaceAll(sample, {{"\n", "\r\n"}}))),
            expected);
  const std::string gb18030 = ScratchFolder() + "/gb18030.csv";
  ASSERT_EQ(std::system(absl::StrCat("iconv -f UTF-8 -t GB18030 " ZHIPING_SOURCE_DIR "/",
                                     kSampleAnswers, " >'", gb18030, "'")
                            .c_str()),
            0);
  EXPECT_EQ(report_of(gb18030), expected);
  const auto criteria = criteria::CompileEdition2026();
  ASSERT_OK(criteria);
  Json json = Json::array();
  for (const absl::string_view line : absl::StrSplit(sample, '\n', absl::SkipEmpty())) {
    const std::vector<std::string> fields = absl::StrSplit(line, ',');
    const int scenario = (*criteria)->FindScenarioByAnyName(fields[0]);
    if (scenario < 0) continue;
    json.push_back({{"scenario", (*criteria)->edition().scenarios(scenario).id()},
                    {"level", fields[1]},
                    {"reason", fields[2]}});
  }
  ASSERT_EQ(json.size(), 33u);
  EXPECT_EQ(report_of(Scratch("answers.json", json.dump())), expected);
}

TEST(ReportTest, JsonHasEveryNameOfTheIssue) {
  const Json result = Json::parse(RunCtl(Score({"--facts", SampleFacts(), "--json"})).out);
  for (const char* name :
       {"index", "indexApplicable", "segments", "levels", "built", "applicable", "notApplicable",
        "missing", "complete", "typicalCovered", "tiers", "releaseDigest", "releaseLabel",
        "revision", "engineVersion", "semantics", "freshness"}) {
    EXPECT_TRUE(result.contains(name)) << name;
  }
  EXPECT_EQ(result["revision"], 0);
  EXPECT_EQ(result["freshness"], "OFFLINE");
  EXPECT_EQ(result["missing"], Json::array());
  EXPECT_EQ(result["index"]["denominator"], 99);
  EXPECT_TRUE(result["index"].contains("basisPoints"));
  EXPECT_TRUE(result["segments"][0].contains("segment"));
  EXPECT_TRUE(result["segments"][0].contains("index"));
  EXPECT_TRUE(result["levels"][0].contains("level"));
  EXPECT_TRUE(result["levels"][0].contains("count"));
  EXPECT_EQ(result["tiers"][1]["status"], "MET");
  EXPECT_EQ(result["tiers"][3]["status"], "NOT_MET");
  EXPECT_TRUE(result["tiers"][0]["conditions"].is_array());
  EXPECT_TRUE(result["tiers"][0]["advice"].is_array());

  const Json plan =
      Json::parse(RunCtl(Plan({"--facts", SampleFacts(), "--tier", "linghang", "--json"})).out);
  for (const char* name :
       {"feasible", "proven", "cost", "steps", "otherOptimaExist", "outside", "after"}) {
    EXPECT_TRUE(plan.contains(name)) << name;
  }
  for (const char* name : {"scenario", "fromLevel", "toLevel", "cost"}) {
    EXPECT_TRUE(plan["steps"][0].contains(name)) << name;
  }
  EXPECT_EQ(plan["after"]["freshness"], "OFFLINE");
}

// `script`, which every Debian has, gives the program a terminal.
TEST(ColourTest, OnlyOnATerminalAndNeverWithNoColor) {
  const auto is_coloured = [](const std::string& environment) {
    const std::string out = Scratch("typescript", "");
    const std::string command = absl::StrCat(
        "cd " ZHIPING_SOURCE_DIR " && env -i PATH=/usr/bin:/bin ", environment,
        " script --quiet --return --command '" ZHIPING_CTL " score --answers ", kSampleAnswers,
        " --offline ", kEdition, "' /dev/null >'", out, "' </dev/null");
    EXPECT_EQ(std::system(command.c_str()), 0);
    EXPECT_THAT(ReadWhole(out), HasSubstr("37.37%"));
    return ReadWhole(out).find('\x1b') != std::string::npos;
  };
  EXPECT_TRUE(is_coloured("TERM=xterm"));
  EXPECT_FALSE(is_coloured("TERM=xterm NO_COLOR=1"));
  EXPECT_FALSE(is_coloured("TERM=dumb"));
  EXPECT_EQ(RunCtl(Score({}), {{"TERM", "xterm"}}).out.find('\x1b'), std::string::npos);
}

TEST(LanguageTest, FollowsTheFlagThenTheLocaleAndIsChineseOtherwise) {
  const auto is_english = [](const Variables& variables, std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"edition", "validate", kEdition});
    return RunCtl(flags, variables).out == "0 errors, 0 warnings.\n";
  };
  EXPECT_FALSE(is_english({}, {}));
  EXPECT_FALSE(is_english({{"LANG", "C.UTF-8"}}, {}));
  EXPECT_TRUE(is_english({{"LANG", "en_US.UTF-8"}}, {}));
  EXPECT_FALSE(is_english({{"LANG", "en_US.UTF-8"}, {"LC_MESSAGES", "zh_CN.UTF-8"}}, {}));
  EXPECT_TRUE(is_english({{"LC_ALL", "en_GB.UTF-8"}, {"LC_MESSAGES", "zh_CN.UTF-8"}}, {}));
  EXPECT_TRUE(is_english({{"LC_ALL", "zh_CN.UTF-8"}}, {"--lang", "en"}));
  EXPECT_FALSE(is_english({{"LC_ALL", "en_GB.UTF-8"}}, {"--lang=zh"}));
  EXPECT_TRUE(is_english({{"ZHIPING_LANG", "en"}}, {}));
  EXPECT_EQ(RunCtl({"--lang", "en", "edition", "validate", kEdition}).out,
            "0 errors, 0 warnings.\n");
  EXPECT_THAT(RunCtl({"--json", "edition", "validate", kEdition}).out,
              HasSubstr("\"valid\": true"));
}

TEST(HelpTest, SpeaksTheLanguageAndFitsTheScreen) {
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{},
                                             {"edition"},
                                             {"edition", "show"},
                                             {"edition", "validate"},
                                             {"edition", "diff"},
                                             {"edition", "build"},
                                             {"edition", "import"},
                                             {"edition", "publish-notes"},
                                             {"release"},
                                             {"release", "list"},
                                             {"release", "show"},
                                             {"release", "publish"},
                                             {"release", "rollback"},
                                             {"release", "status"},
                                             {"release", "bundle"},
                                             {"release", "fence"},
                                             {"release", "forget"},
                                             {"key"},
                                             {"key", "generate"},
                                             {"verify"},
                                             {"score"},
                                             {"plan"}}) {
    std::vector<std::string> zh = command;
    zh.insert(zh.end(), {"--help", "--lang", "zh"});
    std::vector<std::string> en = command;
    en.insert(en.end(), {"--help", "--lang", "en"});
    const Outcome chinese = RunCtl(zh);
    const Outcome english = RunCtl(en);
    EXPECT_EQ(chinese.exit_code, 0);
    EXPECT_EQ(english.exit_code, 0);
    EXPECT_THAT(chinese.out, HasSubstr("退出码：0 成功"));
    EXPECT_THAT(english.out, HasSubstr("Exit codes: 0 done"));
    // No Chinese character or full-width sign begins with another byte.
    for (const unsigned char c : english.out) ASSERT_TRUE(c < 0xe3 || c > 0xef) << english.out;
    for (const auto& text : {chinese.out, english.out}) {
      for (const absl::string_view line : absl::StrSplit(text, '\n')) {
        EXPECT_LE(DisplayWidth(line), 100) << line;
      }
    }
  }
  EXPECT_THAT(RunCtl({"--version"}).out, testing::MatchesRegex("zhipingctl [0-9.]+\n"));
  EXPECT_EQ(RunCtl({}).exit_code, 2);
}

// An edition folder has the English that its notes have: to write answers by, and to read.
TEST(EnglishTest, NamesOfTheNotesAreUnderstoodAndShownAsUnofficial) {
  const std::string file = Scratch("answers.csv",
                                   "scenario,level\nintelligent online inspection,Advanced\n"
                                   "PRODUCTION-PLANNING,BASIC\n");
  const std::vector<std::string> plan = {
      "plan",   "--answers", file,
      "--tier", "LINGHANG",  "--offline",
      kEdition, "--cost",    "Production planning optimization:Advanced=7",
      "--lang", "en"};
  const Outcome planned = RunCtl(plan);
  ASSERT_EQ(planned.exit_code, 0) << planned.err;
  EXPECT_THAT(planned.out, HasSubstr("In English, not official: "));
  const Outcome scored =
      RunCtl({"score", "--answers", file, "--offline", kEdition, "--lang", "en"});
  ASSERT_EQ(scored.exit_code, 0) << scored.err;
  EXPECT_THAT(scored.out, HasSubstr("平台说明，非官方文本"));
  EXPECT_THAT(scored.out, HasSubstr("在线智能检测"));
  EXPECT_THAT(scored.out, HasSubstr("Intelligent online inspection"));
  EXPECT_THAT(scored.out, HasSubstr("basic 1, advanced 1;"));
  // In Chinese there is the official text and nothing else.
  const Outcome chinese =
      RunCtl({"score", "--answers", file, "--offline", kEdition, "--lang", "zh"});
  EXPECT_THAT(chinese.out, Not(HasSubstr("Intelligent online")));
  EXPECT_THAT(chinese.out, Not(HasSubstr("非官方文本")));
}

TEST(SpellingTest, IdsMayBeInCapitalsAnywhere) {
  const std::string file = Scratch("answers.json", R"([{"Scenario": "ONLINE-INSPECTION",
                                                        "Level": "Basic"}])");
  const Outcome plan =
      RunCtl({"plan", "--answers", file, "--offline", kEdition, "--programme", "JIANGSU-AI",
              "--tier", "Linghang", "--facts", "CMMM_Level=３", "--cost",
              "Online-Inspection:ADVANCED=７", "--exclude", "PRODUCTION-PLANNING", "--json"});
  EXPECT_EQ(plan.exit_code, 0) << plan.out;
}

// A cost of a scenario that is not applicable means nothing, and is not passed over in silence.
TEST(PlanReportTest, CostsThatMeanNothingAreNamed) {
  const Outcome plan =
      RunCtl(Plan({"--tier", "linghang", "--cost", "18:advanced=1", "--lang", "zh"}));
  EXPECT_THAT(plan.out, HasSubstr("没有用到的成本：18:advanced=1"));
  EXPECT_THAT(plan.out, Not(HasSubstr("自报成本")));
  const Outcome json = RunCtl(Plan({"--tier", "linghang", "--cost", "18:advanced=1", "--json"}));
  EXPECT_EQ(Json::parse(json.out, nullptr, false)["unusedCosts"], Json::array({0}));
}

// The first has no conditions.
TEST(ScoreJsonTest, EveryTierHasAStatus) {
  const Json tiers = Json::parse(RunCtl(Score({"--json"})).out, nullptr, false)["tiers"];
  ASSERT_EQ(tiers.size(), 4u);
  EXPECT_TRUE(tiers[0]["conditions"].empty());
  EXPECT_EQ(tiers[0]["status"], "UNDETERMINED");
  for (const Json& tier : tiers) {
    EXPECT_THAT(tier.value("status", ""), testing::AnyOf("MET", "NOT_MET", "UNDETERMINED"));
  }
}

}  // namespace
}  // namespace zhiping::ctl
