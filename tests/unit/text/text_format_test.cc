#include "common/text/text_format.h"

#include "absl/strings/str_cat.h"
#include "common/text/utf8.h"
#include "tests/unit/status_matchers.h"
#include "zhiping/catalogue/v1/edition.pb.h"

namespace zhiping {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<TextFault> FaultsOf(absl::string_view text) {
  catalogue::v1::Edition edition;
  return ParseTextFormat(text, edition);
}

TEST(TextFormatTest, ReadsUtf8WithAndWithoutAByteOrderMark) {
  for (const char* text : {"title { text: \"标题\" }", "\xEF\xBB\xBFtitle { text: \"标题\" }"}) {
    catalogue::v1::Edition edition;
    EXPECT_TRUE(ParseTextFormat(text, edition).empty());
    EXPECT_EQ(edition.title().text(), "标题");
  }
}

struct Wrong {
  const char* text;
  int line, column;
  Reason::Value reason;
  const char* zh;
  const char* en;
};

TEST(TextFormatTest, AFaultHasItsPlaceAndBothLanguages) {
  const Wrong wrongs[] = {
      {"id: \"a\"\nyear：2026\n", 2, 5, Reason::MALFORMED,
       "第 2 行第 5 列是“：”：引号之外只能用半角字符",
       "Line 2, column 5 is \"：\": outside quotes there is ASCII only"},
      {"id: “a”\n", 1, 5, Reason::MALFORMED, "是““”", "\"“\""},
      {"id: \"标题\" 中: 1\n", 1, 10, Reason::MALFORMED, "“中”", "column 10"},
      {"\tid；\n", 1, 4, Reason::MALFORMED, "“；”", "\"；\""},
      {"year: 1\nyeer: 2\n", 2, 5, Reason::MALFORMED,
       "第 2 行第 5 列无法读取。解析器的原话（英文）：“Message type", "no field named"},
      {"id: \"\xB3\xA1\"\n", 1, 6, Reason::UNKNOWN_ENCODING, "第 1 行第 6 列起不是 UTF-8",
       "Line 1, column 6 and after is not UTF-8"},
      {"year: 1\ntitle { text: \"标\xe4\xb8", 2, 17, Reason::UNKNOWN_ENCODING, "第 2 行第 17 列",
       "column 17"},
      {"year: 1\nid: \"\\377\"\n", 2, 1, Reason::UNKNOWN_ENCODING, "id 的转义字符",
       "escapes in id"},
  };
  for (const Wrong& wrong : wrongs) {
    const std::vector<TextFault> faults = FaultsOf(wrong.text);
    ASSERT_EQ(faults.size(), 1) << wrong.text;
    EXPECT_EQ(faults[0].line, wrong.line) << wrong.text;
    EXPECT_EQ(faults[0].column, wrong.column) << wrong.text;
    EXPECT_EQ(faults[0].reason, wrong.reason);
    EXPECT_THAT(faults[0].message.zh(), HasSubstr(wrong.zh));
    EXPECT_THAT(faults[0].message.en(), HasSubstr(wrong.en));
    EXPECT_TRUE(IsUtf8(faults[0].message.zh()));
    EXPECT_THAT(faults[0].message.zh(), Not(HasSubstr(".。")));
  }
}

TEST(TextFormatTest, ATokenWithoutEndIsNotQuotedInFull) {
  const auto faults = FaultsOf(std::string(1 << 20, 'a'));
  ASSERT_THAT(faults, testing::SizeIs(1));
  EXPECT_LT(faults[0].message.zh().size(), 400);
  EXPECT_THAT(faults[0].message.zh(), HasSubstr("aaa…”。"));
  EXPECT_THAT(faults[0].message.en(), HasSubstr("aaa…."));
}

// What is listed is not taken for all there is.
TEST(TextFormatTest, TheLastFaultSaysWhatWasNotRead) {
  for (const char* text : {"id: \"a\"\nyeer: 1\nyear: x\n", "id: \"a\"\nid；\nyear: x\n",
                           "id: \"\\q\"\nyeer: 1\nyear: x\n"}) {
    SCOPED_TRACE(text);
    const auto faults = FaultsOf(text);
    ASSERT_FALSE(faults.empty());
    EXPECT_THAT(faults.back().message.zh(),
                testing::EndsWith("。文件只读到第 2 行，其后尚未检查。"));
    EXPECT_THAT(faults.back().message.en(),
                testing::EndsWith(" The file was read up to line 2 only."));
  }
  // Read to its end: a string that is none, and a message that is not closed.
  for (const char* text : {"id: \"\\q\"\nyear: 1\n", "title {\n", "year: 1\nyeer:\n\n"}) {
    SCOPED_TRACE(text);
    const auto faults = FaultsOf(text);
    ASSERT_THAT(faults, testing::SizeIs(1));
    EXPECT_THAT(faults[0].message.zh(), Not(HasSubstr("只读到")));
    EXPECT_THAT(faults[0].message.en(), Not(HasSubstr("only")));
  }
}

// A file of a megabyte can have half a million of them, each of whose places has to be found.
TEST(TextFormatTest, FaultsWithoutEndAreBounded) {
  std::string escapes = "id: \"";
  std::string strings;
  for (int i = 0; i < 500'000; ++i) {
    absl::StrAppend(&escapes, "\\q");
    absl::StrAppend(&strings, "levels { id: \"\\377\" }\n");
  }
  for (const std::string& text : {escapes + "\"", strings}) {
    const auto faults = FaultsOf(text);
    ASSERT_THAT(faults, testing::SizeIs(100));
    EXPECT_THAT(faults.back().message.zh(), testing::EndsWith("另有问题没有列出。"));
    EXPECT_THAT(faults.back().message.en(), testing::EndsWith("are more, which are not listed."));
  }
}

TEST(TextFormatTest, NothingOfAFileInAnotherEncodingIsRead) {
  catalogue::v1::Edition edition;
  EXPECT_EQ(ParseTextFormat("id: \"a\"\ntitle { text: \"\xB3\xA1\" }", edition).size(), 1);
  EXPECT_EQ(edition.ByteSizeLong(), 0);
}

}  // namespace
}  // namespace zhiping
