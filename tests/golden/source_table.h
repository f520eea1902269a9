// A reader of the official table as the source of 2026 prints it, for tests only: it knows nothing
// of editions, so that what it reads can be held against one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace zhiping {

// A text and the lines it stands on, from 1; last_line is 0 unless it is split over several.
struct SourceText {
  std::string text;
  int line = 0;
  int last_line = 0;

  friend bool operator==(const SourceText&, const SourceText&) = default;
};

struct SourceRow {
  // Absent in a row without a printed number.
  std::optional<SourceText> number;
  // As printed in this row, or in the row above that the cell continues.
  SourceText segment;
  SourceText name;
  // One for each level; "/" where the level does not exist.
  std::vector<SourceText> cells;
  // The names between the 、 of the last column.
  std::vector<SourceText> typical;
};

struct SourceTable {
  SourceText title;
  SourceText year;
  SourceText purpose;
  SourceText table_title;
  std::vector<SourceText> headings;
  std::vector<SourceText> levels;
  std::vector<SourceRow> rows;
};

// What a word processor's export left on the first line; it is no text.
inline constexpr absl::string_view kBookmarkArtefact = "[bookmark: _GoBack]";

// The lines of a source; lines[0] is line 1.
std::vector<std::string> SplitLines(absl::string_view source);

// Without the spaces and tabs around it, and without the artefact.
absl::string_view VisibleText(absl::string_view line);

// InvalidArgument, naming the line, if the source does not have the shape of the table.
absl::StatusOr<SourceTable> ReadSourceTable(absl::string_view source);

}  // namespace zhiping
