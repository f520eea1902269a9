#include "tests/golden/source_table.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace zhiping {
namespace {

constexpr size_t kHeadings = 5;
constexpr size_t kLevels = 3;

absl::Status Unexpected(int line, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("line ", line, ": ", what));
}

bool IsNumber(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

// The cells of one printed row, in printed order; a blank cell is an empty text.
struct PrintedRow {
  bool numbered = false;
  std::vector<SourceText> cells;
};

// A cell begins with a tab; a line without one continues the cell before. A row begins with a cell
// that is a number, or, without a number, with a space in that column; an empty line ends it.
absl::StatusOr<std::vector<PrintedRow>> SplitRows(const std::vector<std::string>& lines,
                                                  size_t first) {
  std::vector<PrintedRow> rows;
  bool inside = false;
  for (size_t i = first; i < lines.size(); ++i) {
    const int number = static_cast<int>(i) + 1;
    const std::string& line = lines[i];
    const absl::string_view text = VisibleText(line);
    if (line.empty()) {
      inside = false;
      continue;
    }
    const bool numbered = line[0] == '\t' && IsNumber(text);
    if (numbered || absl::StartsWith(line, " \t")) {
      rows.push_back({numbered, {}});
      inside = true;
    } else if (!inside) {
      return Unexpected(number, "text outside of a row");
    }
    std::vector<SourceText>& cells = rows.back().cells;
    if (line[0] == '\t' || line[0] == ' ') {
      cells.push_back({std::string{text}, number, 0});
    } else {
      absl::StrAppend(&cells.back().text, text);
      cells.back().last_line = number;
    }
  }
  return rows;
}

// `segment` is the one of the row above; it continues where the column is blank or left out.
absl::StatusOr<SourceRow> ReadRow(const PrintedRow& printed, const SourceText& segment) {
  constexpr size_t kAfterSegment = 1 + kLevels + 1;  // name, cells, typical scenarios
  SourceRow row;
  auto cell = printed.cells.begin();
  if (printed.numbered) row.number = *cell++;
  const auto left = static_cast<size_t>(printed.cells.end() - cell);
  if (left != kAfterSegment + 1 && (printed.numbered || left != kAfterSegment)) {
    return Unexpected(printed.cells.front().line, absl::StrCat("a row of ", left, " cells"));
  }
  row.segment = segment;
  if (left > kAfterSegment) {
    if (!cell->text.empty()) row.segment = *cell;
    ++cell;
  }
  row.name = *cell++;
  for (size_t level = 0; level < kLevels; ++level) row.cells.push_back(*cell++);
  for (const absl::string_view name : absl::StrSplit(cell->text, "、")) {
    row.typical.push_back({std::string{name}, cell->line, 0});
  }
  return row;
}

}  // namespace

std::vector<std::string> SplitLines(absl::string_view source) {
  std::vector<std::string> lines = absl::StrSplit(source, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

absl::string_view VisibleText(absl::string_view line) {
  line = absl::StripAsciiWhitespace(line);
  absl::ConsumePrefix(&line, kBookmarkArtefact);
  return line;
}

absl::StatusOr<SourceTable> ReadSourceTable(absl::string_view source) {
  const std::vector<std::string> lines = SplitLines(source);
  std::vector<SourceText> front;
  size_t next = 0;
  for (; next < lines.size() && front.size() < 4 + kHeadings + kLevels; ++next) {
    const absl::string_view text = VisibleText(lines[next]);
    if (!text.empty()) front.push_back({std::string{text}, static_cast<int>(next) + 1, 0});
  }
  // A blank cell stands below the last heading.
  while (next < lines.size() && VisibleText(lines[next]).empty()) ++next;
  if (front.size() < 4 + kHeadings + kLevels) return absl::InvalidArgumentError("too short");

  SourceTable table;
  table.title = front[0];
  table.year = front[1];
  table.purpose = front[2];
  table.table_title = front[3];
  table.headings.assign(front.begin() + 4, front.begin() + 4 + kHeadings);
  table.levels.assign(front.begin() + 4 + kHeadings, front.end());

  absl::StatusOr<std::vector<PrintedRow>> rows = SplitRows(lines, next);
  if (!rows.ok()) return rows.status();
  SourceText segment;
  for (const PrintedRow& printed : *rows) {
    absl::StatusOr<SourceRow> row = ReadRow(printed, segment);
    if (!row.ok()) return row.status();
    segment = row->segment;
    table.rows.push_back(*std::move(row));
  }
  return table;
}

}  // namespace zhiping
