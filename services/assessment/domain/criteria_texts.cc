#include "services/assessment/domain/criteria_texts.h"

#include "absl/strings/str_cat.h"
#include "common/criteria/answers.h"

namespace zhiping::assessment {
namespace {

using criteria::Criteria;

void FillScenario(const Criteria& criteria, int number, v1::ScenarioTexts& texts) {
  const auto& edition = criteria.edition();
  const auto& scenario = edition.scenarios(number);
  texts.set_scenario(scenario.id());
  if (scenario.has_number()) texts.set_number(scenario.number());
  texts.set_name(scenario.name().text());
  texts.set_segment(scenario.segment());
  const int segment = criteria.FindSegment(scenario.segment());
  texts.set_segment_name(edition.segments(segment).name().text());
  for (int rank = 1; rank <= criteria.level_count(); ++rank) {
    if (!criteria.LevelExists(number, rank)) continue;
    auto& level = *texts.add_levels();
    level.set_level(edition.levels(rank - 1).id());
    level.set_name(edition.levels(rank - 1).name().text());
    level.set_text(scenario.cells(rank - 1).text().text());
  }
}

void FillFact(const catalogue::v1::Fact& fact, v1::FactTexts& texts) {
  texts.set_fact(fact.name());
  *texts.mutable_title() = fact.title();
  *texts.mutable_unit() = fact.unit();
  texts.set_min(criteria::FormatDecimal(fact.min(), fact.scale()));
  texts.set_max(criteria::FormatDecimal(fact.max(), fact.scale()));
  *texts.mutable_where_to_find() = fact.where_to_find();
  for (const auto& declared : fact.labels()) {
    auto& label = *texts.add_labels();
    label.set_value(criteria::FormatDecimal(declared.value(), fact.scale()));
    *label.mutable_text() = declared.text();
  }
}

}  // namespace

v1::CriteriaTexts MakeCriteriaTexts(const Criteria& criteria) {
  v1::CriteriaTexts texts;
  const auto& edition = criteria.edition();
  texts.set_edition(edition.id());
  texts.set_edition_title(absl::StrCat(edition.title().text(), edition.year_text().text()));
  for (int i = 0; i < criteria.scenario_count(); ++i) {
    FillScenario(criteria, i, *texts.add_scenarios());
  }
  for (const auto& fact : criteria.rulebook().facts()) FillFact(fact, *texts.add_facts());
  *texts.mutable_statement() = criteria.rulebook().statement();
  return texts;
}

}  // namespace zhiping::assessment
