// Differences of the official texts that belong to no single scenario.
#pragma once

#include <map>
#include <string>

#include "common/criteria/text_diff.h"
#include "zhiping/catalogue/v1/edition.pb.h"

namespace zhiping::criteria {

// As Passport.text_changes says.
void DiffEditionTexts(const catalogue::v1::Edition& from, const catalogue::v1::Edition& to,
                      TextChanges& changes);

// `levels[basic].name`: the field under which DiffEditionTexts reports the name of a level or
// segment.
std::string NameField(const char* list, const std::string& id);

// Names of levels, segments, typical scenarios or scenarios by id.
using Names = std::map<std::string, std::string>;
template <typename Terms>
Names NamesById(const Terms& terms) {
  Names names;
  for (const auto& term : terms) names[term.id()] = term.name().text();
  return names;
}

}  // namespace zhiping::criteria
