#include "services/ctl/table.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/ctl/display_width.h"

namespace zhiping::ctl {
namespace {

constexpr int kGap = 2;
constexpr int kNoteIndent = 4;

std::string Repeat(absl::string_view text, int64_t times) {
  std::string out;
  for (int64_t i = 0; i < times; ++i) absl::StrAppend(&out, text);
  return out;
}

}  // namespace

void Table::Add(Kind kind, std::vector<std::string> texts) {
  for (std::string& text : texts) text = InOneLine(text);
  rows_.push_back({std::move(texts), kind});
}

std::vector<int> Table::Widths() const {
  std::vector<int> widths;
  for (size_t c = 0; c < columns_.size(); ++c) {
    int width = DisplayWidth(columns_[c].heading);
    for (const Row& row : rows_) {
      if (row.kind == Kind::kCells) width = std::max(width, DisplayWidth(row.cells[c]));
    }
    widths.push_back(width);
  }
  return widths;
}

int Table::Width(int indent) const {
  int width = indent - kGap;
  for (const int column : Widths()) width += column + kGap;
  return width;
}

std::string Table::Line(const std::vector<std::string>& cells, const std::vector<int>& widths,
                        const Screen& screen, int indent) const {
  std::string line(indent, ' ');
  for (size_t c = 0; c + 1 < cells.size(); ++c) {
    absl::StrAppend(
        &line,
        columns_[c].align_right ? PadLeft(cells[c], widths[c]) : PadRight(cells[c], widths[c]),
        std::string(kGap, ' '));
  }
  const std::string& last = cells.back();
  if (last.find('\x1b') != std::string::npos) return absl::StrCat(line, last, "\n");
  if (columns_[cells.size() - 1].align_right) {
    return absl::StrCat(line, PadLeft(last, widths[cells.size() - 1]), "\n");
  }
  std::string out = Hang(line, last, screen.width);
  // A line without a last cell ends where its text does.
  if (last.empty()) out = absl::StrCat(out.substr(0, out.find_last_not_of(" \n") + 1), "\n");
  return out;
}

std::string Table::Render(const Screen& screen, int indent) const {
  const std::vector<int> widths = Widths();
  std::vector<std::string> headings;
  for (const Column& column : columns_) headings.push_back(column.heading);
  std::string heading = Line(headings, widths, screen, indent);
  heading.pop_back();
  std::string out = absl::StrCat(screen.Dim(heading), "\n");
  for (const Row& row : rows_) {
    switch (row.kind) {
      case Kind::kCells:
        absl::StrAppend(&out, Line(row.cells, widths, screen, indent));
        break;
      case Kind::kGroup:
        absl::StrAppend(&out, std::string(indent, ' '), screen.Bold(row.cells[0]), "\n");
        break;
      case Kind::kNote:
        absl::StrAppend(&out,
                        Hang(std::string(indent + kNoteIndent, ' '), row.cells[0], screen.width));
        break;
    }
  }
  return out;
}

std::string Fields(const std::vector<std::pair<std::string, std::string>>& fields,
                   const Screen& screen) {
  int width = 0;
  for (const auto& [name, value] : fields) {
    if (!value.empty()) width = std::max(width, DisplayWidth(name));
  }
  std::string out;
  for (const auto& [name, value] : fields) {
    if (value.empty()) continue;
    const std::string first = absl::StrCat("  ", PadRight(name, width), std::string(kGap, ' '));
    absl::StrAppend(&out, Hang(first, InOneLine(value), screen.width));
  }
  return out;
}

std::string Bar(int64_t numerator, int64_t denominator, int width, const Screen& screen) {
  if (denominator == 0) return "";
  int64_t filled = std::min<int64_t>(width, numerator * width / denominator);
  if (numerator > 0) filled = std::max<int64_t>(filled, 1);
  return absl::StrCat(screen.Filled(Repeat("█", filled)), screen.Dim(Repeat("░", width - filled)));
}

std::string Percent(int32_t basis_points) {
  return absl::StrFormat("%d.%02d%%", basis_points / 100, basis_points % 100);
}

}  // namespace zhiping::ctl
