#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "services/ctl/commands.h"
#include "services/ctl/flag_lists.h"
#include "services/ctl/json_output.h"
#include "services/ctl/plan_report.h"
#include "services/ctl/scoring_options.h"
#include "services/ctl/spelling.h"

namespace zhiping::ctl {
namespace {

struct PlanOptions : ScoringOptions {
  std::string tier, costs, excluded;
  bool advice = false;
};

// Costs that mean nothing for the plan, as they were given.
std::vector<std::string> UnusedCosts(const scoring::v1::PlanUpgradeRequest& request,
                                     const scoring::v1::PlanUpgradeResponse& plan) {
  std::vector<std::string> unused;
  for (const int number : plan.unused_costs()) {
    if (number < 0 || number >= request.costs_size()) continue;
    const auto& cost = request.costs(number);
    unused.push_back(absl::StrCat(cost.scenario(), ":", cost.level(), "=", cost.cost()));
  }
  return unused;
}

absl::StatusOr<int> Run(const PlanOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(ScoringInput input, OpenScoring(options));
  scoring::v1::PlanUpgradeRequest request;
  ParseCosts(options.costs, request, input.faults);
  ParseExclusions(options.excluded, request);
  for (auto& cost : *request.mutable_costs()) {
    cost.set_scenario(input.english.ScenarioWritten(cost.scenario()));
    cost.set_level(input.english.LevelWritten(cost.level()));
  }
  for (auto& excluded : *request.mutable_excluded_scenarios()) {
    excluded = input.english.ScenarioWritten(excluded);
  }
  request.set_tier(Spelled(options.tier));
  request.set_advice(options.advice);
  request.set_view(scoring::v1::View::FULL);
  *request.mutable_criteria() = input.criteria;
  *request.mutable_answers() = input.answers.answers;
  *request.mutable_facts() = input.facts;
  // What is wrong already is sent to hear what else is wrong, not for a plan.
  if (!input.faults.empty()) request.set_node_budget(1);
  // The present result is only read by people; both have to rest on the same release. What is wrong
  // with the answers is said by the plan, together with the rest.
  absl::StatusOr<scoring::v1::ScoreResponse> now = scoring::v1::ScoreResponse();
  if (!line.json && input.faults.empty()) {
    now = ScoreAnswers(input);
    if (now.ok()) request.mutable_criteria()->set_release_digest(now->result().release_digest());
    if (!now.ok() && !absl::IsInvalidArgument(now.status())) return now.status();
  }
  const auto plan = input.source->PlanUpgrade(request);
  RETURN_IF_ERROR(WithOrigins(plan.status(), input));
  RETURN_IF_ERROR(now.status());
  PlanSubject subject = {options.tier, options.advice, false, UnusedCosts(request, *plan)};
  subject.own_costs = request.costs_size() > plan->unused_costs_size();
  Print(line.json ? ToJson(*plan) : PlanReport(subject, *now, *plan, line.screen, input.english),
        line.screen);
  return kExitOk;
}

}  // namespace

void AddPlanCommand(CLI::App& app, CommandLine& line) {
  CLI::App* const command = AddCommand(
      app, line, "plan", "规划步骤最少的提升路径，满足某个智能工厂层级的所列条件（或建议）",
      "Find the fewest steps that meet a tier's listed conditions, or its advice");
  const auto options = std::make_shared<PlanOptions>();
  AddScoringOptions(*command, line, *options);
  AddOption(*command, line, "--tier", options->tier, "TIER", "目标智能工厂层级（标识或名称）",
            "The tier, by id or name")
      ->required();
  AddFlag(*command, line, "--advice", options->advice, "按该层级的建议规划，而不是条件",
          "Plan for the tier's advice instead of its conditions");
  AddListOption(
      *command, line, "--cost", options->costs, "SCENARIO:LEVEL=N,…",
      "本企业把场景升到该级的成本，0 至 1000000 的整数；未给出的按每升一级计 1",
      "Your own cost of bringing a scenario to a level, a whole number from 0 to 1000000; "
      "others count 1 for each level risen");
  AddListOption(*command, line, "--exclude", options->excluded, "SCENARIO,…", "不参与提升的场景",
                "Scenarios that stay as they are");
  command->callback(
      [options, &line] { line.action = [options, &line] { return Run(*options, line); }; });
}

}  // namespace zhiping::ctl
