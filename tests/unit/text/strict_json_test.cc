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

TEST(StrictJsonTest, WhatIsNotCompleteJsonIsRefused) {
  for (const char* text : {"", "{", "[1,]", "{} x", "{\"a\": \"\xff\"}", "{\"a\" 1}"}) {
    EXPECT_THAT(ParseStrictJson(text), HasReason(Reason::MALFORMED)) << text;
  }
}

}  // namespace
}  // namespace zhiping
