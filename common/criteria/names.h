// What people call things: every spelling by which Criteria finds a scenario, an answer or a tier.
// Look-ups accept these and nothing else, and validation holds them unambiguous.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "zhiping/catalogue/v1/edition.pb.h"
#include "zhiping/catalogue/v1/rulebook.pb.h"

namespace zhiping::criteria {

struct Spelling {
  std::string text;
  // Id of what it means.
  std::string id;
  // Where it stands, such as `levels[0].name`; empty if it is accepted under every edition.
  std::string field;
};

// Ids, official names and printed numbers.
std::vector<Spelling> ScenarioSpellings(const catalogue::v1::Edition& edition);
// Ids and official names of levels, and the words for `none` and `not_applicable`, which come
// first.
std::vector<Spelling> AnswerSpellings(const catalogue::v1::Edition& edition);
// Ids and names in both languages.
std::vector<Spelling> TierSpellings(const catalogue::v1::Rulebook& rulebook);

// The same for spellings that no look-up tells apart: ASCII letters count in any case.
std::string NameKey(absl::string_view spelling);

}  // namespace zhiping::criteria
