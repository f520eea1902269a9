#include "services/scoring/domain/plan_request.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/scoring/domain/plan.h"
#include "services/scoring/domain/view.h"

namespace zhiping::scoring {
namespace {

using criteria::Criteria;

using FieldName = absl::FunctionRef<std::string()>;

constexpr int32_t kMaxCost = criteria::kMaxNumber;

class RequestReader {
 public:
  RequestReader(const Criteria& criteria, const v1::PlanUpgradeRequest& request)
      : criteria_(criteria), request_(request) {}

  absl::StatusOr<PlanInput> Run() {
    PlanInput plan;
    violations_.AddAll(
        criteria::ReadInput(criteria_, request_.answers(), request_.facts(), plan.input));
    plan.target.node = ReadTier();
    plan.target.excluded = ReadExcluded();
    // Without valid answers there is nothing that costs could be compared with.
    const bool input_is_valid = violations_.empty();
    ReadCosts(input_is_valid, plan);
    plan.target.node_budget = ReadNodeBudget();
    violations_.AddAll(CheckView(request_.view()));
    if (!violations_.empty()) return violations_.ToStatus();
    return plan;
  }

 private:
  int ReadTier() {
    const int tier = criteria_.FindTierByAnyName(request_.tier());
    if (tier < 0) {
      AddUnknownTier();
      return -1;
    }
    const criteria::TierNodes& nodes = criteria_.tiers()[tier];
    const int node = request_.advice() ? nodes.advice : nodes.conditions;
    if (node < 0) {
      const auto& name = criteria_.rulebook().tiers(tier).name();
      violations_.Add(
          "tier", Reason::TIER_WITHOUT_CONDITIONS,
          absl::StrCat("“智能工厂层级：", name.zh(), "”在评分规则中没有列出",
                       request_.advice() ? "建议" : "条件", "，无从规划。"),
          absl::StrCat("The rulebook lists no ", request_.advice() ? "advice" : "conditions",
                       " for the ", name.en(), ": there is nothing to plan for."));
    }
    return node;
  }

  void AddUnknownTier() {
    std::vector<std::string> zh, en;
    for (const auto& tier : criteria_.rulebook().tiers()) {
      zh.push_back(absl::StrCat(tier.name().zh(), "（", tier.id(), "）"));
      en.push_back(tier.id());
    }
    const bool is_level =
        criteria::RankOfCode(std::max(0, criteria_.FindAnswerCodeByAnyName(request_.tier()))) > 0;
    const absl::string_view tier = request_.tier();
    violations_.Add(
        "tier", Reason::UNKNOWN_TIER,
        absl::StrCat(tier.empty() ? "须说明要规划到哪个智能工厂层级"
                     : is_level ? absl::StrCat("“", tier, "”是应用等级，不是智能工厂层级")
                                : absl::StrCat("没有智能工厂层级“", tier, "”"),
                     "；可填：", absl::StrJoin(zh, "、"), "。"),
        absl::StrCat(tier.empty() ? "The tier to plan for is required"
                     : is_level   ? absl::StrCat("\"", tier, "\" is a level, not a tier")
                                  : absl::StrCat("There is no tier \"", tier, "\""),
                     "; there are: ", absl::StrJoin(en, ", "), "."));
  }

  std::vector<uint8_t> ReadExcluded() {
    std::vector<uint8_t> excluded;
    if (request_.excluded_scenarios().empty()) return excluded;
    excluded.resize(criteria_.scenario_count());
    for (int i = 0; i < request_.excluded_scenarios_size(); ++i) {
      const int scenario = ReadScenario(request_.excluded_scenarios(i),
                                        [i] { return absl::StrCat("excludedScenarios[", i, "]"); });
      if (scenario >= 0) excluded[scenario] = 1;
    }
    return excluded;
  }

  int ReadScenario(const std::string& name, FieldName field) {
    const int scenario = criteria_.FindScenarioByAnyName(name);
    if (scenario < 0) {
      violations_.Add([&] {
        return MakeViolation(field(), Reason::UNKNOWN_SCENARIO,
                             absl::StrCat("本年版没有场景“", name, "”。"),
                             absl::StrCat("The edition has no scenario \"", name, "\"."));
      });
    }
    return scenario;
  }

  // The rank of a level that exists; 0 if it is wrong.
  int ReadRank(int scenario, const std::string& level, FieldName field) {
    const int before = violations_.size();
    const uint8_t code = criteria::ReadLevel(criteria_, scenario, level, field, violations_);
    if (violations_.size() > before) return 0;
    const int rank = criteria::RankOfCode(code);
    if (rank == 0) {
      violations_.Add([&] {
        return MakeViolation(field(), Reason::UNKNOWN_LEVEL,
                             absl::StrCat("“", level, "”不是可以提升到的应用等级。"),
                             absl::StrCat("\"", level, "\" is not a level that can be risen to."));
      });
    }
    return rank;
  }

