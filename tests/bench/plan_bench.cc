// B4: how long plans take, in milliseconds. Prints one JSON object for each target of the 2026
// edition, one for editions of 3,072 to 4,096 scenarios, and one for 4,096 scenarios under a
// rulebook that makes plans hard to find. Every plan is carried out and judged by the slow
// interpreter.
//   plan_bench [CASES [LARGE_EDITIONS]]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "common/criteria/plan.h"
#include "tests/edition_folder.h"
#include "tests/oracle/hard_criteria.h"
#include "tests/oracle/plan_oracle.h"
#include "tests/oracle/random_criteria.h"

namespace zhiping::criteria {
namespace {

struct Times {
  std::vector<double> milliseconds;
  int unproven = 0;
  int feasible = 0;
  // Plans that meet the target, and targets that nothing meets.
  int right = 0;

  void Print(const std::string& name) {
    std::sort(milliseconds.begin(), milliseconds.end());
    const auto at = [&](double share) {
      return milliseconds[std::min(milliseconds.size() - 1,
                                   static_cast<size_t>(share * milliseconds.size()))];
    };
    std::printf(
        "{\"name\": \"%s\", \"plans\": %zu, \"median\": %.3f, \"p99\": %.3f, \"most\": %.3f, "
        "\"unproven\": %d, \"feasible\": %d, \"right\": %d}\n",
        name.c_str(), milliseconds.size(), at(0.5), at(0.99), milliseconds.back(), unproven,
        feasible, right);
  }
};

// A tier's conditions or advice.
struct Aim {
  int tier;
  bool advice;
};

bool IsRight(const Criteria& criteria, const Input& input, const Aim& aim, const Plan& plan) {
  if (!plan.feasible) return plan.proven;
  std::vector<uint8_t> answers = input.answers;
  for (const PlanStep& step : plan.steps) answers[step.scenario] = CodeOfRank(step.to_rank);
  return oracle::MeetsTarget(criteria.release(), input.answers, answers, input.facts, aim.tier,
                             aim.advice);
}

void Measure(const Criteria& criteria, const Input& input, const Aim& aim,
             std::vector<int32_t> costs, Times& times) {
  const TierNodes& tier = criteria.tiers()[aim.tier];
  PlanTarget target;
  target.node = aim.advice ? tier.advice : tier.conditions;
  target.costs = std::move(costs);
  const auto start = std::chrono::steady_clock::now();
  const Plan plan = PlanUpgrade(criteria, input, target);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  times.milliseconds.push_back(took.count());
  times.unproven += !plan.proven;
  times.feasible += plan.feasible;
  times.right += IsRight(criteria, input, aim, plan);
}

std::vector<int32_t> RandomCosts(const Criteria& criteria, oracle::Random& random) {
  std::vector<int32_t> costs(criteria.scenario_count() * criteria.level_count());
  for (int32_t& cost : costs) cost = random.Between(0, 1000);
  return costs;
}

// One line for every tier's conditions and advice. `open`: nothing is answered; else answers are
// random. Facts are random and never missing, so that every condition takes part.
void Measure2026(bool open, int cases) {
  const auto criteria = *CompileEdition2026();
  for (int t = 0; t < criteria->tier_count(); ++t) {
    const TierNodes& tier = criteria->tiers()[t];
    for (const bool advice : {false, true}) {
      if ((advice ? tier.advice : tier.conditions) < 0) continue;
      oracle::Random random(11);
      Times times;
      for (int c = 0; c < cases; ++c) {
        Input input{std::vector<uint8_t>(criteria->scenario_count(), kMissing), {}};
        if (!open) input.answers = oracle::RandomAnswers(*criteria, random);
        for (const auto& fact : criteria->rulebook().facts()) {
          input.facts.push_back(random.Between(fact.min(), fact.max()));
        }
        Measure(*criteria, input, {t, advice}, RandomCosts(*criteria, random), times);
      }
      times.Print(absl::StrCat(open ? "open " : "random ", criteria->rulebook().tiers(t).id(),
                               advice ? " advice" : ""));
    }
  }
}

void MeasureLargest(int releases) {
  oracle::Random random(12);
  oracle::Shape shape;
  shape.most_scenarios = kMaxScenarios;
  Times times;
  for (int r = 0; r < releases;) {
    const auto criteria = Criteria::Compile(oracle::RandomRelease(shape, random), "");
    if (!criteria.ok()) std::abort();
    if ((*criteria)->scenario_count() < kMaxScenarios * 3 / 4) continue;
    ++r;
    Input input{oracle::RandomAnswers(**criteria, random), oracle::RandomFacts(**criteria, random)};
    for (int t = 0; t < (*criteria)->tier_count(); ++t) {
      if ((*criteria)->tiers()[t].conditions < 0) continue;
      Measure(**criteria, input, {t, false}, RandomCosts(**criteria, random), times);
    }
  }
  times.Print("largest");
}

void MeasureHard() {
  oracle::Random random(13);
  const auto criteria =
      Criteria::Compile(oracle::HardRelease(kMaxScenarios, kMaxLevels, random), "");
  if (!criteria.ok()) std::abort();
  const Input input{std::vector<uint8_t>(kMaxScenarios, kMissing), {}};
  Times times;
  Measure(**criteria, input, {0, false}, {}, times);
  times.Print("hard");
}

}  // namespace
}  // namespace zhiping::criteria

int main(int argc, char** argv) {
  const int cases = argc > 1 ? std::atoi(argv[1]) : 1000;
  zhiping::criteria::Measure2026(true, cases);
  zhiping::criteria::Measure2026(false, cases);
  zhiping::criteria::MeasureLargest(argc > 2 ? std::atoi(argv[2]) : 3);
  zhiping::criteria::MeasureHard();
}
