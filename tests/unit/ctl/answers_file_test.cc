#include "services/ctl/answers_file.h"

#include <iconv.h>

#include "absl/strings/str_cat.h"
#include "common/criteria/criteria.h"
#include "services/ctl/encoding.h"
#include "services/ctl/spelling.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::ctl {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string ToGb18030(std::string text) {
  const iconv_t converter = iconv_open("GB18030", "UTF-8");
  std::string bytes(2 * text.size(), '\0');
  char* from = text.data();
  size_t from_left = text.size();
  char* to = bytes.data();
  size_t to_left = bytes.size();
  EXPECT_EQ(iconv(converter, &from, &from_left, &to, &to_left), 0u);
  iconv_close(converter);
  bytes.resize(bytes.size() - to_left);
  return bytes;
}

constexpr char kChinese[] =
    "场景名称,等级,说明\r\n在线智能检测,基础级,\r\n\r\n智能经营决策,不适用,\"集团统一,"
    "不在本厂\"\r\n";

void ExpectChinese(const absl::StatusOr<AnswersFile>& file) {
  ASSERT_OK(file);
  ASSERT_EQ(file->answers.size(), 2);
  EXPECT_EQ(file->answers[0].scenario(), "在线智能检测");
  EXPECT_EQ(file->answers[0].level(), "基础级");
  EXPECT_EQ(file->answers[1].reason(), "集团统一,不在本厂");
  EXPECT_EQ(file->places[1].en(), "line 4");
}

TEST(AnswersFileTest, ReadsChineseInEveryEncodingOfficeWrites) {
  ExpectChinese(ReadAnswersFile(kChinese));
  ExpectChinese(ReadAnswersFile(std::string("\xEF\xBB\xBF") + kChinese));
  ExpectChinese(ReadAnswersFile(ToGb18030(kChinese)));
}

TEST(AnswersFileTest, ReadsEnglishHeadingsInAnyOrderWithoutReason) {
  const auto file = ReadAnswersFile("Level,Scenario\nentry,online-inspection\n,20\n");
  ASSERT_OK(file);
  EXPECT_EQ(file->answers[0].scenario(), "online-inspection");
  EXPECT_EQ(file->answers[1].scenario(), "20");
  EXPECT_EQ(file->answers[1].level(), "");
}

TEST(AnswersFileTest, ReadsJsonAloneAndAsMember) {
  for (
      const char* text :
      {R"([{"scenario": "a", "level": "none"}, {"scenario": 20, "level": "entry"}])",
       R"({"answers": [{"scenario": "a", "level": "none"}, {"scenario": "20", "level": "entry"}]})"}) {
    const auto file = ReadAnswersFile(text);
    ASSERT_OK(file);
    ASSERT_EQ(file->answers.size(), 2);
    EXPECT_EQ(file->answers[1].scenario(), "20");
  }
}

TEST(AnswersFileTest, LinesCountQuotedLineBreaks) {
  const auto file = ReadAnswersFile("scenario,level,reason\na,none,\"one\ntwo\"\nb,none,\n");
  ASSERT_OK(file);
  EXPECT_EQ(file->places[1].en(), "line 4");
}

TEST(AnswersFileTest, WrongColumnsAreNamed) {
  const auto unknown = ReadAnswersFile("scenario,grade\na,none\n");
  EXPECT_THAT(unknown, HasReason(Reason::WRONG_COLUMN));
  EXPECT_THAT(std::string(unknown.status().message()), HasSubstr("Line 1, column 2"));
  const auto twice = ReadAnswersFile("\nscenario,level,等级\n");
  EXPECT_THAT(twice, HasReason(Reason::WRONG_COLUMN));
  EXPECT_THAT(std::string(twice.status().message()), HasSubstr("Line 2, columns 2 and 3"));
  EXPECT_THAT(ReadAnswersFile("场景名称,说明\n"), HasReason(Reason::WRONG_COLUMN));
  const auto many = ReadAnswersFile("scenario,level\na,none,b,c\n");
  EXPECT_THAT(many, HasReason(Reason::WRONG_COLUMN));
  EXPECT_THAT(std::string(many.status().message()), HasSubstr("Line 2"));
}

