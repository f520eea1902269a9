#include "tests/oracle/plan_oracle.h"

#include <map>
#include <optional>
#include <string>

#include "tests/oracle/oracle.h"

namespace zhiping::oracle {
namespace {

using catalogue::v1::Condition;
using catalogue::v1::Measure;
using common::v1::ConditionResult;
using common::v1::RuleStatus;

using Conditions = google::protobuf::RepeatedPtrField<Condition>;
using Statuses = std::map<std::string, RuleStatus::Value>;

void Collect(const google::protobuf::RepeatedPtrField<ConditionResult>& results,
             Statuses& statuses) {
  for (const auto& result : results) {
    statuses[result.condition()] = result.status();
    Collect(result.parts(), statuses);
  }
}

class Enumeration {
 public:
  Enumeration(const catalogue::v1::Release& release, const std::vector<uint8_t>& answers,
              const std::vector<int32_t>& facts, int tier, bool advice,
              const std::vector<std::vector<int32_t>>& costs, const std::vector<uint8_t>& excluded)
      : release_(release),
        answers_(answers),
        facts_(facts),
        tier_(release.rulebook().tiers(tier)),
        advice_(advice),
        costs_(costs),
        excluded_(excluded) {
    now_ = StatusesOf(answers);
  }

  BestPlan Run() {
    std::vector<uint8_t> after = answers_;
    Try(0, 0, 0, after);
    return best_;
  }

  bool Meets(const std::vector<uint8_t>& after) const {
    return AllMet(advice_ ? tier_.advice() : tier_.conditions(), StatusesOf(after)).value_or(true);
  }

 private:
  Statuses StatusesOf(const std::vector<uint8_t>& answers) const {
    Statuses statuses;
    const common::v1::ScoreResult result = Score(release_, answers, facts_);
    for (const auto& tier : result.tiers()) {
      Collect(tier.conditions(), statuses);
      Collect(tier.advice(), statuses);
    }
    return statuses;
  }

  bool IsFact(const Measure& measure, bool missing_only) const {
    if (!measure.has_fact()) return false;
    for (int f = 0; f < release_.rulebook().facts_size(); ++f) {
      if (release_.rulebook().facts(f).name() == measure.fact()) {
        return !missing_only || facts_[f] == INT32_MIN;
      }
    }
    return false;
  }

  bool IsOutside(const Condition& leaf) const {
    if (leaf.has_at_least()) return IsFact(leaf.at_least().measure(), false);
    const auto& ratio = leaf.ratio_at_least();
    const bool only_facts = IsFact(ratio.numerator(), false) && IsFact(ratio.denominator(), false);
    return only_facts || IsFact(ratio.numerator(), true) || IsFact(ratio.denominator(), true);
  }

  // Whether what remains of the condition is met; nullopt if nothing remains.
  std::optional<bool> Met(const Condition& condition, const Statuses& after) const {
    if (condition.has_at_least() || condition.has_ratio_at_least()) {
      if (IsOutside(condition)) return std::nullopt;
      return after.at(condition.id()) == RuleStatus::MET;
    }
    if (condition.has_any_of()) {
      bool remains = false;
      bool met = false;
      for (const Condition& part : condition.any_of().conditions()) {
        const auto of_part = Met(part, after);
        if (of_part.has_value()) {
          remains = true;
          met |= *of_part;
        } else {
          met |= now_.at(part.id()) == RuleStatus::MET;
        }
      }
      if (!remains) return std::nullopt;
      return met;
    }
    return AllMet(condition.has_all_of() ? condition.all_of().conditions()
                                         : condition.readings().conditions(),
                  after);
  }

  std::optional<bool> AllMet(const Conditions& conditions, const Statuses& after) const {
    bool remains = false;
    bool met = true;
    for (const Condition& condition : conditions) {
      const auto of_part = Met(condition, after);
      if (!of_part.has_value()) continue;
      remains = true;
      met &= *of_part;
    }
    if (!remains) return std::nullopt;
    return met;
  }

  void Try(size_t scenario, int64_t cost, int steps, std::vector<uint8_t>& after) {
    if (scenario == answers_.size()) {
      if (Meets(after)) Offer(cost, steps, after);
      return;
    }
    Try(scenario + 1, cost, steps, after);
    const uint8_t answer = answers_[scenario];
    if (answer == 2 || excluded_[scenario] != 0) return;
    const int now = answer >= 3 ? answer - 2 : 0;
    for (int rank = now + 1; rank <= release_.edition().levels_size(); ++rank) {
      if (!release_.edition().scenarios(scenario).cells(rank - 1).has_text()) continue;
      after[scenario] = static_cast<uint8_t>(rank + 2);
      Try(scenario + 1, cost + costs_[scenario][rank], steps + 1, after);
    }
    after[scenario] = answer;
  }

  void Offer(int64_t cost, int steps, const std::vector<uint8_t>& after) {
    if (best_.feasible && cost > best_.cost) return;
    if (best_.feasible && cost == best_.cost) {
      ++best_.optima;
      if (steps > steps_ || (steps == steps_ && !IsEarlier(after))) return;
    } else {
      best_.optima = 1;
    }
    best_.feasible = true;
    best_.cost = cost;
    steps_ = steps;
    best_.ranks.clear();
    for (uint8_t answer : after) best_.ranks.push_back(answer >= 3 ? answer - 2 : 0);
  }

  // Whether, at the first scenario where the plans differ, `after` raises it, and raises it less.
  bool IsEarlier(const std::vector<uint8_t>& after) const {
    for (size_t i = 0; i < after.size(); ++i) {
      const int rank = after[i] >= 3 ? after[i] - 2 : 0;
      if (rank == best_.ranks[i]) continue;
      const int now = answers_[i] >= 3 ? answers_[i] - 2 : 0;
      if (best_.ranks[i] == now) return true;
      return rank != now && rank < best_.ranks[i];
    }
    return false;
  }

  const catalogue::v1::Release& release_;
  const std::vector<uint8_t>& answers_;
  const std::vector<int32_t>& facts_;
  const catalogue::v1::Tier& tier_;
  const bool advice_;
  const std::vector<std::vector<int32_t>>& costs_;
  const std::vector<uint8_t>& excluded_;
  Statuses now_;
  BestPlan best_;
  int steps_ = 0;
};

}  // namespace

BestPlan FindBestPlan(const catalogue::v1::Release& release, const std::vector<uint8_t>& answers,
                      const std::vector<int32_t>& facts, int tier, bool advice,
                      const std::vector<std::vector<int32_t>>& costs,
                      const std::vector<uint8_t>& excluded) {
  return Enumeration(release, answers, facts, tier, advice, costs, excluded).Run();
}

bool MeetsTarget(const catalogue::v1::Release& release, const std::vector<uint8_t>& now,
                 const std::vector<uint8_t>& after, const std::vector<int32_t>& facts, int tier,
                 bool advice) {
  const std::vector<std::vector<int32_t>> no_costs;
  const std::vector<uint8_t> no_exclusions;
  return Enumeration(release, now, facts, tier, advice, no_costs, no_exclusions).Meets(after);
}

}  // namespace zhiping::oracle
