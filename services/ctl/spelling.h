// What people type in answers files and flags.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace zhiping::ctl {

// The text without blanks around it, full-width ones as input methods type them too; a number in
// full-width characters (２０, ５９．５) becomes one in ASCII. Names stay as they are: official
// names have full-width characters.
std::string Spelled(absl::string_view text);

}  // namespace zhiping::ctl
