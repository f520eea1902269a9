// Unified social credit codes (统一社会信用代码, GB 32100-2015).
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace zhiping {

// The code as it is kept: 18 characters of `0-9A-HJ-NPQRTUWXY` whose last one checks the others.
// Blanks around it are left out, full-width characters become half-width and lower-case letters
// upper-case. I, O, Z, S and V, which no code has, are refused: what was meant is for people to
// say.
//
// Errors: INVALID_USCC. Where the check character is another, the message and the metadata
// `checkCharacter` say which one the rest asks for.
absl::StatusOr<std::string> NormaliseUscc(absl::string_view text);

// A text in the characters of codes, whether it is one or not, such as the beginning of one:
// without blanks around it, half width, upper case.
std::string WriteUscc(absl::string_view text);

// Whether the organisation code inside, characters 9 to 17, has its own check character (GB 11714).
// Codes in use exist where it has not, so that it is warned about only.
// REQUIRES: NormaliseUscc gave it.
bool OrganisationCodeFits(absl::string_view uscc);

}  // namespace zhiping
