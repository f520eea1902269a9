#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/criteria/release.h"
#include "common/criteria/source_claims.h"
#include "common/criteria/validate_parts.h"
#include "common/text/utf8.h"

namespace zhiping::criteria {
namespace {

using catalogue::v1::Edition;
using catalogue::v1::OfficialText;
using catalogue::v1::Scenario;

constexpr size_t kMaxShownBytes = 600;
// Between the typical scenarios of a line.
constexpr char kListMark[] = "、";

// What one line of the source says: without white space around it, and without the mark that some
// word processors leave there.
absl::string_view VisibleText(absl::string_view line) {
  line = absl::StripAsciiWhitespace(line);
  const size_t end = line.find(']');
  if (absl::StartsWith(line, "[bookmark:") && end != line.npos) line.remove_prefix(end + 1);
  return absl::StripAsciiWhitespace(line);
}

std::vector<absl::string_view> VisibleLines(absl::string_view source) {
  std::vector<absl::string_view> lines = absl::StrSplit(source, '\n');
  for (absl::string_view& line : lines) line = VisibleText(line);
  return lines;
}

std::string NameField(const char* list, int i) { return absl::StrCat(list, "[", i, "].name"); }

class TextValidator {
 public:
  TextValidator(const Edition& edition, const std::string& source, Findings& findings)
      : edition_(edition), lines_(VisibleLines(source)), findings_(findings), claims_(findings) {}

  void Run() {
    Check(edition_.title(), "title");
    Check(edition_.year_text(), "year_text");
    Check(edition_.purpose(), "purpose");
    Check(edition_.table_title(), "table_title");
    std::vector<PlacedText> headings, levels;
    for (int i = 0; i < edition_.headings_size(); ++i) {
      Append(Check(edition_.headings(i), absl::StrCat("headings[", i, "]")), headings);
    }
    for (int i = 0; i < edition_.levels_size(); ++i) {
      Append(Check(edition_.levels(i).name(), NameField("levels", i)), levels);
    }
    claims_.CheckOrder(headings);
    claims_.CheckOrder(levels);
    CheckSegments();
    CheckTypicalNames();
    std::vector<PlacedText> before;
    for (int i = 0; i < edition_.scenarios_size(); ++i) CheckRow(i, before);
    claims_.CheckNothingLeftOut(lines_, edition_.source().lines_left_out());
  }

 private:
  using Placed = std::optional<PlacedText>;

  static void Append(const Placed& text, std::vector<PlacedText>& texts) {
    if (text.has_value()) texts.push_back(*text);
  }

  void CheckSegments() {
    std::vector<PlacedText> in_order;
    for (int i = 0; i < edition_.segments_size(); ++i) {
      const auto& segment = edition_.segments(i);
      const Placed name = Check(segment.name(), NameField("segments", i));
      if (!name.has_value()) continue;
      in_order.push_back(*name);
      segments_.emplace(segment.id(), *name);
    }
    claims_.CheckOrder(in_order);
  }

  // Each is one of those that its lines list with 、 between them.
  void CheckTypicalNames() {
    for (int i = 0; i < edition_.typical_scenarios_size(); ++i) {
      const auto& typical = edition_.typical_scenarios(i);
      const std::string field = NameField("typical_scenarios", i);
      const Placed placed = Place(typical.name().line(), typical.name().last_line(), field);
      if (!placed.has_value()) continue;
      const std::string printed = Printed(*placed);
      const std::vector<std::string> listed = absl::StrSplit(printed, kListMark);
      if (std::find(listed.begin(), listed.end(), typical.name().text()) == listed.end()) {
        NotThere(typical.name().text(), printed, *placed);
      } else {
        claims_.ClaimPart(*placed);
        typical_.emplace(typical.id(), &typical.name());
      }
    }
  }

