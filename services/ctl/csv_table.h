// CSV files with known columns: read by their headings, and written so that Excel shows them right.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace zhiping::ctl {

struct CsvColumn {
  // Its headings; the first two are written, and named in errors.
  absl::string_view zh, en;
  absl::string_view also = "";
};

// Cells by column, without blanks around them.
class CsvTable {
 public:
  // UTF-8 with or without BOM, or GB18030; separated by commas, or by tabs. Columns stand in any
  // order, and some may be left out.
  //
  // Errors: those of DecodeText and ReadCsvRows; MALFORMED for a file without rows; WRONG_COLUMN
  // for a heading that is unknown or there twice, and a row with more cells than headings.
  static absl::StatusOr<CsvTable> Read(absl::string_view bytes,
                                       absl::Span<const CsvColumn> columns);

  // Whether the file has the column.
  bool Has(int column) const { return places_[column] >= 0; }
  int row_count() const { return static_cast<int>(rows_.size()); }
  // The line on which a row begins, from 1.
  int LineOf(int row) const { return rows_[row].line; }
  // Empty where the file has no such cell.
  const std::string& Cell(int row, int column) const;

 private:
  struct Row {
    int line;
    std::vector<std::string> cells;
  };
  // By column: which cell of a row; −1: none.
  std::vector<int> places_;
  std::vector<Row> rows_;
};

// A row as it is written, ended. A text that a spreadsheet would take for a formula gets an
// apostrophe before it, which Read takes off again.
std::string CsvLine(const std::vector<std::string>& cells);

}  // namespace zhiping::ctl
