#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/criteria/release.h"
#include "common/criteria/validate_parts.h"

namespace zhiping::criteria {
namespace {

using catalogue::v1::Edition;
using catalogue::v1::OfficialText;

class TextValidator {
 public:
  TextValidator(const std::string& source, Findings& findings)
      : lines_(absl::StrSplit(source, '\n')), findings_(findings) {}

  void Check(const OfficialText& text, const std::string& field) {
    CheckLines(text.text(), text.line(), text.last_line(), field);
  }

  void CheckLines(absl::string_view text, int first, int last, const std::string& field) {
    if (last == 0) last = first;
    if (first < 1 || last < first || last > static_cast<int>(lines_.size())) {
      findings_.Error(
          field, Reason::TEXT_NOT_IN_SOURCE,
          absl::StrCat("原文共 ", lines_.size(), " 行，没有第 ", first, " 至 ", last, " 行。"),
          absl::StrCat("The source has ", lines_.size(), " lines, but not ", first, " to ", last,
                       "."));
      return;
    }
    std::string joined;
    for (int line = first; line <= last; ++line) {
      absl::StrAppend(&joined, absl::StripAsciiWhitespace(lines_[line - 1]));
    }
    if (!text.empty() && joined.find(std::string(text)) != std::string::npos) return;
    findings_.Error(field, Reason::TEXT_NOT_IN_SOURCE,
                    absl::StrCat("原文第 ", first, " 行没有“", text, "”。"),
                    absl::StrCat("Line ", first, " of the source does not have \"", text, "\"."));
  }

 private:
  const std::vector<absl::string_view> lines_;
  Findings& findings_;
};

template <typename Terms>
void CheckTerms(const Terms& terms, const char* list, TextValidator& validator) {
  for (int i = 0; i < terms.size(); ++i) {
    validator.Check(terms[i].name(), absl::StrCat(list, "[", i, "].name"));
  }
}

}  // namespace

void ValidateTexts(const Edition& edition, const std::string& source, Findings& findings) {
  if (DigestOf(source) != absl::StrCat("sha256:", edition.source().sha256())) {
    findings.Error(
        "source.sha256", Reason::SOURCE_MISMATCH,
        absl::StrCat("原文文件的 SHA-256 是 ", DigestOf(source).substr(7), "。"),
        absl::StrCat("The SHA-256 of the source file is ", DigestOf(source).substr(7), "."));
  }
  TextValidator validator(source, findings);
  validator.Check(edition.title(), "title");
  validator.Check(edition.year_text(), "year_text");
  validator.Check(edition.purpose(), "purpose");
  validator.Check(edition.table_title(), "table_title");
  for (int i = 0; i < edition.headings_size(); ++i) {
    validator.Check(edition.headings(i), absl::StrCat("headings[", i, "]"));
  }
  CheckTerms(edition.levels(), "levels", validator);
  CheckTerms(edition.segments(), "segments", validator);
  CheckTerms(edition.typical_scenarios(), "typical_scenarios", validator);
  for (int i = 0; i < edition.scenarios_size(); ++i) {
    const auto& scenario = edition.scenarios(i);
    const std::string field = absl::StrCat("scenarios[", i, "]");
    validator.Check(scenario.name(), field + ".name");
    if (scenario.has_number()) {
      validator.CheckLines(absl::StrCat(scenario.number()), scenario.number_line(), 0,
                           field + ".number");
    }
    for (int k = 0; k < scenario.cells_size(); ++k) {
      const std::string cell = absl::StrCat(field, ".cells[", k, "]");
      if (scenario.cells(k).has_text()) {
        validator.Check(scenario.cells(k).text(), cell + ".text");
      } else {
        validator.CheckLines("/", scenario.cells(k).absent().line(), 0, cell + ".absent");
      }
    }
  }
}

}  // namespace zhiping::criteria
