#include "services/assessment/domain/draft_errors.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/text/utf8.h"

namespace zhiping::assessment {
namespace {

// Of UTF-8.
int Characters(absl::string_view text) {
  return static_cast<int>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace

void CheckDraftText(absl::string_view text, int most_characters, absl::string_view field,
                    Violations& violations) {
  if (Characters(text) > most_characters) {
    violations.Add([&] {
      return MakeViolation(field, Reason::TOO_LARGE,
                           absl::StrCat(field, " 最多 ", most_characters, " 个字符。"),
                           absl::StrCat(field, " has at most ", most_characters, " characters."));
    });
  } else if (HasControls(text)) {
    violations.Add([&] {
      return MakeViolation(
          field, Reason::CHARACTER_NOT_ALLOWED, absl::StrCat(field, " 不能含控制字符或换行。"),
          absl::StrCat(field, " must not contain control characters or line breaks."));
    });
  }
}

void CheckRequiredText(absl::string_view text, int most_characters, absl::string_view field,
                       Violations& violations) {
  if (TrimBlanks(text).empty()) {
    violations.Add(field, Reason::FIELD_REQUIRED, absl::StrCat(field, " 必须填写。"),
                   absl::StrCat(field, " is required."));
  } else {
    CheckDraftText(text, most_characters, field, violations);
  }
}

absl::Status MakeErrorWith(absl::StatusCode code, Reason::Value reason, absl::string_view zh,
                           absl::string_view en, ErrorValues values, const Violations& violations) {
  if (violations.size() > kMaxViolations) {
    values.emplace_back(kViolationsTotal, absl::StrCat(violations.size()));
  }
  ErrorDetail detail = DetailOf(MakeError(code, reason, zh, en, values));
  *detail.mutable_violations() = DetailOf(violations.ToStatus()).violations();
  return MakeError(code, detail);
}

}  // namespace zhiping::assessment
