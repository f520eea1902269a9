#include "common/text/utf8.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace zhiping {
namespace {

constexpr char kReplacement[] = "\xEF\xBF\xBD";
constexpr absl::string_view kEllipsis = "\xE2\x80\xA6";

// As IsControl says.
constexpr struct {
  uint32_t first, last;
} kControls[] = {{0x0, 0x1F},      {0x7F, 0x9F},      {0xAD, 0xAD},     {0x061C, 0x061C},
                 {0x115F, 0x1160}, {0x180E, 0x180E},  {0x200E, 0x200F}, {0x2028, 0x202E},
                 {0x2060, 0x206F}, {0x3164, 0x3164},  {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0},
                 {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F}};

unsigned char Byte(absl::string_view bytes, size_t i) {
  return static_cast<unsigned char>(bytes[i]);
}

// How many bytes a character has that begins with this byte; 0: none does.
size_t SizeOf(unsigned char lead) {
  return lead < 0x80                   ? 1
         : lead >= 0xc2 && lead < 0xe0 ? 2
         : lead >= 0xe0 && lead < 0xf0 ? 3
         : lead >= 0xf0 && lead < 0xf5 ? 4
                                       : 0;
}

// Whether the second byte may follow the first: no overlong form, surrogate, or number above
// U+10FFFF begins so.
bool MayFollow(unsigned char lead, unsigned char second) {
  const unsigned char least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned char most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  return second >= least && second <= most;
}

// How many of the first `size` bytes can be the beginning of one character.
size_t WellFormed(absl::string_view bytes, size_t size) {
  const size_t present = std::min(size, bytes.size());
  for (size_t k = 1; k < present; ++k) {
    const bool right =
        k == 1 ? MayFollow(Byte(bytes, 0), Byte(bytes, 1)) : (Byte(bytes, k) & 0xc0) == 0x80;
    if (!right) return k;
  }
  return present;
}

}  // namespace

Utf8Character FirstCharacter(absl::string_view text) {
  const size_t size = text.empty() ? 0 : SizeOf(Byte(text, 0));
  if (size == 0 || WellFormed(text, size) < size) return {};
  uint32_t code_point = size == 1 ? Byte(text, 0) : Byte(text, 0) & (0x7f >> size);
  for (size_t k = 1; k < size; ++k) code_point = code_point << 6 | (Byte(text, k) & 0x3f);
  return {size, code_point};
}

size_t Utf8PrefixSize(absl::string_view bytes) {
  size_t i = 0;
  while (i < bytes.size()) {
    const size_t size = FirstCharacter(bytes.substr(i)).size;
    if (size == 0) break;
    i += size;
  }
  return i;
}

bool IsControl(uint32_t code_point) {
  return std::any_of(std::begin(kControls), std::end(kControls), [code_point](const auto& range) {
    return code_point >= range.first && code_point <= range.last;
  });
}

bool HasControls(absl::string_view text) {
  while (!text.empty()) {
    const Utf8Character first = FirstCharacter(text);
    if (first.size > 0 && IsControl(first.code_point)) return true;
    text.remove_prefix(std::max<size_t>(first.size, 1));
  }
  return false;
}

bool IsUtf8(absl::string_view bytes) { return Utf8PrefixSize(bytes) == bytes.size(); }

bool IsCutCharacter(absl::string_view bytes) {
  if (bytes.empty()) return false;
  const size_t size = SizeOf(Byte(bytes, 0));
  return bytes.size() < size && WellFormed(bytes, size) == bytes.size();
}

absl::string_view TrimBlanks(absl::string_view text) {
  constexpr absl::string_view kBlanks[] = {"\u3000", "\u00A0", "\u200B"};
  for (bool more = true; more;) {
    text = absl::StripAsciiWhitespace(text);
    more = false;
    for (const absl::string_view blank : kBlanks) {
      more |= absl::ConsumePrefix(&text, blank) || absl::ConsumeSuffix(&text, blank);
    }
  }
  return text;
}

std::string Clip(absl::string_view text, size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  size_t end = bytes - kEllipsis.size();
  while (end > 0 && (Byte(text, end) & 0xc0) == 0x80) --end;
  return absl::StrCat(text.substr(0, end), kEllipsis);
}

std::string ToUtf8(absl::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    const size_t valid = Utf8PrefixSize(bytes);
    absl::StrAppend(&text, bytes.substr(0, valid));
    bytes.remove_prefix(valid);
    if (bytes.empty()) break;
    text += kReplacement;
    bytes.remove_prefix(1);
  }
  return text;
}

}  // namespace zhiping