TEST(AnswersFileTest, BrokenFilesAreRefused) {
  EXPECT_THAT(ReadAnswersFile(""), HasReason(Reason::MALFORMED));
  EXPECT_THAT(ReadAnswersFile("scenario,level\na,\"none\n"), HasReason(Reason::MALFORMED));
  EXPECT_THAT(ReadAnswersFile("{\"answers\": ["), HasReason(Reason::MALFORMED));
  EXPECT_THAT(ReadAnswersFile("[{\"scenario\": 1.5}]"), HasReason(Reason::MALFORMED));
  EXPECT_THAT(ReadAnswersFile("[{\"szenario\": \"a\"}]"), HasReason(Reason::MALFORMED));
  EXPECT_THAT(ReadAnswersFile(std::string("PK\x03\x04\0\0", 6)),
              HasReason(Reason::UNKNOWN_ENCODING));
  EXPECT_THAT(ReadAnswersFile("scenario,level\n\xff\xff,none\n"),
              HasReason(Reason::UNKNOWN_ENCODING));
  EXPECT_THAT(ReadAnswersFile(std::string(100'000'000, 'x')), HasReason(Reason::TOO_LARGE));
}

TEST(AnswersFileTest, ErrorsAboutAnswersSayTheirLine) {
  const auto file = ReadAnswersFile("scenario,level\na,none\n\nb,best\n");
  ASSERT_OK(file);
  Violations violations;
  violations.Add("answers[1].level", Reason::UNKNOWN_LEVEL, "没有。", "None.");
  const ErrorDetail detail = DetailOf(WithPlaces(violations.ToStatus(), *file));
  EXPECT_EQ(detail.reason(), Reason::UNKNOWN_LEVEL);
  EXPECT_EQ(detail.message().zh(), "第 4 行，等级：没有。");
  EXPECT_EQ(detail.message().en(), "line 4, level: None.");
}

TEST(AnswersFileTest, EmptyColumnsAndRowsAtTheEndAreIgnored) {
  const auto file = ReadAnswersFile("scenario,level,reason,,\na,none,,,\n,,,,\nb,none,,,\n");
  ASSERT_OK(file);
  ASSERT_EQ(file->answers.size(), 2);
  EXPECT_EQ(file->places[1].en(), "line 4");
  EXPECT_THAT(ReadAnswersFile("scenario,,level\na,,none\n"), HasReason(Reason::WRONG_COLUMN));
}

// Wherever a file with whole lines is cut off, its last line is not taken for one without answer.
TEST(AnswersFileTest, AFileThatEndsBeforeALevelIsRefused) {
  for (const char* text : {"scenario,level,reason\na,none,\nb", "level,scenario\nnone,a\n,b\nnone",
                           "scenario,reason,level\na,,none\nb,because"}) {
    SCOPED_TRACE(text);
    const auto file = ReadAnswersFile(text);
    ASSERT_THAT(file, HasReason(Reason::WRONG_COLUMN));
    EXPECT_THAT(DetailOf(file.status()).message().zh(), HasSubstr("行中断：这一行只有 "));
    EXPECT_THAT(DetailOf(file.status()).message().en(), HasSubstr("It may be truncated"));
  }
  const auto cut = ReadAnswersFile("scenario,level,reason\na,none,\nb");
  EXPECT_THAT(std::string(cut.status().message()),
              HasSubstr("ends in line 3 with 1 of at least 2 columns"));
  // With its separator, or where the line goes on to its end, as Excel writes rows whose last
  // columns are empty in 16 rows on end: not answered.
  for (const char* text : {"scenario,level,reason\na,none,\nb,", "scenario,level\na,none\nb,",
                           "scenario,level,reason\na,none,\nb\n", "scenario,level\na,none\nb\n  ",
                           "scenario,level,reason\r\na,none\r\nb\r\n"}) {
    SCOPED_TRACE(text);
    const auto file = ReadAnswersFile(text);
    ASSERT_OK(file);
    ASSERT_EQ(file->answers.size(), 2);
    EXPECT_EQ(file->answers[1].scenario(), "b");
    EXPECT_EQ(file->answers[1].level(), "");
  }
}

