#include "services/ctl/flag_lists.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "services/ctl/spelling.h"

namespace zhiping::ctl {
namespace {

// The parts of a list that are not blank, as they are spelled.
std::vector<std::string> Parts(absl::string_view text) {
  const std::string plain =
      absl::StrReplaceAll(text, {{"，", ","}, {"\n", ","}, {"＝", "="}, {"：", ":"}});
  std::vector<std::string> parts;
  for (const absl::string_view part : absl::StrSplit(plain, ',')) {
    std::string spelled = Spelled(part);
    if (!spelled.empty()) parts.push_back(std::move(spelled));
  }
  return parts;
}

void AddMalformed(const std::string& field, absl::string_view part, absl::string_view form_zh,
                  absl::string_view form_en, Violations& violations) {
  violations.Add(field, Reason::MALFORMED,
                 absl::StrCat("“", part, "”无法识别，应写成“", form_zh, "”。"),
                 absl::StrCat("\"", part, "\" cannot be read; write ", form_en, "."));
}

struct Flag {
  absl::string_view field;
  absl::string_view flag;
};

// In the order in which faults are listed.
constexpr Flag kFlags[] = {
    {"programme", "--programme"}, {"releaseDigest", "--release"},     {"facts", "--facts"},
    {"tier", "--tier"},           {"excludedScenarios", "--exclude"}, {"costs", "--cost"}};

// Which of kFlags a field stands in, and which part of it, from 0; −1: none.
std::pair<int, int> PartOf(absl::string_view field) {
  const size_t bracket = field.find('[');
  const absl::string_view name = field.substr(0, std::min(bracket, field.find('.')));
  for (int f = 0; f < static_cast<int>(std::size(kFlags)); ++f) {
    if (name != kFlags[f].field) continue;
    int number = 0;
    const bool is_part =
        bracket != absl::string_view::npos &&
        absl::SimpleAtoi(field.substr(bracket + 1, field.find(']') - bracket - 1), &number);
    return {f, is_part ? number : -1};
  }
  return {-1, -1};
}

// Where in the flags a field stands; an empty text if it stands in none.
common::v1::LocalText PlaceOf(absl::string_view field) {
  const auto [f, number] = PartOf(field);
  if (f < 0) return {};
  const absl::string_view flag = kFlags[f].flag;
  if (number < 0) return MakeText(absl::StrCat(flag, "："), absl::StrCat(flag, ": "));
  return MakeText(absl::StrCat(flag, " 第 ", number + 1, " 项："),
                  absl::StrCat(flag, ", item ", number + 1, ": "));
}

}  // namespace

criteria::FactList ParseFacts(absl::string_view text, Violations& faults) {
  criteria::FactList facts;
  for (const std::string& part : Parts(text)) {
    const std::vector<std::string> sides = absl::StrSplit(part, absl::ByAnyChar("=:"));
    if (sides.size() != 2) {
      AddMalformed(absl::StrCat("facts[", facts.size(), "]"), part, "指标=数值", "name=value",
                   faults);
    }
    auto& fact = *facts.Add();
    fact.set_fact(Spelled(sides[0]));
    if (sides.size() > 1) fact.set_value(Spelled(sides[1]));
  }
  return facts;
}

void ParseCosts(absl::string_view text, scoring::v1::PlanUpgradeRequest& request,
                Violations& faults) {
  for (const std::string& part : Parts(text)) {
    const std::string field = absl::StrCat("costs[", request.costs_size(), "]");
    auto& cost = *request.add_costs();
    const size_t equals = part.rfind('=');
    const size_t colon = part.rfind(':', equals);
    if (equals == std::string::npos || colon == std::string::npos) {
      AddMalformed(field, part, "场景:等级=成本", "scenario:level=cost", faults);
      continue;
    }
    cost.set_scenario(Spelled(part.substr(0, colon)));
    cost.set_level(Spelled(part.substr(colon + 1, equals - colon - 1)));
    const std::string given = Spelled(part.substr(equals + 1));
    int32_t number = 0;
    if (!absl::SimpleAtoi(given, &number)) {
      faults.Add(
          absl::StrCat(field, ".cost"), Reason::COST_OUT_OF_RANGE,
          absl::StrCat("成本“", given, "”应为 0 至 1000000 的整数。"),
          absl::StrCat("The cost \"", given, "\" should be a whole number from 0 to 1000000."));
    }
    cost.set_cost(number);
  }
}

void ParseExclusions(absl::string_view text, scoring::v1::PlanUpgradeRequest& request) {
  for (const std::string& part : Parts(text)) request.add_excluded_scenarios(part);
}

absl::Status JoinFaults(const Violations& faults, const absl::Status& status) {
  if (faults.empty()) return status;
  const ErrorDetail said = DetailOf(status);
  // Whoever could not be asked says nothing about the request.
  if (status.code() != absl::StatusCode::kInvalidArgument || said.violations().empty()) {
    return faults.ToStatus();
  }
  const ErrorDetail own = DetailOf(faults.ToStatus());
  std::vector<FieldViolation> all(own.violations().begin(), own.violations().end());
  int hidden = ViolationsTotal(said) - said.violations_size();
  for (const FieldViolation& violation : said.violations()) {
    const bool unreadable = std::any_of(own.violations().begin(), own.violations().end(),
                                        [&](const FieldViolation& fault) {
                                          return fault.reason() == Reason::MALFORMED &&
                                                 PartOf(fault.field()) == PartOf(violation.field());
                                        });
    if (!unreadable) all.push_back(violation);
  }
  std::stable_sort(all.begin(), all.end(), [](const FieldViolation& a, const FieldViolation& b) {
    return PartOf(a.field()) < PartOf(b.field());
  });
  Violations joined;
  for (const FieldViolation& violation : all) {
    joined.Add([&] { return violation; });
  }
  // Those that a service counted without describing them stay counted.
  for (; hidden > 0; --hidden) joined.Add([] { return FieldViolation(); });
  return joined.ToStatus();
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
