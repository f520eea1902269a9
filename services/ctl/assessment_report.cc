#include "services/ctl/assessment_report.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/ctl/assessment_words.h"
#include "services/ctl/display_width.h"
#include "services/ctl/receipt_words.h"
#include "services/ctl/table.h"
#include "services/ctl/words.h"

namespace zhiping::ctl {
namespace {

namespace v1 = assessment::v1;

std::string Progress(const v1::Assessment& draft, const Screen& screen) {
  const int total = draft.answered() + draft.to_confirm() + draft.missing();
  return std::string(
      screen.Say(absl::StrCat("已填写 ", draft.answered(), "，待确认 ", draft.to_confirm(),
                              "，待填写 ", draft.missing(), "（共 ", total, " 个场景）"),
                 absl::StrCat(draft.answered(), " answered, ", draft.to_confirm(),
                              " to be confirmed, ", draft.missing(), " missing, of ", total)));
}

// 已结束 says by whom, if it was the province.
std::string StateName(const v1::Assessment& draft, const Screen& screen) {
  return absl::StrCat(AssessmentStateName(draft.state(), screen),
                      draft.has_closure() ? screen.Say("（省级）", " (by the province)") : "");
}

std::string AnswerCell(const v1::DraftAnswer& answer, const v1::ScenarioTexts& scenario,
                       const Screen& screen) {
  if (answer.to_confirm()) {
    const std::string level = LevelName(answer.proposed_level(), scenario, screen);
    return screen.Waiting(screen.Say(absl::StrCat("待确认（建议：", level, "）"),
                                     absl::StrCat("to be confirmed (", level, ")")));
  }
  const std::string name = LevelName(answer.answer().level(), scenario, screen);
  return answer.answer().level().empty() ? screen.Waiting(name) : name;
}

std::string Answers(const v1::Assessment& draft, const v1::CriteriaTexts& texts,
                    const Screen& screen) {
  Table table({{std::string(screen.Say("序号", "no.")), true},
               {std::string(screen.Say("场景", "scenario"))},
               {std::string(screen.Say("应用等级", "level"))}});
  std::string segment;
  for (int i = 0; i < draft.answers_size() && i < texts.scenarios_size(); ++i) {
    const v1::ScenarioTexts& scenario = texts.scenarios(i);
    const v1::DraftAnswer& answer = draft.answers(i);
    if (scenario.segment() != segment) {
      segment = scenario.segment();
      table.AddGroup(std::string(screen.Say(scenario.segment_name(), segment)));
    }
    table.AddRow({scenario.has_number() ? absl::StrCat(scenario.number()) : "",
                  screen.language == Language::kEnglish ? scenario.scenario() : scenario.name(),
                  AnswerCell(answer, scenario, screen)});
    if (!answer.answer().reason().empty()) {
      table.AddNote(absl::StrCat(screen.Say("说明：", "Reason: "), answer.answer().reason()));
    }
  }
  return absl::StrCat(SectionTitle(screen.Say("各场景", "Scenarios"), screen),
                      table.Render(screen, 2));
}

std::string Facts(const v1::Assessment& draft, const v1::CriteriaTexts& texts,
                  const Screen& screen) {
  if (draft.facts().empty()) return "";
  Table table({{std::string(screen.Say("外部指标", "fact"))},
               {std::string(screen.Say("数值", "value")), true},
               {std::string(screen.Say("来源", "source"))}});
  for (const v1::DraftFact& fact : draft.facts()) {
    std::string title = fact.value().fact();
    for (const v1::FactTexts& known : texts.facts()) {
      if (known.fact() == title) title = std::string(screen.Say(known.title()));
    }
    table.AddRow({title, fact.value().value(),
                  absl::StrCat(FactSourceName(fact.source(), screen),
                               fact.counts() ? "" : screen.Say("（未采用）", " (not used)"))});
  }
  return absl::StrCat(SectionTitle(screen.Say("外部指标", "Facts"), screen),
                      table.Render(screen, 2));
}

std::string EvidenceTable(const v1::Assessment& draft, const v1::CriteriaTexts& texts,
                          const Screen& screen) {
  if (draft.evidence().empty()) return "";
  Table table({{std::string(screen.Say("编号", "no.")), true},
               {std::string(screen.Say("文件", "file"))},
               {std::string(screen.Say("有效期至", "expires"))},
               {std::string(screen.Say("用于场景", "scenarios"))}});
  for (const v1::Evidence& evidence : draft.evidence()) {
    std::vector<std::string> names;
    for (const std::string& id : evidence.scenarios()) {
      names.push_back(screen.language == Language::kEnglish ? id : ScenarioName(texts, id));
    }
    table.AddRow({absl::StrCat(evidence.evidence()), evidence.name(), evidence.expires_on(),
                  absl::StrJoin(names, screen.Say("、", ", "))});
  }
  return absl::StrCat(SectionTitle(screen.Say("佐证材料", "Evidence"), screen),
                      table.Render(screen, 2));
}

std::string Kept(const v1::Assessment& draft, const Screen& screen) {
  if (draft.kept().empty()) return "";
  std::string out =
      SectionTitle(screen.Say("本版没有的场景（原回答保留，不计分）",
                              "Scenarios that this release has not: kept, not scored"),
                   screen);
  for (const v1::KeptAnswer& kept : draft.kept()) {
    absl::StrAppend(&out,
                    Hang("  - ", absl::StrCat(kept.scenario_name(), "  ", kept.answer().level()),
                         screen.width));
  }
  return out;
}

}  // namespace

bool Changes(const v1::DraftAnswer& was, const v1::DraftAnswer& is) {
  return was.to_confirm() || was.answer().level() != is.answer().level() ||
         was.answer().reason() != is.answer().reason();
}

std::string DraftSummary(const v1::Assessment& draft, const Zone& zone, const Screen& screen) {
  const auto field = [&](absl::string_view zh, absl::string_view en, std::string value) {
    return std::make_pair(std::string(screen.Say(zh, en)), std::move(value));
  };
  const v1::AssessmentKey& key = draft.key();
  const v1::AssessmentClosure& closure = draft.closure();
  // Until when it might be handed in again counts for nothing while the province keeps it closed.
  const bool returned = draft.has_return_by() && !draft.has_closure();
  return absl::StrCat(
      screen.Bold(screen.Say("自评测草稿", "Self-assessment, draft")), "\n",
      Fields(
          {field("企业", "enterprise", key.enterprise()), field("工厂", "plant", key.plant()),
           field("批次", "campaign", key.campaign()),
           field("状态", "state", StateName(draft, screen)),
           field("结束时间", "closed at",
                 draft.has_closure() ? zone.FormatWithName(closure.closed_at(), screen) : ""),
           field("结束原因", "reason", closure.reason()),
           field("发布版", "release",
                 absl::StrCat(draft.release_label(), " ", ShortDigest(draft.release_digest()))),
           field("申报渠道", "channel", ChannelName(draft.channel(), screen)),
           field("进度", "progress", Progress(draft, screen)),
           field("最近提交", "latest submission",
                 draft.latest_submission() == 0
                     ? ""
                     : std::string(screen.Say(absl::StrCat("第 ", draft.latest_submission(), " 次"),
                                              absl::StrCat("number ", draft.latest_submission())))),
           field("可重报至", "return by",
                 returned ? zone.FormatEndWithName(draft.return_by(), screen) : ""),
           field("更新时间", "updated", zone.FormatWithName(draft.updated_at(), screen)),
           field("版本", "etag", draft.etag())},
          screen));
}

std::string DraftReport(const v1::Assessment& draft, const v1::CriteriaTexts& texts,
                        const Zone& zone, const Screen& screen) {
  return absl::StrCat(DraftSummary(draft, zone, screen), Answers(draft, texts, screen),
                      Facts(draft, texts, screen), EvidenceTable(draft, texts, screen),
                      Kept(draft, screen));
}

std::string DraftList(const v1::ListAssessmentsResponse& list, const Zone& zone,
                      const Screen& screen) {
  if (list.assessments().empty()) {
    return absl::StrCat(screen.Say("还没有自评测；开始填报用 zhipingctl assessment open。",
                                   "There is none yet; zhipingctl assessment open begins one."),
                        "\n");
  }
  Table table({{std::string(screen.Say("批次", "campaign"))},
               {std::string(screen.Say("工厂", "plant"))},
               {std::string(screen.Say("状态", "state"))},
               {std::string(screen.Say("发布版", "release"))},
               {std::string(screen.Say("提交", "submissions")), true},
               {std::string(screen.Say("更新时间", "updated"))}});
  for (const v1::Assessment& draft : list.assessments()) {
    table.AddRow({draft.key().campaign(), draft.key().plant(), StateName(draft, screen),
                  draft.release_label(),
                  absl::StrCat(draft.latest_submission(), screen.Say(" 次", "")),
                  zone.Format(draft.updated_at())});
  }
  return absl::StrCat(table.Render(screen, 0),
                      TotalLine(list.assessments_size(), list.total_size(), screen));
}

std::string AnswerChanges(const google::protobuf::RepeatedPtrField<v1::DraftAnswer>& after,
                          const v1::Assessment& before, const v1::CriteriaTexts& texts,
                          const Screen& screen) {
  Table table({{std::string(screen.Say("场景", "scenario"))},
               {std::string(screen.Say("原来", "before"))},
               {std::string(screen.Say("改为", "after"))}});
  for (int i = 0; i < before.answers_size() && i < texts.scenarios_size(); ++i) {
    const v1::DraftAnswer& was = before.answers(i);
    const v1::ScenarioTexts& scenario = texts.scenarios(i);
    for (const v1::DraftAnswer& is : after) {
      if (is.answer().scenario() != scenario.scenario() || !Changes(was, is)) continue;
      table.AddRow({screen.language == Language::kEnglish ? scenario.scenario() : scenario.name(),
                    AnswerCell(was, scenario, screen), AnswerCell(is, scenario, screen)});
      if (is.answer().reason() == was.answer().reason()) continue;
      const auto text = [](const std::string& reason) { return reason.empty() ? "–" : reason; };
      table.AddNote(absl::StrCat(screen.Say("说明：", "Reason: "), text(was.answer().reason()),
                                 " → ", text(is.answer().reason())));
    }
  }
  return table.Render(screen, 2);
}

scoring::v1::ScoreResponse ScoredDraft(const v1::PreviewResponse& preview,
                                       const v1::Assessment& draft,
                                       const v1::CriteriaTexts& texts) {
  scoring::v1::ScoreResponse response;
  *response.mutable_result() = preview.result();
  auto& input = *response.mutable_input();
  input.set_programme(draft.programme());
  input.set_edition(texts.edition());
  input.set_edition_title(texts.edition_title());
  for (int i = 0; i < draft.answers_size() && i < texts.scenarios_size(); ++i) {
    const v1::ScenarioTexts& scenario = texts.scenarios(i);
    auto& answer = *input.add_answers();
    answer.set_scenario(scenario.scenario());
    answer.set_name(scenario.name());
    if (scenario.has_number()) answer.set_number(scenario.number());
    answer.set_segment(scenario.segment());
    answer.set_level(draft.answers(i).answer().level());
    for (const v1::LevelTexts& level : scenario.levels()) {
      answer.add_existing_levels(level.level());
      if (level.level() == answer.level()) answer.set_level_name(level.name());
    }
  }
  for (const v1::FactTexts& declared : texts.facts()) {
    auto& fact = *input.add_facts();
    fact.set_fact(declared.fact());
    *fact.mutable_title() = declared.title();
    *fact.mutable_unit() = declared.unit();
    fact.set_min(declared.min());
    fact.set_max(declared.max());
    *fact.mutable_where_to_find() = declared.where_to_find();
    for (const v1::FactLabel& label : declared.labels()) {
      auto& one = *fact.add_labels();
      one.set_value(label.value());
      *one.mutable_text() = label.text();
    }
    for (const v1::DraftFact& given : draft.facts()) {
      if (given.counts() && given.value().fact() == declared.fact()) {
        fact.set_value(given.value().value());
      }
    }
  }
  return response;
}

}  // namespace zhiping::ctl
