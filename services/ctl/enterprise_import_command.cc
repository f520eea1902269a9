// enterprise import: many enterprises from a CSV file.
#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/files/file.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ctl/assessment_options.h"
#include "services/ctl/bulk_import.h"
#include "services/ctl/commands.h"
#include "services/ctl/display_width.h"
#include "services/ctl/enterprise_fields.h"
#include "services/ctl/spelling.h"

namespace zhiping::ctl {
namespace {

namespace v1 = assessment::v1;

struct ImportOptions {
  AssessmentOptions service;
  std::string file, errors;
  bool dry_run = false;
};

class RowReader {
 public:
  RowReader(const CsvTable& table, const Screen& screen) : table_(table), screen_(screen) {}

  // Adds the row to the request, without what cannot be read of it.
  void Read(int row, v1::ImportEnterprisesRequest& request, std::vector<BulkFault>& faults) {
    v1::Enterprise enterprise;
    const auto fields = EnterpriseFields();
    for (size_t f = 0; f < fields.size(); ++f) {
      // An empty cell leaves what is there.
      const std::string cell = Spelled(table_.Cell(row, static_cast<int>(f)));
      if (cell.empty() || fields[f].set(cell, enterprise)) continue;
      faults.push_back(Fault(f, cell, Reason::MALFORMED, fields[f].zh, fields[f].en));
    }
    CheckOnce(row, enterprise.uscc(), faults);
    *request.add_enterprises() = std::move(enterprise);
  }

 private:
  // Of two rows for one enterprise, each import would undo the other.
  void CheckOnce(int row, const std::string& uscc, std::vector<BulkFault>& faults) {
    if (uscc.empty()) return;
    const auto [before, first] =
        lines_.try_emplace(absl::AsciiStrToUpper(uscc), table_.LineOf(row));
    if (first) return;
    faults.push_back(Fault(
        0, uscc, Reason::DUPLICATE_ID,
        absl::StrCat("与第 ", before->second, " 行是同一个企业，请只保留一行"),
        absl::StrCat("is the enterprise of line ", before->second, " again: keep one of them")));
  }

  BulkFault Fault(size_t field, const std::string& value, Reason::Value reason,
                  absl::string_view zh, absl::string_view en) const {
    const CsvColumn& column = EnterpriseColumns()[field];
    return {0, std::string(screen_.Say(column.zh, column.en)), value, Reason::Value_Name(reason),
            std::string(screen_.Say(zh, en))};
  }

  const CsvTable& table_;
  const Screen& screen_;
  absl::flat_hash_map<std::string, int> lines_;
};

absl::StatusOr<int> Import(const ImportOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(options.file, kMaxBulkBytes));
  ASSIGN_OR_RETURN(const CsvTable table, CsvTable::Read(bytes, EnterpriseColumns()));
  if (!table.Has(0)) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::WRONG_COLUMN,
                     "缺少“统一社会信用代码”列。", "The column \"uscc\" is missing.");
  }
  ASSIGN_OR_RETURN(const AssessmentAccess access,
                   OpenAssessmentService(options.service, kBulkTimeout));
  BulkResult result;
  result.dry_run = options.dry_run;
  v1::ImportEnterprisesRequest request;
  request.set_validate_only(options.dry_run);
  RowReader reader(table, line.screen);
  RETURN_IF_ERROR(SendRows(
      table, EnterpriseColumns(), &EnterpriseColumnOf, request,
      [&](int row, auto& into, auto& faults) { reader.Read(row, into, faults); },
      [&](const auto& batch) {
        return access.client->Call(&Enterprises::ImportEnterprises, batch);
      },
      line.screen, result));
  return FinishBulk(result, options.errors, line);
}

}  // namespace

void AddEnterpriseImportCommand(CLI::App& enterprise, CommandLine& line) {
  CLI::App* const command = AddCommand(enterprise, line, "import", "从 CSV 文件批量登记和更新企业",
                                       "Register and update many from a CSV file");
  std::string zh, en;
  for (const CsvColumn& column : EnterpriseColumns()) {
    absl::StrAppend(&zh, zh.empty() ? "" : "、", column.zh);
    absl::StrAppend(&en, en.empty() ? "" : ", ", column.en);
  }
  const std::string footer = Hang(
      "",
      line.screen.Say(
          absl::StrCat("表头：", zh,
                       "。只有第一列必须有；空格保留原值。新企业还须有名称、行政区划、审核单位和"
                       "行业大类。有误的行不导入，其余照常；再次导入同一文件不会重复。"),
          absl::StrCat(
              "Headings: ", en,
              ". Only the first is needed; an empty cell leaves what is "
              "there. A new enterprise needs name, region, reviewUnit and industryDivision. "
              "Rows with faults are left out and the others imported; importing the file "
              "again changes nothing.")),
      line.screen.width);
  command->footer(absl::StrCat(footer, command->get_footer()));
  const auto options = std::make_shared<ImportOptions>();
  AddOption(*command, line, "FILE", options->file, "", "CSV 文件（UTF-8 或 GB18030），第一行为表头",
            "The CSV file (UTF-8 or GB18030), with headings in the first line")
      ->required();
  AddFlag(*command, line, "--dry-run", options->dry_run, "只检查，不修改任何数据",
          "Check only and change nothing");
  AddErrorsOption(*command, line, options->errors);
  AddAssessmentOptions(*command, line, options->service);
  RunWith(*command, line, options, &Import);
}

}  // namespace zhiping::ctl
