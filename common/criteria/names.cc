#include "common/criteria/names.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/criteria/criteria.h"

namespace zhiping::criteria {

using catalogue::v1::Edition;
using catalogue::v1::Rulebook;

std::vector<Spelling> ScenarioSpellings(const Edition& edition) {
  std::vector<Spelling> spellings;
  for (int i = 0; i < edition.scenarios_size(); ++i) {
    const auto& scenario = edition.scenarios(i);
    const std::string field = absl::StrCat("scenarios[", i, "]");
    spellings.push_back({scenario.id(), scenario.id(), field + ".id"});
    spellings.push_back({scenario.name().text(), scenario.id(), field + ".name"});
    if (scenario.has_number()) {
      spellings.push_back({absl::StrCat(scenario.number()), scenario.id(), field + ".number"});
    }
  }
  return spellings;
}

std::vector<Spelling> AnswerSpellings(const Edition& edition) {
  std::vector<Spelling> spellings;
  for (const char* none : {kNoneId, "未达级", "未达到", "未应用", "无"}) {
    spellings.push_back({none, kNoneId, ""});
  }
  for (const char* not_applicable : {kNotApplicableId, "不适用"}) {
    spellings.push_back({not_applicable, kNotApplicableId, ""});
  }
  for (int i = 0; i < edition.levels_size(); ++i) {
    const auto& level = edition.levels(i);
    const std::string field = absl::StrCat("levels[", i, "]");
    spellings.push_back({level.id(), level.id(), field + ".id"});
    spellings.push_back({level.name().text(), level.id(), field + ".name"});
  }
  return spellings;
}

std::vector<Spelling> TierSpellings(const Rulebook& rulebook) {
  std::vector<Spelling> spellings;
  for (int i = 0; i < rulebook.tiers_size(); ++i) {
    const auto& tier = rulebook.tiers(i);
    const std::string field = absl::StrCat("tiers[", i, "]");
    spellings.push_back({tier.id(), tier.id(), field + ".id"});
    spellings.push_back({tier.name().zh(), tier.id(), field + ".name.zh"});
    spellings.push_back({tier.name().en(), tier.id(), field + ".name.en"});
  }
  return spellings;
}

std::string NameKey(absl::string_view spelling) { return absl::AsciiStrToLower(spelling); }

int Criteria::Find(const Index& index, absl::string_view id) {
  const auto found = index.find(id);
  return found == index.end() ? -1 : found->second;
}

int Criteria::FindLevel(absl::string_view id) const {
  for (int i = 0; i < level_count(); ++i) {
    if (absl::string_view(edition().levels(i).id()) == id) return i;
  }
  return -1;
}

int Criteria::FindAnswerCode(absl::string_view id) const {
  const int level = FindLevel(id);
  if (level >= 0) return CodeOfRank(level + 1);
  if (id == kNoneId) return kNone;
  if (id == kNotApplicableId) return kNotApplicable;
  return -1;
}

int Criteria::FindScenarioByAnyName(absl::string_view name) const {
  const int scenario = FindScenario(name);
  return scenario >= 0 ? scenario : Find(scenario_names_, NameKey(name));
}

int Criteria::FindFactByAnyName(absl::string_view name) const {
  const int fact = FindFact(name);
  return fact >= 0 ? fact : FindFact(NameKey(name));
}

int Criteria::FindTierByAnyName(absl::string_view name) const {
  return Find(tier_names_, NameKey(name));
}

int Criteria::FindAnswerCodeByAnyName(absl::string_view name) const {
  const int code = FindAnswerCode(name);
  return code >= 0 ? code : Find(answer_names_, NameKey(name));
}

absl::string_view Criteria::AnswerId(uint8_t code) const {
  if (code == kMissing) return "";
  if (code == kNone) return kNoneId;
  if (code == kNotApplicable) return kNotApplicableId;
  return edition().levels(RankOfCode(code) - 1).id();
}

}  // namespace zhiping::criteria
