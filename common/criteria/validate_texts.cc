#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/criteria/release.h"
#include "common/criteria/validate_parts.h"
#include "common/text/utf8.h"

namespace zhiping::criteria {
namespace {

using catalogue::v1::Edition;
using catalogue::v1::OfficialText;

constexpr size_t kMaxShownBytes = 600;

// What one line of the source says: without white space around it, and without the mark that some
// word processors leave there.
absl::string_view VisibleText(absl::string_view line) {
  line = absl::StripAsciiWhitespace(line);
  const size_t end = line.find(']');
  if (absl::StartsWith(line, "[bookmark:") && end != line.npos) line.remove_prefix(end + 1);
  return absl::StripAsciiWhitespace(line);
}

class TextValidator {
 public:
  TextValidator(const std::string& source, Findings& findings)
      : lines_(absl::StrSplit(source, '\n')), findings_(findings) {}

  // The text is all of its lines.
  void Check(const OfficialText& text, const std::string& field) {
    CheckWhole(text.text(), text.line(), text.last_line(), field);
  }
  void CheckWhole(absl::string_view text, int first, int last, const std::string& field) {
    const std::optional<std::string> printed = Printed(first, last, field);
    if (!printed.has_value() || (!text.empty() && *printed == text)) return;
    NotThere(text, *printed, first, field);
  }

  // The text is one of those that its lines list with 、 between them.
  void CheckListed(const OfficialText& text, const std::string& field) {
    const std::optional<std::string> printed = Printed(text.line(), text.last_line(), field);
    if (!printed.has_value()) return;
    for (const absl::string_view listed : absl::StrSplit(*printed, "、")) {
      if (!listed.empty() && listed == text.text()) return;
    }
    NotThere(text.text(), *printed, text.line(), field);
  }

 private:
  // What the lines say; nullopt, with a finding, if the source does not have them.
  std::optional<std::string> Printed(int first, int last, const std::string& field) {
    if (last == 0) last = first;
    if (first < 1 || last < first || last > static_cast<int>(lines_.size())) {
      findings_.Error(
          field, Reason::TEXT_NOT_IN_SOURCE,
          absl::StrCat("原文共 ", lines_.size(), " 行，没有第 ", first, " 至 ", last, " 行。"),
          absl::StrCat("The source has ", lines_.size(), " lines, but not ", first, " to ", last,
                       "."));
      return std::nullopt;
    }
    std::string joined;
    for (int line = first; line <= last; ++line) {
      absl::StrAppend(&joined, VisibleText(lines_[line - 1]));
    }
    return joined;
  }

  void NotThere(absl::string_view text, absl::string_view printed, int line,
                const std::string& field) {
    const std::string there = Clip(printed, kMaxShownBytes);
    const std::string claimed = Clip(text, kMaxShownBytes);
    findings_.Error(
        field, Reason::TEXT_NOT_IN_SOURCE,
        absl::StrCat("原文第 ", line, " 行是“", there, "”，不是“", claimed, "”。"),
        absl::StrCat("Line ", line, " of the source is \"", there, "\", not \"", claimed, "\"."));
  }

  const std::vector<absl::string_view> lines_;
  Findings& findings_;
};

std::string NameField(const char* list, int i) { return absl::StrCat(list, "[", i, "].name"); }

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
  TextValidator validator(source, findings);
  validator.Check(edition.title(), "title");
  validator.Check(edition.year_text(), "year_text");
  validator.Check(edition.purpose(), "purpose");
  validator.Check(edition.table_title(), "table_title");
  for (int i = 0; i < edition.headings_size(); ++i) {
    validator.Check(edition.headings(i), absl::StrCat("headings[", i, "]"));
  }
  for (int i = 0; i < edition.levels_size(); ++i) {
    validator.Check(edition.levels(i).name(), NameField("levels", i));
  }
  for (int i = 0; i < edition.segments_size(); ++i) {
    validator.Check(edition.segments(i).name(), NameField("segments", i));
  }
  for (int i = 0; i < edition.typical_scenarios_size(); ++i) {
    validator.CheckListed(edition.typical_scenarios(i).name(), NameField("typical_scenarios", i));
  }
  for (int i = 0; i < edition.scenarios_size(); ++i) {
    const auto& scenario = edition.scenarios(i);
    const std::string field = absl::StrCat("scenarios[", i, "]");
    validator.Check(scenario.name(), field + ".name");
    if (scenario.has_number()) {
      validator.CheckWhole(absl::StrCat(scenario.number()), scenario.number_line(), 0,
                           field + ".number");
    }
    for (int k = 0; k < scenario.cells_size(); ++k) {
      const std::string cell = absl::StrCat(field, ".cells[", k, "]");
      if (scenario.cells(k).has_text()) {
        validator.Check(scenario.cells(k).text(), cell + ".text");
      } else {
        validator.CheckWhole("/", scenario.cells(k).absent().line(), 0, cell + ".absent");
      }
    }
  }
}

}  // namespace zhiping::criteria
