// The 2026 edition is valid, and every fault that validation lists is found in a copy that has it.
#include "common/criteria/validate.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/criteria/plan.h"
#include "common/criteria/release.h"
#include "common/criteria/score.h"
#include "tests/edition_faults.h"
#include "tests/edition_folder.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::criteria {
namespace {

using catalogue::v1::Finding;

Folder ReadFolder() {
  std::vector<Finding> findings;
  Folder folder = ParseFolder(ReadEdition2026(), findings);
  return folder;
}

std::string Listed(const std::vector<Finding>& findings) {
  std::string listed;
  for (const Finding& finding : findings) listed += finding.ShortDebugString() + "\n";
  return listed;
}

class FaultTest : public testing::TestWithParam<Fault> {};

TEST_P(FaultTest, IsFoundWithItsField) {
  const Fault& fault = GetParam();
  Folder folder = ReadFolder();
  ASSERT_FALSE(HasErrors(ValidateFolder(folder))) << Listed(ValidateFolder(folder));
  fault.make(folder);
  const std::vector<Finding> findings = ValidateFolder(folder);
  bool found = false;
  for (const Finding& finding : findings) {
    found |= finding.reason() == Reason::Value_Name(fault.reason) && finding.field() == fault.field;
    EXPECT_FALSE(finding.message().zh().empty());
    EXPECT_FALSE(finding.message().en().empty());
  }
  EXPECT_TRUE(found) << Listed(findings);
}

INSTANTIATE_TEST_SUITE_P(Every, FaultTest, testing::ValuesIn(EveryFault()),
                         [](const auto& fault) { return std::string(fault.param.name); });

// The field of every error and warning, after its file.
std::multiset<std::string> Places(const std::vector<Finding>& findings) {
  std::multiset<std::string> places;
  for (const Finding& finding : findings) places.insert(finding.file() + " " + finding.field());
  return places;
}

void Replace(std::optional<std::string>& text, const std::string& old_part,
             const std::string& new_part) {
  const size_t at = text->find(old_part);
  ASSERT_NE(at, std::string::npos) << old_part;
  text->replace(at, old_part.size(), new_part);
}

TEST(ValidateTest, FaultsOfAllFilesAreFoundAtOnce) {
  Folder folder = ReadFolder();
  folder.edition.mutable_scenarios(0)->set_id("Bad_Id");
  folder.edition.mutable_scenarios(1)->set_segment("nowhere");
  folder.edition.set_year(1);
  folder.rulebook.mutable_tiers(1)
      ->mutable_conditions(0)
      ->mutable_at_least()
      ->mutable_measure()
      ->set_fact("x");
  folder.notes->mutable_levels(0)->set_id("x");
  const auto findings = ValidateFolder(folder);
  const auto places = Places(findings);
  for (const char* place :
       {"edition.txtpb scenarios[0].id", "edition.txtpb scenarios[1].segment", "edition.txtpb year",
        "rulebook.txtpb tiers[1].conditions[0].at_least.measure.fact", "notes.txtpb levels[0]",
        // That they could not be scored.
        "vectors.txtpb "}) {
    EXPECT_EQ(places.count(place), 1u) << place << "\n" << Listed(findings);
  }
}

TEST(ValidateTest, NotesThatCannotBeReadHideNothing) {
  FolderFiles files = ReadEdition2026();
  Replace(files.notes, "levels {", "nonsense {");
  Replace(files.edition, "line: 21", "line: 20");
  Replace(files.vectors, "index_numerator: ", "index_numerator: 1");
  const auto findings = CheckFiles(files).findings;
  EXPECT_EQ(Places(findings), (std::multiset<std::string>{
                                  "edition.txtpb scenarios[0].name",
                                  // Line 21, whose text now says that it stands elsewhere.
                                  "edition.txtpb source",
                                  "notes.txtpb ",
                                  // Its content was not checked.
                                  "notes.txtpb ",
                                  "vectors.txtpb vectors[0].expected",
                              }))
      << Listed(findings);
}

// As in answers: what `others` adds leaves alone what the vector answers, whatever it calls it.
TEST(ValidateTest, AVectorMayNameAScenarioByItsNumber) {
  FolderFiles files = ReadEdition2026();
  Replace(files.vectors, "scenario: \"digital-factory-planning\" level: \"basic\"",
          "scenario: \"1\" level: \"basic\"");
  const auto findings = CheckFiles(files).findings;
  EXPECT_EQ(findings.size(), 0) << Listed(findings);
}

TEST(ValidateTest, AnEditionThatCannotBeReadHidesWhatRestsOnItAndSaysSo) {
  FolderFiles files = ReadEdition2026();
  Replace(files.edition, "year: 2026", "yeer: 2026");
  Replace(files.rulebook, "default_weight: 1", "default_weight: 0");
  const auto findings = CheckFiles(files).findings;
  EXPECT_EQ(Places(findings),
            (std::multiset<std::string>{"edition.txtpb ", "edition.txtpb ", "notes.txtpb ",
                                        "rulebook.txtpb ", "vectors.txtpb "}))
      << Listed(findings);
}

TEST(ValidateTest, ARulebookThatCannotBeReadHidesOnlyTheVectors) {
  FolderFiles files = ReadEdition2026();
  Replace(files.rulebook, "default_weight", "default_wait");
  Replace(files.edition, "year: 2026", "year: 26");
  const auto findings = CheckFiles(files).findings;
  EXPECT_EQ(Places(findings), (std::multiset<std::string>{"edition.txtpb year", "rulebook.txtpb ",
                                                          "rulebook.txtpb ", "vectors.txtpb "}))
      << Listed(findings);
}

TEST(ValidateTest, AnEditionWithMoreCellsThanLevelsIsOnlyRefused) {
  Folder folder = ReadFolder();
  for (int k = 0; k < 40; ++k) {
    *folder.edition.mutable_scenarios(0)->add_cells() = folder.edition.scenarios(0).cells(1);
  }
  EXPECT_TRUE(HasErrors(ValidateFolder(folder)));
  for (int i = 0; i < kMaxScenarios; ++i) {
    *folder.edition.add_scenarios() = folder.edition.scenarios(0);
  }
  EXPECT_EQ(Places(ValidateFolder(folder)).count("rulebook.txtpb "), 1u);
}

TEST(ValidateTest, AnEditionThatNamesNoSourceIsAWarning) {
  Folder folder = ReadFolder();
  folder.edition.clear_source();
  const auto findings = ValidateFolder(folder);
  EXPECT_FALSE(HasErrors(findings)) << Listed(findings);
  EXPECT_EQ(Places(findings), std::multiset<std::string>{"edition.txtpb source.file"});
}

void AppendToSource(Folder& folder, const std::string& line) {
  folder.source->append(line);
  folder.edition.mutable_source()->set_sha256(DigestOf(*folder.source).substr(7));
}

TEST(ValidateTest, ALineOfTheSourceMayBeLeftOutIfTheEditionSaysSo) {
  Folder folder = ReadFolder();
  AppendToSource(folder, "第 1 页\n");
  const auto findings = ValidateFolder(folder);
  ASSERT_EQ(Places(findings), std::multiset<std::string>{"edition.txtpb source"})
      << Listed(findings);
  const auto lines = std::count(folder.source->begin(), folder.source->end(), '\n');
  EXPECT_THAT(findings[0].message().zh(), testing::HasSubstr(absl::StrCat("第 ", lines, " 行")));
  EXPECT_THAT(findings[0].message().zh(), testing::HasSubstr("第 1 页"));
  folder.edition.mutable_source()->add_lines_left_out(static_cast<int>(lines));
  EXPECT_TRUE(ValidateFolder(folder).empty()) << Listed(ValidateFolder(folder));
}

TEST(ValidateTest, TextsThatAreSwappedAreNamedWithTheirLines) {
  Folder folder = ReadFolder();
  auto& scenarios = *folder.edition.mutable_scenarios();
  scenarios[3].mutable_cells(2)->Swap(scenarios[4].mutable_cells(2));
  const auto findings = ValidateFolder(folder);
  ASSERT_EQ(findings.size(), 2u) << Listed(findings);
  // It also stands before the rest of its own row.
  EXPECT_EQ(findings[0].field(), "scenarios[4].cells[2].text");
  EXPECT_EQ(findings[1].field(), "scenarios[4].cells[2].text");
  EXPECT_EQ(findings[1].message().zh(),
            "原文第 48 行应在 scenarios[3].cells[2].text（第 56 行）之后：年版须按原文的顺序。");
  EXPECT_EQ(findings[1].message().en(),
            "Line 48 of the source should come after scenarios[3].cells[2].text (line 56): an "
            "edition follows the order of its source.");
}

TEST(ValidateTest, NoLabelIsJudgedByBoundsThatContradictEachOther) {
  Folder folder = ReadFolder();
  folder.rulebook.mutable_facts(1)->set_max(folder.rulebook.facts(1).min() - 1);
  const auto places = Places(ValidateFolder(folder));
  EXPECT_EQ(places.count("rulebook.txtpb facts[1].max"), 1u);
  EXPECT_EQ(places.count("rulebook.txtpb facts[1].labels[0].value"), 0u);
}

TEST(ValidateTest, BothOfTwoNamesThatCollideAreSaid) {
  Folder folder = ReadFolder();
  folder.notes->mutable_levels(1)->set_name_en("Advanced");
  folder.notes->mutable_levels(2)->set_name_en("未应用");
  const auto findings = ValidateFolder(folder);
  ASSERT_EQ(findings.size(), 2u) << Listed(findings);
  EXPECT_EQ(findings[0].message().zh(),
            "“Advanced”在这里指“basic”，在 edition.txtpb levels[2].id "
            "指“advanced”；一种写法只能指一个。");
  EXPECT_EQ(findings[0].message().en(),
            "\"Advanced\" means \"basic\" here and \"advanced\" in edition.txtpb levels[2].id; a "
            "spelling may mean one thing only.");
  EXPECT_EQ(findings[1].message().zh(),
            "“未应用”在这里指“advanced”，但在任何年版中都指“none”；一种写法只能指一个。");
}

// Ids count before names, and names in any case: what a release says twice was published before
// validation asked.
TEST(ValidateTest, AReleaseWithNamesThatCollideStaysReadable) {
  Folder folder = ReadFolder();
  folder.edition.mutable_scenarios(5)->mutable_name()->set_text("AGV");
  folder.edition.mutable_scenarios(6)->mutable_name()->set_text("agv");
  folder.edition.mutable_levels(0)->mutable_name()->set_text("ADVANCED");
  const auto criteria = Criteria::Compile(MakeRelease(folder, "2026-1"), "");
  ASSERT_OK(criteria);
  EXPECT_EQ((*criteria)->FindScenarioByAnyName("Agv"), 5);
  EXPECT_EQ((*criteria)->FindAnswerCodeByAnyName("advanced"), CodeOfRank(3));
  EXPECT_EQ((*criteria)->FindTierByAnyName(""), -1);
}

TEST(ValidateTest, AMissingTranslationIsAWarning) {
  Folder folder = ReadFolder();
  folder.rulebook.mutable_tiers(1)->mutable_conditions(0)->mutable_text()->clear_en();
  folder.rulebook.mutable_facts(2)->mutable_unit()->clear_en();
  const auto findings = ValidateFolder(folder);
  EXPECT_FALSE(HasErrors(findings)) << Listed(findings);
  EXPECT_EQ(Places(findings),
            (std::multiset<std::string>{"rulebook.txtpb facts[2].unit.en",
                                        "rulebook.txtpb tiers[1].conditions[0].text.en"}));
}

// Texts are asked for before something is published; what was published without stays readable.
TEST(ValidateTest, AReleaseWithoutTextsStaysReadable) {
  Folder folder = ReadFolder();
  for (auto& fact : *folder.rulebook.mutable_facts()) fact.clear_where_to_find();
  EXPECT_TRUE(HasErrors(ValidateFolder(folder)));
  EXPECT_OK(Criteria::Compile(MakeRelease(folder, "2026-1"), ""));
}

TEST(ValidateTest, TheEditionOf2026HasNoFindingAtAll) {
  const auto findings = CheckFiles(ReadEdition2026()).findings;
  EXPECT_TRUE(findings.empty()) << Listed(findings);
}

TEST(ValidateTest, AFileThatCannotBeReadIsNamedWithItsLine) {
  FolderFiles files = ReadEdition2026();
  files.rulebook = "edition: \"x\"\nlevel_points { nonsense: 3 }\n";
  std::vector<Finding> findings;
  ParseFolder(files, findings);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].file(), "rulebook.txtpb");
  EXPECT_EQ(findings[0].line(), 2);
  files.rulebook.reset();
  findings.clear();
  ParseFolder(files, findings);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].reason(), "FILE_UNREADABLE");
}