TEST(AnswersFileTest, MoreThanAServiceTakesIsRefused) {
  std::string rows = "scenario,level,reason\n";
  for (int i = 0; i < criteria::kMaxScenarios; ++i) absl::StrAppend(&rows, i, ",none,\n");
  EXPECT_OK(ReadAnswersFile(rows));
  EXPECT_THAT(ReadAnswersFile(rows + "last,none,\n"), HasReason(Reason::TOO_LARGE));
  const std::string large(3'000'000, 'x');
  EXPECT_OK(ReadAnswersFile(absl::StrCat("scenario,level,reason\na,none,\nb,none,", large)));
  const auto two = ReadAnswersFile(
      absl::StrCat("scenario,level,reason\na,none,", large, "\nb,none,", large, "x\n"));
  EXPECT_THAT(two, HasReason(Reason::TOO_LARGE));
  EXPECT_THAT(DetailOf(two.status()).message().zh(), HasSubstr("最长的在第 3 行。"));
  EXPECT_THAT(DetailOf(two.status()).message().en(), HasSubstr("The longest is in line 3."));
}

TEST(AnswersFileTest, NothingInJsonIsDropped) {
  const auto unknown = ReadAnswersFile(R"({"answers": [], "facts": {"cmmm_level": 3}})");
  EXPECT_THAT(unknown, HasReason(Reason::MALFORMED));
  EXPECT_THAT(std::string(unknown.status().message()), HasSubstr("$.facts"));
  EXPECT_THAT(ReadAnswersFile(R"({"a": 1, "answers": []})"), HasReason(Reason::MALFORMED));
  const auto twice = ReadAnswersFile(R"([{"scenario": "a", "level": "l0", "level": "l1"}])");
  EXPECT_THAT(twice, HasReason(Reason::MALFORMED));
  EXPECT_THAT(std::string(twice.status().message()), HasSubstr("\"level\" is twice"));
}

// However a file is cut off, its encoding is not blamed, and nothing of it is read as another.
TEST(AnswersFileTest, ACutFileIsSaidToBeTruncated) {
  const std::string utf8 = "\xEF\xBB\xBF场景名称,等级,说明\n工厂数字化规划设计,基础级,“已”上线\n";
  for (const bool mark : {true, false}) {
    const std::string whole = utf8.substr(mark ? 0 : 3);
    // Not within the first character: nothing before it shows the encoding.
    for (size_t size = mark ? 4 : 3; size < whole.size(); ++size) {
      const absl::string_view cut = absl::string_view(whole).substr(0, size);
      const auto text = DecodeText(cut);
      if (text.ok()) {
        EXPECT_EQ(*text, cut.substr(mark ? 3 : 0));
      } else {
        EXPECT_THAT(text, HasReason(Reason::MALFORMED)) << size;
        EXPECT_THAT(std::string(text.status().message()), HasSubstr("truncated: line "));
      }
    }
  }
}

TEST(EncodingTest, ALastCharacterOfGb18030IsNoCutUtf8) {
  // 涓 in GB18030 is the beginning of many characters of UTF-8.
  const auto text = DecodeText("scenario,level,reason\n1,none,\xE4\xB8");
  ASSERT_OK(text);
  EXPECT_THAT(*text, HasSubstr("涓"));
  EXPECT_THAT(DecodeText("\xB3\xA1\xBE\xB0\xC3\xFB\xB3"), HasReason(Reason::MALFORMED));
}

TEST(EncodingTest, Utf16IsNamed) {
  const auto text =
      DecodeText(absl::string_view("\xFF\xFE"
                                   "a\0",
                                   4));
  EXPECT_THAT(text, HasReason(Reason::UNKNOWN_ENCODING));
  EXPECT_THAT(std::string(text.status().message()), HasSubstr("UTF-16"));
}

