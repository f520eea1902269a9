#include "services/ctl/html.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "services/ctl/screen.h"

namespace zhiping::ctl {

std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(
      InOneLine(Visible(text, /*colours=*/false)),
      {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}});
}

std::string EscapedLines(absl::string_view text) {
  std::vector<std::string> lines;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) lines.push_back(Escaped(line));
  return absl::StrJoin(lines, "<br>\n");
}

std::string TableRow(const std::vector<std::string>& cells) {
  return absl::StrCat("<tr><td>", absl::StrJoin(cells, "</td><td>"), "</td></tr>\n");
}

std::string TableHead(const std::vector<std::string>& headings) {
  return absl::StrCat("<thead><tr><th>", absl::StrJoin(headings, "</th><th>"),
                      "</th></tr></thead>\n");
}

std::string FieldTable(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::vector<std::string> cells;
  for (const auto& [name, value] : fields) {
    if (value.empty()) continue;
    cells.push_back(absl::StrCat("<th>", Escaped(name), "</th><td>", Escaped(value), "</td>"));
  }
  std::string rows;
  for (size_t i = 0; i < cells.size(); i += 2) {
    absl::StrAppend(&rows, "<tr>", cells[i],
                    i + 1 < cells.size() ? cells[i + 1] : "<th></th><td></td>", "</tr>\n");
  }
  return absl::StrCat("<table class=\"fields\">", rows, "</table>\n");
}

}  // namespace zhiping::ctl
