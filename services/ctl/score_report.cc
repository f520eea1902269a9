#include "services/ctl/score_report.h"

#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/criteria/criteria.h"
#include "services/ctl/condition_report.h"
#include "services/ctl/display_width.h"
#include "services/ctl/table.h"
#include "services/ctl/words.h"

namespace zhiping::ctl {
namespace {

using common::v1::Ratio;
using common::v1::ScoreResult;
using scoring::v1::ScoredAnswer;
using scoring::v1::ScoredInput;
using scoring::v1::ScoreResponse;

int BarWidth(const Screen& screen) { return screen.width < 90 ? 12 : 20; }

std::string PercentOf(const Ratio& ratio) {
  return ratio.has_basis_points() ? Percent(ratio.basis_points()) : "–";
}

std::string Fraction(const Ratio& ratio) {
  return absl::StrCat(ratio.numerator(), "/", ratio.denominator());
}

std::string Summary(const ScoreResult& result, const Screen& screen) {
  const Ratio& index = result.index();
  std::string out = absl::StrCat(
      "\n", screen.Bold(absl::StrCat(screen.Say("参考得分率  ", "Index  "), PercentOf(index))),
      "  ", Bar(index.numerator(), index.denominator(), BarWidth(screen), screen), "  ",
      Fraction(index), screen.Say(" 分", " points"), "\n");
  const auto line = [&](absl::string_view zh, absl::string_view en) {
    absl::StrAppend(&out, Hang("  ", screen.Say(zh, en), screen.width));
  };
  if (result.not_applicable() > 0) {
    const Ratio& applicable = result.index_applicable();
    line(absl::StrCat("只计适用场景为 ", PercentOf(applicable), "（", Fraction(applicable),
                      " 分），不用于比较"),
         absl::StrCat("Over the applicable scenarios only: ", PercentOf(applicable), " (",
                      Fraction(applicable), " points); never used for comparisons"));
  }
  const int none = result.applicable() - result.built() - static_cast<int>(result.missing_size());
  std::vector<std::string> zh, en;
  for (const auto& level : result.levels()) {
    zh.push_back(absl::StrCat(level.name(), " ", level.count()));
    en.push_back(absl::StrCat(level.level(), " ", level.count()));
  }
  line(absl::StrCat("共 ", result.scenario_total(), " 个场景：应用等级为", absl::StrJoin(zh, "、"),
                    "；未达级 ", none, "，不适用 ", result.not_applicable(), "，未填写 ",
                    result.missing_size()),
       absl::StrCat(result.scenario_total(), " scenarios: level ", absl::StrJoin(en, ", "),
                    "; none ", none, ", not applicable ", result.not_applicable(),
                    ", not answered ", result.missing_size()));
  line(absl::StrCat("已应用 ", result.built(), " 个场景，对应典型场景 ", result.typical_covered(),
                    "/", result.typical_total(), " 个"),
       absl::StrCat("Applied: ", result.built(),
                    result.built() == 1 ? " scenario, with " : " scenarios, with ",
                    result.typical_covered(), " of the ", result.typical_total(),
                    " typical scenarios"));
  return out;
}

// Scenarios of a segment by answer.
using Counts = std::map<std::string, int>;

std::map<std::string, Counts> CountBySegment(const ScoredInput& input) {
  std::map<std::string, Counts> counts;
  for (const ScoredAnswer& answer : input.answers()) {
    ++counts[answer.segment()][answer.level()];
  }
  return counts;
}

std::string Segments(const ScoreResponse& response, const Screen& screen) {
  const ScoreResult& result = response.result();
  std::vector<Table::Column> columns = {{std::string(screen.Say("环节", "segment"))},
                                        {std::string(screen.Say("得分", "points")), true},
                                        {std::string(screen.Say("参考得分率", "index")), true}};
  for (const auto& level : result.levels()) {
    columns.push_back({std::string(screen.Say(level.name(), level.level())), true});
  }
  columns.push_back({""});
  Table table(columns);
  const std::map<std::string, Counts> counts = CountBySegment(response.input());
  for (const auto& segment : result.segments()) {
    std::vector<std::string> cells = {std::string(screen.Say(segment.name(), segment.segment())),
                                      Fraction(segment.index()), PercentOf(segment.index())};
    const auto of_segment = counts.find(segment.segment());
    for (const auto& level : result.levels()) {
      const bool any = of_segment != counts.end() && of_segment->second.count(level.level()) > 0;
      cells.push_back(any ? absl::StrCat(of_segment->second.at(level.level())) : "–");
    }
    cells.push_back(
        Bar(segment.index().numerator(), segment.index().denominator(), BarWidth(screen), screen));
    table.AddRow(std::move(cells));
  }
  return absl::StrCat(
      SectionTitle(screen.Say("各环节（右侧各列为应用等级恰为该级的场景数）",
                              "Segments (and how many scenarios are exactly at a level)"),
                   screen),
      table.Render(screen, 2));
}

// One mark a level of the edition: reached, not reached, or `/` where it does not exist.
std::string Ladder(const ScoredAnswer& answer, const ScoreResult& result, const Screen& screen) {
  if (answer.level().empty() || answer.level() == criteria::kNotApplicableId) return "";
  bool reached = answer.level() != criteria::kNoneId;
  std::string ladder;
  int next = 0;
  for (const auto& level : result.levels()) {
    const bool exists =
        next < answer.existing_levels_size() && answer.existing_levels(next) == level.level();
    next += exists ? 1 : 0;
    absl::StrAppend(&ladder, ladder.empty() ? "" : " ",
                    !exists   ? screen.Dim("/")
                    : reached ? screen.Filled("■")
                              : screen.Dim("□"));
    if (level.level() == answer.level()) reached = false;
  }
  return ladder;
}

Table ScenarioTable(const ScoreResponse& response, bool with_ids, bool with_names,
                    const Screen& screen, const English& english) {
  const ScoreResult& result = response.result();
  std::vector<Table::Column> columns = {{std::string(screen.Say("序号", "no.")), true}};
  if (with_ids) columns.push_back({std::string(screen.Say("标识", "scenario"))});
  if (with_names) columns.push_back({std::string(screen.Say("场景", "official name"))});
  columns.push_back({std::string(screen.Say("应用等级", "level"))});
  columns.push_back({""});
  Table table(columns);
  std::string segment;
  for (const ScoredAnswer& answer : response.input().answers()) {
    if (answer.segment() != segment) {
      segment = answer.segment();
      for (const auto& known : result.segments()) {
        if (known.segment() != segment) continue;
        const absl::string_view en = english.Segment(segment);
        const std::string both = absl::StrCat(en, " (", known.name(), ")");
        table.AddGroup(std::string(screen.Say(known.name(), en.empty() ? segment : both)));
      }
    }
    std::vector<std::string> cells = {answer.has_number() ? absl::StrCat(answer.number()) : ""};
    if (with_ids) cells.push_back(answer.scenario());
    if (with_names) cells.push_back(answer.name());
    cells.push_back(AnswerName(answer.level(), answer.level_name(), screen));
    cells.push_back(Ladder(answer, result, screen));
    table.AddRow(std::move(cells));
    const absl::string_view en = english.Scenario(answer.scenario());
    if (screen.language == Language::kEnglish && !en.empty()) table.AddNote(std::string(en));
  }
  return table;
}

std::string Scenarios(const ScoreResponse& response, const Screen& screen, const English& english) {
  constexpr int kIndent = 2;
  const bool with_ids = screen.language == Language::kEnglish;
  Table table = ScenarioTable(response, with_ids, /*with_names=*/true, screen, english);
  // Official names are Chinese: on a narrow screen ids alone have to do in English.
  if (with_ids && table.Width(kIndent) > screen.width) {
    table = ScenarioTable(response, with_ids, /*with_names=*/false, screen, english);
  }
  std::vector<std::string> levels;
  for (const auto& level : response.result().levels()) {
    levels.emplace_back(screen.Say(level.name(), level.level()));
  }
  std::string legend =
      Hang("  ",
           screen.Say(absl::StrCat("方格从左到右为应用等级：", absl::StrJoin(levels, "、"),
                                   "；“/”表示该场景没有这一级"),
                      absl::StrCat("The squares are the levels ", absl::StrJoin(levels, ", "),
                                   " from the left; \"/\": there is no such level")),
           screen.width);
  legend.pop_back();
  return absl::StrCat(SectionTitle(screen.Say("各场景", "Scenarios"), screen),
                      table.Render(screen, kIndent), screen.Dim(legend), "\n");
}

std::string Tiers(const ScoreResult& result, const Screen& screen) {
  Footnotes footnotes(screen);
  std::string out = SectionTitle(
      screen.Say("智能工厂层级所列条件（仅供参考，不是认定）",
                 "Listed conditions of the smart-factory tiers (for reference only, not a "
                 "recognition)"),
      screen);
  for (const auto& tier : result.tiers()) {
    absl::StrAppend(&out, tier.conditions().empty() ? "" : "\n", "  ",
                    screen.Bold(TierName(tier, screen)), "\n",
                    Hang("    ", TierStatus(tier, screen), screen.width),
                    ConditionsReport(tier.conditions(), 4, screen, footnotes));
    if (tier.advice().empty()) continue;
    absl::StrAppend(&out, "    ", screen.Say("建议，非申报条件", "Advice, not a condition"), "\n",
                    ConditionsReport(tier.advice(), 4, screen, footnotes));
  }
  return absl::StrCat(out, "\n  ", screen.Say("依据", "Bases"), "\n", footnotes.Render());
}

}  // namespace

std::string ScoreHeader(absl::string_view title, const ScoreResponse& response,
                        const Screen& screen, const English& english) {
  return absl::StrCat(
      screen.Bold(title), "\n", Hang("", response.input().edition_title(), screen.width),
      english.Header(screen), screen.Dim(Provenance(response.result(), screen)), "\n");
}

std::string MissingReport(const ScoreResponse& response, const Screen& screen,
                          const English& english, const std::set<std::string>* facts,
                          absl::string_view give_facts) {
  std::string out;
  for (const ScoredAnswer& answer : response.input().answers()) {
    if (!answer.level().empty()) continue;
    const absl::string_view en = english.Scenario(answer.scenario());
    absl::StrAppend(
        &out, Hang(screen.Say("  - 场景：", "  - Scenario: "),
                   screen.Say(answer.name(), absl::StrCat(answer.scenario(), " ", answer.name(),
                                                          en.empty() ? "" : " · ", en)),
                   screen.width));
  }
  for (const auto& fact : response.input().facts()) {
    if (!fact.value().empty()) continue;
    if (facts != nullptr && facts->count(fact.fact()) == 0) continue;
    absl::StrAppend(
        &out,
        Hang(screen.Say("  - 外部指标：", "  - Fact: "), screen.Say(fact.title()), screen.width),
        Hang("      ", screen.Say(fact.where_to_find()), screen.width),
        Hang("      ",
             screen.Say(absl::StrCat("填写：", give_facts, " ", fact.fact(), "=…（", fact.min(),
                                     " 至 ", fact.max(), "，单位：", fact.unit().zh(), "）"),
                        absl::StrCat("Give it as: ", give_facts, " ", fact.fact(), "=… (",
                                     fact.min(), " to ", fact.max(), ", ", fact.unit().en(), ")")),
             screen.width));
    std::vector<std::string> labels;
    for (const auto& label : fact.labels()) {
      labels.push_back(absl::StrCat(label.value(), " ", screen.Say(label.text())));
    }
    if (labels.empty()) continue;
    absl::StrAppend(&out, Hang(screen.Say("      取值：", "      Values: "),
                               absl::StrJoin(labels, screen.Say("、", ", ")), screen.width));
  }
  if (out.empty()) return "";
  return absl::StrCat(
      SectionTitle(screen.Say("待补充", "Still missing"), screen),
      response.result().complete()
          ? ""
          : Hang("  ",
                 screen.Say("未填写的场景按未达级计算，本次结果不完整。",
                            "Scenarios without an answer count as none: this result "
                            "is not complete."),
                 screen.width),
      out);
}

std::string StatementReport(const ScoreResult& result, const Screen& screen) {
  return absl::StrCat("\n", Hang("", screen.Say(result.statement()), screen.width));
}

std::string ScoreReport(const ScoreResponse& response, const Screen& screen, const English& english,
                        absl::string_view give_facts) {
  const ScoreResult& result = response.result();
  return absl::StrCat(ScoreHeader(screen.Say("人工智能技术场景应用自评测结果（企业自评）",
                                             "Self-assessment of AI scenarios (self-evaluated)"),
                                  response, screen, english),
                      Summary(result, screen), Segments(response, screen),
                      Scenarios(response, screen, english), Tiers(result, screen),
                      MissingReport(response, screen, english, nullptr, give_facts),
                      StatementReport(result, screen));
}

}  // namespace zhiping::ctl
