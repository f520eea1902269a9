#include "tests/edition_faults.h"

#include <algorithm>
#include <iterator>

namespace zhiping::criteria {
namespace {

using catalogue::v1::Edition;
using catalogue::v1::Relation;
using catalogue::v1::Rulebook;

Edition& E(Folder& folder) { return folder.edition; }
catalogue::v1::Scenario& S(Folder& folder, int i) { return *folder.edition.mutable_scenarios(i); }
Rulebook& R(Folder& folder) { return folder.rulebook; }
catalogue::v1::Condition& FirstCondition(Folder& folder) {
  return *folder.rulebook.mutable_tiers(1)->mutable_conditions(0);
}

const Fault kFaults[] = {
    {"IdNoSlug", [](Folder& f) { S(f, 0).set_id("Bad_Id"); }, Reason::INVALID_ID,
     "scenarios[0].id"},
    {"LevelIdReserved", [](Folder& f) { E(f).mutable_levels(0)->set_id("none"); },
     Reason::INVALID_ID, "levels"},
    {"ScenarioTwice", [](Folder& f) { S(f, 1).set_id(S(f, 0).id()); }, Reason::DUPLICATE_ID,
     "scenarios[1].id"},
    {"NumberTwice", [](Folder& f) { S(f, 1).set_number(1); }, Reason::DUPLICATE_NAME,
     "scenarios[1].number"},
    {"IdThatIsANumberOfAnother", [](Folder& f) { S(f, 5).set_id("2"); }, Reason::DUPLICATE_NAME,
     "scenarios[5].id"},
    {"NameThatIsTheIdOfAnotherInCapitals",
     [](Folder& f) { S(f, 5).mutable_name()->set_text("ONLINE-INSPECTION"); },
     Reason::DUPLICATE_NAME, "scenarios[19].id"},
    {"LevelTwice",
     [](Folder& f) {
       E(f).mutable_levels(1)->mutable_name()->set_text(E(f).levels(0).name().text());
     },
     Reason::DUPLICATE_NAME, "levels[1].name"},
    {"LevelNamedLikeNone",
     [](Folder& f) { E(f).mutable_levels(0)->mutable_name()->set_text("未应用"); },
     Reason::DUPLICATE_NAME, "levels[0].name"},
    {"LevelNamedLikeNotApplicable",
     [](Folder& f) { E(f).mutable_levels(0)->mutable_name()->set_text("Not_Applicable"); },
     Reason::DUPLICATE_NAME, "levels[0].name"},
    {"TierNameTwice",
     [](Folder& f) { R(f).mutable_tiers(2)->mutable_name()->set_zh(R(f).tiers(1).name().zh()); },
     Reason::DUPLICATE_NAME, "tiers[2].name.zh"},
    {"TierNamedLikeTheIdOfAnother",
     [](Folder& f) { R(f).mutable_tiers(2)->mutable_name()->set_en("Xianjin"); },
     Reason::DUPLICATE_NAME, "tiers[2].name.en"},
    {"FactLabelTwice",
     [](Folder& f) {
       auto& fact = *R(f).mutable_facts(1);
       fact.mutable_labels(1)->mutable_text()->set_zh(fact.labels(0).text().zh());
     },
     Reason::DUPLICATE_NAME, "facts[1].labels[1].text.zh"},
    {"FactValueWithTwoLabels",
     [](Folder& f) { R(f).mutable_facts(1)->mutable_labels(1)->set_value(1); },
     Reason::DUPLICATE_ID, "facts[1].labels[1].value"},
    {"EnglishOfALevelIsTheIdOfAnother",
     [](Folder& f) { f.notes->mutable_levels(1)->set_name_en("Advanced"); }, Reason::DUPLICATE_NAME,
     "levels[1].name_en"},
    {"EnglishOfALevelIsNone", [](Folder& f) { f.notes->mutable_levels(1)->set_name_en("None"); },
     Reason::DUPLICATE_NAME, "levels[1].name_en"},
    {"EnglishOfAScenarioIsThatOfAnother",
     [](Folder& f) { f.notes->mutable_scenarios(4)->set_name_en(f.notes->scenarios(3).name_en()); },
     Reason::DUPLICATE_NAME, "scenarios[4].name_en"},
    {"NameTwice", [](Folder& f) { *S(f, 1).mutable_name() = S(f, 0).name(); },
     Reason::DUPLICATE_NAME, "scenarios[1].name"},
    {"NameEmpty", [](Folder& f) { S(f, 2).mutable_name()->clear_text(); }, Reason::EMPTY_TEXT,
     "scenarios[2].name.text"},
    {"LevelWithoutText", [](Folder& f) { S(f, 0).mutable_cells(1)->mutable_text()->clear_text(); },
     Reason::LEVEL_WITHOUT_TEXT, "scenarios[0].cells[1].text"},
    {"CellLeftOut", [](Folder& f) { S(f, 0).mutable_cells()->RemoveLast(); },
     Reason::LEVEL_WITHOUT_TEXT, "scenarios[0].cells"},
    {"CellsSwapped", [](Folder& f) { S(f, 3).mutable_cells()->SwapElements(0, 1); },
     Reason::LEVEL_WITHOUT_TEXT, "scenarios[3].cells[0].level"},
    {"NoLevelAtAll",
     [](Folder& f) {
       for (auto& cell : *S(f, 0).mutable_cells()) cell.mutable_absent();
     },
     Reason::SCENARIO_WITHOUT_LEVEL, "scenarios[0].cells"},
    {"SegmentUnknown", [](Folder& f) { S(f, 0).set_segment("nowhere"); }, Reason::UNKNOWN_SEGMENT,
     "scenarios[0].segment"},
    {"SegmentSplit", [](Folder& f) { S(f, 1).set_segment(S(f, 20).segment()); },
     Reason::SEGMENT_SPLIT, "scenarios[2].segment"},
    {"SegmentEmpty",
     [](Folder& f) {
       auto& segment = *E(f).add_segments();
       segment.set_id("empty");
       segment.mutable_name()->set_text("空");
     },
     Reason::SEGMENT_EMPTY, "segments[8]"},
    {"TypicalUnknown", [](Folder& f) { S(f, 0).set_typical_scenarios(0, "nothing"); },
     Reason::UNKNOWN_TYPICAL_SCENARIO, "scenarios[0].typical_scenarios[0]"},
    {"TypicalTwice",
     [](Folder& f) { S(f, 1).set_typical_scenarios(0, S(f, 0).typical_scenarios(0)); },
     Reason::TYPICAL_SCENARIO_TWICE, "scenarios[1].typical_scenarios[0]"},
    {"TypicalUnused", [](Folder& f) { S(f, 0).clear_typical_scenarios(); },
     Reason::TYPICAL_SCENARIO_UNUSED, "typical_scenarios[0]"},
    {"RelationWithoutOrigin",
     [](Folder& f) { S(f, 0).add_relations()->set_kind(Relation::SPLIT_FROM); },
     Reason::INVALID_RELATION, "scenarios[0].relations[0]"},
    {"MergedFromTheSameTwice",
     [](Folder& f) {
       auto& relation = *S(f, 0).add_relations();
       relation.set_kind(Relation::MERGED_FROM);
       for (const char* id : {"x", "y", "x"}) relation.add_from(id);
     },
     Reason::INVALID_RELATION, "scenarios[0].relations[0]"},
    {"CorrectionThatTightens",
     [](Folder& f) {
       E(f).mutable_correction()->set_release_digest("sha256:0");
       S(f, 0).add_relations()->set_kind(Relation::TIGHTENED);
     },
     Reason::INVALID_RELATION, "scenarios[0].relations[0]"},
    {"CorrectionOfNoDigest",
     [](Folder& f) { E(f).mutable_correction()->set_release_digest("sha256:0"); },
     Reason::INVALID_FIELD, "correction.release_digest"},
    {"YearOutOfRange", [](Folder& f) { E(f).set_year(26); }, Reason::NUMBER_OUT_OF_RANGE, "year"},
    {"NoScenarios", [](Folder& f) { E(f).clear_scenarios(); }, Reason::NUMBER_OUT_OF_RANGE,
     "scenarios"},
    {"RulebookOfAnotherEdition", [](Folder& f) { R(f).set_edition("other"); },
     Reason::WRONG_EDITION, "edition"},
    {"PointsOfUnknownLevel", [](Folder& f) { R(f).mutable_level_points(0)->set_level("x"); },
     Reason::UNKNOWN_LEVEL, "level_points[0].level"},
    {"PointsLeftOut", [](Folder& f) { R(f).mutable_level_points()->RemoveLast(); },
     Reason::FIELD_REQUIRED, "level_points"},
    {"PointsFall", [](Folder& f) { R(f).mutable_level_points(2)->set_points(1); },
     Reason::POINTS_FALL, "level_points"},
    {"WeightOfUnknownScenario",
     [](Folder& f) {
       R(f).add_weights()->set_scenario("x");
       R(f).mutable_weights(0)->set_weight(1);
     },
     Reason::UNKNOWN_SCENARIO, "weights[0].scenario"},
    {"WeightZero", [](Folder& f) { R(f).set_default_weight(0); }, Reason::NUMBER_OUT_OF_RANGE,
     "default_weight"},
    {"PointsOverflow",
     [](Folder& f) {
       R(f).set_default_weight(1'000'000);
       R(f).mutable_level_points(2)->set_points(1'000'000);
     },
     Reason::OVERFLOW_POSSIBLE, "weights"},
    {"FactTwice", [](Folder& f) { R(f).mutable_facts(1)->set_name(R(f).facts(0).name()); },
     Reason::DUPLICATE_ID, "facts[1].name"},
    {"FactBoundsCross", [](Folder& f) { R(f).mutable_facts(0)->set_max(-1); },
     Reason::NUMBER_OUT_OF_RANGE, "facts[0].max"},
    {"FactScaleTooLarge", [](Folder& f) { R(f).mutable_facts(0)->set_scale(5); },
     Reason::NUMBER_OUT_OF_RANGE, "facts[0].scale"},
    {"TierTwice", [](Folder& f) { R(f).mutable_tiers(1)->set_id(R(f).tiers(0).id()); },
     Reason::DUPLICATE_ID, "tiers[1].id"},
    {"ConditionTwice",
     [](Folder& f) { FirstCondition(f).set_id(R(f).tiers(1).conditions(1).id()); },
     Reason::DUPLICATE_ID, "tiers[1].conditions[1].id"},
    {"BasisLeftOut", [](Folder& f) { FirstCondition(f).clear_basis(); }, Reason::EMPTY_TEXT,
     "tiers[1].conditions[0].basis.zh"},
    {"SourceOfConditionLeftOut", [](Folder& f) { FirstCondition(f).clear_source(); },
     Reason::EMPTY_TEXT, "tiers[1].conditions[0].source.zh"},
    {"ConditionWithoutText", [](Folder& f) { FirstCondition(f).clear_text(); }, Reason::EMPTY_TEXT,
     "tiers[1].conditions[0].text.zh"},
    {"PartOfAConditionWithoutText",
     [](Folder& f) {
       R(f).mutable_tiers(1)
           ->mutable_advice(0)
           ->mutable_all_of()
           ->mutable_conditions(0)
           ->clear_text();
     },
     Reason::EMPTY_TEXT, "tiers[1].advice[0].all_of.conditions[0].text.zh"},
    {"TierWithoutName", [](Folder& f) { R(f).mutable_tiers(0)->clear_name(); }, Reason::EMPTY_TEXT,
     "tiers[0].name.zh"},
    {"FactWithoutTitle", [](Folder& f) { R(f).mutable_facts(0)->clear_title(); },
     Reason::EMPTY_TEXT, "facts[0].title.zh"},
    {"FactWithoutUnit", [](Folder& f) { R(f).mutable_facts(0)->clear_unit(); }, Reason::EMPTY_TEXT,
     "facts[0].unit.zh"},
    {"FactFoundNowhere", [](Folder& f) { R(f).mutable_facts(0)->clear_where_to_find(); },
     Reason::EMPTY_TEXT, "facts[0].where_to_find.zh"},
    {"FactLabelWithoutText",
     [](Folder& f) { R(f).mutable_facts(1)->mutable_labels(0)->clear_text(); }, Reason::EMPTY_TEXT,
     "facts[1].labels[0].text.zh"},
    {"NoStatement", [](Folder& f) { R(f).clear_statement(); }, Reason::EMPTY_TEXT, "statement.zh"},
    {"NoVectors", [](Folder& f) { f.vectors.clear_vectors(); }, Reason::EMPTY_RULE, "vectors"},
    {"RuleUnset", [](Folder& f) { FirstCondition(f).clear_rule(); }, Reason::EMPTY_RULE,
     "tiers[1].conditions[0].rule"},
    {"PartsEmpty", [](Folder& f) { FirstCondition(f).mutable_any_of(); }, Reason::EMPTY_RULE,
     "tiers[1].conditions[0].any_of.conditions"},
    {"RulebookNamesUnknownFact",
     [](Folder& f) { FirstCondition(f).mutable_at_least()->mutable_measure()->set_fact("x"); },
     Reason::UNKNOWN_FACT, "tiers[1].conditions[0].at_least.measure.fact"},
    {"RulebookNamesUnknownSegment",
     [](Folder& f) {
       FirstCondition(f)
           .mutable_at_least()
           ->mutable_measure()
           ->mutable_scenarios()
           ->mutable_segments()
           ->add_ids(std::string("x"));
     },
     Reason::UNKNOWN_SEGMENT, "tiers[1].conditions[0].at_least.measure.scenarios.ids[0]"},
    {"ThresholdOfFactUnreachable",
     [](Folder& f) { FirstCondition(f).mutable_at_least()->set_threshold(1001); },
     Reason::THRESHOLD_UNREACHABLE, "tiers[1].conditions[0].at_least.threshold"},
    {"ThresholdOfCountUnreachable",
     [](Folder& f) {
       auto& rule = *FirstCondition(f).mutable_at_least();
       rule.mutable_measure()->mutable_count()->mutable_set()->mutable_all();
       rule.mutable_measure()->mutable_count()->set_at_least("entry");
       rule.set_threshold(34);
     },
     Reason::THRESHOLD_UNREACHABLE, "tiers[1].conditions[0].at_least.threshold"},
    {"ThresholdLeftOut", [](Folder& f) { FirstCondition(f).mutable_at_least()->clear_threshold(); },
     Reason::FIELD_REQUIRED, "tiers[1].conditions[0].at_least.threshold"},
    {"ThresholdOfAPartOfAdviceLeftOut",
     [](Folder& f) {
       R(f).mutable_tiers(1)
           ->mutable_advice(0)
           ->mutable_all_of()
           ->mutable_conditions(0)
           ->mutable_at_least()
           ->clear_threshold();
     },
     Reason::FIELD_REQUIRED, "tiers[1].advice[0].all_of.conditions[0].at_least.threshold"},
    {"RatioLeftOut",
     [](Folder& f) {
       R(f).mutable_tiers(2)
           ->mutable_conditions(2)
           ->mutable_readings()
           ->mutable_conditions(0)
           ->mutable_ratio_at_least()
           ->clear_n();
     },
     Reason::FIELD_REQUIRED, "tiers[2].conditions[2].readings.conditions[0].ratio_at_least.n"},
    {"RatioUnreachable",
     [](Folder& f) {
       auto& rule = *FirstCondition(f).mutable_ratio_at_least();
       rule.mutable_numerator()->mutable_count()->mutable_set()->mutable_all();
       rule.mutable_numerator()->mutable_count()->set_at_least("entry");
       rule.mutable_denominator()->mutable_scenarios()->mutable_all();
       rule.set_n(34);
       rule.set_d(33);
     },
     Reason::THRESHOLD_UNREACHABLE, "tiers[1].conditions[0].ratio_at_least.n"},
    {"FactWithDecimalsInRatio",
     [](Folder& f) {
       auto& rule = *FirstCondition(f).mutable_ratio_at_least();
       rule.mutable_numerator()->set_fact("digital_general_score");
       rule.mutable_denominator()->mutable_scenarios()->mutable_all();
       rule.set_d(1);
     },
     Reason::FACT_SCALE_IN_RATIO, "tiers[1].conditions[0].ratio_at_least"},
    {"TextNotInSource",
     [](Folder& f) { S(f, 0).mutable_cells(1)->mutable_text()->mutable_text()->append("。"); },
     Reason::TEXT_NOT_IN_SOURCE, "scenarios[0].cells[1].text"},
    {"TextCutShort",
     [](Folder& f) {
       auto& cell = *S(f, 0).mutable_cells(1)->mutable_text();
       cell.set_text(cell.text().substr(0, 24));
     },
     Reason::TEXT_NOT_IN_SOURCE, "scenarios[0].cells[1].text"},
    {"AbsentCellOnALineWithASlashInIt",
     [](Folder& f) {
       f.source->append("AR/VR\n");
       const auto lines = std::count(f.source->begin(), f.source->end(), '\n');
       S(f, 0).mutable_cells(0)->mutable_absent()->set_line(static_cast<int>(lines));
     },
     Reason::TEXT_NOT_IN_SOURCE, "scenarios[0].cells[0].absent"},
    {"TypicalScenarioCutShort",
     [](Folder& f) {
       auto& name = *E(f).mutable_typical_scenarios(0)->mutable_name();
       name.set_text(name.text().substr(0, 12));
     },
     Reason::TEXT_NOT_IN_SOURCE, "typical_scenarios[0].name"},
    {"CellsOfTwoScenariosSwapped",
     [](Folder& f) { S(f, 3).mutable_cells(2)->Swap(S(f, 5).mutable_cells(2)); },
     Reason::SOURCE_ORDER, "scenarios[5].cells[2].text"},
    {"CellsOfOneScenarioSwapped",
     [](Folder& f) {
       S(f, 3).mutable_cells(1)->mutable_text()->Swap(S(f, 3).mutable_cells(2)->mutable_text());
     },
     Reason::SOURCE_ORDER, "scenarios[3].cells[2].text"},
    {"AbsentCellsOfTwoScenariosSwapped",
     [](Folder& f) { S(f, 0).mutable_cells(0)->Swap(S(f, 1).mutable_cells(0)); },
     Reason::SOURCE_ORDER, "scenarios[1].cells[0].absent"},
    {"TypicalScenariosOfTwoScenariosSwapped",
     [](Folder& f) {
       S(f, 0).mutable_typical_scenarios()->Swap(S(f, 1).mutable_typical_scenarios());
     },
     Reason::SOURCE_ORDER, "scenarios[1].typical_scenarios"},
    {"TypicalScenariosInAnotherOrder",
     [](Folder& f) { S(f, 3).mutable_typical_scenarios()->SwapElements(0, 1); },
     Reason::TEXT_NOT_IN_SOURCE, "scenarios[3].typical_scenarios"},
    {"SegmentAndNameSwapped",
     [](Folder& f) { E(f).mutable_segments(1)->mutable_name()->Swap(S(f, 3).mutable_name()); },
     Reason::SOURCE_ORDER, "scenarios[3].name"},
    {"ScenariosInAnotherOrder", [](Folder& f) { E(f).mutable_scenarios()->SwapElements(1, 2); },
     Reason::SOURCE_ORDER, "scenarios[2].number"},
    {"SegmentsInAnotherOrder", [](Folder& f) { E(f).mutable_segments()->SwapElements(1, 2); },
     Reason::SOURCE_ORDER, "segments[2].name"},
    {"LevelsInAnotherOrder", [](Folder& f) { E(f).mutable_levels()->SwapElements(1, 2); },
     Reason::SOURCE_ORDER, "levels[2].name"},
    {"LineTwice", [](Folder& f) { S(f, 1).mutable_cells(0)->mutable_absent()->set_line(22); },
     Reason::SOURCE_LINE_TWICE, "scenarios[1].cells[0].absent"},
    {"HeadingLeftOut", [](Folder& f) { E(f).mutable_headings()->RemoveLast(); },
     Reason::SOURCE_LINE_LEFT_OUT, "source"},
    {"ScenarioLeftOut", [](Folder& f) { E(f).mutable_scenarios()->DeleteSubrange(7, 1); },
     Reason::SOURCE_LINE_LEFT_OUT, "source"},
    {"LineOfATextSaidToBeLeftOut", [](Folder& f) { E(f).mutable_source()->add_lines_left_out(9); },
     Reason::SOURCE_MISMATCH, "source.lines_left_out[0]"},
    {"LineOutsideSource", [](Folder& f) { S(f, 0).mutable_name()->set_line(100000); },
     Reason::TEXT_NOT_IN_SOURCE, "scenarios[0].name"},
    {"SourceChanged", [](Folder& f) { f.source->append("\n"); }, Reason::SOURCE_MISMATCH,
     "source.sha256"},
    {"SourceIsNotUtf8", [](Folder& f) { f.source->append("\xB5"); }, Reason::UNKNOWN_ENCODING,
     "source.file"},
    {"SourceLeftOut", [](Folder& f) { f.source.reset(); }, Reason::SOURCE_MISMATCH, "source.file"},
};

}  // namespace

std::vector<Fault> EveryFault() { return {std::begin(kFaults), std::end(kFaults)}; }

}  // namespace zhiping::criteria
