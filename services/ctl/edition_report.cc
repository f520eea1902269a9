#include "services/ctl/edition_report.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/criteria/answers.h"
#include "common/criteria/release.h"
#include "services/ctl/condition_report.h"
#include "services/ctl/display_width.h"
#include "services/ctl/words.h"

namespace zhiping::ctl {
namespace {

using catalogue::v1::Condition;
using catalogue::v1::Scenario;
using criteria::Criteria;

std::string Header(const Criteria& criteria, const Screen& screen) {
  const auto& edition = criteria.edition();
  const bool unpublished = criteria.release().label() == criteria::kUnpublishedLabel;
  std::string out =
      Hang("", absl::StrCat(edition.title().text(), edition.year_text().text()), screen.width);
  absl::StrAppend(
      &out,
      screen.Dim(absl::StrCat(
          edition.id(), " · ", screen.Say("评测体系 ", "programme "), edition.programme(), " · ",
          unpublished ? screen.Say("未发布的年版文件夹", "unpublished folder")
                      : absl::StrCat(screen.Say("发布版 ", "release "), criteria.release().label()),
          " · ", screen.Say("评分语义 ", "semantics "), criteria.release().semantics())),
      "\n", screen.Dim(criteria.digest()), "\n");
  const auto& source = edition.source();
  if (!source.title().empty()) {
    absl::StrAppend(
        &out, "\n",
        Hang(screen.Say("来源：", "Source: "),
             absl::StrCat(source.issuer(), screen.Say("，", ", "), source.title()), screen.width));
  }
  if (!edition.purpose().text().empty()) {
    absl::StrAppend(
        &out, Hang(screen.Say("用途：", "Purpose: "), edition.purpose().text(), screen.width));
  }
  return out;
}

std::string Levels(const Criteria& criteria, const Screen& screen) {
  std::string out =
      SectionTitle(screen.Say("应用等级（从低到高）", "Levels, from the lowest"), screen);
  for (const auto& level : criteria.edition().levels()) {
    int points = 0;
    for (const auto& given : criteria.rulebook().level_points()) {
      if (given.level() == level.id()) points = given.points();
    }
    absl::StrAppend(&out, "  ", level.name().text(), "  ", level.id(),
                    screen.Say("  分值 ", "  points "), points, "\n");
  }
  return out;
}

std::string ScenarioText(const Criteria& criteria, const Scenario& scenario, const Screen& screen) {
  const std::string number = scenario.has_number() ? absl::StrCat(scenario.number(), ". ") : "";
  std::string out = absl::StrCat(PadLeft(number, 6), screen.Bold(scenario.name().text()), "  ",
                                 screen.Dim(scenario.id()), "\n");
  int name_width = 0;
  for (const auto& level : criteria.edition().levels()) {
    name_width = std::max(name_width, DisplayWidth(level.name().text()));
  }
  for (int k = 0; k < scenario.cells_size(); ++k) {
    const auto& cell = scenario.cells(k);
    const std::string first = absl::StrCat(
        "      ", PadRight(criteria.edition().levels(k).name().text(), name_width), "  ");
    absl::StrAppend(&out, Hang(first, cell.has_absent() ? "/" : cell.text().text(), screen.width));
  }
  std::vector<std::string> typical;
  for (const std::string& id : scenario.typical_scenarios()) {
    for (const auto& known : criteria.edition().typical_scenarios()) {
      if (known.id() == id) typical.push_back(known.name().text());
    }
  }
  if (!typical.empty()) {
    absl::StrAppend(&out, Hang(screen.Say("      典型场景：", "      Typical scenarios: "),
                               absl::StrJoin(typical, "、"), screen.width));
  }
  return out;
}

std::string Segments(const Criteria& criteria, const Screen& screen) {
  std::string out;
  for (const auto& segment : criteria.edition().segments()) {
    absl::StrAppend(
        &out, SectionTitle(absl::StrCat(screen.Say("环节：", "Segment: "), segment.name().text()),
                           screen));
    for (const Scenario& scenario : criteria.edition().scenarios()) {
      if (scenario.segment() == segment.id()) {
        absl::StrAppend(&out, ScenarioText(criteria, scenario, screen));
      }
    }
  }
  return out;
}

std::string Facts(const Criteria& criteria, const Screen& screen) {
  if (criteria.fact_count() == 0) return "";
  std::string out = SectionTitle(screen.Say("外部指标", "Facts"), screen);
  for (const auto& fact : criteria.rulebook().facts()) {
    std::string labels;
    for (const auto& label : fact.labels()) {
      absl::StrAppend(&labels, labels.empty() ? "" : screen.Say("，", ", "),
                      criteria::FormatDecimal(label.value(), fact.scale()), " ",
                      screen.Say(label.text()));
    }
    absl::StrAppend(
        &out, Hang("  ", absl::StrCat(screen.Say(fact.title()), "  ", fact.name()), screen.width),
        Hang("      ",
             absl::StrCat(criteria::FormatDecimal(fact.min(), fact.scale()),
                          screen.Say(" 至 ", " to "),
                          criteria::FormatDecimal(fact.max(), fact.scale()), " ",
                          screen.Say(fact.unit()), screen.Say("，小数位 ", ", decimals: "),
                          fact.scale(), labels.empty() ? "" : screen.Say("；", "; "), labels),
             screen.width),
        Hang("      ", screen.Say(fact.where_to_find()), screen.width));
  }
  return out;
}

std::string Conditions(const google::protobuf::RepeatedPtrField<Condition>& conditions, int indent,
                       const Screen& screen, Footnotes& footnotes) {
  std::string out;
  for (const Condition& condition : conditions) {
    absl::StrAppend(&out, Hang(absl::StrCat(std::string(indent, ' '), "- "),
                               absl::StrCat(screen.Say(condition.text()), " ",
                                            footnotes.Mark(condition.basis(), condition.source())),
                               screen.width));
    for (const auto* parts : {&condition.all_of(), &condition.any_of(), &condition.readings()}) {
      absl::StrAppend(&out, Conditions(parts->conditions(), indent + 4, screen, footnotes));
    }
  }
  return out;
}

std::string Tiers(const Criteria& criteria, const Screen& screen) {
  Footnotes footnotes(screen);
  std::string out;
  for (const auto& tier : criteria.rulebook().tiers()) {
    absl::StrAppend(
        &out,
        SectionTitle(absl::StrCat(screen.Say("智能工厂层级：", "Smart-factory tier: "),
                                  screen.Say(tier.name()), "  ", tier.id()),
                     screen),
        tier.conditions().empty()
            ? Hang("  ", screen.Say("没有列出条件", "no conditions are listed"), screen.width)
            : Hang("  ", screen.Say("所列条件（须全部满足）", "Conditions, all of them asked for"),
                   screen.width),
        Conditions(tier.conditions(), 4, screen, footnotes));
    if (tier.advice().empty()) continue;
    absl::StrAppend(&out, "  ", screen.Say("建议，非申报条件", "Advice, not a condition"), "\n",
                    Conditions(tier.advice(), 4, screen, footnotes));
  }
  if (const std::string notes = footnotes.Render(); !notes.empty()) {
    absl::StrAppend(&out, "\n  ", screen.Say("依据", "Bases"), "\n", notes);
  }
  return out;
}

std::string Remarks(const Criteria& criteria, const Screen& screen) {
  if (criteria.rulebook().remarks().empty()) return "";
  std::string out = SectionTitle(screen.Say("评分规则的说明", "Remarks of the rulebook"), screen);
  for (const auto& remark : criteria.rulebook().remarks()) {
    absl::StrAppend(&out, Hang("  - ", screen.Say(remark), screen.width));
  }
  return out;
}

}  // namespace

std::string EditionReport(const Criteria& criteria, const Screen& screen) {
  return absl::StrCat(Header(criteria, screen), Levels(criteria, screen),
                      Segments(criteria, screen), Facts(criteria, screen), Tiers(criteria, screen),
                      Remarks(criteria, screen));
}

}  // namespace zhiping::ctl