  // A scenario's texts stand together, after those of the scenario before: segment, name and cells
  // in this order, number and typical scenarios anywhere among them. `before`: its first and last
  // text.
  void CheckRow(int i, std::vector<PlacedText>& before) {
    const auto& scenario = edition_.scenarios(i);
    const std::string field = absl::StrCat("scenarios[", i, "]");
    std::vector<PlacedText> texts;
    // The name of a segment stands in its first row.
    if (const auto segment = segments_.find(scenario.segment()); segment != segments_.end()) {
      texts.push_back(segment->second);
      segments_.erase(segment);
    }
    Append(Check(scenario.name(), field + ".name"), texts);
    for (int k = 0; k < scenario.cells_size(); ++k) {
      const auto& cell = scenario.cells(k);
      const std::string of_cell = absl::StrCat(field, ".cells[", k, "]");
      Append(cell.has_text() ? Check(cell.text(), of_cell + ".text")
                             : CheckWhole("/", cell.absent().line(), 0, of_cell + ".absent"),
             texts);
    }
    claims_.CheckOrder(texts);
    if (scenario.has_number()) {
      Append(
          CheckWhole(absl::StrCat(scenario.number()), scenario.number_line(), 0, field + ".number"),
          texts);
    }
    Append(CheckTypical(scenario, field + ".typical_scenarios"), texts);
    if (texts.empty()) return;
    const auto [first, last] = std::minmax_element(
        texts.begin(), texts.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    if (!before.empty()) claims_.CheckOrder({before.back(), *first});
    before = {*first, *last};
  }

  // The typical scenarios of one scenario are all that their lines list, in that order.
  Placed CheckTypical(const Scenario& scenario, const std::string& field) {
    // Names by where they stand.
    std::vector<std::pair<PlacedText, std::string>> lists;
    for (const std::string& id : scenario.typical_scenarios()) {
      const auto typical = typical_.find(id);
      if (typical == typical_.end()) return std::nullopt;
      const OfficialText& name = *typical->second;
      const int last = std::max(name.line(), name.last_line());
      if (lists.empty() || lists.back().first.first != name.line()) {
        lists.push_back({{field, name.line(), last}, name.text()});
      } else {
        absl::StrAppend(&lists.back().second, kListMark, name.text());
      }
    }
    if (lists.empty()) return std::nullopt;
    for (const auto& [placed, names] : lists) {
      if (const std::string printed = Printed(placed); printed != names) {
        NotThere(names, printed, placed);
      }
    }
    return PlacedText{field, lists.front().first.first, lists.back().first.last};
  }

  // The text is all of its lines. Where it stands; nullopt, with a finding, if it does not.
  Placed Check(const OfficialText& text, const std::string& field) {
    return CheckWhole(text.text(), text.line(), text.last_line(), field);
  }
  Placed CheckWhole(absl::string_view text, int first, int last, const std::string& field) {
    Placed placed = Place(first, last, field);
    if (!placed.has_value()) return std::nullopt;
    const std::string printed = Printed(*placed);
    if (text.empty() || printed != text) {
      NotThere(text, printed, *placed);
      return std::nullopt;
    }
    claims_.Claim(*placed);
    return placed;
  }

  // nullopt, with a finding, if the source does not have the lines.
  Placed Place(int first, int last, const std::string& field) {
    if (last == 0) last = first;
    if (first >= 1 && last >= first && last <= static_cast<int>(lines_.size())) {
      return PlacedText{field, first, last};
    }
    findings_.Error(
        field, Reason::TEXT_NOT_IN_SOURCE,
        absl::StrCat("原文共 ", lines_.size(), " 行，没有第 ", first, " 至 ", last, " 行。"),
        absl::StrCat("The source has ", lines_.size(), " lines, but not ", first, " to ", last,
                     "."));
    return std::nullopt;
  }

  std::string Printed(const PlacedText& placed) const {
    return absl::StrJoin(lines_.begin() + placed.first - 1, lines_.begin() + placed.last, "");
  }

  void NotThere(absl::string_view text, absl::string_view printed, const PlacedText& placed) {
    claims_.Excuse(placed);
    const std::string there = Clip(printed, kMaxShownBytes);
    const std::string claimed = Clip(text, kMaxShownBytes);
    findings_.Error(
        placed.field, Reason::TEXT_NOT_IN_SOURCE,
        absl::StrCat("原文第 ", placed.first, " 行是“", there, "”，不是“", claimed, "”。"),
        absl::StrCat("Line ", placed.first, " of the source is \"", there, "\", not \"", claimed,
                     "\"."));
  }

  const Edition& edition_;
  const std::vector<absl::string_view> lines_;
  Findings& findings_;
  SourceClaims claims_;
  // By id: segments of which no row was met yet, and typical scenarios that stand where they say.
  std::map<std::string, PlacedText> segments_;
  std::map<std::string, const OfficialText*> typical_;
};

}  // namespace

void ValidateTexts(const Edition& edition, const std::string& source, Findings& findings) {
  if (DigestOf(source) != absl::StrCat("sha256:", edition.source().sha256())) {
    findings.Error(
        "source.sha256", Reason::SOURCE_MISMATCH,
        absl::StrCat("原文文件的 SHA-256 是 ", DigestOf(source).substr(7), "。"),
        absl::StrCat("The SHA-256 of the source file is ", DigestOf(source).substr(7), "."));
  }
  if (!IsUtf8(source)) {
    findings.Error("source.file", Reason::UNKNOWN_ENCODING, "原文文件不是 UTF-8 编码。",
                   "The source file is not UTF-8.");
    return;
  }
  TextValidator(edition, source, findings).Run();
}

}  // namespace zhiping::criteria
