#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/status/error.h"
#include "services/ctl/answer_sheet.h"
#include "services/ctl/answer_sheet_columns.h"

namespace zhiping::ctl {

using common::v1::LocalText;

namespace {

LocalText ColumnText(sheet::Column column) {
  return MakeText(sheet::kColumns[column].zh, sheet::kColumns[column].en);
}

// Which update a field `updates[i].…` names; −1: none.
int UpdateOf(absl::string_view field, const SheetChanges& changes) {
  int update = -1;
  if (!absl::ConsumePrefix(&field, "updates[") ||
      !absl::SimpleAtoi(field.substr(0, field.find(']')), &update)) {
    return -1;
  }
  return update < static_cast<int>(changes.lines.size()) ? update : -1;
}

// What the service says of a field, without its path, and with lines in place of other updates.
std::string InWordsOfTheFile(absl::string_view text, const std::string& field,
                             absl::string_view line_zh_or_en, absl::string_view after,
                             const SheetChanges& changes) {
  if (absl::ConsumePrefix(&text, field)) absl::ConsumePrefix(&text, " ");
  std::string said(text);
  for (size_t i = 0; i < changes.lines.size(); ++i) {
    absl::StrReplaceAll(
        {{absl::StrCat("updates[", i, "]"), absl::StrCat(line_zh_or_en, changes.lines[i], after)}},
        &said);
  }
  return said;
}

// Both values of an answer that somebody else has changed.
SheetFault ConflictOf(int update, const LocalText& present, const SheetChanges& changes) {
  const std::string& level = changes.updates[update].answer().level();
  return {changes.lines[update], ColumnText(sheet::kLevel), Reason::ANSWER_CONFLICT,
          MakeText(absl::StrCat("文件中为“", level.empty() ? kClearZh : level, "”；", present.zh()),
                   absl::StrCat("The file says \"", level.empty() ? kClearEn : level, "\". ",
                                present.en()))};
}

SheetFault FaultOf(const FieldViolation& violation, int update, const SheetChanges& changes) {
  if (violation.reason() == Reason::ANSWER_CONFLICT) {
    return ConflictOf(update, violation.message(), changes);
  }
  sheet::Column column = sheet::kLevel;
  if (absl::EndsWith(violation.field(), ".scenario")) column = sheet::kScenario;
  if (absl::EndsWith(violation.field(), ".reason")) column = sheet::kReason;
  const std::string& field = violation.field();
  const LocalText& said = violation.message();
  return {changes.lines[update], ColumnText(column), violation.reason(),
          MakeText(InWordsOfTheFile(said.zh(), field, "第 ", " 行", changes),
                   InWordsOfTheFile(said.en(), field, "line ", "", changes))};
}

// The conflicts that the error has no room to describe: it has the ids of all.
void AddOtherConflicts(const ErrorDetail& said, const SheetChanges& changes,
                       std::vector<SheetFault>& faults) {
  std::set<std::string> others;
  for (const auto& entry : said.metadata()) {
    if (entry.key() == "conflicts") others = absl::StrSplit(entry.value(), ',');
  }
  for (const FieldViolation& violation : said.violations()) {
    others.erase(changes.updates[UpdateOf(violation.field(), changes)].answer().scenario());
  }
  for (int i = 0; i < changes.updates.size(); ++i) {
    if (others.count(changes.updates[i].answer().scenario()) == 0) continue;
    faults.push_back(ConflictOf(i,
                                MakeText("已被他人修改，现在的值请重新导出后查看。",
                                         "Somebody else has changed it: export again to see how."),
                                changes));
  }
}

}  // namespace

absl::Status SheetError(const SheetChanges& changes, const absl::Status& status) {
  std::vector<SheetFault> faults = changes.faults;
  ErrorDetail said;
  int hidden = 0;
  if (!status.ok()) {
    said = DetailOf(status);
    for (const FieldViolation& violation : said.violations()) {
      const int update = UpdateOf(violation.field(), changes);
      if (update < 0) return status;
      faults.push_back(FaultOf(violation, update, changes));
    }
    const bool conflict = said.reason() == Reason::ANSWER_CONFLICT;
    if (said.violations().empty() && !conflict) return status;
    const size_t before = faults.size();
    if (conflict) AddOtherConflicts(said, changes, faults);
    hidden =
        ViolationsTotal(said) - said.violations_size() - static_cast<int>(faults.size() - before);
  }
  if (faults.empty()) return absl::OkStatus();
  std::stable_sort(faults.begin(), faults.end(),
                   [](const SheetFault& a, const SheetFault& b) { return a.line < b.line; });
  Violations violations;
  for (const SheetFault& fault : faults) {
    violations.Add(
        absl::StrCat("line ", fault.line, ", column ", fault.column.en()), fault.reason,
        absl::StrCat("第 ", fault.line, " 行，", fault.column.zh(), "：", fault.message.zh()),
        absl::StrCat("Line ", fault.line, ", ", fault.column.en(), ": ", fault.message.en()));
  }
  // Those that the service counted without describing them stay counted.
  for (; hidden > 0; --hidden) violations.Add([] { return FieldViolation(); });
  if (said.reason() != Reason::ANSWER_CONFLICT) return violations.ToStatus();
  // Beside it, faults of the file are listed too.
  ErrorDetail detail = DetailOf(violations.ToStatus());
  detail.set_reason(Reason::ANSWER_CONFLICT);
  *detail.mutable_message() = MakeText(
      absl::StrCat("有 ", faults.size(),
                   " 处与现在的回答冲突或有误，文件中的回答均未保存。要保留现有的"
                   "回答，请把该行的应用等级留空；要改成文件中的，请重新导出后填写。"),
      absl::StrCat(
          "Answers that have changed since the file was exported, or are wrong: ", faults.size(),
          ". Nothing was saved. Empty the level to leave what is there, or "
          "export again and fill it in."));
  return MakeError(absl::StatusCode::kAborted, detail);
}

}  // namespace zhiping::ctl
