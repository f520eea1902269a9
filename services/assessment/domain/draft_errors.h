// What the checks of drafts have in common.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/status/error.h"

namespace zhiping::assessment {

// Violations: TOO_LARGE for more characters, CHARACTER_NOT_ALLOWED for control characters and those
// that turn the direction of text.
void CheckDraftText(absl::string_view text, int most_characters, absl::string_view field,
                    Violations& violations);
// The same, and FIELD_REQUIRED if there is nothing but blanks.
void CheckRequiredText(absl::string_view text, int most_characters, absl::string_view field,
                       Violations& violations);

// An error of the state of things, not of the input, that has something to say of single fields.
absl::Status MakeErrorWith(absl::StatusCode code, Reason::Value reason, absl::string_view zh,
                           absl::string_view en, ErrorValues values, const Violations& violations);

}  // namespace zhiping::assessment
