#include "common/text/uscc.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/text/utf8.h"

namespace zhiping {
namespace {

constexpr size_t kSize = 18;
// A character's value is its place.
constexpr absl::string_view kCharacters = "0123456789ABCDEFGHJKLMNPQRTUWXY";
constexpr int kModulus = 31;

// GB 11714: the organisation code within, without its check character, which follows.
constexpr size_t kOrganisationBegin = 8;
constexpr int kOrganisationWeights[] = {3, 7, 9, 10, 5, 8, 4, 2};

absl::Status Invalid(absl::string_view zh, absl::string_view en, const ErrorValues& values = {}) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::INVALID_USCC,
                   absl::StrCat("统一社会信用代码", zh, "。"),
                   absl::StrCat("The unified social credit code ", en, "."), values);
}

// Full-width characters as their half-width twins (U+FF01 to U+FF5E), letters in upper case.
std::string HalfWidthUpper(absl::string_view text) {
  constexpr uint32_t kFirst = 0xFF01;
  constexpr uint32_t kLast = 0xFF5E;
  std::string result;
  while (!text.empty()) {
    const Utf8Character first = FirstCharacter(text);
    const size_t size = first.size > 0 ? first.size : 1;
    if (first.code_point >= kFirst && first.code_point <= kLast) {
      result.push_back(static_cast<char>(first.code_point - kFirst + '!'));
    } else {
      absl::StrAppend(&result, text.substr(0, size));
    }
    text.remove_prefix(size);
  }
  absl::AsciiStrToUpper(&result);
  return result;
}

// A byte that begins no whole character is one.
std::vector<absl::string_view> CharactersOf(absl::string_view text) {
  std::vector<absl::string_view> characters;
  while (!text.empty()) {
    characters.push_back(text.substr(0, std::max<size_t>(FirstCharacter(text).size, 1)));
    text.remove_prefix(characters.back().size());
  }
  return characters;
}

absl::Status CheckCharacters(const std::vector<absl::string_view>& uscc) {
  int place = 0;
  for (const absl::string_view character : uscc) {
    ++place;
    if (absl::StrContains(kCharacters, character)) continue;
    if (character.size() == 1 && absl::StrContains("IOZSV", character)) {
      return Invalid(absl::StrCat("不使用字母 I、O、Z、S、V，第 ", place, " 位却是 ", character,
                                  "；请核对原件，系统不会代为替换"),
                     absl::StrCat("never has the letters I, O, Z, S and V, but character ", place,
                                  " is ", character, "; check the original, nothing is replaced"));
    }
    return Invalid(absl::StrCat("只有数字和大写字母，第 ", place, " 位不是"),
                   absl::StrCat("has digits and capital letters only; character ", place,
                                " is something else"));
  }
  return absl::OkStatus();
}

// REQUIRES: at least 17 characters of kCharacters.
char CheckCharacter(absl::string_view uscc) {
  int sum = 0;
  int weight = 1;
  for (size_t i = 0; i + 1 < kSize; ++i) {
    sum += static_cast<int>(kCharacters.find(uscc[i])) * weight;
    weight = weight * 3 % kModulus;
  }
  return kCharacters[(kModulus - sum % kModulus) % kModulus];
}

// As GB 11714 counts: A is 10 … Z is 35.
int OrganisationValue(char character) {
  return absl::ascii_isdigit(character) ? character - '0' : character - 'A' + 10;
}

}  // namespace

absl::StatusOr<std::string> NormaliseUscc(absl::string_view text) {
  std::string uscc = WriteUscc(text);
  const std::vector<absl::string_view> characters = CharactersOf(uscc);
  if (characters.size() != kSize) {
    return Invalid(absl::StrCat("应为 ", kSize, " 位，这里是 ", characters.size(), " 位"),
                   absl::StrCat("has ", kSize, " characters, not ", characters.size()));
  }
  RETURN_IF_ERROR(CheckCharacters(characters));
  if (const char expected = CheckCharacter(uscc); uscc.back() != expected) {
    const std::string character(1, expected);
    return Invalid(
        absl::StrCat("校验不符：按前 17 位，最后一位应为 ", character, "，这里是 ",
                     uscc.substr(kSize - 1), "；请逐位核对"),
        absl::StrCat("does not check: after these 17 characters the last one would be ", character,
                     ", not ", uscc.substr(kSize - 1), "; compare all of them"),
        {{"checkCharacter", character}});
  }
  return uscc;
}

std::string WriteUscc(absl::string_view text) { return HalfWidthUpper(TrimBlanks(text)); }

bool OrganisationCodeFits(absl::string_view uscc) {
  int sum = 0;
  size_t place = kOrganisationBegin;
  for (const int weight : kOrganisationWeights) sum += OrganisationValue(uscc[place++]) * weight;
  const int check = 11 - sum % 11;
  const char expected = check == 11 ? '0' : check == 10 ? 'X' : static_cast<char>('0' + check);
  return uscc[place] == expected;
}

}  // namespace zhiping
