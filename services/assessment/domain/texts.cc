#include "services/assessment/domain/texts.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/requests/fields.h"
#include "common/text/utf8.h"

namespace zhiping::assessment {
namespace {

constexpr uint32_t kFirstJoiner = 0x200B;
constexpr uint32_t kLastJoiner = 0x200D;

// Whether a text is a name, which joiners would make another one that looks the same.
enum class Joiners { kAllowed, kNotAllowed };

// The first character that may not be there; 0 bytes: none.
Utf8Character FindNotAllowed(absl::string_view text, Lines lines, Joiners joiners) {
  while (!text.empty()) {
    const Utf8Character first = FirstCharacter(text);
    const bool new_line = first.code_point == '\n' && lines == Lines::kMany;
    const bool joiner = joiners == Joiners::kNotAllowed && first.code_point >= kFirstJoiner &&
                        first.code_point <= kLastJoiner;
    if (first.size > 0 && (IsControl(first.code_point) || joiner) && !new_line) return first;
    text.remove_prefix(std::max<size_t>(first.size, 1));
  }
  return {};
}

void Check(absl::string_view text, size_t most, absl::string_view field, Violations& violations,
           Lines lines, Joiners joiners) {
  if (!CheckLength(text, most, field, violations)) return;
  const Utf8Character found = FindNotAllowed(text, lines, joiners);
  if (found.size == 0) return;
  const std::string name = absl::StrFormat("U+%04X", found.code_point);
  violations.Add(
      field, Reason::CHARACTER_NOT_ALLOWED,
      absl::StrCat(field, " 含不允许的字符 ", name, "：",
                   lines == Lines::kOne ? "不能换行，" : "换行只用 U+000A，",
                   "不能有控制字符、改变文字方向的字符和看不见的格式字符。"),
      absl::StrCat(field, " has ", name, ", which is not allowed: ",
                   lines == Lines::kOne ? "it is one line" : "lines end with U+000A alone",
                   ", without control characters and such as turn the direction of text or "
                   "cannot be seen."));
}

}  // namespace

void CheckText(absl::string_view text, size_t most, absl::string_view field, Violations& violations,
               Lines lines) {
  Check(text, most, field, violations, lines, Joiners::kAllowed);
}

void CheckName(absl::string_view name, size_t most, absl::string_view field,
               Violations& violations) {
  Check(name, most, field, violations, Lines::kOne, Joiners::kNotAllowed);
}

void CheckRequiredName(absl::string_view name, size_t most, absl::string_view field,
                       Violations& violations) {
  if (TrimBlanks(name).empty()) {
    Require(field, violations);
  } else {
    CheckName(name, most, field, violations);
  }
}

void CheckRequiredText(absl::string_view text, size_t most, absl::string_view field,
                       Violations& violations, Lines lines) {
  if (TrimBlanks(text).empty()) {
    Require(field, violations);
  } else {
    CheckText(text, most, field, violations, lines);
  }
}

void CheckLocalText(const common::v1::LocalText& text, size_t most, absl::string_view field,
                    Violations& violations, Lines lines) {
  CheckRequiredText(text.zh(), most, absl::StrCat(field, ".zh"), violations, lines);
  CheckText(text.en(), most, absl::StrCat(field, ".en"), violations, lines);
}

void Trim(std::string& text) { text = std::string(TrimBlanks(text)); }

}  // namespace zhiping::assessment
