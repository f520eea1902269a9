#include "services/scoring/domain/plan.h"

#include "absl/strings/str_cat.h"
#include "common/criteria/plan.h"
#include "common/criteria/result.h"
#include "common/criteria/score.h"
#include "common/status/status_macros.h"
#include "services/scoring/domain/plan_request.h"

namespace zhiping::scoring {
namespace {

using criteria::Criteria;

// A title. Without the caller's own costs a plan is never said to cost anything.
common::v1::LocalText CostText(bool own_costs, const criteria::Plan& plan) {
  if (!plan.feasible && plan.proven) return MakeText("没有可行的提升路径", "No upgrade path");
  if (!plan.feasible) {
    return MakeText("搜索达到上限，没有找到提升路径；不能断定没有",
                    "No upgrade path was found before the search reached its limit; there may be "
                    "one");
  }
  const bool least = plan.lower_bound == plan.cost;
  if (least) {
    std::string zh = own_costs ? "按自报成本，总成本最低的提升路径"
                               : "步骤最少的提升路径（每个场景每升一级计一步）";
    std::string en = own_costs
                         ? "The upgrade path of least total cost, by your own costs"
                         : "The upgrade path with the fewest steps (one for each level that a "
                           "scenario rises)";
    if (!plan.proven) {
      absl::StrAppend(&zh, "；搜索达到上限，尚未查清有没有同样好而涉及场景更少的路径");
      absl::StrAppend(&en,
                      "; the search reached its limit before it was known whether another is as "
                      "good with fewer scenarios");
    }
    return MakeText(zh, en);
  }
  return MakeText(
      own_costs ? "按自报成本，目前找到的最好路径；搜索达到上限，尚未证明总成本最低"
                : "目前找到的最好路径（每个场景每升一级计一步）；搜索达到上限，尚未证明步骤最少",
      absl::StrCat(
          "The best path found ",
          own_costs ? "by your own costs" : "(one step for each level that a scenario rises)",
          "; the search reached its limit before it was proven to be the least"));
}

void FillStep(const Criteria& criteria, const criteria::Input& input,
              const criteria::PlanStep& step, bool texts, v1::PlanStep& out) {
  const auto& scenario = criteria.edition().scenarios(step.scenario);
  const auto& to = criteria.edition().levels(step.to_rank - 1);
  out.set_scenario(scenario.id());
  out.set_from_level(std::string(criteria.AnswerId(input.answers[step.scenario])));
  out.set_to_level(to.id());
  out.set_cost(step.cost);
  if (!texts) return;
  out.set_scenario_name(scenario.name().text());
  if (step.from_rank > 0) {
    out.set_from_level_name(criteria.edition().levels(step.from_rank - 1).name().text());
  }
  out.set_to_level_name(to.name().text());
  out.set_to_level_text(scenario.cells(step.to_rank - 1).text().text());
}

}  // namespace

absl::StatusOr<v1::PlanUpgradeResponse> PlanUpgrade(
    const Criteria& criteria, const v1::PlanUpgradeRequest& request,
    const std::function<absl::Status()>& check_waiting) {
  ASSIGN_OR_RETURN(const PlanInput read, ReadPlanRequest(criteria, request));
  const bool texts = request.view() == v1::View::FULL;
  absl::Status waiting;
  const criteria::Plan plan = criteria::PlanUpgrade(criteria, read.input, read.target, [&] {
    if (check_waiting != nullptr) waiting = check_waiting();
    return waiting.ok();
  });
  RETURN_IF_ERROR(waiting);
  criteria::Tally tally = criteria.NewTally();
  criteria::Score(criteria, read.input.answers, read.input.facts, tally);

  v1::PlanUpgradeResponse response;
  response.set_feasible(plan.feasible);
  response.set_proven(plan.proven);
  response.set_cost(static_cast<int32_t>(plan.cost));
  response.set_lower_bound(static_cast<int32_t>(plan.lower_bound));
  response.set_other_optima_exist(plan.other_optima_exist);
  for (const int node : plan.outside) {
    *response.add_outside() = criteria::MakeConditionResult(criteria, node, tally, texts);
  }
  if (!plan.unreachable.empty()) {
    criteria::Score(criteria, plan.highest, read.input.facts, tally);
    for (const int node : plan.unreachable) {
      *response.add_unreachable() = criteria::MakeConditionResult(criteria, node, tally, texts);
    }
  }
  response.mutable_unused_costs()->Add(read.unused_costs.begin(), read.unused_costs.end());
  if (texts) {
    const bool own_costs = request.costs_size() > response.unused_costs_size();
    *response.mutable_cost_text() = CostText(own_costs, plan);
  }
  if (!plan.feasible) return response;

  std::vector<uint8_t> answers = read.input.answers;
  for (const criteria::PlanStep& step : plan.steps) {
    FillStep(criteria, read.input, step, texts, *response.add_steps());
    answers[step.scenario] = criteria::CodeOfRank(step.to_rank);
  }
  criteria::Score(criteria, answers, read.input.facts, tally);
  *response.mutable_after() = criteria::MakeResult(criteria, tally, texts);
  return response;
}

}  // namespace zhiping::scoring
