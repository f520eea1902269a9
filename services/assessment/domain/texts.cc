#include "services/assessment/domain/texts.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/requests/fields.h"
#include "common/text/utf8.h"

namespace zhiping::assessment {
namespace {

// The first character that may not be there; 0 bytes: none.
Utf8Character FindNotAllowed(absl::string_view text, Lines lines) {
  while (!text.empty()) {
    const Utf8Character first = FirstCharacter(text);
    const bool new_line = first.code_point == '\n' && lines == Lines::kMany;
    if (first.size > 0 && IsControl(first.code_point) && !new_line) return first;
    text.remove_prefix(std::max<size_t>(first.size, 1));
  }
  return {};
}

}  // namespace

void CheckText(absl::string_view text, size_t most, absl::string_view field, Violations& violations,
               Lines lines) {
  if (!CheckLength(text, most, field, violations)) return;
  const Utf8Character found = FindNotAllowed(text, lines);
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
