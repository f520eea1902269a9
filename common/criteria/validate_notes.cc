#include <set>

#include "absl/strings/str_cat.h"
#include "common/criteria/validate_parts.h"

namespace zhiping::criteria {
namespace {

using catalogue::v1::Edition;
using catalogue::v1::Notes;

// Compares the ids that the notes explain with those of the edition.
class NotesValidator {
 public:
  explicit NotesValidator(Findings& findings) : findings_(findings) {}

  template <typename Terms, typename NoteList, typename IdOf>
  void Check(const Terms& terms, const NoteList& notes, const char* list, IdOf id_of) {
    std::set<std::string> open;
    for (const auto& term : terms) open.insert(term.id());
    const std::set<std::string> known = open;
    for (int i = 0; i < notes.size(); ++i) {
      const std::string& id = id_of(notes[i]);
      if (open.erase(id) > 0) continue;
      const bool twice = known.count(id) > 0;
      findings_.Error(
          absl::StrCat(list, "[", i, "]"), twice ? Reason::DUPLICATE_ID : Reason::NOTES_INCOMPLETE,
          absl::StrCat("“", id, "”", twice ? "重复出现。" : "不在年版中。"),
          absl::StrCat("\"", id, "\" ", twice ? "appears twice." : "is not in the edition."));
    }
    for (const std::string& id : open) {
      findings_.Warning(list, Reason::NOTES_INCOMPLETE, absl::StrCat("没有“", id, "”的说明。"),
                        absl::StrCat("There is no note on \"", id, "\"."));
    }
  }

 private:
  Findings& findings_;
};

}  // namespace

void ValidateNotes(const Edition& edition, const Notes& notes, Findings& findings) {
  if (notes.edition() != edition.id()) {
    findings.Error("edition", Reason::WRONG_EDITION, absl::StrCat("应为“", edition.id(), "”。"),
                   absl::StrCat("Should be \"", edition.id(), "\"."));
  }
  const auto id_of_term = [](const auto& note) -> const std::string& { return note.id(); };
  const auto id_of_scenario = [](const auto& note) -> const std::string& {
    return note.scenario();
  };
  NotesValidator validator(findings);
  validator.Check(edition.levels(), notes.levels(), "levels", id_of_term);
  validator.Check(edition.segments(), notes.segments(), "segments", id_of_term);
  validator.Check(edition.typical_scenarios(), notes.typical_scenarios(), "typical_scenarios",
                  id_of_term);
  validator.Check(edition.scenarios(), notes.scenarios(), "scenarios", id_of_scenario);
  ValidateEnglishNames(edition, notes, findings);
}

}  // namespace zhiping::criteria