// Nobody takes what is listed for everything that is wrong.
TEST(ValidateTest, WhatWasNotReadOrCheckedIsSaid) {
  FolderFiles files = ReadEdition2026();
  // The later fault, and what the rulebook lacks, stay unknown until the first is mended.
  files.rulebook = "edition: \"x\"\nlevel_points { nonsense: 3 }\nsegments: 5\n";
  const auto findings = CheckFiles(files).findings;
  ASSERT_EQ(findings.size(), 3u) << Listed(findings);
  EXPECT_THAT(findings[0].message().zh(), testing::HasSubstr("文件只读到第 2 行，其后尚未检查。"));
  EXPECT_EQ(findings[1].file(), "rulebook.txtpb");
  EXPECT_EQ(findings[1].severity(), Finding::WARNING);
  EXPECT_THAT(findings[1].message().zh(), testing::HasSubstr("未能完整读取，其内容尚未核对"));
  EXPECT_EQ(findings[2].file(), "vectors.txtpb");
  // Of a file that is not there, that is enough.
  files.rulebook.reset();
  EXPECT_EQ(CheckFiles(files).findings.size(), 2u) << Listed(CheckFiles(files).findings);
}

// The rulebook is data: what is changed in a copy shows in the results.
TEST(RulebookTest, WeightsPointsAndThresholdsDecide) {
  Folder folder = ReadFolder();
  const auto score = [&](const char* level) {
    const auto criteria = Criteria::Compile(MakeRelease(folder, "2026-1"), "");
    EXPECT_OK(criteria);
    std::vector<uint8_t> answers((*criteria)->scenario_count(), kNone);
    answers[(*criteria)->FindScenario("online-inspection")] =
        static_cast<uint8_t>((*criteria)->FindAnswerCode(level));
    std::vector<int32_t> facts((*criteria)->fact_count(), kFactMissing);
    facts[(*criteria)->FindFact("digital_general_score")] = 599;
    Tally tally = (*criteria)->NewTally();
    EXPECT_TRUE(Score(**criteria, answers, facts, tally));
    const int root = (*criteria)->tiers()[(*criteria)->FindTier("xianjin")].conditions;
    const int first = (*criteria)->parts()[(*criteria)->nodes()[root].parts.begin];
    return std::pair<int, int>(tally.points, (*criteria)->StatusOf(tally, first));
  };
  EXPECT_EQ(score("basic"), (std::pair<int, int>(2, kNotMet)));
  auto& weight = *folder.rulebook.add_weights();
  weight.set_scenario("online-inspection");
  weight.set_weight(7);
  EXPECT_EQ(score("basic").first, 14);
  folder.rulebook.mutable_level_points(1)->set_points(3);
  EXPECT_EQ(score("basic").first, 21);
  folder.rulebook.mutable_tiers(1)->mutable_conditions(0)->mutable_at_least()->set_threshold(599);
  EXPECT_EQ(score("basic").second, kMet);
}

