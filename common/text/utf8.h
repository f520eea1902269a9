// UTF-8, as the Unicode standard has it: no overlong forms, no surrogates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace zhiping {

inline constexpr char kByteOrderMark[] = "\xEF\xBB\xBF";

// The first character of `text`: how many bytes it has, and its code point. 0 bytes if the text
// begins with no whole character.
struct Utf8Character {
  size_t size = 0;
  uint32_t code_point = 0;
};
Utf8Character FirstCharacter(absl::string_view text);

// How many bytes from the beginning are whole characters.
size_t Utf8PrefixSize(absl::string_view bytes);

// Whether the bytes are UTF-8 throughout.
bool IsUtf8(absl::string_view bytes);

// Whether the code point is no text where one line of it is shown: a control character (U+0000 to
// U+001F, U+007F to U+009F), a separator of lines or paragraphs (U+2028, U+2029), one that turns
// the direction of writing (U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069), or one
// that nobody sees (U+00AD, U+115F, U+1160, U+180E, U+2060 to U+2065, U+206A to U+206F, U+3164,
// U+FEFF, U+FFA0, U+FFF9 to U+FFFB, U+E0000 to U+E007F). Joiners (U+200B to U+200D) are text: word
// processors, emoji and several scripts write them.
bool IsControl(uint32_t code_point);
// Whether the text has such characters.
bool HasControls(absl::string_view text);

// Whether the bytes begin a character and end before it does.
bool IsCutCharacter(absl::string_view bytes);

// The text without blanks around it: ASCII white space, and those that Chinese input methods and
// word processors write (U+3000, U+00A0, U+200B).
absl::string_view TrimBlanks(absl::string_view text);

// The text if it has at most so many bytes; else the whole characters of its beginning that fit,
// and `…`. REQUIRES: bytes >= 3.
std::string Clip(absl::string_view text, size_t bytes);

// The text with U+FFFD for every byte that belongs to no character.
std::string ToUtf8(absl::string_view bytes);

}  // namespace zhiping
