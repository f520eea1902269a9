// The rows of a CSV file, with the lines on which they begin.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace zhiping::ctl {

struct CsvRow {
  // From 1.
  int line;
  // Without blanks around them, and without empty ones at the end.
  std::vector<std::string> fields;
  // How many there are with those.
  size_t cells;
  // The text ends with this row, without a line break.
  bool open;
};

// Rows that are not empty. Separators are commas, or tabs if the first line has no comma.
// REQUIRES: lines end with \n only.
//
// Errors: MALFORMED with line and column, if a quote stands within a cell that is in no quotes,
// something follows the quote that closes one, or the text ends within quotes.
absl::StatusOr<std::vector<CsvRow>> ReadCsvRows(const std::string& text);

}  // namespace zhiping::ctl
