// Tables in plain text, with columns as wide as their widest cell.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/ctl/screen.h"

namespace zhiping::ctl {

class Table {
 public:
  struct Column {
    std::string heading;
    bool align_right = false;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // Texts are shown in one line, so that none of them looks like a row (InOneLine).
  // REQUIRES: one cell a column. Cells may be styled.
  void AddRow(std::vector<std::string> cells) { Add(Kind::kCells, std::move(cells)); }
  // A line over the rows that follow, in bold.
  void AddGroup(std::string title) { Add(Kind::kGroup, {std::move(title)}); }
  // A text below the row before, indented and wrapped.
  void AddNote(std::string text) { Add(Kind::kNote, {std::move(text)}); }

  // How many columns of the screen it takes.
  int Width(int indent) const;

  // Each line begins with `indent` spaces. The last cell is wrapped to the screen's width unless it
  // is styled.
  std::string Render(const Screen& screen, int indent) const;

 private:
  enum class Kind { kCells, kGroup, kNote };
  struct Row {
    std::vector<std::string> cells;
    Kind kind;
  };

  void Add(Kind kind, std::vector<std::string> texts);
  std::vector<int> Widths() const;
  std::string Line(const std::vector<std::string>& cells, const std::vector<int>& widths,
                   const Screen& screen, int indent) const;

  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

// Names and values, a line each and the values in one column; those that are empty are left out.
// Line breaks are shown as in a table.
std::string Fields(const std::vector<std::pair<std::string, std::string>>& fields,
                   const Screen& screen);

// A share as a bar of `width` characters: filled up to numerator / denominator, rounded down; a
// positive share fills at least one. Empty if the denominator is 0.
std::string Bar(int64_t numerator, int64_t denominator, int width, const Screen& screen);

// 4444 → `44.44%`.
std::string Percent(int32_t basis_points);

}  // namespace zhiping::ctl
