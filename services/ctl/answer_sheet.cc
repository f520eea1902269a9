#include "services/ctl/answer_sheet.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/criteria/criteria.h"
#include "common/text/utf8.h"
#include "services/ctl/answer_sheet_columns.h"
#include "services/ctl/assessment_words.h"
#include "services/ctl/command_line.h"

namespace zhiping::ctl {

namespace v1 = assessment::v1;

namespace {

// A level as it is typed: its official name, or its id in English.
std::string LevelCell(const std::string& level, const v1::ScenarioTexts& scenario,
                      const Screen& screen) {
  if (level.empty()) return "";
  if (screen.language == Language::kEnglish) return level;
  return LevelName(level, scenario, screen);
}

std::string LevelsCell(const v1::ScenarioTexts& scenario, const Screen& screen) {
  std::vector<std::string> levels;
  for (const auto& level : scenario.levels()) {
    levels.push_back(LevelCell(level.level(), scenario, screen));
  }
  levels.push_back(LevelCell(std::string(criteria::kNoneId), scenario, screen));
  levels.push_back(LevelCell(std::string(criteria::kNotApplicableId), scenario, screen));
  return absl::StrJoin(levels, screen.Say("、", " / "));
}

std::string StatusCell(const v1::DraftAnswer& answer, const v1::ScenarioTexts& scenario,
                       const Screen& screen) {
  if (answer.to_confirm()) {
    const std::string level = LevelCell(answer.proposed_level(), scenario, screen);
    return std::string(screen.Say(absl::StrCat("待确认（建议：", level, "）"),
                                  absl::StrCat("to be confirmed (proposed: ", level, ")")));
  }
  return std::string(answer.answer().level().empty() ? screen.Say("待填写", "missing")
                                                     : screen.Say("已填写", "answered"));
}

bool IsSegment(const v1::ScenarioTexts& scenario, absl::string_view segment) {
  return absl::EqualsIgnoreCase(scenario.segment(), segment) || scenario.segment_name() == segment;
}

absl::Status UnknownSegment(const v1::CriteriaTexts& texts, absl::string_view segment) {
  std::vector<std::string> zh, en;
  for (const auto& scenario : texts.scenarios()) {
    if (!en.empty() && en.back() == scenario.segment()) continue;
    zh.push_back(scenario.segment_name());
    en.push_back(scenario.segment());
  }
  return WrongUsage(absl::StrCat("没有环节“", segment, "”；有：", absl::StrJoin(zh, "、"), "。"),
                    absl::StrCat("There is no segment \"", segment,
                                 "\"; there are: ", absl::StrJoin(en, ", "), "."));
}

}  // namespace

absl::StatusOr<std::string> WriteAnswerSheet(const v1::Assessment& draft,
                                             const v1::CriteriaTexts& texts,
                                             const std::string& segment, const Screen& screen) {
  std::vector<std::string> headings;
  for (const CsvColumn& column : sheet::kColumns) {
    headings.emplace_back(screen.Say(column.zh, column.en));
  }
  std::string out = absl::StrCat(kByteOrderMark, CsvLine(headings));
  const size_t empty = out.size();
  for (int i = 0; i < draft.answers_size() && i < texts.scenarios_size(); ++i) {
    const v1::ScenarioTexts& scenario = texts.scenarios(i);
    if (!segment.empty() && !IsSegment(scenario, segment)) continue;
    const v1::DraftAnswer& answer = draft.answers(i);
    const std::string level = LevelCell(answer.answer().level(), scenario, screen);
    const std::string reason(TrimBlanks(answer.answer().reason()));
    std::vector<std::string> cells(sheet::kColumnCount);
    cells[sheet::kSegment] = scenario.segment_name();
    if (scenario.has_number()) cells[sheet::kNumber] = absl::StrCat(scenario.number());
    cells[sheet::kScenario] = scenario.scenario();
    cells[sheet::kName] = scenario.name();
    cells[sheet::kLevels] = LevelsCell(scenario, screen);
    cells[sheet::kLevel] = level;
    cells[sheet::kReason] = reason;
    cells[sheet::kStatus] = StatusCell(answer, scenario, screen);
    cells[sheet::kVersion] = sheet::WriteVersion({answer.etag(), sheet::CheckOf(level, reason)});
    absl::StrAppend(&out, CsvLine(cells));
  }
  if (out.size() == empty) return UnknownSegment(texts, segment);
  return out;
}

}  // namespace zhiping::ctl
