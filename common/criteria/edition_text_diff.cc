#include "common/criteria/edition_text_diff.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace zhiping::criteria {
namespace {

using catalogue::v1::Edition;
using catalogue::v1::Scenario;

// In the new order, then those that are gone.
template <typename Terms>
void DiffNames(const char* list, const Terms& from, const Terms& to, TextChanges& changes) {
  Names gone = NamesById(from);
  for (const auto& term : to) {
    AddTextChange(NameField(list, term.id()), gone[term.id()], term.name().text(), changes);
    gone.erase(term.id());
  }
  for (const auto& term : from) {
    if (gone.count(term.id()) == 0) continue;
    AddTextChange(NameField(list, term.id()), term.name().text(), "", changes);
  }
}

// As printed; empty if there is none.
std::string NumberOf(const Scenario& scenario) {
  return scenario.has_number() ? absl::StrCat(scenario.number()) : "";
}

// Of the scenarios that both have: what is new or withdrawn has a passage that says so.
void DiffNumbers(const Edition& from, const Edition& to, TextChanges& changes) {
  std::map<std::string, std::string> numbers;
  for (const Scenario& scenario : from.scenarios()) numbers[scenario.id()] = NumberOf(scenario);
  for (const Scenario& scenario : to.scenarios()) {
    const auto before = numbers.find(scenario.id());
    if (before == numbers.end()) continue;
    AddTextChange(absl::StrCat("scenarios[", scenario.id(), "].number"), before->second,
                  NumberOf(scenario), changes);
  }
}

}  // namespace

std::string NameField(const char* list, const std::string& id) {
  return absl::StrCat(list, "[", id, "].name");
}

void DiffEditionTexts(const Edition& from, const Edition& to, TextChanges& changes) {
  AddTextChange("title", from.title().text(), to.title().text(), changes);
  AddTextChange("year_text", from.year_text().text(), to.year_text().text(), changes);
  AddTextChange("purpose", from.purpose().text(), to.purpose().text(), changes);
  AddTextChange("table_title", from.table_title().text(), to.table_title().text(), changes);
  for (int i = 0; i < std::max(from.headings_size(), to.headings_size()); ++i) {
    AddTextChange(absl::StrCat("headings[", i, "]"),
                  i < from.headings_size() ? from.headings(i).text() : "",
                  i < to.headings_size() ? to.headings(i).text() : "", changes);
  }
  DiffNames("levels", from.levels(), to.levels(), changes);
  DiffNames("segments", from.segments(), to.segments(), changes);
  DiffNumbers(from, to, changes);
}

}  // namespace zhiping::criteria
