// Prints the digests of what common/criteria computes: results, plans and passports over the 2026
// edition and random criteria. Every compiler and every optimization must print the same.
#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "common/criteria/diff.h"
#include "common/criteria/plan.h"
#include "common/criteria/result.h"
#include "common/criteria/score.h"
#include "common/criteria/vectors.h"
#include "tests/edition_folder.h"
#include "tests/oracle/random_criteria.h"

namespace zhiping::criteria {
namespace {

constexpr int kReleases = 60;
constexpr int kCases = 50;

void AppendPlans(const Criteria& criteria, const Input& input, std::string& bytes) {
  for (const TierNodes& tier : criteria.tiers()) {
    for (const int node : {tier.conditions, tier.advice}) {
      if (node < 0) continue;
      PlanTarget target;
      target.node = node;
      target.node_budget = 2000;
      const Plan plan = PlanUpgrade(criteria, input, target);
      bytes += absl::StrCat(plan.feasible, plan.proven, plan.cost, " ", plan.lower_bound,
                            plan.other_optima_exist);
      for (const PlanStep& step : plan.steps) {
        bytes += absl::StrCat(";", step.scenario, ">", step.to_rank);
      }
    }
  }
}

void Print(const char* name, const Criteria& criteria, oracle::Random& random) {
  std::string bytes;
  Tally tally = criteria.NewTally();
  for (int c = 0; c < kCases; ++c) {
    const Input input{oracle::RandomAnswers(criteria, random),
                      oracle::RandomFacts(criteria, random)};
    if (!Score(criteria, input.answers, input.facts, tally)) std::abort();
    bytes += MakeResult(criteria, tally, true).SerializeAsString();
    if (c < 5) AppendPlans(criteria, input, bytes);
  }
  std::printf("%s %s\n", name, DigestOf(bytes).c_str());
}

int Run() {
  oracle::Random random(1);
  const auto edition = CompileEdition2026();
  if (!edition.ok() || !VerifyVectors(**edition).ok()) return 1;
  std::printf("release %s\n", (*edition)->digest().c_str());
  Print("2026", **edition, random);
  std::shared_ptr<const Criteria> before = *edition;
  for (int r = 0; r < kReleases; ++r) {
    const auto criteria = Criteria::Compile(oracle::RandomRelease({}, random), "");
    if (!criteria.ok()) return 1;
    Print(absl::StrCat("random ", r).c_str(), **criteria, random);
    std::printf("passport %s\n", DigestOf(Diff(*before, **criteria).SerializeAsString()).c_str());
    before = *criteria;
  }
  return 0;
}

}  // namespace
}  // namespace zhiping::criteria

int main() { return zhiping::criteria::Run(); }
