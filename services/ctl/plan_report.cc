#include "services/ctl/plan_report.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/criteria/names.h"
#include "services/ctl/condition_report.h"
#include "services/ctl/display_width.h"
#include "services/ctl/score_report.h"
#include "services/ctl/table.h"
#include "services/ctl/words.h"

namespace zhiping::ctl {
namespace {

using common::v1::Ratio;
using common::v1::ScoreResult;
using common::v1::TierResult;
using scoring::v1::PlanUpgradeResponse;
using scoring::v1::ScoreResponse;

const TierResult* FindTier(const ScoreResult& result, const std::string& name) {
  for (const TierResult& tier : result.tiers()) {
    for (const absl::string_view known : {tier.tier(), tier.name().zh(), tier.name().en()}) {
      if (criteria::NameKey(known) == criteria::NameKey(name)) return &tier;
    }
  }
  return nullptr;
}

std::string Goal(const PlanSubject& subject, const TierResult& tier, const Screen& screen) {
  return Hang(
      screen.Say("目标：", "Target: "),
      absl::StrCat(
          screen.Say("满足“", subject.advice ? "the advice (not a condition) of the "
                                             : "of the listed conditions, those that scenarios of "
                                               "this table decide, for the "),
          screen.Say(TierName(tier, screen), tier.name().en()),
          screen.Say(
              subject.advice ? "”的建议（建议，非申报条件）" : "”所列条件中由本表场景决定的部分",
              "")),
      screen.width);
}

// How many steps it counts, or the enterprise's own cost.
std::string CostOf(int32_t cost, bool own, const Screen& screen) {
  if (own) {
    return std::string(
        screen.Say(absl::StrCat("（成本 ", cost, "）"), absl::StrCat(" (cost ", cost, ")")));
  }
  return std::string(screen.Say(absl::StrCat("（", cost, " 步）"),
                                absl::StrCat(" (", cost, cost == 1 ? " step)" : " steps)")));
}

// What each step asks for stands under it in full.
std::string Steps(const PlanSubject& subject, const PlanUpgradeResponse& plan, const Screen& screen,
                  const English& english) {
  std::string out;
  int number = 0;
  for (const auto& step : plan.steps()) {
    const std::string from = AnswerName(step.from_level(), step.from_level_name(), screen);
    const std::string name(
        screen.Say(step.scenario_name(), absl::StrCat(step.scenario(), " ", step.scenario_name())));
    const std::string rise = absl::StrCat(screen.Say("应用等级：", "level: "), from, " → ",
                                          AnswerName(step.to_level(), step.to_level_name(), screen),
                                          CostOf(step.cost(), subject.own_costs, screen));
    const std::string first = absl::StrCat(PadLeft(absl::StrCat(++number), 4), ". ");
    const int width = DisplayWidth(first) + DisplayWidth(name) + 2 + DisplayWidth(rise);
    absl::StrAppend(
        &out, first, screen.Bold(name), width <= screen.width ? "  " : "\n      ", rise, "\n",
        Hang("      ", absl::StrCat(screen.Say("要求：", "Asked: "), step.to_level_text()),
             screen.width));
    const absl::string_view en = english.Scenario(step.scenario());
    if (screen.language != Language::kEnglish || en.empty()) continue;
    absl::StrAppend(&out, Hang("      ",
                               absl::StrCat("In English, not official: ", en, ". ",
                                            english.Text(step.scenario(), step.to_level())),
                               screen.width));
  }
  return out;
}

std::string Total(const PlanSubject& subject, const PlanUpgradeResponse& plan,
                  const Screen& screen) {
  const std::string cost = absl::StrCat(plan.cost());
  const std::string scenarios = absl::StrCat(plan.steps_size());
  std::string zh =
      absl::StrCat("共涉及 ", scenarios, " 个场景，", subject.own_costs ? "总成本 " : "合计 ", cost,
                   subject.own_costs ? "。" : " 步。");
  std::string en = absl::StrCat(scenarios, plan.steps_size() == 1 ? " scenario, " : " scenarios, ",
                                subject.own_costs ? "total cost " : "in all ", cost,
                                subject.own_costs  ? "."
                                : plan.cost() == 1 ? " step."
                                                   : " steps.");
  if (!plan.proven() && plan.cost() == plan.lower_bound()) {
    absl::StrAppend(&zh, subject.own_costs ? "没有总成本更低的路径；" : "没有步骤更少的路径；",
                    "但可能有同样好而涉及场景更少的，搜索没有做完，不能断定。");
    absl::StrAppend(&en, subject.own_costs ? " No path costs less" : " No path has fewer steps",
                    ", but one that is as good may have fewer scenarios: the search did not end.");
  } else if (!plan.proven()) {
    absl::StrAppend(&zh, "可以确定的下限是 ", plan.lower_bound(), "。");
    absl::StrAppend(&en, " No plan can take less than ", plan.lower_bound(), ".");
  } else if (plan.other_optima_exist()) {
    absl::StrAppend(&zh, "另有同样好的路径；这里列出涉及场景最少、按表中次序最先的一条。");
    absl::StrAppend(&en,
                    " Other paths are as good; this one has the fewest scenarios, and comes first "
                    "in the order of the table.");
  } else {
    absl::StrAppend(&zh, "没有其他同样好的路径。");
    absl::StrAppend(&en, " No other path is as good.");
  }
  return Hang("  ", screen.Say(zh, en), screen.width);
}

std::string IndexText(const Ratio& ratio) {
  return ratio.has_basis_points() ? Percent(ratio.basis_points()) : "–";
}

std::string After(const ScoreResponse& now, const ScoreResult& after, const TierResult& tier,
                  const Screen& screen) {
  const ScoreResult& before = now.result();
  const TierResult* const then = FindTier(after, tier.tier());
  std::string out = SectionTitle(screen.Say("全部完成后", "After all steps"), screen);
  absl::StrAppend(&out, "  ", screen.Say("参考得分率  ", "Index  "), IndexText(before.index()),
                  " → ", IndexText(after.index()), "\n  ",
                  screen.Say("已应用场景  ", "Applied scenarios  "), before.built(), " → ",
                  after.built(), "\n");
  if (then != nullptr) {
    absl::StrAppend(&out, Hang(absl::StrCat("  ", TierName(*then, screen), "  "),
                               TierStatus(*then, screen), screen.width));
  }
  return out;
}

// Whether any of the conditions, or of their parts, is not outside the plan.
bool DependsOnScenarios(const ConditionList& conditions, const PlanUpgradeResponse& plan) {
  return std::any_of(conditions.begin(), conditions.end(), [&](const auto& condition) {
    if (!condition.parts().empty()) return DependsOnScenarios(condition.parts(), plan);
    return std::none_of(plan.outside().begin(), plan.outside().end(), [&](const auto& outside) {
      return outside.condition() == condition.condition();
    });
  });
}

// The facts that the target needs: without them the plan says less.
std::set<std::string> FactsOutside(const PlanUpgradeResponse& plan) {
  std::set<std::string> facts;
  for (const auto& condition : plan.outside()) {
    facts.insert(condition.facts().begin(), condition.facts().end());
  }
  return facts;
}

}  // namespace

std::string PlanReport(const PlanSubject& subject, const ScoreResponse& now,
                       const PlanUpgradeResponse& plan, const Screen& screen,
                       const English& english) {
  std::string out = ScoreHeader(screen.Say("提升路径", "Upgrade path"), now, screen, english);
  const TierResult* const tier = FindTier(now.result(), subject.tier);
  if (tier == nullptr) return out;
  absl::StrAppend(&out, "\n", Goal(subject, *tier, screen));
  Footnotes footnotes(screen);
  if (!plan.feasible() && !plan.proven()) {
    absl::StrAppend(
        &out,
        SectionTitle(
            screen.Say("在限度之内没有找到提升路径", "No upgrade path was found within the limit"),
            screen),
        Hang("  ",
             screen.Say("搜索达到上限，没有做完，不能断定没有路径。",
                        "The search reached its limit before it ended: there may be one."),
             screen.width));
  } else if (!plan.feasible()) {
    absl::StrAppend(
        &out, SectionTitle(screen.Say("没有可行的提升路径", "There is no upgrade path"), screen),
        Hang("  ",
             screen.Say("即使可以提升的场景都升到最高一级，下列条件仍不能满足：",
                        "Even with every scenario that may rise at its highest level, these cannot "
                        "be met:"),
             screen.width),
        ConditionsReport(plan.unreachable(), 2, screen, footnotes, Values::kMost));
  } else if (const auto& target = subject.advice ? tier->advice() : tier->conditions();
             !DependsOnScenarios(target, plan)) {
    absl::StrAppend(&out,
                    SectionTitle(screen.Say("无从规划：目标中没有由场景决定的部分",
                                            "Nothing to plan: no part of the target is decided by "
                                            "scenarios"),
                                 screen));
  } else if (plan.steps().empty()) {
    absl::StrAppend(&out,
                    SectionTitle(screen.Say("无需提升：目标中由场景决定的部分已经满足",
                                            "Nothing to raise: what the scenarios decide is met "
                                            "already"),
                                 screen));
  } else {
    absl::StrAppend(&out, SectionTitle(screen.Say(plan.cost_text()), screen),
                    Steps(subject, plan, screen, english), Total(subject, plan, screen));
  }
  if (!subject.unused_costs.empty()) {
    const std::string costs = absl::StrJoin(subject.unused_costs, ", ");
    absl::StrAppend(
        &out,
        Hang("  ",
             screen.Say(absl::StrCat("没有用到的成本：", costs,
                                     "（场景不适用或不参与提升，或者已经达到该级）。"),
                        absl::StrCat("Costs that mean nothing here: ", costs,
                                     " (the scenario is not applicable or excluded, or is at that "
                                     "level already).")),
             screen.width));
  }
  if (!plan.outside().empty()) {
    absl::StrAppend(
        &out,
        SectionTitle(screen.Say("路径之外（由外部指标决定，提升场景改变不了）",
                                "Outside the path (decided by facts; no scenario changes "
                                "them)"),
                     screen),
        ConditionsReport(plan.outside(), 2, screen, footnotes));
  }
  if (!plan.steps().empty()) absl::StrAppend(&out, After(now, plan.after(), *tier, screen));
  if (const std::string notes = footnotes.Render(); !notes.empty()) {
    absl::StrAppend(&out, "\n  ", screen.Say("依据", "Bases"), "\n", notes);
  }
  const std::set<std::string> facts = FactsOutside(plan);
  absl::StrAppend(&out, MissingReport(now, screen, english, &facts));
  return absl::StrCat(out, StatementReport(now.result(), screen));
}

}  // namespace zhiping::ctl
