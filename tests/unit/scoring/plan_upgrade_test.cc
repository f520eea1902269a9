#include "absl/strings/str_cat.h"
#include "services/scoring/domain/plan.h"
#include "tests/unit/criteria/small_criteria.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::scoring {
namespace {

using common::v1::RuleStatus;
using criteria::Criteria;
using testing::HasSubstr;
using testing::Not;

void SetTexts(catalogue::v1::Condition& condition, const std::string& id) {
  condition.set_id(id);
  for (auto* text :
       {condition.mutable_text(), condition.mutable_basis(), condition.mutable_source()}) {
    *text = MakeText(absl::StrCat("条件", id), absl::StrCat("Condition ", id));
  }
}

// The tier `leading` asks for two scenarios at l1 or above and for the fact `rank` of at least 3;
// its advice is one scenario of segment h at l1 or above. The tier `plain` has neither.
std::shared_ptr<const Criteria> MakeCriteria() {
  catalogue::v1::Release release = criteria::SmallRelease();
  auto& rulebook = *release.mutable_rulebook();
  auto& leading = *rulebook.mutable_tiers(0);
  auto& count = *leading.add_conditions();
  SetTexts(count, "two-at-l1");
  count.mutable_at_least()->set_threshold(2);
  auto& counted = *count.mutable_at_least()->mutable_measure()->mutable_count();
  counted.mutable_set()->mutable_all();
  counted.set_at_least("l1");
  auto& fact = *leading.add_conditions();
  SetTexts(fact, "rank-3");
  fact.mutable_at_least()->set_threshold(3);
  fact.mutable_at_least()->mutable_measure()->set_fact("rank");
  auto& advice = *leading.add_advice();
  SetTexts(advice, "one-of-h");
  advice.mutable_at_least()->set_threshold(1);
  auto& of_h = *advice.mutable_at_least()->mutable_measure()->mutable_count();
  of_h.mutable_set()->mutable_segments()->add_ids("h");
  of_h.set_at_least("l1");
  auto& plain = *rulebook.add_tiers();
  plain.set_id("plain");
  *plain.mutable_name() = MakeText("普通级", "Plain");
  auto criteria = Criteria::Compile(release, "sha256:00");
  EXPECT_OK(criteria);
  return *criteria;
}

v1::PlanUpgradeRequest Request(absl::string_view tier) {
  v1::PlanUpgradeRequest request;
  request.set_tier(std::string(tier));
  request.set_view(v1::View::FULL);
  auto& answer = *request.add_answers();
  answer.set_scenario("a");
  answer.set_level("l0");
  return request;
}

void AddCost(absl::string_view scenario, absl::string_view level, int32_t cost,
             v1::PlanUpgradeRequest& request) {
  auto& added = *request.add_costs();
  added.set_scenario(std::string(scenario));
  added.set_level(std::string(level));
  added.set_cost(cost);
}

TEST(PlanUpgradeTest, GivesStepsWithTextsAndTheResultAfterThem) {
  const auto criteria = MakeCriteria();
  const auto plan = PlanUpgrade(*criteria, Request("leading"));
  ASSERT_OK(plan);
  EXPECT_TRUE(plan->feasible());
  EXPECT_TRUE(plan->proven());
  // a rises from l0 to l1, b (without an answer) to l1, its lowest.
  EXPECT_EQ(plan->cost(), 3);
  EXPECT_EQ(plan->lower_bound(), 3);
  ASSERT_EQ(plan->steps_size(), 2);
  EXPECT_EQ(plan->steps(0).scenario(), "a");
  EXPECT_EQ(plan->steps(0).from_level(), "l0");
  EXPECT_EQ(plan->steps(0).to_level(), "l1");
  EXPECT_EQ(plan->steps(0).from_level_name(), "级0");
  EXPECT_EQ(plan->steps(0).to_level_text(), "引入a1");
  EXPECT_EQ(plan->steps(1).from_level(), "");
  EXPECT_FALSE(plan->other_optima_exist());
  EXPECT_EQ(plan->after().built(), 2);
  EXPECT_EQ(plan->after().release_digest(), "sha256:00");
  EXPECT_EQ(plan->after().tiers(0).conditions(0).status(), RuleStatus::MET);
}

TEST(PlanUpgradeTest, ListsConditionsOnFactsAsOutsideWithTheirPresentStatus) {
  const auto criteria = MakeCriteria();
  auto request = Request("leading");
  auto& fact = *request.add_facts();
  fact.set_fact("rank");
  fact.set_value("2");
  const auto plan = PlanUpgrade(*criteria, request);
  ASSERT_OK(plan);
  ASSERT_EQ(plan->outside_size(), 1);
  EXPECT_EQ(plan->outside(0).condition(), "rank-3");
  EXPECT_EQ(plan->outside(0).status(), RuleStatus::NOT_MET);
  EXPECT_EQ(plan->outside(0).value(), 2);
}

TEST(PlanUpgradeTest, WithoutOwnCostsItNeverSpeaksOfCosts) {
  const auto criteria = MakeCriteria();
  auto request = Request("leading");
  auto plan = PlanUpgrade(*criteria, request);
  ASSERT_OK(plan);
  EXPECT_THAT(plan->cost_text().zh(), HasSubstr("步骤最少的提升路径"));
  EXPECT_THAT(plan->cost_text().zh(), Not(HasSubstr("成本")));
  EXPECT_THAT(plan->cost_text().en(), Not(HasSubstr("cost")));
  AddCost("c", "l2", 0, request);
  plan = PlanUpgrade(*criteria, request);
  ASSERT_OK(plan);
  EXPECT_THAT(plan->cost_text().zh(), HasSubstr("成本"));
  EXPECT_EQ(plan->cost(), 1);
  EXPECT_EQ(plan->steps(1).scenario(), "c");
}

// The order of the request's costs is kept, and so is the meaning of those that count.
TEST(PlanUpgradeTest, SaysWhichCostsMeanNothing) {
  const auto criteria = MakeCriteria();
  auto request = Request("leading");
  AddCost("a", "l0", 5, request);  // a is at l0 already.
  AddCost("c", "l2", 5, request);  // c is not applicable.
  AddCost("b", "l2", 5, request);  // b is excluded.
  auto& answer = *request.add_answers();
  answer.set_scenario("c");
  answer.set_level("not_applicable");
  answer.set_reason("none here");
  request.add_excluded_scenarios("b");
  auto plan = PlanUpgrade(*criteria, request);
  ASSERT_OK(plan);
  EXPECT_THAT(plan->unused_costs(), testing::ElementsAre(0, 1, 2));
  request.clear_excluded_scenarios();
  plan = PlanUpgrade(*criteria, request);
  ASSERT_OK(plan);
  EXPECT_THAT(plan->unused_costs(), testing::ElementsAre(0, 1));
  EXPECT_THAT(plan->cost_text().zh(), HasSubstr("自报成本"));
  request.mutable_costs()->RemoveLast();
  plan = PlanUpgrade(*criteria, request);
  ASSERT_OK(plan);
  EXPECT_THAT(plan->cost_text().zh(), Not(HasSubstr("成本")));
}

// Where the search ends before ties are settled, that the cost is the least may be known all the
// same.
TEST(PlanUpgradeTest, SaysWhatIsKnownWhenTheSearchDoesNotEnd) {
  const auto criteria = MakeCriteria();
  auto request = Request("leading");
  for (const auto& scenario : criteria->edition().scenarios()) {
    AddCost(scenario.id(), "l2", 0, request);
  }
  request.set_node_budget(1);
  const auto plan = PlanUpgrade(*criteria, request);
  ASSERT_OK(plan);
  EXPECT_FALSE(plan->proven());
  EXPECT_EQ(plan->cost(), 0);
  EXPECT_EQ(plan->lower_bound(), 0);
  EXPECT_EQ(plan->steps_size(), 2) << "steps that cost nothing are not for nothing";
  EXPECT_THAT(plan->cost_text().zh(), HasSubstr("总成本最低的提升路径；搜索达到上限，尚未查清"));
}

TEST(PlanUpgradeTest, UnderstandsOfficialNames) {
  const auto criteria = MakeCriteria();
  auto request = Request("先行级");
  AddCost("场景b", "级1", 7, request);
  request.add_excluded_scenarios("3");
  const auto plan = PlanUpgrade(*criteria, request);
  ASSERT_OK(plan);
  // l1 of b now costs more than rising two ranks to l2.
  EXPECT_EQ(plan->cost(), 4);
  EXPECT_EQ(plan->steps(1).scenario(), "b");
  EXPECT_EQ(plan->steps(1).to_level(), "l2");
}

TEST(PlanUpgradeTest, PlansForAdviceWhenAskedTo) {
  const auto criteria = MakeCriteria();
  auto request = Request("leading");
  request.set_advice(true);
  const auto plan = PlanUpgrade(*criteria, request);
  ASSERT_OK(plan);
  ASSERT_EQ(plan->steps_size(), 1);
  EXPECT_EQ(plan->steps(0).scenario(), "c");
  EXPECT_EQ(plan->outside_size(), 0);
}

TEST(PlanUpgradeTest, SaysWhatCannotBeReached) {
  const auto criteria = MakeCriteria();
  auto request = Request("leading");
  request.set_advice(true);
  request.add_excluded_scenarios("c");
  const auto plan = PlanUpgrade(*criteria, request);
  ASSERT_OK(plan);
  EXPECT_FALSE(plan->feasible());
  EXPECT_FALSE(plan->has_after());
  ASSERT_EQ(plan->unreachable_size(), 1);
  EXPECT_EQ(plan->unreachable(0).condition(), "one-of-h");
  EXPECT_EQ(plan->unreachable(0).status(), common::v1::RuleStatus::NOT_MET);
}

TEST(PlanUpgradeTest, WithoutTextsThereAreOnlyIdsAndNumbers) {
  const auto criteria = MakeCriteria();
  auto request = Request("leading");
  request.set_view(v1::View::BASIC);
  const auto plan = PlanUpgrade(*criteria, request);
  ASSERT_OK(plan);
  EXPECT_EQ(plan->steps(0).scenario_name(), "");
  EXPECT_FALSE(plan->has_cost_text());
  EXPECT_FALSE(plan->outside(0).has_text());
}

TEST(PlanUpgradeTest, ReportsEverythingThatIsWrongAtOnce) {
  const auto criteria = MakeCriteria();
  auto request = Request("nowhere");
  request.mutable_answers(0)->set_level("l9");
  AddCost("x", "l1", 1, request);
  AddCost("b", "l0", 1, request);
  AddCost("b", "none", 1, request);
  AddCost("a", "l1", 1'000'001, request);
  AddCost("a", "级1", -1, request);
  request.add_excluded_scenarios("y");
  request.set_node_budget(-1);
  const auto plan = PlanUpgrade(*criteria, request);
  ASSERT_THAT(plan, HasReason(Reason::SEVERAL_VIOLATIONS));
  std::vector<std::pair<std::string, Reason::Value>> found;
  const ErrorDetail detail = DetailOf(plan.status());
  for (const auto& violation : detail.violations()) {
    found.emplace_back(violation.field(), violation.reason());
    EXPECT_NE(violation.message().zh(), "");
    EXPECT_NE(violation.message().en(), "");
  }
  using Pair = std::pair<std::string, Reason::Value>;
  EXPECT_THAT(found, testing::ElementsAre(Pair("answers[0].level", Reason::UNKNOWN_LEVEL),
                                          Pair("tier", Reason::UNKNOWN_TIER),
                                          Pair("excludedScenarios[0]", Reason::UNKNOWN_SCENARIO),
                                          Pair("costs[0].scenario", Reason::UNKNOWN_SCENARIO),
                                          Pair("costs[1].level", Reason::LEVEL_NOT_AVAILABLE),
                                          Pair("costs[2].level", Reason::UNKNOWN_LEVEL),
                                          Pair("costs[3].cost", Reason::COST_OUT_OF_RANGE),
                                          Pair("costs[4].cost", Reason::COST_OUT_OF_RANGE),
                                          Pair("costs[4]", Reason::INVALID_FIELD),
                                          Pair("nodeBudget", Reason::NUMBER_OUT_OF_RANGE)));
}

TEST(PlanUpgradeTest, ALevelIsNotATierAndSaysSo) {
  const auto criteria = MakeCriteria();
  const auto plan = PlanUpgrade(*criteria, Request("级1"));
  ASSERT_THAT(plan, HasReason(Reason::UNKNOWN_TIER));
  EXPECT_THAT(DetailOf(plan.status()).message().zh(),
              HasSubstr("“级1”是应用等级，不是智能工厂层级"));
  EXPECT_THAT(PlanUpgrade(*criteria, Request("")), HasReason(Reason::UNKNOWN_TIER));
}

TEST(PlanUpgradeTest, ATierWithoutConditionsCannotBePlannedFor) {
  const auto criteria = MakeCriteria();
  EXPECT_THAT(PlanUpgrade(*criteria, Request("plain")), HasReason(Reason::TIER_WITHOUT_CONDITIONS));
}

// 2,148 scenarios at 10^6 each are just above 2^31 − 1; 2,147 are just below.
TEST(PlanUpgradeTest, TheHighestCostsTogetherStayInRange) {
  catalogue::v1::Release release = criteria::SmallRelease();
  auto& edition = *release.mutable_edition();
  auto& tier = *release.mutable_rulebook()->mutable_tiers(0);
  auto& one = *tier.add_conditions();
  SetTexts(one, "one");
  one.mutable_at_least()->set_threshold(1);
  one.mutable_at_least()->mutable_measure()->mutable_count()->mutable_set()->mutable_all();
  one.mutable_at_least()->mutable_measure()->mutable_count()->set_at_least("l0");
  const auto last = edition.scenarios(2);
  while (edition.scenarios_size() < 2148) {
    auto& scenario = *edition.add_scenarios();
    scenario = last;
    scenario.set_id(absl::StrCat("s", edition.scenarios_size()));
    scenario.set_number(edition.scenarios_size());
    scenario.mutable_name()->set_text(scenario.id());
  }
  const auto criteria = Criteria::Compile(release, "");
  ASSERT_OK(criteria);
  v1::PlanUpgradeRequest request;
  request.set_tier("leading");
  request.set_node_budget(1);
  for (const auto& scenario : edition.scenarios()) AddCost(scenario.id(), "l2", 1'000'000, request);
  EXPECT_THAT(PlanUpgrade(**criteria, request), HasReason(Reason::COST_OUT_OF_RANGE));
  request.mutable_costs()->RemoveLast();
  EXPECT_OK(PlanUpgrade(**criteria, request));
}

}  // namespace
}  // namespace zhiping::scoring
