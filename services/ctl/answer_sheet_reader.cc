#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/criteria/names.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/text/utf8.h"
#include "services/ctl/answer_sheet.h"
#include "services/ctl/answer_sheet_columns.h"
#include "services/ctl/spelling.h"

namespace zhiping::ctl {

namespace v1 = assessment::v1;

namespace {

class SheetReader {
 public:
  SheetReader(const CsvTable& table, const v1::Assessment& draft, const v1::CriteriaTexts& texts)
      : table_(table), draft_(draft), texts_(texts) {}

  SheetChanges Read() {
    for (int row = 0; row < table_.row_count(); ++row) ReadRow(row);
    return std::move(changes_);
  }

 private:
  void ReadRow(int row) {
    const int scenario = ScenarioOf(row);
    if (scenario < 0 || !CheckOnce(row, scenario)) return;
    const v1::DraftAnswer& present = draft_.answers(scenario);
    const std::string level = Spelled(table_.Cell(row, sheet::kLevel));
    const std::string reason = table_.Has(sheet::kReason)
                                   ? std::string(TrimBlanks(table_.Cell(row, sheet::kReason)))
                                   : present.answer().reason();
    sheet::Version version = {present.etag(), ""};
    if (const std::string cell = Spelled(table_.Cell(row, sheet::kVersion)); !cell.empty()) {
      if (!sheet::ReadVersion(cell, version)) {
        return AddFault(row, sheet::kVersion, Reason::MALFORMED,
                        "这一列由导出生成，不能改动；请重新导出后填写。",
                        "This column is made by the export and stays as it is: export again.");
      }
      if (version.check == sheet::CheckOf(level, reason)) return;
    }
    if (level.empty()) {
      // Left as it is; but whoever wrote a reason meant something.
      if (reason.empty() || reason == present.answer().reason()) return;
      return AddFault(
          row, sheet::kLevel, Reason::FIELD_REQUIRED,
          "改了说明而没有填应用等级；要保留原来的回答，请把说明也改回去或清空。",
          "The reason was changed, but no level is given; to leave the answer, leave the "
          "reason too.");
    }
    Add(row, scenario, level, reason, version.etag);
  }

  void Add(int row, int scenario, const std::string& level, const std::string& reason,
           const std::string& etag) {
    auto& update = *changes_.updates.Add();
    update.mutable_answer()->set_scenario(texts_.scenarios(scenario).scenario());
    update.set_base_etag(etag);
    changes_.lines.push_back(table_.LineOf(row));
    if (level == kClearZh || absl::EqualsIgnoreCase(level, kClearEn)) return;
    update.mutable_answer()->set_level(level);
    update.mutable_answer()->set_reason(reason);
  }

  // Number of the scenario that the row is about; −1, with a fault, if that is not clear.
  int ScenarioOf(int row) {
    const std::string id = Spelled(table_.Cell(row, sheet::kScenario));
    const std::string name = Spelled(table_.Cell(row, sheet::kName));
    if (id.empty() && name.empty()) {
      AddFault(row, table_.Has(sheet::kScenario) ? sheet::kScenario : sheet::kName,
               Reason::FIELD_REQUIRED, "没有填写场景。", "No scenario is given.");
      return -1;
    }
    const int scenario = Find(id.empty() ? name : id);
    if (scenario < 0) {
      AddFault(row, id.empty() ? sheet::kName : sheet::kScenario, Reason::UNKNOWN_SCENARIO,
               absl::StrCat("本年版没有场景“", id.empty() ? name : id, "”。"),
               absl::StrCat("The edition has no scenario \"", id.empty() ? name : id, "\"."));
      return -1;
    }
    const v1::ScenarioTexts& texts = texts_.scenarios(scenario);
    if (id.empty() || name.empty() || Find(name) == scenario) return scenario;
    AddFault(row, sheet::kName, Reason::INVALID_FIELD,
             absl::StrCat("场景编号 ", texts.scenario(), " 的名称是“", texts.name(), "”，不是“",
                          name, "”；请检查是否只对部分列排过序。"),
             absl::StrCat("Scenario ", texts.scenario(), " is called \"", texts.name(),
                          "\", not \"", name, "\"; were only some of the columns sorted?"));
    return -1;
  }

  // By id, official name or printed number.
  int Find(const std::string& name) const {
    const std::string key = criteria::NameKey(name);
    for (int i = 0; i < texts_.scenarios_size(); ++i) {
      const v1::ScenarioTexts& scenario = texts_.scenarios(i);
      if (criteria::NameKey(scenario.scenario()) == key ||
          criteria::NameKey(scenario.name()) == key ||
          (scenario.has_number() && absl::StrCat(scenario.number()) == name)) {
        return i;
      }
    }
    return -1;
  }

  bool CheckOnce(int row, int scenario) {
    const auto [before, first] = lines_.emplace(scenario, table_.LineOf(row));
    if (first) return true;
    AddFault(row, table_.Cell(row, sheet::kScenario).empty() ? sheet::kName : sheet::kScenario,
             Reason::DUPLICATE_SCENARIO,
             absl::StrCat("与第 ", before->second, " 行是同一个场景，请只保留一行。"),
             absl::StrCat("is the scenario of line ", before->second, " again: keep one of them."));
    return false;
  }

  void AddFault(int row, sheet::Column column, Reason::Value reason, absl::string_view zh,
                absl::string_view en) {
    changes_.faults.push_back({table_.LineOf(row),
                               MakeText(sheet::kColumns[column].zh, sheet::kColumns[column].en),
                               reason, MakeText(zh, en)});
  }

  const CsvTable& table_;
  const v1::Assessment& draft_;
  const v1::CriteriaTexts& texts_;
  SheetChanges changes_;
  // By number of the scenario: the line on which it stands first.
  std::map<int, int> lines_;
};

}  // namespace

absl::StatusOr<SheetChanges> ReadAnswerSheet(absl::string_view bytes, const v1::Assessment& draft,
                                             const v1::CriteriaTexts& texts) {
  ASSIGN_OR_RETURN(const CsvTable table, CsvTable::Read(bytes, sheet::kColumns));
  if (!table.Has(sheet::kLevel) || !(table.Has(sheet::kScenario) || table.Has(sheet::kName))) {
    return MakeError(
        absl::StatusCode::kInvalidArgument, Reason::WRONG_COLUMN,
        "文件须有“应用等级”列，以及“场景编号”或“场景名称”列；用 zhipingctl assessment export "
        "导出的文件都有。",
        "The file needs the column level, and scenario or name: a file of zhipingctl "
        "assessment export has them.");
  }
  return SheetReader(table, draft, texts).Read();
}

}  // namespace zhiping::ctl
