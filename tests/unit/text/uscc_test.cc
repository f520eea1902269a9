#include "common/text/uscc.h"

#include <random>

#include "absl/strings/str_cat.h"
#include "tests/unit/status_matchers.h"

namespace zhiping {
namespace {

using testing::HasSubstr;

constexpr absl::string_view kCharacters = "0123456789ABCDEFGHJKLMNPQRTUWXY";
// Of enterprises, as they publish them.
constexpr absl::string_view kKnown[] = {"91110000600037341L", "914403001922038216",
                                        "91330100799655058B", "9144030071526726XG",
                                        "91110000802100433B", "91110108551385082Q"};

std::string Normalised(absl::string_view text) {
  const auto uscc = NormaliseUscc(text);
  EXPECT_OK(uscc) << text;
  return uscc.ok() ? *uscc : "";
}

std::string Message(absl::string_view text) {
  return DetailOf(NormaliseUscc(text).status()).message().zh();
}

TEST(UsccTest, KnownCodesAreRightInside) {
  for (const absl::string_view code : kKnown) {
    EXPECT_EQ(Normalised(code), code);
    EXPECT_TRUE(OrganisationCodeFits(code)) << code;
  }
}

TEST(UsccTest, BlanksWidthAndCaseDoNotMatter) {
  for (const absl::string_view text :
       {"91110000600037341l", " 91110000600037341L\n", "\u300091110000600037341L\u00a0",
        "９１１１００００６０００３７３４１Ｌ", "９１１１００００６０００３７３４１ｌ"}) {
    EXPECT_EQ(Normalised(text), "91110000600037341L") << text;
  }
}

// 18 × 30 of each: each is either refused for its check character, or has none that is right.
TEST(UsccTest, EveryChangeOfOneCharacterIsCaught) {
  for (const absl::string_view code : kKnown) {
    for (size_t i = 0; i < code.size(); ++i) {
      for (const char other : kCharacters) {
        std::string changed(code);
        if (changed[i] == other) continue;
        changed[i] = other;
        EXPECT_THAT(NormaliseUscc(changed), HasReason(Reason::INVALID_USCC)) << changed;
      }
    }
  }
}

TEST(UsccTest, NeighboursThatChangePlacesAreCaught) {
  for (const absl::string_view code : kKnown) {
    for (size_t i = 0; i + 1 < code.size(); ++i) {
      std::string changed(code);
      std::swap(changed[i], changed[i + 1]);
      if (changed == code) continue;
      EXPECT_THAT(NormaliseUscc(changed), HasReason(Reason::INVALID_USCC)) << changed;
    }
  }
}

TEST(UsccTest, EveryBeginningHasOneCheckCharacterWhichTheRefusalNames) {
  std::mt19937 random(20260727);
  for (int round = 0; round < 1000; ++round) {
    std::string begin;
    for (int i = 0; i < 17; ++i) begin.push_back(kCharacters[random() % kCharacters.size()]);
    std::string right;
    std::string named;
    for (const char check : kCharacters) {
      const auto uscc = NormaliseUscc(absl::StrCat(begin, std::string(1, check)));
      if (uscc.ok()) {
        right += check;
        continue;
      }
      const ErrorDetail detail = DetailOf(uscc.status());
      ASSERT_EQ(detail.metadata_size(), 1);
      named = detail.metadata(0).value();
      EXPECT_THAT(detail.message().zh(), HasSubstr(absl::StrCat("应为 ", named)));
    }
    EXPECT_EQ(right.size(), 1u) << begin;
    EXPECT_EQ(named, right) << begin;
  }
}

TEST(UsccTest, LettersThatNoCodeHasAreRefusedAndNotReplaced) {
  // 0 and 1 written as letters: replaced, they would be right.
  for (const absl::string_view text :
       {"9I110000600037341L", "911100OO600037341L", "9111000060003734iL",
        "911100００６０００３７３４ｉL", "9Z110000600037341L", "9S110000600037341L",
        "9V110000600037341L"}) {
    EXPECT_THAT(NormaliseUscc(text), HasReason(Reason::INVALID_USCC));
    EXPECT_THAT(Message(text), HasSubstr("不使用字母 I、O、Z、S、V")) << text;
  }
  EXPECT_THAT(Message("911100OO600037341L"), HasSubstr("第 7 位却是 O"));
}

TEST(UsccTest, WhatIsNoCodeIsRefusedWithWhatIsWrong) {
  const struct {
    absl::string_view text;
    absl::string_view says;
  } cases[] = {
      {"", "这里是 0 位"},
      {"9111000060003734", "这里是 16 位"},
      {"91110000600037341L1", "这里是 19 位"},
      {"9111000060003734中L", "第 17 位不是"},
      {"911100006000-7341L", "第 13 位不是"},
      {"911100006000\u202E7341L", "第 13 位不是"},
      {absl::string_view("911100006000\0007341L", 18), "第 13 位不是"},
      {"9111 0000600037341", "第 5 位不是"},
      {"911100006000373411", "最后一位应为 L"},
  };
  for (const auto& one : cases) {
    EXPECT_THAT(NormaliseUscc(one.text), HasReason(Reason::INVALID_USCC)) << one.text;
    EXPECT_THAT(Message(one.text), HasSubstr(std::string(one.says))) << one.text;
  }
}

TEST(UsccTest, AWrongOrganisationCodeIsSeenThoughTheWholeChecks) {
  EXPECT_EQ(Normalised("91320500MA1ABCDE01"), "91320500MA1ABCDE01");
  EXPECT_FALSE(OrganisationCodeFits("91320500MA1ABCDE01"));
}

}  // namespace
}  // namespace zhiping
