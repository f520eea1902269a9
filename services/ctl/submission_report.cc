#include "services/ctl/submission_report.h"

#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/ctl/assessment_words.h"
#include "services/ctl/display_width.h"
#include "services/ctl/receipt_words.h"
#include "services/ctl/table.h"

namespace zhiping::ctl {
namespace {

namespace v1 = assessment::v1;

std::string End(bool has, const google::protobuf::Timestamp& instant, const Zone& zone,
                const Screen& screen) {
  return has ? zone.FormatEndWithName(instant, screen) : "";
}

std::string TakenText(const v1::Taken& taken, const Zone& zone, const Screen& screen) {
  const std::string who = taken.by_caller()      ? std::string(screen.Say("本人", "you"))
                          : taken.name().empty() ? std::string(screen.Say("审核人员", "a reviewer"))
                                                 : taken.name();
  return absl::StrCat(who, screen.Say("，至 ", ", until "), zone.Format(taken.until()));
}

// The unit by its name, as the enterprise had it when it submitted; else by its id.
std::string UnitName(const v1::Snapshot& snapshot, const std::string& unit) {
  for (int i = 0; i < snapshot.units_size() && i < snapshot.unit_names_size(); ++i) {
    if (snapshot.units(i) == unit) return snapshot.unit_names(i);
  }
  return unit;
}

std::string Citations(const v1::SubmissionStanding& standing, const Screen& screen) {
  return absl::StrJoin(
      standing.citations(), screen.Say("、", ", "),
      [](std::string* out, const v1::Citation& one) { out->append(one.application()); });
}

// Findings by scenario: that of the highest stage counts.
std::map<std::string, const v1::Finding*> FindingsByScenario(const v1::Submission& submission) {
  std::map<std::string, const v1::Finding*> findings;
  for (const v1::Finding& finding : submission.standing().findings()) {
    if (finding.scenario().empty()) continue;
    const v1::Finding*& counts = findings[finding.scenario()];
    if (counts == nullptr || counts->stage() < finding.stage()) counts = &finding;
  }
  return findings;
}

absl::string_view Undecided(const v1::Finding& finding, const Screen& screen) {
  if (!finding.pending()) return "";
  return screen.Say("（待该级作出决定，尚未计入结果）", " (not counted until the stage decides)");
}

std::string Replaced(const v1::Finding& finding, const std::string& found, const Screen& screen) {
  return absl::StrCat(StageName(finding.stage(), screen), screen.Say("原认定：", " found before: "),
                      found,
                      screen.Say("（已修改或收回，该级作出决定前仍计入结果）",
                                 " (changed or taken back, but counted until the stage decides)"));
}

std::string Answers(const v1::Submission& submission, const v1::CriteriaTexts& texts,
                    const Screen& screen) {
  const auto findings = FindingsByScenario(submission);
  std::vector<Table::Column> columns = {{std::string(screen.Say("场景", "scenario"))},
                                        {std::string(screen.Say("自评等级", "claimed"))}};
  if (!findings.empty()) columns.push_back({std::string(screen.Say("审核认定", "found"))});
  Table table(columns);
  const v1::ScenarioTexts unknown;
  std::string segment;
  for (const auto& answer : submission.content().answers()) {
    const v1::ScenarioTexts* const known = FindScenario(texts, answer.scenario());
    const v1::ScenarioTexts& scenario = known == nullptr ? unknown : *known;
    if (known != nullptr && known->segment() != segment) {
      segment = known->segment();
      table.AddGroup(std::string(screen.Say(known->segment_name(), segment)));
    }
    const bool by_name = known != nullptr && screen.language == Language::kChinese;
    std::vector<std::string> cells = {by_name ? known->name() : answer.scenario(),
                                      LevelName(answer.level(), scenario, screen)};
    const auto found = findings.find(answer.scenario());
    if (!findings.empty()) {
      cells.push_back(
          found == findings.end() ? "" : LevelName(found->second->level(), scenario, screen));
    }
    table.AddRow(std::move(cells));
    if (!answer.reason().empty()) {
      table.AddNote(absl::StrCat(screen.Say("说明：", "Reason: "), answer.reason()));
    }
    if (found != findings.end()) {
      table.AddNote(absl::StrCat(StageName(found->second->stage(), screen),
                                 screen.Say("认定：", ": "), found->second->reason(),
                                 Undecided(*found->second, screen)));
    }
    for (const v1::Finding& replaced : submission.standing().replaced_findings()) {
      if (replaced.scenario() != answer.scenario()) continue;
      table.AddNote(Replaced(replaced, LevelName(replaced.level(), scenario, screen), screen));
    }
  }
  return absl::StrCat(SectionTitle(screen.Say("各场景", "Scenarios"), screen),
                      table.Render(screen, 2));
}

std::string Facts(const v1::Submission& submission, const v1::CriteriaTexts& texts,
                  const Screen& screen) {
  if (submission.content().facts().empty()) return "";
  Table table({{std::string(screen.Say("外部指标", "fact"))},
               {std::string(screen.Say("数值", "value")), true},
               {std::string(screen.Say("来源", "source"))}});
  for (const v1::SubmittedFact& fact : submission.content().facts()) {
    std::string title = fact.value().fact();
    for (const v1::FactTexts& known : texts.facts()) {
      if (known.fact() == title) title = std::string(screen.Say(known.title()));
    }
    table.AddRow({title, fact.value().value(), FactSourceName(fact.source(), screen)});
    for (const v1::Finding& finding : submission.standing().findings()) {
      if (finding.fact() != fact.value().fact()) continue;
      table.AddNote(absl::StrCat(StageName(finding.stage(), screen), screen.Say("认定：", ": "),
                                 finding.value(), "  ", finding.reason(),
                                 Undecided(finding, screen)));
    }
    for (const v1::Finding& replaced : submission.standing().replaced_findings()) {
      if (replaced.fact() != fact.value().fact()) continue;
      table.AddNote(Replaced(replaced, replaced.value(), screen));
    }
  }
  return absl::StrCat(SectionTitle(screen.Say("外部指标", "Facts"), screen),
                      table.Render(screen, 2));
}

std::string Decisions(const v1::SubmissionStanding& standing, const Zone& zone,
                      const Screen& screen) {
  if (standing.decisions().empty()) return "";
  Table table({{std::string(screen.Say("时间", "at"))},
               {std::string(screen.Say("阶段", "stage"))},
               {std::string(screen.Say("单位", "unit"))},
               {std::string(screen.Say("决定", "decision"))}});
  for (const v1::Decision& decision : standing.decisions()) {
    table.AddRow({zone.Format(decision.decided_at()), StageName(decision.stage(), screen),
                  absl::StrCat(decision.unit_name(), decision.decided_by().empty() ? "" : " ",
                               decision.decided_by()),
                  DecisionKindName(decision.kind(), screen)});
    if (!decision.reason().empty()) table.AddNote(decision.reason());
  }
  return absl::StrCat(SectionTitle(screen.Say("审核记录", "Decisions"), screen),
                      table.Render(screen, 2));
}

std::string Comments(const v1::SubmissionStanding& standing, const v1::CriteriaTexts& texts,
                     const Screen& screen) {
  if (standing.comments().empty()) return "";
  Table table({{std::string(screen.Say("编号", "no.")), true},
               {std::string(screen.Say("状态", "state"))},
               {std::string(screen.Say("场景", "scenario"))},
               {std::string(screen.Say("意见", "comment"))}});
  for (const v1::Comment& comment : standing.comments()) {
    table.AddRow({absl::StrCat(comment.comment()),
                  std::string(comment.resolved() ? screen.Say("已了结", "closed")
                                                 : screen.Say("未了结", "open")),
                  comment.scenario().empty() ? std::string(screen.Say("整体", "the whole"))
                                             : ScenarioName(texts, comment.scenario()),
                  absl::StrCat(comment.text(),
                               comment.internal() ? screen.Say("（内部）", " (internal)") : "")});
  }
  return absl::StrCat(SectionTitle(screen.Say("意见", "Comments"), screen),
                      table.Render(screen, 2));
}

std::string Objections(const v1::SubmissionStanding& standing, const Zone& zone,
                       const Screen& screen) {
  if (standing.objections().empty()) return "";
  Table table({{std::string(screen.Say("编号", "no.")), true},
               {std::string(screen.Say("时间", "at"))},
               {std::string(screen.Say("结果", "outcome"))},
               {std::string(screen.Say("理由", "reason"))}});
  for (const v1::Objection& objection : standing.objections()) {
    table.AddRow({absl::StrCat(objection.objection()), zone.Format(objection.made_at()),
                  std::string(objection.lapsed()     ? screen.Say("已失效", "lapsed")
                              : !objection.decided() ? screen.Say("待处理", "open")
                              : objection.upheld()   ? screen.Say("成立", "upheld")
                                                     : screen.Say("不成立", "dismissed")),
                  objection.reason()});
  }
  return absl::StrCat(SectionTitle(screen.Say("异议", "Objections"), screen),
                      table.Render(screen, 2));
}

}  // namespace

std::string SubmissionSummaryReport(const v1::Submission& submission, const Zone& zone,
                                    const Screen& screen) {
  const auto field = [&](absl::string_view zh, absl::string_view en, std::string value) {
    return std::make_pair(std::string(screen.Say(zh, en)), std::move(value));
  };
  const v1::SubmittedContent& content = submission.content();
  const v1::SubmissionStanding& standing = submission.standing();
  const v1::SubmissionKey& key = submission.key();
  return Fields(
      {field("企业", "enterprise",
             absl::StrCat(
                 EnterpriseName(content.snapshot().name(), content.snapshot().is_test(), screen),
                 screen.Say("（", " ("), key.enterprise(), screen.Say("）", ")"))),
       field("工厂", "plant",
             absl::StrCat(key.plant(), content.snapshot().plant_name().empty() ? "" : " ",
                          content.snapshot().plant_name())),
       field("批次", "campaign",
             absl::StrCat(key.campaign(), screen.Say(absl::StrCat("，第 ", key.number(), " 次提交"),
                                                     absl::StrCat(", submission ", key.number())))),
       field("回执编号", "receipt no.", submission.receipt_no()),
       field("发布版", "release", content.release_label()),
       field("提交时间", "submitted", zone.FormatWithName(content.submitted_at(), screen)),
       field("承诺人", "given by", content.commitment().given_by()),
       field("参考得分率", "index", IndexText(content.result().index(), screen)),
       field("审核后参考得分率", "reviewed index",
             standing.has_reviewed_result() ? IndexText(standing.reviewed_result().index(), screen)
                                            : ""),
       field("状态", "state", StateText(standing.state(), standing.stage(), screen)),
       field("核验状态", "assurance", AssuranceName(standing.assurance(), screen)),
       field("审核单位", "unit", UnitName(content.snapshot(), standing.unit())),
       field("审核时限", "due", End(standing.has_due_at(), standing.due_at(), zone, screen)),
       field("可重报至", "return by",
             End(standing.has_return_by(), standing.return_by(), zone, screen)),
       field("可提异议至", "objections until",
             End(standing.has_appeal_by(), standing.appeal_by(), zone, screen)),
       field("正在办理", "in hand",
             standing.has_taken() ? TakenText(standing.taken(), zone, screen) : ""),
       field("引用", "cited by", Citations(standing, screen)),
       field("当前有效", "counts",
             std::string(standing.effective() ? screen.Say("是", "yes") : screen.Say("否", "no")))},
      screen);
}

std::string StatementText(const v1::CriteriaTexts& texts, const Screen& screen) {
  if (!texts.has_statement()) return "";
  return absl::StrCat("\n", Hang("", screen.Say(texts.statement()), screen.width));
}

std::string SubmissionReport(const v1::Submission& submission, const v1::CriteriaTexts& texts,
                             const Zone& zone, const Screen& screen) {
  const v1::SubmissionStanding& standing = submission.standing();
  return absl::StrCat(screen.Bold(screen.Say("提交件", "Submission")), "\n",
                      SubmissionSummaryReport(submission, zone, screen),
                      Answers(submission, texts, screen), Facts(submission, texts, screen),
                      Comments(standing, texts, screen), Decisions(standing, zone, screen),
                      Objections(standing, zone, screen), StatementText(texts, screen));
}

}  // namespace zhiping::ctl
