// How many columns of a terminal a text takes, and texts laid out by that. Chinese characters and
// full-width punctuation take two columns, escape sequences of colours none; texts are UTF-8
// without other control characters.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace zhiping::ctl {

int DisplayWidth(absl::string_view text);

// Filled up with spaces to `width` columns; unchanged if it takes more.
std::string PadRight(absl::string_view text, int width);
std::string PadLeft(absl::string_view text, int width);

// Cut into lines of at most `width` columns: between words, or between Chinese characters, where no
// line begins with closing punctuation or ends with opening punctuation. A longer word stays whole.
// At least one line.
std::vector<std::string> Wrap(absl::string_view text, int width);

// `first` before the first line and spaces of its width before the others, each line ended; lines
// take at most `width` columns in all.
std::string Hang(absl::string_view first, absl::string_view text, int width);

}  // namespace zhiping::ctl