// The same for a ratio, the tier it stands in, and the plan for that tier.
TEST(RulebookTest, ARatioDecidesTheTierAndItsPlan) {
  Folder folder = ReadFolder();
  auto& tier = *folder.rulebook.add_tiers();
  tier.set_id("half");
  *tier.mutable_name() = MakeText("半数", "Half");
  auto& condition = *tier.add_conditions();
  condition.set_id("half-of-all");
  for (auto* text :
       {condition.mutable_text(), condition.mutable_basis(), condition.mutable_source()}) {
    *text = MakeText("半数", "half");
  }
  auto& ratio = *condition.mutable_ratio_at_least();
  ratio.mutable_numerator()->mutable_count()->mutable_set()->mutable_all();
  ratio.mutable_numerator()->mutable_count()->set_at_least(folder.edition.levels(0).id());
  ratio.mutable_denominator()->mutable_scenarios()->mutable_all();
  // Ten scenarios are built.
  const auto steps_needed = [&](int n, int d) {
    ratio.set_n(n);
    ratio.set_d(d);
    const auto compiled = Criteria::Compile(MakeRelease(folder, "2026-1"), "");
    EXPECT_OK(compiled);
    const Criteria& criteria = **compiled;
    Input input;
    input.answers.assign(criteria.scenario_count(), kNone);
    for (int i = 0; i < 10; ++i) input.answers[i] = CodeOfRank(criteria.HighestRank(i));
    input.facts.assign(criteria.fact_count(), kFactMissing);
    Tally tally = criteria.NewTally();
    EXPECT_TRUE(Score(criteria, input.answers, input.facts, tally));
    PlanTarget target;
    target.node = criteria.tiers()[criteria.FindTier("half")].conditions;
    const Plan plan = PlanUpgrade(criteria, input, target);
    EXPECT_TRUE(plan.feasible);
    EXPECT_EQ(criteria.StatusOf(tally, target.node), plan.steps.empty() ? kMet : kNotMet);
    return plan.steps.size();
  };
  EXPECT_EQ(folder.edition.scenarios_size(), 33);
  EXPECT_EQ(steps_needed(10, 33), 0u);
  EXPECT_EQ(steps_needed(11, 33), 1u);
  EXPECT_EQ(steps_needed(1, 2), 7u);
  EXPECT_EQ(steps_needed(1, 1), 23u);
}

}  // namespace
}  // namespace zhiping::criteria
