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

// `English (官方名称)`: answers may name either.
std::string Name(const std::string& official, absl::string_view english) {
  return english.empty() ? official : absl::StrCat(english, " (", official, ")");
}

absl::string_view Text(const std::string& official, absl::string_view english) {
  return english.empty() ? official : english;
}

std::string LevelName(const catalogue::v1::Level& level, const English& english) {
  return Name(level.name().text(), english.Level(level.id()));
}

std::string Header(const Criteria& criteria, const English& english, const Screen& screen) {
  const auto& edition = criteria.edition();
  const bool unpublished = criteria.release().label() == criteria::kUnpublishedLabel;
  std::string out =
      Hang("", absl::StrCat(edition.title().text(), edition.year_text().text()), screen.width);
  if (const std::string title = english.Title(); !title.empty()) {
    absl::StrAppend(&out, Hang("", title, screen.width));
  }
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
    absl::StrAppend(&out, Hang(screen.Say("用途：", "Purpose: "),
                               Text(edition.purpose().text(), english.Purpose()), screen.width));
  }
  if (screen.language == Language::kEnglish) {
    absl::StrAppend(
        &out, "\n",
        Hang("",
             english.Title().empty()
                 ? "The official text is Chinese; its English is in the notes of an edition "
                   "folder, which are not part of a release."
                 : "The English is the platform's (notes) and not official.",
             screen.width));
  }
  return out;
}

std::string Levels(const Criteria& criteria, const English& english, const Screen& screen) {
  std::string out =
      SectionTitle(screen.Say("应用等级（从低到高）", "Levels, from the lowest"), screen);
  for (const auto& level : criteria.edition().levels()) {
    int points = 0;
    for (const auto& given : criteria.rulebook().level_points()) {
      if (given.level() == level.id()) points = given.points();
    }
    absl::StrAppend(&out, "  ", LevelName(level, english), "  ", level.id(),
                    screen.Say("  分值 ", "  points "), points, "\n");
  }
  return out;
}

std::string ScenarioText(const Criteria& criteria, const Scenario& scenario, const English& english,
                         const Screen& screen) {
  const absl::string_view english_name = english.Scenario(scenario.id());
  const std::string number = scenario.has_number() ? absl::StrCat(scenario.number(), ". ") : "";
  const std::string& official = scenario.name().text();
  const std::string last = absl::StrCat("  ", screen.Dim(scenario.id()), "\n");
  std::string out;
  if (english_name.empty()) {
    out = absl::StrCat(PadLeft(number, 6), screen.Bold(official), last);
  } else {
    std::string name = Hang(PadLeft(number, 6), english_name, screen.width);
    name.pop_back();
    out = absl::StrCat(screen.Bold(name), "\n      ", official, last);
  }
  int name_width = 0;
  for (const auto& level : criteria.edition().levels()) {
    name_width = std::max(name_width, DisplayWidth(LevelName(level, english)));
  }
  for (int k = 0; k < scenario.cells_size(); ++k) {
    const auto& cell = scenario.cells(k);
    const auto& level = criteria.edition().levels(k);
    const std::string first =
        absl::StrCat("      ", PadRight(LevelName(level, english), name_width), "  ");
    const absl::string_view text =
        Text(cell.text().text(), english.Text(scenario.id(), level.id()));
    absl::StrAppend(&out, Hang(first, cell.has_absent() ? "/" : text, screen.width));
  }
  std::vector<std::string> typical;
  for (const std::string& id : scenario.typical_scenarios()) {
    for (const auto& known : criteria.edition().typical_scenarios()) {
      if (known.id() != id) continue;
      typical.push_back(Name(known.name().text(), english.TypicalScenario(id)));
    }
  }
  if (!typical.empty()) {
    absl::StrAppend(&out, Hang(screen.Say("      典型场景：", "      Typical scenarios: "),
                               absl::StrJoin(typical, screen.Say("、", ", ")), screen.width));
  }
  return out;
}

std::string Segments(const Criteria& criteria, const English& english, const Screen& screen) {
  std::string out;
  for (const auto& segment : criteria.edition().segments()) {
    absl::StrAppend(
        &out, SectionTitle(absl::StrCat(screen.Say("环节：", "Segment: "),
                                        Name(segment.name().text(), english.Segment(segment.id()))),
                           screen));
    for (const Scenario& scenario : criteria.edition().scenarios()) {
      if (scenario.segment() == segment.id()) {
        absl::StrAppend(&out, ScenarioText(criteria, scenario, english, screen));
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

std::string EditionReport(const Criteria& criteria, const English& known, const Screen& screen) {
  // On a screen in Chinese there is the official text alone.
  const English english = screen.language == Language::kEnglish ? known : English();
  return absl::StrCat(Header(criteria, english, screen), Levels(criteria, english, screen),
                      Segments(criteria, english, screen), Facts(criteria, screen),
                      Tiers(criteria, screen), Remarks(criteria, screen));
}

}  // namespace zhiping::ctl
