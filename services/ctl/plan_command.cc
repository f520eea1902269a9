#include <cstdio>
#include <memory>

#include "common/status/status_macros.h"
#include "services/ctl/commands.h"
#include "services/ctl/flag_lists.h"
#include "services/ctl/json_output.h"
#include "services/ctl/plan_report.h"
#include "services/ctl/scoring_options.h"

namespace zhiping::ctl {
namespace {

struct PlanOptions : ScoringOptions {
  std::string tier, costs, excluded;
  bool advice = false;
};

absl::StatusOr<int> Run(const PlanOptions& options, const CommandLine& line) {
  scoring::v1::PlanUpgradeRequest request;
  if (absl::Status status = ParseCosts(options.costs, request); !status.ok()) {
    return WithFlags(status);
  }
  ParseExclusions(options.excluded, request);
  ASSIGN_OR_RETURN(const ScoringInput input, OpenScoring(options));
  request.set_tier(options.tier);
  request.set_advice(options.advice);
  request.set_view(scoring::v1::View::FULL);
  *request.mutable_criteria() = input.criteria;
  *request.mutable_answers() = input.answers.answers;
  *request.mutable_facts() = input.facts;
  // The present result is only read by people; both have to rest on the same release.
  scoring::v1::ScoreResponse now;
  if (!line.json) {
    ASSIGN_OR_RETURN(now, ScoreAnswers(input));
    request.mutable_criteria()->set_release_digest(now.result().release_digest());
  }
  const auto plan = input.source->PlanUpgrade(request);
  if (!plan.ok()) return WithOrigins(plan.status(), input);
  const PlanSubject subject = {options.tier, options.advice, !request.costs().empty()};
  Print(line.json ? ToJson(*plan) : PlanReport(subject, now, *plan, line.screen), line.screen);
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
