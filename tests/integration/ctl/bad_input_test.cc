// Every bad input of the command line: a stable reason, both languages, the place, exit code 1.
#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/integration/ctl/run_ctl.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::ctl {
namespace {

using testing::HasSubstr;
using testing::Not;

struct BadAnswers {
  const char* name;
  // The file's bytes; headings are scenario,level,reason unless it brings its own.
  std::string bytes;
  Reason::Value reason;
  // What the messages have to say.
  const char* zh;
  const char* en;
};

std::string Rows(const std::string& rows) { return "scenario,level,reason\n" + rows; }

const BadAnswers kBadAnswers[] = {
    {"UnknownScenario", Rows("online-inspection,basic,\nno-such,basic,\n"),
     Reason::UNKNOWN_SCENARIO, "第 3 行，场景名称：本年版没有场景“no-such”",
     "line 3, scenario: The edition has no scenario \"no-such\""},
    {"UnknownLevel", Rows("online-inspection,best,\n"), Reason::UNKNOWN_LEVEL,
     "第 2 行，等级：没有应用等级“best”", "line 2, level: There is no level \"best\""},
    {"LevelThatDoesNotExist", Rows("digital-factory-planning,entry,\n"),
     Reason::LEVEL_NOT_AVAILABLE, "可填：基础级（basic）、进阶级（advanced）",
     "it has: basic, advanced"},
    {"TierAsLevel", Rows("在线智能检测,先进级,\n"), Reason::LEVEL_IS_TIER,
     "“先进级”是智能工厂层级，不是应用等级；您可能想填：进阶级（advanced）。",
     "perhaps you meant: advanced."},
    {"TierLikeNoLevel", Rows("在线智能检测,领航级,\n"), Reason::LEVEL_IS_TIER,
     "您可能想填：入门级（entry）、基础级（basic）、进阶级（advanced）。",
     "perhaps you meant: entry, basic, advanced."},
    {"Slash", Rows("online-inspection,/,\n"), Reason::LEVEL_NOT_AVAILABLE,
     "“/”在官方表中表示没有这一级", "\"/\" marks a level that does not exist"},
    {"FullWidthSlash", Rows("online-inspection,／,\n"), Reason::LEVEL_NOT_AVAILABLE,
     "“／”在官方表中表示没有这一级", "\"／\" marks a level"},
    {"ScenarioTwice", Rows("online-inspection,basic,\n20,basic,\n"), Reason::DUPLICATE_SCENARIO,
     "第 3 行，场景名称：场景 20 在 第 2 行 已经填写",
     "line 3, scenario: Scenario 20 is answered in line 2 already"},
    {"NoScenario", Rows(",basic,\n"), Reason::FIELD_REQUIRED, "第 2 行，场景名称：没有填写场景。",
     "line 2, scenario: No scenario is given."},
    {"NoReason", Rows("online-inspection,not_applicable,\n"), Reason::REASON_REQUIRED,
     "第 2 行，说明：", "line 2, reason: "},
    {"WrongColumn", "scenario,grade\nonline-inspection,basic\n", Reason::WRONG_COLUMN,
     "第 1 行第 2 列的表头“grade”无法识别", "Line 1, column 2"},
    {"ColumnMissing", "scenario,reason\n1,x\n", Reason::WRONG_COLUMN, "缺少“等级”列",
     "The column \"level\" is missing"},
    {"TooManyColumns", Rows("online-inspection,basic,a,b\n"), Reason::WRONG_COLUMN,
     "第 2 行有 4 列", "Line 2 has 4 columns"},
    {"EndsBeforeTheLevel", Rows("online-inspection,basic,\n20"), Reason::WRONG_COLUMN,
     "文件在第 3 行中断：这一行只有 1 列，至少应有 2 列",
     "ends in line 3 with 1 of at least 2 columns"},
    {"QuotesDoNotClose", Rows("online-inspection,basic,\"a\n"), Reason::MALFORMED,
     "第 2 行第 3 列：这一格开头的英文双引号", "Line 2, column 3: the double quote that opens"},
    {"StrayQuote", Rows("online-inspection,basic,uses \"AI\" daily\n"), Reason::MALFORMED,
     "第 2 行第 3 列：这一格里有多余的英文双引号",
     "Line 2, column 3: there is a stray double quote"},
    {"TruncatedJson", R"({"answers": [{"scenario": "onli)", Reason::MALFORMED,
     "文件不完整：JSON 在第 1 行第 32 列中断", "truncated: its JSON ends in line 1"},
    {"JsonWithoutAComma", "[\n {\"scenario\": 20\n  \"level\": \"basic\"}\n]", Reason::MALFORMED,
     "第 3 行第 3 列的“\"level\"”", "Line 3, column 3"},
    {"JsonOfAnotherShape", R"([{"scenario": 20, "grade": "basic"}])", Reason::MALFORMED,
     "$[0].grade", "$[0].grade"},
    {"JsonWithMore", R"({"answers": [], "facts": {"cmmm_level": 3}})", Reason::MALFORMED,
     "$.facts 无法识别", "$.facts is unknown"},
    {"JsonMemberTwice", R"([{"scenario": 20, "level": "entry", "level": "basic"}])",
     Reason::MALFORMED, "“level”在同一对象中出现了两次", "\"level\" is twice"},
    {"CutWithinACharacter", "\xEF\xBB\xBF场景名称,等级\n在线智能检测,\xE5\x9F", Reason::MALFORMED,
     "文件不完整：在第 2 行的一个字中间中断", "truncated: line 2"},
    {"Binary",
     std::string("\x7f"
                 "ELF\0\0\1",
                 7),
     Reason::UNKNOWN_ENCODING, "不是文本文件", "not a text file"},
    {"NoEncoding", Rows("\xff\xff\xff\xff,basic,\n"), Reason::UNKNOWN_ENCODING, "既不是 UTF-8",
     "neither UTF-8 nor GB18030"},
    {"Empty", "", Reason::MALFORMED, "文件是空的", "The file is empty"},
};

