#include "common/text/utf8.h"

#include "tests/unit/status_matchers.h"

namespace zhiping {
namespace {

// Every code point that is a character, as UTF-8 writes it.
std::string Encode(uint32_t code) {
  const auto byte = [](uint32_t value) { return static_cast<char>(value); };
  const auto next = [&](int shift) { return byte(0x80 | (code >> shift & 0x3f)); };
  if (code < 0x80) return {byte(code)};
  if (code < 0x800) return {byte(0xc0 | code >> 6), next(0)};
  if (code < 0x10000) return {byte(0xe0 | code >> 12), next(6), next(0)};
  return {byte(0xf0 | code >> 18), next(12), next(6), next(0)};
}

TEST(Utf8Test, EveryCharacterIsReadAndItsBeginningIsACutCharacter) {
  for (uint32_t code = 0; code <= 0x10ffff; ++code) {
    const std::string text = Encode(code);
    const bool surrogate = code >= 0xd800 && code < 0xe000;
    const Utf8Character character = FirstCharacter(text + "x");
    ASSERT_EQ(character.size, surrogate ? 0 : text.size()) << code;
    ASSERT_EQ(character.code_point, surrogate ? 0 : code);
    for (size_t size = 1; size < text.size() && !surrogate; ++size) {
      ASSERT_TRUE(IsCutCharacter(text.substr(0, size))) << code;
      ASSERT_FALSE(IsUtf8(text.substr(0, size)));
    }
    ASSERT_FALSE(IsCutCharacter(text));
  }
}

TEST(Utf8Test, OtherBytesAreNoCharacters) {
  for (const char* bytes : {"\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                            "\xf5\x80\x80\x80", "\x80", "\xff"}) {
    EXPECT_FALSE(IsUtf8(bytes));
    EXPECT_EQ(FirstCharacter(bytes).size, 0);
    EXPECT_FALSE(IsCutCharacter(bytes));
  }
  EXPECT_FALSE(IsCutCharacter("\xe0\x80"));
  EXPECT_FALSE(IsCutCharacter(""));
}

TEST(Utf8Test, OnlyWhatIsNoCharacterIsReplaced) {
  EXPECT_EQ(ToUtf8("a中\xe4\xb8z\xff"), "a中\uFFFD\uFFFDz\uFFFD");
  EXPECT_EQ(ToUtf8("aé中\xF0\x9F\x98\x80"), "aé中\xF0\x9F\x98\x80");
  EXPECT_EQ(Utf8PrefixSize("a中\xe4\xb8z"), 4);
}

TEST(Utf8Test, TextsAreClippedAtWholeCharacters) {
  EXPECT_EQ(Clip("中文ab", 8), "中文ab");
  EXPECT_EQ(Clip("中文ab", 7), "中…");
  EXPECT_EQ(Clip("中文ab", 6), "中…");
  EXPECT_EQ(Clip("中文ab", 5), "…");
  EXPECT_EQ(Clip("abcdef", 5), "ab…");
}

TEST(Utf8Test, BlanksOfInputMethodsAreTrimmedToo) {
  EXPECT_EQ(TrimBlanks(" \t\u3000\u00A0 中 文\u3000 \n"), "中 文");
  EXPECT_EQ(TrimBlanks(" \u3000\u200B "), "");
}

TEST(Utf8Test, ControlsAreFound) {
  for (const uint32_t code :
       {0x0, 0x9, 0xA, 0x1B, 0x1F, 0x7F, 0x80, 0x9F, 0x061C, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A,
        0x202E, 0x2060, 0x2066, 0x206F, 0xFEFF, 0xFFF9, 0xE0001, 0xE007F,
        // Seen by nobody: a soft hyphen, and fillers of scripts that write with parts.
        0xAD, 0x115F, 0x1160, 0x180E, 0x3164, 0xFFA0}) {
    EXPECT_TRUE(HasControls("好" + Encode(code))) << code;
  }
  for (const uint32_t code : {0x20, 0x7E, 0xA0, 0x200B, 0x200C, 0x200D, 0x2027, 0x202F, 0x205F,
                              0x2070, 0x3000, 0xFE0F, 0xFFFD, 0x1F600}) {
    EXPECT_FALSE(HasControls("好" + Encode(code))) << code;
  }
  EXPECT_FALSE(HasControls(""));
}

}  // namespace
}  // namespace zhiping