TEST(EncodingTest, AMarkedFileIsNeverReadAsAnotherEncoding) {
  const auto text = DecodeText("\xEF\xBB\xBFscenario,level\n\xB3\xA1,none\n");
  EXPECT_THAT(text, HasReason(Reason::UNKNOWN_ENCODING));
  EXPECT_THAT(std::string(text.status().message()), HasSubstr("line 2"));
}

// Whatever the format is called, people type the same.
TEST(AnswersFileTest, EveryFormatTakesTheSameSpellings) {
  for (const char* text :
       {"场景名称,等级,说明\n２０,\u3000基础级\u3000, 已用 \n（１）,无\u00A0\n",
        "SCENARIO,Level,REASON\n２０,\u3000基础级\u3000, 已用 \n（１）,无\u00A0\n",
        R"([{"scenario": "２０", "level": "\u3000基础级\u3000", "reason": " 已用 "},
            {"scenario": " （１）", "level": "无\u00A0"}])",
        R"([{"Scenario": " ２０", "LEVEL": "基础级 ", "说明": "已用"},
            {"场景名称": "（１）", "等级": "无\u200B"}])"}) {
    SCOPED_TRACE(text);
    const auto file = ReadAnswersFile(text);
    ASSERT_OK(file);
    ASSERT_EQ(file->answers.size(), 2);
    EXPECT_EQ(file->answers[0].scenario(), "20");
    EXPECT_EQ(file->answers[0].level(), "基础级");
    EXPECT_EQ(file->answers[0].reason(), "已用");
    EXPECT_EQ(file->answers[1].scenario(), "（１）");
    EXPECT_EQ(file->answers[1].level(), "无");
  }
  // Numbers are read in full width; names and reasons stay.
  EXPECT_EQ(Spelled("\u3000－５９．５ "), "-59.5");
  EXPECT_EQ(Spelled("５Ｇ"), "５Ｇ");
  const auto reason = ReadAnswersFile(R"([{"scenario": "1", "level": "", "reason": "２０"}])");
  ASSERT_OK(reason);
  EXPECT_EQ(reason->answers[0].reason(), "２０");
}

TEST(AnswersFileTest, AMemberOfJsonInTwoSpellingsIsThereTwice) {
  const auto file = ReadAnswersFile(R"([{"level": "basic", "等级": "none"}])");
  EXPECT_THAT(file, HasReason(Reason::MALFORMED));
  EXPECT_THAT(std::string(file.status().message()), HasSubstr("is there twice"));
}

TEST(AnswersFileTest, AStrayQuoteIsNamedWithItsCell) {
  // Within a cell without quotes, and after those that closed; the cell is on its own line.
  for (const char* row : {"7,basic,已用\"智检\"系统", "7,basic,\"已用\"智检\"系统\"",
                          "\"7\",\"basic\",\"两行\n的\"说明\"\""}) {
    SCOPED_TRACE(row);
    const auto file = ReadAnswersFile(absl::StrCat("scenario,level,reason\n1,none,\n", row, "\n"));
    EXPECT_THAT(file, HasReason(Reason::MALFORMED));
    const auto message = DetailOf(file.status()).message();
    EXPECT_THAT(message.zh(), HasSubstr("第 3 行第 3 列：这一格里有多余的英文双引号"));
    EXPECT_THAT(message.zh(), Not(HasSubstr("不完整")));
    EXPECT_THAT(message.en(), HasSubstr("Line 3, column 3: there is a stray double quote"));
  }
  const auto open = ReadAnswersFile("scenario,level,reason\n1,none,\"a\n2,none,b\n");
  EXPECT_THAT(DetailOf(open.status()).message().zh(), HasSubstr("第 2 行第 3 列"));
  EXPECT_THAT(DetailOf(open.status()).message().en(), HasSubstr("never closed"));
}

}  // namespace
}  // namespace zhiping::ctl
