#include "common/text/strict_json.h"

#include "tests/unit/status_matchers.h"

namespace zhiping {
namespace {

TEST(StrictJsonTest, AMemberMayBeInSeveralObjectsButNotTwiceInOne) {
  EXPECT_OK(ParseStrictJson(R"({"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}]})"));
  for (const char* text : {R"({"a": 1, "a": 1})", R"([{"b": {"a": 1, "c": {"a": 2}, "a": 3}}])"}) {
    const auto twice = ParseStrictJson(text);
    EXPECT_THAT(twice, HasReason(Reason::MALFORMED));
    EXPECT_THAT(DetailOf(twice.status()).message().zh(), testing::HasSubstr("“a”"));
  }
}

struct Fault {
  const char* text;
  const char* zh;
  const char* en;
};

const Fault kFaults[] = {
    // A comma is missing, and one is too many.
    {"[\n  {\"a\": \"x\"\n   \"b\": 1}\n]", "第 3 行第 4 列的“\"b\"”", "Line 3, column 4"},
    {"{\"a\" 1}", "第 1 行第 6 列的“1”", "Line 1, column 6"},
    {"[1,\n]", "第 2 行第 1 列的“]”", "Line 2, column 1"},
    {"{\"名\": 1,}", "第 1 行第 9 列的“}”", "Line 1, column 9"},
    // Quotes.
    {"{'a': 1}", "第 1 行第 2 列的“'a'”", "\"'a'\" is not JSON"},
    {"[\n{level: 1}]", "第 2 行第 2 列的“level”", "\"level\" is not JSON"},
    {"[\"一\"，\"二\"]", "第 1 行第 5 列的“，”", "Line 1, column 5"},
    {"[“一”]", "第 1 行第 2 列的““一””", "Line 1, column 2"},
    {"[\"a\nb\"]", "第 1 行第 4 列：引号之内不能换行", "Line 1, column 4"},
    {"[\"a\", trux]", "第 1 行第 7 列的“trux”", "Line 1, column 7"},
    {"\xEF\xBB\xBF{} x", "第 1 行第 4 列的“x”", "Line 1, column 4"},
    {"[1e999]", "第 1 行第 2 列的“1e999”", "Line 1, column 2"},
    {"{\"a\": \"\xff\"}", "第 1 行第 8 列起不是 UTF-8", "Line 1, column 8"},
    // What ends too early, and only that, is truncated.
    {"{\n  \"a\": [1,\n", "文件不完整：JSON 在第 2 行第 11 列中断", "truncated"},
    {"[\"一二", "第 1 行第 5 列中断", "line 1, column 5"},
    {"[tru", "第 1 行第 5 列中断", "truncated"},
    {"[1", "第 1 行第 3 列中断", "truncated"},
    {" \n", "文件是空的", "The file is empty"},
    {"", "文件是空的", "The file is empty"},
};

TEST(StrictJsonTest, WhatIsNoJsonIsNamedWithItsPlace) {
  for (const Fault& fault : kFaults) {
    const auto parsed = ParseStrictJson(fault.text);
    ASSERT_THAT(parsed, HasReason(Reason::MALFORMED)) << fault.text;
    const ErrorDetail detail = DetailOf(parsed.status());
    EXPECT_THAT(detail.message().zh(), testing::HasSubstr(fault.zh)) << fault.text;
    EXPECT_THAT(detail.message().en(), testing::HasSubstr(fault.en)) << fault.text;
  }
}

TEST(StrictJsonTest, WhatIsTooDeepIsRefused) {
  const auto nested = [](int depth, const std::string& open, const std::string& close) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += open;
    text += "1";
    for (int i = 0; i < depth; ++i) text += close;
    return text;
  };
  EXPECT_OK(ParseStrictJson(nested(kMaxJsonDepth, "[", "]")));
  EXPECT_OK(ParseStrictJson(nested(kMaxJsonDepth, "{\"a\":", "}")));
  for (const int depth : {kMaxJsonDepth + 1, 1'000'000}) {
    EXPECT_THAT(ParseStrictJson(nested(depth, "[", "]")), HasReason(Reason::MALFORMED));
    EXPECT_THAT(ParseStrictJson(nested(depth, "{\"a\":", "}")), HasReason(Reason::MALFORMED));
    // Objects in what is too deep, and nowhere else.
    EXPECT_THAT(ParseStrictJson(nested(depth, "[", ",{\"a\":1,\"a\":2}]")),
                HasReason(Reason::MALFORMED));
    EXPECT_THAT(ParseStrictJson(nested(depth, "[", "") + ",{\"a\":{\"b\":1}"),
                HasReason(Reason::MALFORMED));
  }
}

}  // namespace
}  // namespace zhiping
