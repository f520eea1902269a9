#include "services/ctl/text_change_report.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/ctl/display_width.h"
#include "services/ctl/words.h"

namespace zhiping::ctl {
namespace {

using catalogue::v1::TextPiece;
using criteria::Criteria;

// What stands between the brackets of a field such as `levels[basic].name`; empty if there are
// none.
std::string KeyOf(absl::string_view field) {
  const size_t begin = field.find('[');
  const size_t end = field.find(']');
  if (begin == field.npos || end == field.npos) return "";
  return std::string(field.substr(begin + 1, end - begin - 1));
}

}  // namespace

std::string NameOfAnswer(const std::string& answer, const Criteria& criteria,
                         const Screen& screen) {
  const int level = criteria.FindLevel(answer);
  const std::string name = level < 0 ? answer : criteria.edition().levels(level).name().text();
  return AnswerName(answer, name, screen);
}

std::string TextField(const std::string& field, const Criteria& from, const Criteria& to,
                      const Screen& screen) {
  const std::string key = KeyOf(field);
  if (field == "title") return std::string(screen.Say("标题", "title"));
  if (field == "year_text") return std::string(screen.Say("年版", "edition"));
  if (field == "purpose") return std::string(screen.Say("导语", "preamble"));
  if (field == "table_title") return std::string(screen.Say("表题", "title of the table"));
  if (field == "name") return std::string(screen.Say("场景名称", "name"));
  if (field == "typical_scenarios") return std::string(screen.Say("典型场景", "typical scenarios"));
  if (absl::StartsWith(field, "headings["))
    return absl::StrCat(screen.Say("表头 ", "heading "), key);
  if (absl::StartsWith(field, "cells[")) {
    return absl::StrCat(screen.Say("应用等级：", "level "),
                        NameOfAnswer(key, to.FindLevel(key) < 0 ? from : to, screen));
  }
  if (absl::StartsWith(field, "levels["))
    return absl::StrCat(screen.Say("应用等级的名称 ", "name of level "), key);
  if (absl::StartsWith(field, "segments["))
    return absl::StrCat(screen.Say("环节的名称 ", "name of segment "), key);
  if (absl::StartsWith(field, "scenarios["))
    return absl::StrCat(screen.Say("场景的序号 ", "number of scenario "), key);
  return field;
}

std::string TextDifference(const std::string& field,
                           const google::protobuf::RepeatedPtrField<TextPiece>& pieces,
                           const Screen& screen) {
  std::string plain, coloured;
  for (const TextPiece& piece : pieces) {
    const bool same = piece.kind() == TextPiece::SAME;
    const bool added = piece.kind() == TextPiece::ADDED;
    const std::string marked = same    ? piece.text()
                               : added ? absl::StrCat("{+", piece.text(), "+}")
                                       : absl::StrCat("[-", piece.text(), "-]");
    absl::StrAppend(&plain, marked);
    absl::StrAppend(&coloured, same    ? marked
                               : added ? screen.Added(marked)
                                       : screen.Removed(marked));
  }
  const std::string first = absl::StrCat("      ", field, screen.Say("：", ": "));
  return screen.colours ? absl::StrCat(first, coloured, "\n") : Hang(first, plain, screen.width);
}

}  // namespace zhiping::ctl
