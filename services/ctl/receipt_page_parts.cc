#include "services/ctl/receipt_page_parts.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/ctl/html.h"
#include "services/ctl/receipt_words.h"
#include "services/ctl/words.h"

namespace zhiping::ctl {
namespace {

using assessment::v1::Receipt;
using criteria::Criteria;

constexpr Screen kChinese = {Language::kChinese};

const Receipt& ReceiptOf(const ReceiptPage& page) { return page.verified.receipt(); }

std::string Section(absl::string_view title, const std::vector<std::string>& headings,
                    const std::string& rows) {
  if (rows.empty()) return "";
  return absl::StrCat("<h2>", Escaped(title), "</h2>\n<table>", TableHead(headings), rows,
                      "</table>\n");
}

// An answer as it is shown: 应用等级 by its official name, 未达级 or 不适用.
std::string LevelName(const Criteria& criteria, const std::string& level) {
  const int number = criteria.FindLevel(level);
  const std::string name = number < 0 ? "" : criteria.edition().levels(number).name().text();
  return AnswerName(level, name, kChinese);
}

std::string ScenarioName(const Criteria& criteria, const std::string& id) {
  const int number = criteria.FindScenario(id);
  return number < 0 ? id : criteria.edition().scenarios(number).name().text();
}

const catalogue::v1::Fact* FindFact(const Criteria& criteria, const std::string& name) {
  const int number = criteria.FindFact(name);
  return number < 0 ? nullptr : &criteria.rulebook().facts(number);
}

std::string FactTitle(const Criteria& criteria, const std::string& name) {
  const auto* fact = FindFact(criteria, name);
  return fact == nullptr ? name : fact->title().zh();
}

}  // namespace

std::string IndexTable(const ReceiptPage& page) {
  const auto& claimed = page.verified.result();
  const auto& reviewed = page.verified.reviewed_result();
  const bool both = page.verified.has_reviewed_result();
  std::vector<std::string> headings = {"环节", both ? "参考得分率（企业自评）" : "参考得分率"};
  if (both) headings.emplace_back("参考得分率（审核后）");
  std::string rows;
  const auto add = [&](absl::string_view name, const common::v1::Ratio& index,
                       const common::v1::Ratio& reviewed_index) {
    std::vector<std::string> cells = {std::string(name), Escaped(IndexText(index, kChinese))};
    if (both) cells.push_back(Escaped(IndexText(reviewed_index, kChinese)));
    absl::StrAppend(&rows, TableRow(cells));
  };
  for (int i = 0; i < claimed.segments_size(); ++i) {
    add(Escaped(claimed.segments(i).name()), claimed.segments(i).index(),
        both ? reviewed.segments(i).index() : common::v1::Ratio());
  }
  add("<b>总体</b>", claimed.index(), reviewed.index());
  return Section("参考得分率", headings, rows);
}

std::string AnswerTable(const ReceiptPage& page) {
  std::string rows;
  std::string segment;
  for (const auto& answer : ReceiptOf(page).content().answers()) {
    const int number = page.criteria.FindScenario(answer.scenario());
    if (number < 0) continue;
    const auto& scenario = page.criteria.edition().scenarios(number);
    if (scenario.segment() != segment) {
      segment = scenario.segment();
      const auto& name =
          page.criteria.edition().segments(page.criteria.FindSegment(segment)).name().text();
      absl::StrAppend(&rows, "<tr class=\"segment\"><td colspan=\"4\">", Escaped(name),
                      "</td></tr>\n");
    }
    absl::StrAppend(&rows, "<tr><td class=\"number\">",
                    scenario.has_number() ? absl::StrCat(scenario.number()) : "", "</td><td>",
                    Escaped(scenario.name().text()), "</td><td class=\"level\">",
                    Escaped(LevelName(page.criteria, answer.level())), "</td><td>",
                    Escaped(answer.reason()), "</td></tr>\n");
  }
  return Section("各场景的应用等级", {"序号", "场景", "应用等级", "说明"}, rows);
}

std::string FactTable(const ReceiptPage& page) {
  std::string rows;
  for (const auto& fact : ReceiptOf(page).content().facts()) {
    const auto* declared = FindFact(page.criteria, fact.value().fact());
    absl::StrAppend(
        &rows, TableRow({Escaped(FactTitle(page.criteria, fact.value().fact())),
                         Escaped(absl::StrCat(fact.value().value(), " ",
                                              declared == nullptr ? "" : declared->unit().zh())),
                         Escaped(FactSourceName(fact.source(), kChinese))}));
  }
  return Section("外部指标", {"指标", "数值", "来源"}, rows);
}

std::string EvidenceTable(const ReceiptPage& page) {
  std::string rows;
  for (const auto& evidence : ReceiptOf(page).content().evidence()) {
    std::vector<std::string> scenarios;
    for (const auto& id : evidence.scenarios()) {
      scenarios.push_back(ScenarioName(page.criteria, id));
    }
    const bool dated = !evidence.effective_on().empty() || !evidence.expires_on().empty();
    absl::StrAppend(
        &rows,
        TableRow({absl::StrCat(Escaped(evidence.name()), "<div class=\"hash\">SHA-256 ",
                               Escaped(evidence.sha256()), "</div>"),
                  Escaped(absl::StrJoin(scenarios, "、")),
                  dated ? Escaped(absl::StrCat(
                              evidence.effective_on(), " 至 ",
                              evidence.expires_on().empty() ? "长期" : evidence.expires_on()))
                        : ""}));
  }
  return Section("佐证材料", {"文件", "对应场景", "有效期"}, rows);
}

std::string FindingTable(const ReceiptPage& page) {
  std::string rows;
  for (const auto& finding : ReceiptOf(page).findings()) {
    std::string subject, claimed, found;
    if (finding.has_scenario()) {
      subject = ScenarioName(page.criteria, finding.scenario());
      found = LevelName(page.criteria, finding.level());
      for (const auto& answer : ReceiptOf(page).content().answers()) {
        if (answer.scenario() == finding.scenario()) {
          claimed = LevelName(page.criteria, answer.level());
        }
      }
    } else {
      subject = FactTitle(page.criteria, finding.fact());
      found = finding.value();
      for (const auto& fact : ReceiptOf(page).content().facts()) {
        if (fact.value().fact() == finding.fact()) claimed = fact.value().value();
      }
    }
    absl::StrAppend(&rows, TableRow({Escaped(subject), Escaped(claimed), Escaped(found),
                                     Escaped(StageName(finding.stage(), kChinese)),
                                     EscapedLines(finding.reason())}));
  }
  return Section("审核意见", {"场景或指标", "企业填报", "审核认定", "审核层级", "理由"}, rows);
}

std::string DecisionTable(const ReceiptPage& page) {
  std::string rows;
  for (const auto& decision : ReceiptOf(page).decisions()) {
    absl::StrAppend(&rows, TableRow({Escaped(decision.unit_name()),
                                     Escaped(DecisionKindName(decision.kind(), kChinese)),
                                     Escaped(page.zone.Format(decision.decided_at())),
                                     EscapedLines(decision.reason())}));
  }
  return Section("审核过程", {"审核单位", "决定", "时间", "理由"}, rows);
}

}  // namespace zhiping::ctl
