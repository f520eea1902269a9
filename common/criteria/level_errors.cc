#include "common/criteria/level_errors.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/text/utf8.h"

namespace zhiping::criteria {
namespace {

// Levels as people may type them: 「入门级（entry）、基础级（basic）」 / "entry, basic".
common::v1::LocalText NamesOf(const Criteria& criteria, const std::vector<int>& ranks) {
  std::vector<std::string> zh, en;
  for (const int rank : ranks) {
    const auto& level = criteria.edition().levels(rank - 1);
    zh.push_back(absl::StrCat(level.name().text(), "（", level.id(), "）"));
    en.push_back(level.id());
  }
  return MakeText(absl::StrJoin(zh, "、"), absl::StrJoin(en, ", "));
}

std::vector<int> ExistingLevels(const Criteria& criteria, int scenario) {
  std::vector<int> ranks;
  for (int rank = 1; rank <= criteria.level_count(); ++rank) {
    if (criteria.LevelExists(scenario, rank)) ranks.push_back(rank);
  }
  return ranks;
}

std::vector<uint32_t> SortedCharacters(absl::string_view text) {
  std::vector<uint32_t> characters;
  while (!text.empty()) {
    const Utf8Character character = FirstCharacter(text);
    characters.push_back(character.code_point);
    text.remove_prefix(std::max<size_t>(character.size, 1));
  }
  std::sort(characters.begin(), characters.end());
  return characters;
}

// The level whose name shares the most characters with `name`, alone among those of `ranks`; all of
// them if several share as many.
std::vector<int> Nearest(const Criteria& criteria, const std::vector<int>& ranks,
                         absl::string_view name) {
  const std::vector<uint32_t> wanted = SortedCharacters(name);
  std::vector<int> nearest;
  size_t most = 0;
  for (const int rank : ranks) {
    std::vector<uint32_t> shared;
    const std::vector<uint32_t> level =
        SortedCharacters(criteria.edition().levels(rank - 1).name().text());
    std::set_intersection(wanted.begin(), wanted.end(), level.begin(), level.end(),
                          std::back_inserter(shared));
    if (shared.size() > most) nearest.clear();
    if (shared.size() >= most) nearest.push_back(rank);
    most = std::max(most, shared.size());
  }
  return nearest.size() == 1 ? nearest : ranks;
}

}  // namespace

FieldViolation DescribeWrongLevel(const Criteria& criteria, int scenario, absl::string_view level,
                                  absl::string_view field) {
  const std::vector<int> existing = ExistingLevels(criteria, scenario);
  if (const int number = criteria.FindTierByAnyName(level); number >= 0) {
    const auto& tier = criteria.rulebook().tiers(number);
    const auto meant = NamesOf(criteria, Nearest(criteria, existing, tier.name().zh()));
    return MakeViolation(
        field, Reason::LEVEL_IS_TIER,
        absl::StrCat("“", level, "”是智能工厂层级，不是应用等级；您可能想填：", meant.zh(), "。"),
        absl::StrCat("\"", level, "\" (", tier.name().en(),
                     ") is a tier of smart factory, not a level; perhaps you meant: ", meant.en(),
                     "."));
  }
  const auto known = NamesOf(criteria, existing);
  const std::string zh =
      absl::StrCat("；该场景可填：", known.zh(), "、未达级（none）或不适用（not_applicable）。");
  const std::string en =
      absl::StrCat("; this scenario takes ", known.en(), ", none or not_applicable.");
  if (level == "/" || level == "／") {
    return MakeViolation(
        field, Reason::LEVEL_NOT_AVAILABLE,
        absl::StrCat("“", level, "”在官方表中表示没有这一级，不能填报", zh),
        absl::StrCat("\"", level, "\" marks a level that does not exist in the official ",
                     "table and cannot be claimed", en));
  }
  return MakeViolation(field, Reason::UNKNOWN_LEVEL, absl::StrCat("没有应用等级“", level, "”", zh),
                       absl::StrCat("There is no level \"", level, "\"", en));
}

FieldViolation DescribeAbsentLevel(const Criteria& criteria, int scenario, int rank,
                                   absl::string_view field) {
  const auto& row = criteria.edition().scenarios(scenario);
  const auto& level = criteria.edition().levels(rank - 1);
  const auto existing = NamesOf(criteria, ExistingLevels(criteria, scenario));
  return MakeViolation(
      field, Reason::LEVEL_NOT_AVAILABLE,
      absl::StrCat("场景“", row.name().text(), "”没有", level.name().text(),
                   "（官方表中为“/”）；可填：", existing.zh(), "。"),
      absl::StrCat("Scenario ", row.id(), " has no level ", level.id(),
                   " (\"/\" in the official table); it has: ", existing.en(), "."));
}

}  // namespace zhiping::criteria
