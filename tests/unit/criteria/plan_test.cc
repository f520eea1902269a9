// The planner against trying everything, on random criteria small enough for that.
#include "common/criteria/plan.h"

#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/criteria/score.h"
#include "tests/oracle/hard_criteria.h"
#include "tests/oracle/plan_oracle.h"
#include "tests/oracle/random_criteria.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::criteria {
namespace {

using oracle::Random;

uint64_t Seed() {
  const char* text = std::getenv("ZHIPING_SEED");
  return text == nullptr ? 20260201 : std::strtoull(text, nullptr, 10);
}

struct Case {
  std::shared_ptr<const Criteria> criteria;
  Input input;
  PlanTarget target;
  int tier = 0;
  bool advice = false;
  std::vector<std::vector<int32_t>> costs;
};

// A random case; its target may be absent (node −1).
Case MakeCase(const std::shared_ptr<const Criteria>& criteria, Random& random) {
  Case made;
  made.criteria = criteria;
  made.input = {oracle::RandomAnswers(*criteria, random), oracle::RandomFacts(*criteria, random)};
  made.tier = random.Below(criteria->tier_count());
  made.advice = random.OneIn(2);
  const TierNodes& nodes = criteria->tiers()[made.tier];
  made.target.node = made.advice ? nodes.advice : nodes.conditions;
  const bool own_costs = random.OneIn(2);
  for (int i = 0; i < criteria->scenario_count(); ++i) {
    made.target.excluded.push_back(random.OneIn(8) ? 1 : 0);
    made.costs.emplace_back(criteria->level_count() + 1, 0);
    for (int rank = 1; rank <= criteria->level_count(); ++rank) {
      const int32_t ranks_risen = rank - RankOfCode(made.input.answers[i]);
      made.costs[i][rank] = own_costs ? random.Below(6) : ranks_risen;
      if (own_costs) made.target.costs.push_back(made.costs[i][rank]);
    }
  }
  return made;
}

void CompareWithOracle(const Case& made, const std::string& name) {
  const Plan plan = PlanUpgrade(*made.criteria, made.input, made.target);
  const oracle::BestPlan best =
      oracle::FindBestPlan(made.criteria->release(), made.input.answers, made.input.facts,
                           made.tier, made.advice, made.costs, made.target.excluded);
  ASSERT_EQ(plan.feasible, best.feasible) << name;
  ASSERT_TRUE(plan.proven) << name;
  if (!plan.feasible) return;
  ASSERT_EQ(plan.cost, best.cost) << name;
  ASSERT_EQ(plan.lower_bound, best.cost) << name;
  ASSERT_EQ(plan.other_optima_exist, best.optima > 1) << name;
  std::vector<int> ranks;
  for (uint8_t answer : made.input.answers) ranks.push_back(RankOfCode(answer));
  int64_t cost = 0;
  for (const PlanStep& step : plan.steps) {
    ASSERT_EQ(step.from_rank, ranks[step.scenario]) << name;
    ranks[step.scenario] = step.to_rank;
    cost += step.cost;
  }
  ASSERT_EQ(cost, plan.cost) << name;
  ASSERT_EQ(ranks, best.ranks) << name;
}

TEST(PlanTest, EqualsTheOracle) {
  Random random(Seed());
  oracle::Shape shape;
  shape.most_scenarios = 5;
  shape.most_levels = 3;
  int compared = 0;
  for (int r = 0; r < 4000; ++r) {
    const auto criteria = Criteria::Compile(oracle::RandomRelease(shape, random), "");
    ASSERT_OK(criteria);
    for (int c = 0; c < 10; ++c) {
      const Case made = MakeCase(*criteria, random);
      if (made.target.node < 0) continue;
      ++compared;
      CompareWithOracle(made, absl::StrCat("ZHIPING_SEED=", Seed(), " release ", r, " case ", c));
      if (testing::Test::HasFatalFailure()) return;
    }
  }
  EXPECT_GT(compared, 10000);
}

// Whether the plan's steps are allowed, cost what it says and meet the target.
void CheckSteps(const Case& made, const Plan& plan, const std::string& name) {
  std::vector<uint8_t> answers = made.input.answers;
  int64_t cost = 0;
  for (const PlanStep& step : plan.steps) {
    EXPECT_NE(answers[step.scenario], kNotApplicable) << name;
    EXPECT_FALSE(made.target.excluded[step.scenario]) << name;
    EXPECT_EQ(RankOfCode(answers[step.scenario]), step.from_rank) << name;
    EXPECT_GT(step.to_rank, step.from_rank) << name;
    EXPECT_TRUE(made.criteria->LevelExists(step.scenario, step.to_rank)) << name;
    EXPECT_EQ(step.cost, made.costs[step.scenario][step.to_rank]) << name;
    answers[step.scenario] = CodeOfRank(step.to_rank);
    cost += step.cost;
  }
  EXPECT_EQ(cost, plan.cost) << name;
  EXPECT_TRUE(oracle::MeetsTarget(made.criteria->release(), made.input.answers, answers,
                                  made.input.facts, made.tier, made.advice))
      << name;
}

// Whether no step of a plan that costs nothing could be left out alone.
void CheckNoStepIsForNothing(const Case& made, const Plan& plan, const std::string& name) {
  std::vector<uint8_t> after = made.input.answers;
  for (const PlanStep& step : plan.steps) after[step.scenario] = CodeOfRank(step.to_rank);
  for (const PlanStep& step : plan.steps) {
    if (step.cost > 0) continue;
    std::vector<uint8_t> without = after;
    without[step.scenario] = made.input.answers[step.scenario];
    EXPECT_FALSE(oracle::MeetsTarget(made.criteria->release(), made.input.answers, without,
                                     made.input.facts, made.tier, made.advice))
        << name << " scenario " << step.scenario;
  }
}

// Scenario and rank of each step.
std::vector<std::pair<int, int>> Rises(const Plan& plan) {
  std::vector<std::pair<int, int>> rises;
  for (const PlanStep& step : plan.steps) rises.emplace_back(step.scenario, step.to_rank);
  return rises;
}

// Costs of 0 and 1 make many plans equally good: which of them comes first, and whether there is
// another, is said only where it is known.
TEST(PlanTest, WhatIsProvenIsTheSameWithAnyBudget) {
  Random random(Seed() + 3);
  int proven = 0;
  int least_but_unproven = 0;
  for (int r = 0; r < 1000; ++r) {
    oracle::Shape shape;
    shape.most_scenarios = 40;
    const auto criteria = Criteria::Compile(oracle::RandomRelease(shape, random), "");
    ASSERT_OK(criteria);
    Case made = MakeCase(*criteria, random);
    if (made.target.node < 0) continue;
    const std::string name = absl::StrCat("ZHIPING_SEED=", Seed(), " release ", r);
    made.target.costs.clear();
    for (auto& costs : made.costs) {
      for (size_t rank = 1; rank < costs.size(); ++rank) {
        costs[rank] = random.Below(2);
        made.target.costs.push_back(costs[rank]);
      }
    }
    made.target.node_budget = 10 * kDefaultNodeBudget;
    const Plan best = PlanUpgrade(**criteria, made.input, made.target);
    for (const int64_t budget : {1, 50, 400, 3000}) {
      made.target.node_budget = budget;
      const Plan plan = PlanUpgrade(**criteria, made.input, made.target);
      if (plan.feasible) CheckSteps(made, plan, name);
      CheckNoStepIsForNothing(made, plan, name);
      least_but_unproven += plan.feasible && !plan.proven && plan.lower_bound == plan.cost;
      if (!plan.proven) {
        EXPECT_FALSE(plan.other_optima_exist) << name;
        continue;
      }
      ++proven;
      if (!best.proven) continue;
      EXPECT_EQ(plan.feasible, best.feasible) << name << " budget " << budget;
      EXPECT_EQ(plan.cost, best.cost) << name << " budget " << budget;
      EXPECT_EQ(Rises(plan), Rises(best)) << name << " budget " << budget;
      EXPECT_EQ(plan.other_optima_exist, best.other_optima_exist) << name << " budget " << budget;
    }
  }
  EXPECT_GT(proven, 500);
  EXPECT_GT(least_but_unproven, 10);
}

TEST(PlanTest, ASmallBudgetGivesAValidPlanAndALowerBound) {
  Random random(Seed() + 1);
  int feasible = 0;
  int unproven = 0;
  for (int r = 0; r < 1500; ++r) {
    oracle::Shape shape;
    shape.most_scenarios = r % 25 == 0 ? 300 : 40;
    const auto criteria = Criteria::Compile(oracle::RandomRelease(shape, random), "");
    ASSERT_OK(criteria);
    Case made = MakeCase(*criteria, random);
    if (made.target.node < 0) continue;
    const std::string name = absl::StrCat("ZHIPING_SEED=", Seed(), " release ", r);
    made.target.node_budget = 100'000;
    const Plan large = PlanUpgrade(**criteria, made.input, made.target);
    if (large.feasible) CheckSteps(made, large, name);
    for (const int64_t budget : {1, 1000}) {
      made.target.node_budget = budget;
      const Plan small = PlanUpgrade(**criteria, made.input, made.target);
      unproven += !small.proven;
      if (!small.feasible) {
        // "There is none" is said only where there is none.
        EXPECT_TRUE(small.proven ? !large.feasible : small.unreachable.empty()) << name;
        continue;
      }
      ++feasible;
      CheckSteps(made, small, name);
      if (large.feasible) {
        EXPECT_LE(small.lower_bound, large.cost) << name;
        EXPECT_LE(large.cost, small.cost) << name;
      }
      EXPECT_LE(small.lower_bound, small.cost) << name;
    }
  }
  EXPECT_GT(feasible, 500);
  EXPECT_GT(unproven, 10);
}

// Where a target asks for a share, raising everything may miss it: the share's base rises too.
TEST(PlanTest, ASmallBudgetFindsAPlanWhereThereIsOne) {
  Random random(77);
  int feasible = 0;
  int missed = 0;
  for (int r = 0; r < 1500; ++r) {
    oracle::Shape shape;
    const auto criteria = Criteria::Compile(oracle::RandomRelease(shape, random), "");
    ASSERT_OK(criteria);
    Case made = MakeCase(*criteria, random);
    if (made.target.node < 0) continue;
    made.target.node_budget = 1;
    const Plan small = PlanUpgrade(**criteria, made.input, made.target);
    made.target.node_budget = kDefaultNodeBudget;
    if (small.feasible) ++feasible;
    if (!small.feasible && PlanUpgrade(**criteria, made.input, made.target).feasible) ++missed;
  }
  EXPECT_GT(feasible, 300);
  EXPECT_EQ(missed, 0);
}

TEST(PlanTest, EndsSoonAfterNobodyWantsIt) {
  Random random(Seed() + 2);
  const auto criteria = Criteria::Compile(oracle::HardRelease(300, 8, random), "");
  ASSERT_OK(criteria);
  Input input;
  input.answers.assign((*criteria)->scenario_count(), kMissing);
  PlanTarget target;
  target.node = (*criteria)->tiers()[0].conditions;
  int asked = 0;
  const Plan plan = PlanUpgrade(**criteria, input, target, [&] { return ++asked <= 50; });
  EXPECT_EQ(asked, 51) << "not asked again after the first no";
  EXPECT_FALSE(plan.proven);
  ASSERT_TRUE(plan.feasible) << "the plan that is known before the search";
  std::vector<uint8_t> answers = input.answers;
  for (const PlanStep& step : plan.steps) answers[step.scenario] = CodeOfRank(step.to_rank);
  Tally tally = (*criteria)->NewTally();
  ASSERT_TRUE(Score(**criteria, answers, input.facts, tally));
  EXPECT_EQ((*criteria)->StatusOf(tally, target.node), kMet);
}

}  // namespace
}  // namespace zhiping::criteria
