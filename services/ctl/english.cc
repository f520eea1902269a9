#include "services/ctl/english.h"

#include "absl/strings/str_cat.h"
#include "common/criteria/names.h"
#include "services/ctl/display_width.h"

namespace zhiping::ctl {
namespace {

absl::string_view NameOf(absl::string_view id,
                         const google::protobuf::RepeatedPtrField<catalogue::v1::TermNote>& terms) {
  for (const auto& term : terms) {
    if (term.id() == id) return term.name_en();
  }
  return "";
}

}  // namespace

const catalogue::v1::ScenarioNote* English::Find(absl::string_view scenario) const {
  for (const auto& note : notes_.scenarios()) {
    if (note.scenario() == scenario) return &note;
  }
  return nullptr;
}

std::string English::Title() const {
  return notes_.title_en().empty() ? ""
                                   : absl::StrCat(notes_.title_en(), " ", notes_.year_text_en());
}

absl::string_view English::Segment(absl::string_view id) const {
  return NameOf(id, notes_.segments());
}

absl::string_view English::Level(absl::string_view id) const { return NameOf(id, notes_.levels()); }

absl::string_view English::TypicalScenario(absl::string_view id) const {
  return NameOf(id, notes_.typical_scenarios());
}

absl::string_view English::Scenario(absl::string_view id) const {
  const auto* const note = Find(id);
  return note == nullptr ? absl::string_view() : note->name_en();
}

absl::string_view English::Text(absl::string_view scenario, absl::string_view level) const {
  const auto* const note = Find(scenario);
  if (note == nullptr) return "";
  for (const auto& of_level : note->levels()) {
    if (of_level.level() == level) return of_level.text_en();
  }
  return "";
}

std::string English::ScenarioWritten(const std::string& name) const {
  for (const auto& note : notes_.scenarios()) {
    if (!name.empty() && criteria::NameKey(note.name_en()) == criteria::NameKey(name))
      return note.scenario();
  }
  return name;
}

std::string English::LevelWritten(const std::string& name) const {
  for (const auto& note : notes_.levels()) {
    if (!name.empty() && criteria::NameKey(note.name_en()) == criteria::NameKey(name))
      return note.id();
  }
  return name;
}

std::string English::Header(const Screen& screen) const {
  if (screen.language != Language::kEnglish || Title().empty()) return "";
  return absl::StrCat(
      Hang("", Title(), screen.width),
      screen.Dim("English of the edition: the platform's, not official (平台说明，非官方文本)"),
      "\n");
}

}  // namespace zhiping::ctl
