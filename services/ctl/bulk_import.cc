#include "services/ctl/bulk_import.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/files/new_file.h"
#include "common/status/error.h"
#include "common/text/utf8.h"
#include "services/ctl/assessment_errors.h"
#include "services/ctl/display_width.h"
#include "services/ctl/json_output.h"
#include "services/ctl/table.h"

namespace zhiping::ctl {
namespace {

using assessment::v1::ImportedRow;

// On a screen, and in JSON; a file gets all.
constexpr size_t kMostShown = 20;
constexpr size_t kMostInJson = 1000;
// Of a cell's text in the list of faults.
constexpr size_t kMostQuoted = 40;

std::string Thousands(int64_t number) {
  std::string digits = absl::StrCat(number);
  for (int place = static_cast<int>(digits.size()) - 3; place > 0; place -= 3) {
    digits.insert(place, ",");
  }
  return digits;
}

// A sentence about a field begins with its name: the column says that already.
std::string WithoutField(const std::string& message, absl::string_view field) {
  if (!absl::StartsWith(message, absl::StrCat(field, " "))) return message;
  return message.substr(field.size() + 1);
}

std::string Counts(const BulkResult& result, const Screen& screen) {
  return std::string(screen.Say(
      absl::StrCat("共 ", Thousands(result.rows), " 行：新增 ", Thousands(result.added), "，更新 ",
                   Thousands(result.changed), "，未变 ", Thousands(result.unchanged), "，有误 ",
                   Thousands(result.refused)),
      absl::StrCat(Thousands(result.rows), " rows: ", Thousands(result.added), " added, ",
                   Thousands(result.changed), " changed, ", Thousands(result.unchanged),
                   " unchanged, ", Thousands(result.refused), " refused")));
}

std::string Report(const BulkResult& result, const std::string& errors_file, const Screen& screen) {
  std::string out = absl::StrCat(
      screen.Bold(absl::StrCat(result.dry_run ? screen.Say("试导入（没有修改任何数据），",
                                                           "Trial, nothing was changed: ")
                                              : screen.Say("导入完成，", "Imported: "),
                               Counts(result, screen))),
      screen.Say("。", "."), "\n");
  if (result.faults.empty()) return out;
  Table table({{std::string(screen.Say("行", "line")), true},
               {std::string(screen.Say("列", "column"))},
               {std::string(screen.Say("内容", "cell"))},
               {std::string(screen.Say("问题", "what is wrong"))}});
  const size_t shown = std::min(kMostShown, result.faults.size());
  for (size_t f = 0; f < shown; ++f) {
    const BulkFault& fault = result.faults[f];
    table.AddRow(
        {absl::StrCat(fault.line), fault.column, Clip(fault.value, kMostQuoted), fault.message});
  }
  absl::StrAppend(
      &out, SectionTitle(screen.Say("有误的行（没有导入）", "Rows that were refused"), screen),
      table.Render(screen, 2));
  if (const size_t more = result.faults.size() - shown; more > 0) {
    absl::StrAppend(
        &out,
        screen.Say(absl::StrCat("  另有 ", more, " 处"), absl::StrCat("  and ", more, " more")),
        errors_file.empty()
            ? screen.Say("，用 --errors 文件.csv 可写出全部", "; --errors FILE.csv writes all")
            : "",
        "\n");
  }
  if (!errors_file.empty()) {
    absl::StrAppend(&out, screen.Say("  全部问题写入 ", "  All are in "), errors_file, "\n");
  }
  return absl::StrCat(
      out, Hang("",
                screen.Say("改好后再次导入同一文件即可，没有变化的行不受影响。",
                           "Mend them and import the same file again: rows that are as they "
                           "were change nothing."),
                screen.width));
}

Json AsJson(const BulkResult& result) {
  Json faults = Json::array();
  for (size_t f = 0; f < std::min(kMostInJson, result.faults.size()); ++f) {
    const BulkFault& fault = result.faults[f];
    faults.push_back({{"line", fault.line},
                      {"column", fault.column},
                      {"value", fault.value},
                      {"reason", fault.reason},
                      {"message", fault.message}});
  }
  return {{"dryRun", result.dry_run},      {"rows", result.rows},
          {"added", result.added},         {"changed", result.changed},
          {"unchanged", result.unchanged}, {"refused", result.refused},
          {"faults", std::move(faults)},   {"faultsTotal", result.faults.size()}};
}

absl::Status WriteFaults(const BulkResult& result, const std::string& path, const Screen& screen) {
  NewFile file;
  RETURN_IF_ERROR(file.Open(path, Overwrite::kReplace, /*secret=*/false));
  RETURN_IF_ERROR(file.Write(absl::StrCat(
      kByteOrderMark,
      CsvLine({std::string(screen.Say("行", "line")), std::string(screen.Say("列", "column")),
               std::string(screen.Say("内容", "cell")), std::string(screen.Say("问题", "message")),
               std::string(screen.Say("代码", "reason"))}))));
  for (const BulkFault& fault : result.faults) {
    RETURN_IF_ERROR(file.Write(CsvLine(
        {absl::StrCat(fault.line), fault.column, fault.value, fault.message, fault.reason})));
  }
  return file.Finish();
}

}  // namespace

void AddErrorsOption(CLI::App& command, const CommandLine& line, std::string& file) {
  AddOption(command, line, "--errors", file, "FILE", "把全部问题写入这个 CSV 文件（替换已有的）",
            "Write all that is wrong into this CSV file, in place of one that is there");
}

void CountRow(const ImportedRow& imported, int row, const CsvTable& table,
              absl::Span<const CsvColumn> columns,
              const std::function<int(absl::string_view field)>& column_of, const Screen& screen,
              BulkResult& result) {
  ++result.rows;
  switch (imported.outcome()) {
    case ImportedRow::ADDED:
      ++result.added;
      return;
    case ImportedRow::CHANGED:
      ++result.changed;
      return;
    case ImportedRow::UNCHANGED:
      ++result.unchanged;
      return;
    default:
      ++result.refused;
  }
  for (const auto& violation : imported.violations()) {
    BulkFault fault;
    fault.line = table.LineOf(row);
    fault.reason = violation.reason();
    fault.message =
        WithoutField(std::string(screen.Say(violation.zh(), violation.en())), violation.field());
    fault.column = violation.field();
    if (const int column = column_of(violation.field()); column >= 0) {
      fault.column = std::string(screen.Say(columns[column].zh, columns[column].en));
      fault.value = table.Cell(row, column);
    }
    result.faults.push_back(std::move(fault));
  }
}

void SortFaults(BulkResult& result) {
  std::stable_sort(result.faults.begin(), result.faults.end(),
                   [](const BulkFault& a, const BulkFault& b) { return a.line < b.line; });
}

absl::Status WithRowsDone(const absl::Status& status, const BulkResult& result) {
  ErrorDetail detail = DetailOf(status);
  absl::StrAppend(detail.mutable_message()->mutable_zh(), "已处理 ", result.rows,
                  " 行；再次导入同一文件即可继续，已导入的行不会重复。");
  absl::StrAppend(detail.mutable_message()->mutable_en(), " ", result.rows,
                  " rows were done: import the same file again to go on, those that are there "
                  "change nothing.");
  return MakeError(status.code(), detail);
}

absl::StatusOr<int> FinishBulk(const BulkResult& result, const std::string& errors_file,
                               const CommandLine& line) {
  if (!errors_file.empty() && !result.faults.empty()) {
    RETURN_IF_ERROR(WriteFaults(result, errors_file, line.screen));
  }
  Print(line.json ? Dump(AsJson(result)) : Report(result, errors_file, line.screen), line.screen);
  return result.refused == 0 ? kExitOk : kExitRefused;
}

}  // namespace zhiping::ctl
