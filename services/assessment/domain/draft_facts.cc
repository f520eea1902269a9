#include "services/assessment/domain/draft_facts.h"

#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "services/assessment/domain/draft.h"

namespace zhiping::assessment {
namespace {

using criteria::Criteria;

// By the fact's number and its source, so in rulebook order and in rising rank.
using FactTable = std::map<std::pair<int, int>, v1::DraftFact>;

FactTable TableOf(const Criteria& criteria, const DraftFacts& facts) {
  FactTable table;
  for (const auto& fact : facts) {
    table[{criteria.FindFact(fact.value().fact()), fact.source()}] = fact;
  }
  return table;
}

void Write(const FactTable& table, DraftFacts& facts) {
  facts.Clear();
  for (auto entry = table.begin(); entry != table.end(); ++entry) {
    auto& fact = *facts.Add();
    fact = entry->second;
    const auto next = std::next(entry);
    fact.set_counts(next == table.end() || next->first.first != entry->first.first);
  }
}

std::string Written(const Criteria& criteria, int fact, int32_t value) {
  return criteria::FormatDecimal(value, criteria.rulebook().facts(fact).scale());
}

// The value as the rulebook writes it; absent if it does not declare or accept it.
std::optional<std::string> Accepted(const Criteria& criteria, const common::v1::FactValue& value) {
  const int fact = criteria.FindFact(value.fact());
  criteria::FactList list;
  *list.Add() = value;
  const auto input = criteria::ReadInput(criteria, {}, list);
  if (fact < 0 || !input.ok()) return std::nullopt;
  return Written(criteria, fact, input->facts[fact]);
}

}  // namespace

absl::Status SetFacts(const Criteria& criteria, v1::AssessmentRecord& record,
                      const criteria::FactList& facts, v1::FactSource::Value source,
                      absl::Time now) {
  if (facts.empty()) {
    Violations violations;
    violations.Add("facts", Reason::FIELD_REQUIRED, "没有要保存的外部指标。",
                   "There is no fact to set.");
    return violations.ToStatus();
  }
  ASSIGN_OR_RETURN(const criteria::Input input, criteria::ReadInput(criteria, {}, facts));
  FactTable table = TableOf(criteria, record.assessment().facts());
  bool changed = false;
  for (const auto& given : facts) {
    const int number = criteria.FindFactByAnyName(given.fact());
    const int32_t value = input.facts[number];
    if (value == criteria::kFactMissing) {
      changed |= table.erase({number, source}) > 0;
      continue;
    }
    auto& fact = table[{number, source}];
    const std::string written = Written(criteria, number, value);
    if (fact.value().value() == written) continue;
    fact.mutable_value()->set_fact(criteria.rulebook().facts(number).name());
    fact.mutable_value()->set_value(written);
    fact.set_source(source);
    *fact.mutable_updated_at() = ToTimestamp(now);
    changed = true;
  }
  if (!changed) return absl::OkStatus();
  Write(table, *record.mutable_assessment()->mutable_facts());
  MarkChanged(record, now);
  return absl::OkStatus();
}

void CarryFacts(const Criteria& to, const DraftFacts& facts, v1::AssessmentRecord& record) {
  FactTable table;
  std::vector<v1::DraftFact> kept;
  for (auto fact = facts.rbegin(); fact != facts.rend(); ++fact) {
    v1::DraftFact carried = *fact;
    const auto accepted = Accepted(to, fact->value());
    carried.mutable_value()->set_value(accepted.value_or(fact->value().value()));
    const std::pair<int, int> place = {to.FindFact(fact->value().fact()), fact->source()};
    if (accepted.has_value() && table.emplace(place, carried).second) continue;
    kept.push_back(*fact);
    kept.back().set_counts(false);
  }
  Write(table, *record.mutable_assessment()->mutable_facts());
  record.mutable_kept_facts()->Assign(kept.rbegin(), kept.rend());
}

}  // namespace zhiping::assessment
