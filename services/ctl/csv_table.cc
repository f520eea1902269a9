#include "services/ctl/csv_table.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ctl/csv_rows.h"
#include "services/ctl/encoding.h"

namespace zhiping::ctl {
namespace {

absl::Status FileError(Reason::Value reason, absl::string_view zh, absl::string_view en) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason, zh, en);
}

int ColumnNamed(absl::string_view heading, absl::Span<const CsvColumn> columns) {
  for (size_t c = 0; c < columns.size(); ++c) {
    const CsvColumn& column = columns[c];
    if (heading == column.zh || absl::EqualsIgnoreCase(heading, column.en) ||
        (!column.also.empty() && heading == column.also)) {
      return static_cast<int>(c);
    }
  }
  return -1;
}

absl::Status UnknownHeading(int place, const std::string& heading,
                            absl::Span<const CsvColumn> columns) {
  std::string zh, en;
  for (const CsvColumn& column : columns) {
    absl::StrAppend(&zh, zh.empty() ? "" : "、", column.zh);
    absl::StrAppend(&en, en.empty() ? "" : ", ", column.en);
  }
  return FileError(
      Reason::WRONG_COLUMN,
      absl::StrCat("第 1 行第 ", place, " 列的表头“", heading, "”无法识别；可用的表头：", zh, "。"),
      absl::StrCat("Line 1, column ", place, ": the heading \"", heading,
                   "\" is unknown; there are: ", en, "."));
}

// Whether a spreadsheet would take it for a formula; or would, but for apostrophes before it.
bool IsFormula(absl::string_view cell) {
  const size_t begin = cell.find_first_not_of('\'');
  return begin != absl::string_view::npos && absl::StrContains("=+-@", cell[begin]);
}

// What CsvLine put before a cell is none of it.
std::string Plain(std::string cell) {
  if (absl::StartsWith(cell, "'") && IsFormula(cell)) cell.erase(0, 1);
  return cell;
}

}  // namespace

absl::StatusOr<CsvTable> CsvTable::Read(absl::string_view bytes,
                                        absl::Span<const CsvColumn> columns) {
  ASSIGN_OR_RETURN(const std::string text, DecodeText(bytes));
  ASSIGN_OR_RETURN(std::vector<CsvRow> rows,
                   ReadCsvRows(absl::StrReplaceAll(text, {{"\r\n", "\n"}, {"\r", "\n"}})));
  if (rows.size() < 2) {
    return FileError(Reason::MALFORMED, "文件中没有数据：第一行应为表头，以下每行一条。",
                     "The file has no rows: headings stand in the first line, and a row in each of "
                     "the others.");
  }
  CsvTable table;
  table.places_.assign(columns.size(), -1);
  const std::vector<std::string>& headings = rows[0].fields;
  for (size_t place = 0; place < headings.size(); ++place) {
    const int column = ColumnNamed(headings[place], columns);
    if (column < 0) return UnknownHeading(static_cast<int>(place) + 1, headings[place], columns);
    if (table.Has(column)) {
      return FileError(
          Reason::WRONG_COLUMN,
          absl::StrCat("第 1 行第 ", place + 1, " 列的表头“", headings[place], "”与前面的列重复。"),
          absl::StrCat("Line 1, column ", place + 1, ": the heading \"", headings[place],
                       "\" stands for a column that is there already."));
    }
    table.places_[column] = static_cast<int>(place);
  }
  for (size_t r = 1; r < rows.size(); ++r) {
    CsvRow& row = rows[r];
    if (row.fields.size() > headings.size()) {
      return FileError(Reason::WRONG_COLUMN,
                       absl::StrCat("第 ", row.line, " 行有 ", row.fields.size(),
                                    " 列，比表头多；内容中如有逗号，请用英文双引号括起来。"),
                       absl::StrCat("Line ", row.line, " has ", row.fields.size(),
                                    " columns, more than the headings; put a text with commas into "
                                    "double quotes."));
    }
    for (std::string& cell : row.fields) cell = Plain(std::move(cell));
    table.rows_.push_back({row.line, std::move(row.fields)});
  }
  return table;
}

const std::string& CsvTable::Cell(int row, int column) const {
  static const std::string& none = *new std::string;
  const int place = places_[column];
  const auto& cells = rows_[row].cells;
  return place >= 0 && place < static_cast<int>(cells.size()) ? cells[place] : none;
}

std::string CsvLine(const std::vector<std::string>& cells) {
  std::string line;
  for (size_t c = 0; c < cells.size(); ++c) {
    std::string cell = IsFormula(cells[c]) ? absl::StrCat("'", cells[c]) : cells[c];
    const bool quoted = cell.find_first_of(",\"\r\n") != std::string::npos;
    if (quoted) cell = absl::StrCat("\"", absl::StrReplaceAll(cell, {{"\"", "\"\""}}), "\"");
    absl::StrAppend(&line, c == 0 ? "" : ",", cell);
  }
  return absl::StrCat(line, "\r\n");
}

}  // namespace zhiping::ctl
