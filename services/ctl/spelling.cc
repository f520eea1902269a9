#include "services/ctl/spelling.h"

#include "absl/strings/match.h"
#include "common/text/utf8.h"

namespace zhiping::ctl {
namespace {

// Full-width forms stand in Unicode in the order of ASCII.
constexpr uint32_t kFullWidthExclamationMark = 0xFF01;
constexpr absl::string_view kNumberCharacters = "0123456789.+-";

}  // namespace

std::string Spelled(absl::string_view text) {
  text = TrimBlanks(text);
  std::string number;
  for (absl::string_view rest = text; !rest.empty();) {
    const Utf8Character character = FirstCharacter(rest);
    const uint32_t ascii = character.code_point < kFullWidthExclamationMark
                               ? character.code_point
                               : character.code_point - kFullWidthExclamationMark + '!';
    if (character.size == 0 || ascii > 0x7f ||
        !absl::StrContains(kNumberCharacters, static_cast<char>(ascii))) {
      return std::string(text);
    }
    number.push_back(static_cast<char>(ascii));
    rest.remove_prefix(character.size);
  }
  return number;
}

}  // namespace zhiping::ctl
