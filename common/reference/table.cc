#include "common/reference/table.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/text/utf8.h"

namespace zhiping::reference {

void TableFaults::Add(int line, absl::string_view column, absl::string_view zh,
                      absl::string_view en) {
  const std::string field =
      column.empty() ? absl::StrCat("line ", line) : absl::StrCat("line ", line, ", ", column);
  violations_.Add(field, Reason::INVALID_FIELD,
                  absl::StrCat(file_, " 第 ", line, " 行 ", column, column.empty() ? "" : " ", zh),
                  absl::StrCat(file_, ", ", field, ": ", en));
}

std::vector<Row> ReadTable(absl::string_view text, const std::vector<absl::string_view>& columns,
                           TableFaults& faults) {
  std::vector<Row> rows;
  absl::ConsumePrefix(&text, kByteOrderMark);
  if (!IsUtf8(text)) {
    faults.Add(1, "", "应为 UTF-8 编码。", "should be UTF-8.");
    return rows;
  }
  int number = 0;
  bool headed = false;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    absl::ConsumeSuffix(&line, "\r");
    if (TrimBlanks(line).empty() || absl::StartsWith(line, "#")) continue;
    Row row{number, {}};
    for (const absl::string_view cell : absl::StrSplit(line, '\t')) {
      row.cells.emplace_back(TrimBlanks(cell));
    }
    if (row.cells.size() > columns.size()) {
      faults.Add(number, "",
                 absl::StrCat("有 ", row.cells.size(), " 列，应有 ", columns.size(), " 列。"),
                 absl::StrCat("has ", row.cells.size(), " columns, and should have ",
                              columns.size(), "."));
      continue;
    }
    // Editors strip the tabs of empty cells at the end.
    row.cells.resize(columns.size());
    if (headed) {
      rows.push_back(std::move(row));
      continue;
    }
    headed = true;
    if (absl::StrJoin(row.cells, " ") != absl::StrJoin(columns, " ")) {
      faults.Add(number, "",
                 absl::StrCat("应为表头：", absl::StrJoin(columns, " "), "（以制表符分隔）。"),
                 absl::StrCat("should be the heading: ", absl::StrJoin(columns, " "),
                              " (divided by tabs)."));
      return rows;
    }
  }
  if (!headed) faults.Add(number, "", "没有表头。", "there is no heading.");
  return rows;
}

}  // namespace zhiping::reference