  void ReadCosts(bool input_is_valid, PlanInput& plan) {
    if (request_.costs().empty()) return;
    std::vector<int32_t>& costs = plan.target.costs;
    const int levels = criteria_.level_count();
    costs.resize(criteria_.scenario_count() * levels);
    for (int i = 0; i < criteria_.scenario_count() && input_is_valid; ++i) {
      for (int rank = 1; rank <= levels; ++rank) {
        costs[i * levels + rank - 1] =
            std::max(0, rank - criteria::RankOfCode(plan.input.answers[i]));
      }
    }
    std::vector<bool> given(costs.size());
    for (int i = 0; i < request_.costs_size(); ++i) {
      const int place = ReadCost(request_.costs(i), i, given, costs);
      if (place < 0 || !input_is_valid) continue;
      if (!IsUsed(plan, place / levels, place % levels + 1)) plan.unused_costs.push_back(i);
    }
    CheckSum(costs);
  }

  static bool IsUsed(const PlanInput& plan, int scenario, int rank) {
    const uint8_t answer = plan.input.answers[scenario];
    const bool excluded = !plan.target.excluded.empty() && plan.target.excluded[scenario] != 0;
    return answer != criteria::kNotApplicable && !excluded && rank > criteria::RankOfCode(answer);
  }

  // Where among `costs` the cost stands; −1 if it has no place.
  int ReadCost(const v1::StepCost& cost, int number, std::vector<bool>& given,
               std::vector<int32_t>& costs) {
    const auto field = [number](absl::string_view part) {
      return absl::StrCat("costs[", number, "]", part);
    };
    if (cost.cost() < 0 || cost.cost() > kMaxCost) {
      violations_.Add([&] {
        return MakeViolation(
            field(".cost"), Reason::COST_OUT_OF_RANGE,
            absl::StrCat("成本 ", cost.cost(), " 超出范围，应为 0 至 ", kMaxCost, " 的整数。"),
            absl::StrCat("The cost ", cost.cost(),
                         " is out of range; it should be a whole number from 0 to ", kMaxCost,
                         "."));
      });
    }
    const int scenario = ReadScenario(cost.scenario(), [&] { return field(".scenario"); });
    if (scenario < 0) return -1;
    const int rank = ReadRank(scenario, cost.level(), [&] { return field(".level"); });
    if (rank == 0) return -1;
    const int place = scenario * criteria_.level_count() + rank - 1;
    if (given[place]) {
      violations_.Add([&] {
        return MakeViolation(
            field(""), Reason::INVALID_FIELD,
            absl::StrCat("场景 ", cost.scenario(), " 升到 ", cost.level(), " 的成本填写了两次。"),
            absl::StrCat("The cost of bringing ", cost.scenario(), " to ", cost.level(),
                         " is given twice."));
      });
    }
    given[place] = true;
    costs[place] = cost.cost();
    return place;
  }

  // A plan's cost leaves as an int32.
  void CheckSum(const std::vector<int32_t>& costs) {
    const int levels = criteria_.level_count();
    int64_t sum = 0;
    for (int i = 0; i < criteria_.scenario_count(); ++i) {
      const auto first = costs.begin() + i * levels;
      sum += *std::max_element(first, first + levels);
    }
    if (sum <= INT32_MAX) return;
    violations_.Add("costs", Reason::COST_OUT_OF_RANGE,
                    absl::StrCat("各场景最高成本之和为 ", sum, "，上限为 ", INT32_MAX,
                                 "；请换用较大的计量单位。"),
                    absl::StrCat("The highest costs of all scenarios together are ", sum,
                                 "; at most ", INT32_MAX, " is allowed. Use a larger unit."));
  }

  int64_t ReadNodeBudget() {
    const int32_t budget = request_.node_budget();
    if (budget == 0) return criteria::kDefaultNodeBudget;
    if (budget < 0 || budget > kMaxNodeBudget) {
      violations_.Add(
          "nodeBudget", Reason::NUMBER_OUT_OF_RANGE,
          absl::StrCat("搜索上限 ", budget, " 超出范围，应为 1 至 ", kMaxNodeBudget,
                       "，或 0（默认）。"),
          absl::StrCat("The node budget ", budget, " is out of range; it should be 1 to ",
                       kMaxNodeBudget, ", or 0 for the default."));
    }
    return budget;
  }

  const Criteria& criteria_;
  const v1::PlanUpgradeRequest& request_;
  Violations violations_;
};

}  // namespace

absl::StatusOr<PlanInput> ReadPlanRequest(const Criteria& criteria,
                                          const v1::PlanUpgradeRequest& request) {
  return RequestReader(criteria, request).Run();
}

}  // namespace zhiping::scoring
