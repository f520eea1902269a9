#include "services/ctl/flag_lists.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/status/error.h"

namespace zhiping::ctl {
namespace {

// The parts of a list that are not blank, trimmed.
std::vector<std::string> Parts(absl::string_view text) {
  const std::string plain =
      absl::StrReplaceAll(text, {{"，", ","}, {"\n", ","}, {"＝", "="}, {"：", ":"}});
  std::vector<std::string> parts;
  for (const absl::string_view part : absl::StrSplit(plain, ',')) {
    const absl::string_view trimmed = absl::StripAsciiWhitespace(part);
    if (!trimmed.empty()) parts.emplace_back(trimmed);
  }
  return parts;
}

std::string Trimmed(absl::string_view text) {
  return std::string(absl::StripAsciiWhitespace(text));
}

void AddMalformed(const std::string& field, absl::string_view part, absl::string_view form,
                  Violations& violations) {
  violations.Add(field, Reason::MALFORMED,
                 absl::StrCat("“", part, "”无法识别，应写成 ", form, "。"),
                 absl::StrCat("\"", part, "\" cannot be read; write ", form, "."));
}

struct Flag {
  absl::string_view field;
  absl::string_view flag;
};

constexpr Flag kFlags[] = {{"facts", "--facts"},
                           {"costs", "--cost"},
                           {"excludedScenarios", "--exclude"},
                           {"tier", "--tier"}};

// Where in the flags a field stands; an empty text if it stands in none.
common::v1::LocalText PlaceOf(absl::string_view field) {
  const size_t bracket = field.find('[');
  for (const Flag& flag : kFlags) {
    if (field.substr(0, std::min(bracket, field.find('.'))) != flag.field) continue;
    int number = 0;
    if (bracket == absl::string_view::npos ||
        !absl::SimpleAtoi(field.substr(bracket + 1, field.find(']') - bracket - 1), &number)) {
      return MakeText(absl::StrCat(flag.flag, "："), absl::StrCat(flag.flag, ": "));
    }
    return MakeText(absl::StrCat(flag.flag, " 第 ", number + 1, " 项："),
                    absl::StrCat(flag.flag, ", item ", number + 1, ": "));
  }
  return {};
}

}  // namespace

absl::StatusOr<criteria::FactList> ParseFacts(absl::string_view text) {
  criteria::FactList facts;
  Violations violations;
  for (const std::string& part : Parts(text)) {
    const std::vector<std::string> sides = absl::StrSplit(part, absl::ByAnyChar("=:"));
    if (sides.size() != 2) {
      AddMalformed(absl::StrCat("facts[", facts.size(), "]"), part, "name=value", violations);
    }
    auto& fact = *facts.Add();
    fact.set_fact(Trimmed(sides[0]));
    if (sides.size() > 1) fact.set_value(Trimmed(sides[1]));
  }
  if (!violations.empty()) return violations.ToStatus();
  return facts;
}

absl::Status ParseCosts(absl::string_view text, scoring::v1::PlanUpgradeRequest& request) {
  Violations violations;
  for (const std::string& part : Parts(text)) {
    const std::string field = absl::StrCat("costs[", request.costs_size(), "]");
    auto& cost = *request.add_costs();
    const size_t equals = part.rfind('=');
    const size_t colon = part.rfind(':', equals);
    if (equals == std::string::npos || colon == std::string::npos) {
      AddMalformed(field, part, "scenario:level=cost", violations);
      continue;
    }
    cost.set_scenario(Trimmed(part.substr(0, colon)));
    cost.set_level(Trimmed(part.substr(colon + 1, equals - colon - 1)));
    int32_t number = 0;
    if (!absl::SimpleAtoi(part.substr(equals + 1), &number)) {
      violations.Add(absl::StrCat(field, ".cost"), Reason::COST_OUT_OF_RANGE,
                     absl::StrCat("成本“", part.substr(equals + 1), "”应为 0 至 1000000 的整数。"),
                     absl::StrCat("The cost \"", part.substr(equals + 1),
                                  "\" should be a whole number from 0 to 1000000."));
    }
    cost.set_cost(number);
  }
  return violations.ToStatus();
}

void ParseExclusions(absl::string_view text, scoring::v1::PlanUpgradeRequest& request) {
  for (const std::string& part : Parts(text)) request.add_excluded_scenarios(part);
}

absl::Status WithFlags(const absl::Status& status) {
  ErrorDetail detail = DetailOf(status);
  for (auto& violation : *detail.mutable_violations()) {
    const common::v1::LocalText place = PlaceOf(violation.field());
    violation.mutable_message()->mutable_zh()->insert(0, place.zh());
    violation.mutable_message()->mutable_en()->insert(0, place.en());
  }
  if (detail.violations_size() == 1) *detail.mutable_message() = detail.violations(0).message();
  return MakeError(status.code(), detail);
}

}  // namespace zhiping::ctl
