#include "services/scoring/domain/scored_input.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace zhiping::scoring {
namespace {

using criteria::Criteria;

void FillAnswer(const Criteria& criteria, int number, uint8_t code, v1::ScoredAnswer& answer) {
  const auto& scenario = criteria.edition().scenarios(number);
  answer.set_scenario(scenario.id());
  answer.set_name(scenario.name().text());
  if (scenario.has_number()) answer.set_number(scenario.number());
  answer.set_segment(scenario.segment());
  answer.set_level(std::string(criteria.AnswerId(code)));
  const int rank = criteria::RankOfCode(code);
  if (rank > 0) answer.set_level_name(criteria.edition().levels(rank - 1).name().text());
  for (int r = 1; r <= criteria.level_count(); ++r) {
    if (criteria.LevelExists(number, r)) {
      answer.add_existing_levels(criteria.edition().levels(r - 1).id());
    }
  }
}

void FillFact(const catalogue::v1::Fact& declared, int32_t value, v1::ScoredFact& fact) {
  fact.set_fact(declared.name());
  *fact.mutable_title() = declared.title();
  *fact.mutable_unit() = declared.unit();
  fact.set_min(criteria::FormatDecimal(declared.min(), declared.scale()));
  fact.set_max(criteria::FormatDecimal(declared.max(), declared.scale()));
  *fact.mutable_where_to_find() = declared.where_to_find();
  for (const auto& declared_label : declared.labels()) {
    auto& label = *fact.add_labels();
    label.set_value(criteria::FormatDecimal(declared_label.value(), declared.scale()));
    *label.mutable_text() = declared_label.text();
  }
  if (value == criteria::kFactMissing) return;
  fact.set_value(criteria::FormatDecimal(value, declared.scale()));
  for (const auto& label : declared.labels()) {
    if (label.value() == value) *fact.mutable_label() = label.text();
  }
}

}  // namespace

v1::ScoredInput MakeScoredInput(const Criteria& criteria, const criteria::Input& input) {
  v1::ScoredInput scored;
  const auto& edition = criteria.edition();
  scored.set_programme(edition.programme());
  scored.set_edition(edition.id());
  scored.set_edition_title(absl::StrCat(edition.title().text(), edition.year_text().text()));
  for (int i = 0; i < criteria.scenario_count(); ++i) {
    FillAnswer(criteria, i, input.answers[i], *scored.add_answers());
  }
  for (int f = 0; f < criteria.fact_count(); ++f) {
    FillFact(criteria.rulebook().facts(f), input.facts[f], *scored.add_facts());
  }
  return scored;
}

}  // namespace zhiping::scoring
