// Pieces of a page in HTML, with all text escaped.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace zhiping::ctl {

// The text between tags or in a quoted attribute, in one line: control characters and those that
// turn the direction of writing are written out (Visible, InOneLine).
std::string Escaped(absl::string_view text);

// The same with its line breaks, each a <br>.
std::string EscapedLines(absl::string_view text);

// Cells that are HTML already: rows of a table, and its head.
std::string TableRow(const std::vector<std::string>& cells);
std::string TableHead(const std::vector<std::string>& headings);

// A table of names and values, both escaped here, two pairs a row; pairs without a value are left
// out.
std::string FieldTable(const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace zhiping::ctl