class BadAnswersTest : public testing::TestWithParam<BadAnswers> {};

TEST_P(BadAnswersTest, IsRefusedWithItsPlaceInBothLanguages) {
  const BadAnswers& bad = GetParam();
  const std::string file = Scratch("answers", bad.bytes);
  const Outcome outcome = RunCtl({"score", "--answers", file, "--offline", kEdition, "--json"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.err, "");
  const ErrorDetail error = ErrorOf(outcome);
  EXPECT_EQ(Reason::Value_Name(error.reason()), Reason::Value_Name(bad.reason));
  EXPECT_THAT(error.message().zh(), HasSubstr(bad.zh));
  EXPECT_THAT(error.message().en(), HasSubstr(bad.en));
  for (const char* language : {"zh", "en"}) {
    const Outcome text =
        RunCtl({"score", "--answers", file, "--offline", kEdition, "--lang", language});
    EXPECT_EQ(text.exit_code, 1);
    EXPECT_EQ(text.out, "");
    const std::string one_line =
        absl::StrReplaceAll(text.err, {{"\n       ", " "}, {"\n      ", ""}});
    EXPECT_THAT(one_line, HasSubstr(Reason::Value_Name(bad.reason)));
  }
}

INSTANTIATE_TEST_SUITE_P(Every, BadAnswersTest, testing::ValuesIn(kBadAnswers),
                         [](const auto& bad) { return std::string(bad.param.name); });

struct BadFlags {
  const char* name;
  std::vector<std::string> arguments;
  int exit_code;
  Reason::Value reason;
  const char* zh;
  const char* en;
};

const BadFlags kBadFlags[] = {
    {"FactOutOfRange",
     {"--facts", "cmmm_level=3,digital_general_score=100.1"},
     1,
     Reason::FACT_OUT_OF_RANGE,
     "--facts 第 2 项：",
     "--facts, item 2: "},
    {"FactTooPrecise",
     {"--facts", "digital_general_score=59.55"},
     1,
     Reason::FACT_TOO_PRECISE,
     "最多保留 1 位小数",
     "at most 1 decimal;"},
    {"FactNotAWholeNumber",
     {"--facts", "cmmm_level=2.5"},
     1,
     Reason::FACT_TOO_PRECISE,
     "应为整数",
     "a whole number"},
    {"FactByItsLabel",
     {"--facts", "smart_factory_self_level：先进级"},
     1,
     Reason::FACT_NOT_A_NUMBER,
     "1 表示智能工厂层级：基础级、2 表示智能工厂层级：先进级",
     "it should be 1 to 4 (1: "},
    {"FactUnknown",
     {"--facts", "profit=1"},
     1,
     Reason::UNKNOWN_FACT,
     "没有外部指标“profit”",
     "There is no fact \"profit\""},
    {"FactTwice",
     {"--facts", "cmmm_level=3", "--facts", "cmmm_level=4"},
     1,
     Reason::DUPLICATE_FACT,
     "--facts 第 2 项",
     "--facts, item 2"},
    {"FactNotANumber",
     {"--facts", "cmmm_level=three"},
     1,
     Reason::FACT_NOT_A_NUMBER,
     "不是数字",
     "not a number"},
    {"FactWithoutValue",
     {"--facts", "cmmm_level"},
     1,
     Reason::MALFORMED,
     "“cmmm_level”无法识别，应写成“指标=数值”",
     "name=value"},
    {"UnknownArgument",
     {"--answer", "x"},
     2,
     Reason::WRONG_USAGE,
     "不认识的参数：--answer x",
     "Unknown"},
    {"GivenTwice",
     {"--answers", "x"},
     2,
     Reason::WRONG_USAGE,
     "--answers 给出了多次，只能给一次",
     "--answers is given several times"},
    {"NotUtf8", {"--facts", "\xff"}, 2, Reason::WRONG_USAGE, "不是 UTF-8", "is not UTF-8"},
    {"ServerWithoutPort",
     {"--server", "nonsense", "--offline", ""},
     2,
     Reason::WRONG_USAGE,
     "--server 应为评分服务的“主机:端口”",
     "HOST:PORT"},
    {"ServerAsAnUrl",
     {"--server", "http://127.0.0.1:50051", "--offline", ""},
     2,
     Reason::WRONG_USAGE,
     "--server 应为评分服务的“主机:端口”，例如 127.0.0.1:50051，前面不加 http://",
     "HOST:PORT of the scoring service without http://"},
    {"ServerThoughOffline",
     {"--server", "127.0.0.1:1"},
     2,
     Reason::WRONG_USAGE,
     "不能与 --server 同用",
     "not used with --server"},
    {"FlagWithAValue",
     {"--json=maybe"},
     2,
     Reason::WRONG_USAGE,
     "--json 不带值",
     "--json takes no value"},
    {"UnknownLanguage", {"--lang", "fr"}, 2, Reason::WRONG_USAGE, "--lang", "--lang"},
    {"WrongTimeout",
     {"--timeout", "1ms", "--offline", ""},
     2,
     Reason::WRONG_USAGE,
     "--timeout",
     "--timeout"},
    {"WrongTimeoutOffline", {"--timeout", "banana"}, 2, Reason::WRONG_USAGE, "--timeout", "banana"},
    {"NegativeTimeoutOffline", {"--timeout=-1s"}, 2, Reason::WRONG_USAGE, "--timeout", "-1s"},
    {"OtherProgramme", {"--programme", "other"}, 1, Reason::UNKNOWN_PROGRAMME, "评测体系", "other"},
    {"OtherRelease",
     {"--release", "sha256:00"},
     1,
     Reason::RELEASE_NOT_FOUND,
     "发布版",
     "sha256:00"},
};

class BadFlagsTest : public testing::TestWithParam<BadFlags> {};

TEST_P(BadFlagsTest, AreRefusedByName) {
  const BadFlags& bad = GetParam();
  std::vector<std::string> arguments = {"score", "--answers", kSampleAnswers, "--json"};
  arguments.insert(arguments.end(), bad.arguments.begin(), bad.arguments.end());
  if (std::count(arguments.begin(), arguments.end(), "--offline") == 0) {
    arguments.insert(arguments.end(), {"--offline", kEdition});
  }
  const Outcome outcome = RunCtl(arguments);
  EXPECT_EQ(outcome.exit_code, bad.exit_code);
  const ErrorDetail error = ErrorOf(outcome);
  EXPECT_EQ(Reason::Value_Name(error.reason()), Reason::Value_Name(bad.reason));
  EXPECT_THAT(error.message().zh(), HasSubstr(bad.zh));
  EXPECT_THAT(error.message().en(), HasSubstr(bad.en));
}

INSTANTIATE_TEST_SUITE_P(Every, BadFlagsTest, testing::ValuesIn(kBadFlags),
                         [](const auto& bad) { return std::string(bad.param.name); });

TEST(BadInputTest, EverythingThatIsWrongIsSaidAtOnce) {
  const std::string file = Scratch("answers", Rows("no-such,basic,\nonline-inspection,best,\n"));
  const Outcome outcome = RunCtl(
      {"score", "--answers", file, "--offline", kEdition, "--facts", "profit=1", "--lang", "zh"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("有 3 处填写有误。 [SEVERAL_VIOLATIONS]"));
  EXPECT_THAT(outcome.err, HasSubstr("第 2 行，场景名称："));
  EXPECT_THAT(outcome.err, HasSubstr("第 3 行，等级："));
  EXPECT_THAT(outcome.err, HasSubstr("--facts 第 1 项："));
}

TEST(BadInputTest, NoMoreThanTenAreListedAndTheOthersCounted) {
  std::string rows;
  for (int i = 0; i < 30; ++i) absl::StrAppend(&rows, "no-such-", i, ",basic,\n");
  const std::vector<std::string> score = {"score",     "--answers", Scratch("answers", Rows(rows)),
                                          "--offline", kEdition,    "--lang"};
  std::vector<std::string> chinese = score;
  chinese.emplace_back("zh");
  const Outcome outcome = RunCtl(chinese);
  EXPECT_THAT(outcome.err, HasSubstr("有 30 处填写有误。"));
  EXPECT_THAT(outcome.err, HasSubstr("no-such-9"));
  EXPECT_THAT(outcome.err, Not(HasSubstr("no-such-10")));
  EXPECT_THAT(outcome.err, HasSubstr("另有 20 处，这里没有列出。"));
  std::vector<std::string> english = score;
  english.emplace_back("en");
  EXPECT_THAT(RunCtl(english).err, HasSubstr("20 more"));
}

TEST(BadInputTest, AMisspeltCommandIsNoArgument) {
  Outcome outcome = RunCtl({"scor", "--json"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(ErrorOf(outcome).message().zh(), HasSubstr("没有命令 scor；"));
  outcome = RunCtl({"edition", "shew", "--json"});
  EXPECT_THAT(ErrorOf(outcome).message().en(), HasSubstr("There is no command shew;"));
}

// What the first line is, and how its cells are divided, is said too.
TEST(BadInputTest, AFileWithoutHeadingsOrCommasIsToldHowToBegin) {
  for (const char* bytes : {"1,基础级\n", "场景名称；等级\n1；基础级\n"}) {
    const Outcome outcome =
        RunCtl({"score", "--answers", Scratch("answers", bytes), "--offline", kEdition, "--json"});
    EXPECT_THAT(ErrorOf(outcome).message().zh(),
                HasSubstr("第一行应为表头：场景名称,等级,说明（以英文逗号分隔"));
    EXPECT_THAT(ErrorOf(outcome).message().en(), HasSubstr("separated by commas"));
  }
}

TEST(BadInputTest, AMisspeltArgumentIsNamedBeforeAMissingOne) {
  const Outcome outcome = RunCtl({"score", "--bogus", "--json"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(ErrorOf(outcome).message().zh(), HasSubstr("不认识的参数：--bogus"));
}

TEST(BadInputTest, ControlCharactersReachNoTerminal) {
  // Colours, a C1 sequence and one that turns the direction of writing.
  const std::string file =
      Scratch("answers", Rows("\x1b[31mred,basic,\n\xC2\x9B,basic,\n\xE2\x80\xAEno,basic,\n"));
  for (const char* mode : {"--lang=zh", "--lang=en", "--json"}) {
    const Outcome outcome = RunCtl({"score", "--answers", file, "--offline", kEdition, mode});
    const std::string said = outcome.out + outcome.err;
    EXPECT_THAT(said, HasSubstr("\\u001b[31mred"));
    EXPECT_THAT(said, HasSubstr("\\u009b"));
    EXPECT_THAT(said, HasSubstr("\\u202eno"));
    EXPECT_THAT(said, Not(HasSubstr("\x1b")));
    EXPECT_THAT(said, Not(HasSubstr("\xE2\x80\xAE")));
  }
}

TEST(BadInputTest, AFileOf100MegabytesIsRefusedWithoutReadingIt) {
  const std::string file = Scratch("answers", "");
  std::filesystem::resize_file(file, 100 << 20);
  const Outcome outcome = RunCtl({"score", "--answers", file, "--offline", kEdition, "--json"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(ErrorOf(outcome).reason(), Reason::TOO_LARGE);
  // A pipe has no size to look at: no more is read than the limit.
  const Outcome piped =
      RunCtl({"score", "--answers", "/dev/zero", "--offline", kEdition, "--json"});
  EXPECT_EQ(ErrorOf(piped).reason(), Reason::TOO_LARGE);
}

TEST(BadInputTest, AMissingFileAndAFolderAreNamed) {
  Outcome outcome = RunCtl({"score", "--answers", "no/such.csv", "--offline", kEdition, "--json"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(ErrorOf(outcome).reason(), Reason::FILE_UNREADABLE);
  EXPECT_THAT(ErrorOf(outcome).message().zh(), HasSubstr("不能读取“no/such.csv”：文件不存在"));
  outcome = RunCtl({"score", "--answers", kEdition, "--offline", kEdition, "--json"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(ErrorOf(outcome).message().zh(), HasSubstr("这是一个文件夹，不是文件"));
  outcome = RunCtl({"edition", "validate", kSampleAnswers, "--json"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(ErrorOf(outcome).reason(), Reason::FILE_UNREADABLE);
}

TEST(BadInputTest, AServiceThatIsNotThereHasAnExitCodeOfItsOwn) {
  // Port 1 is nobody's.
  const Outcome outcome = RunCtl({"score", "--answers", kSampleAnswers, "--server", "127.0.0.1:1",
                                  "--timeout", "2s", "--json"});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(ErrorOf(outcome).message().zh(), HasSubstr("127.0.0.1:1"));
  EXPECT_THAT(ErrorOf(outcome).message().en(), HasSubstr("127.0.0.1:1"));
}

TEST(BadInputTest, AFullDiskUnderStandardOutputIsNotASuccess) {
  const std::string command =
      absl::StrCat("cd " ZHIPING_SOURCE_DIR " && " ZHIPING_CTL " edition show ", kEdition,
                   " >/dev/full 2>/dev/null");
  EXPECT_NE(std::system(command.c_str()), 0);
}

TEST(BadPlanTest, AllThatIsWrongIsSaidAtOnce) {
  const std::string costs = "7:basic=3,bogus:basic=1,24:advanced=x,25:advanced=y,26:zzz=-1,27";
  for (const char* mode : {"--json", "--lang=zh"}) {
    const Outcome outcome =
        RunCtl({"plan", "--answers", kSampleAnswers, "--offline", kEdition, "--tier", "nowhere",
                "--facts", "profit=1,cmmm_level", "--cost", costs, mode});
    EXPECT_EQ(outcome.exit_code, 1);
    const std::string said = outcome.out + outcome.err;
    for (const char* place :
         {"--facts 第 1 项", "--facts 第 2 项", "--tier：", "--cost 第 2 项", "--cost 第 3 项",
          "--cost 第 4 项", "--cost 第 5 项", "--cost 第 6 项"}) {
      EXPECT_THAT(said, HasSubstr(place)) << mode;
    }
  }
}

TEST(BadPlanTest, TiersCostsAndExclusionsAreNamedByTheirFlags) {
  const std::vector<std::string> plan = {"plan",      "--answers", kSampleAnswers,
                                         "--offline", kEdition,    "--json"};
  const auto run = [&](std::vector<std::string> more) {
    more.insert(more.begin(), plan.begin(), plan.end());
    const Outcome outcome = RunCtl(more);
    EXPECT_EQ(outcome.exit_code, 1);
    return ErrorOf(outcome);
  };
  EXPECT_THAT(run({"--tier", "进阶级"}).message().zh(),
              HasSubstr("--tier：“进阶级”是应用等级，不是智能工厂层级"));
  EXPECT_EQ(run({"--tier", "jichu"}).reason(), Reason::TIER_WITHOUT_CONDITIONS);
  EXPECT_THAT(run({"--tier", "linghang", "--cost", "online-inspection:advanced=1,1:entry=2"})
                  .message()
                  .en(),
              HasSubstr("--cost, item 2: "));
  EXPECT_EQ(run({"--tier", "linghang", "--cost", "online-inspection"}).reason(), Reason::MALFORMED);
  EXPECT_EQ(run({"--tier", "linghang", "--cost", "20:advanced=1.5"}).reason(),
            Reason::COST_OUT_OF_RANGE);
  EXPECT_EQ(run({"--tier", "linghang", "--cost", "20:advanced=1000001"}).reason(),
            Reason::COST_OUT_OF_RANGE);
  EXPECT_THAT(run({"--tier", "linghang", "--exclude", "3，no-such"}).message().zh(),
              HasSubstr("--exclude 第 2 项：本年版没有场景“no-such”"));
}

}  // namespace
}  // namespace zhiping::ctl
