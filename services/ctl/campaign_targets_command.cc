// campaign targets import and list: the enterprises that should take part (应报名单).
#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/files/file.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ctl/assessment_options.h"
#include "services/ctl/bulk_import.h"
#include "services/ctl/campaign_report.h"
#include "services/ctl/commands.h"
#include "services/ctl/display_width.h"
#include "services/ctl/page_options.h"
#include "services/ctl/spelling.h"

namespace zhiping::ctl {
namespace {

namespace v1 = assessment::v1;

struct TargetsOptions {
  AssessmentOptions service;
  PageOptions page;
  std::string campaign, file, errors;
  bool dry_run = false;
};

enum Column { kEnterprise, kPlant, kChannel };
constexpr CsvColumn kColumns[] = {
    {"统一社会信用代码", "enterprise", "信用代码"}, {"工厂", "plant"}, {"渠道", "channel"}};

int ColumnOf(absl::string_view field) {
  for (int c = 0; c < 3; ++c) {
    if (field == kColumns[c].en) return c;
  }
  return -1;
}

bool ParseChannel(const std::string& text, v1::Target& target) {
  const std::string word = absl::AsciiStrToLower(text);
  if (word.empty() || word == "staged" || text == "逐级推荐") {
    target.set_channel(v1::Channel::STAGED);
    return true;
  }
  target.set_channel(v1::Channel::DIRECT);
  return word == "direct" || text == "直报省级";
}

class TargetReader {
 public:
  TargetReader(const CsvTable& table, const Screen& screen) : table_(table), screen_(screen) {}

  void Read(int row, v1::ImportTargetsRequest& request, std::vector<BulkFault>& faults) {
    v1::Target target;
    target.set_enterprise(Spelled(table_.Cell(row, kEnterprise)));
    target.set_plant(Spelled(table_.Cell(row, kPlant)));
    const std::string channel = Spelled(table_.Cell(row, kChannel));
    if (!ParseChannel(channel, target)) {
      faults.push_back(Fault(kChannel, channel, Reason::INVALID_FIELD,
                             "应为“逐级推荐”或“直报省级”，不填为逐级推荐",
                             "should be staged or direct; empty is staged"));
    }
    const std::string key = absl::StrCat(absl::AsciiStrToUpper(target.enterprise()), "/",
                                         target.plant().empty() ? "main" : target.plant());
    const auto [before, first] = lines_.try_emplace(key, table_.LineOf(row));
    if (!first && !target.enterprise().empty()) {
      faults.push_back(
          Fault(kEnterprise, target.enterprise(), Reason::DUPLICATE_ID,
                absl::StrCat("与第 ", before->second, " 行重复，请只保留一行"),
                absl::StrCat("is the same as line ", before->second, ": keep one of them")));
    }
    *request.add_targets() = std::move(target);
  }

 private:
  BulkFault Fault(Column column, const std::string& value, Reason::Value reason,
                  absl::string_view zh, absl::string_view en) const {
    return {0, std::string(screen_.Say(kColumns[column].zh, kColumns[column].en)), value,
            Reason::Value_Name(reason), std::string(screen_.Say(zh, en))};
  }

  const CsvTable& table_;
  const Screen& screen_;
  // By enterprise and plant: the line on which it stands first.
  absl::flat_hash_map<std::string, int> lines_;
};

absl::StatusOr<int> Import(const TargetsOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(options.file, kMaxBulkBytes));
  ASSIGN_OR_RETURN(const CsvTable table, CsvTable::Read(bytes, kColumns));
  if (!table.Has(kEnterprise)) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::WRONG_COLUMN,
                     "缺少“统一社会信用代码”列。", "The column \"enterprise\" is missing.");
  }
  ASSIGN_OR_RETURN(const AssessmentAccess access,
                   OpenAssessmentService(options.service, kBulkTimeout));
  BulkResult result;
  result.dry_run = options.dry_run;
  v1::ImportTargetsRequest request;
  request.set_campaign(Spelled(options.campaign));
  request.set_validate_only(options.dry_run);
  TargetReader reader(table, line.screen);
  RETURN_IF_ERROR(SendRows(
      table, kColumns, &ColumnOf, request,
      [&](int row, auto& into, auto& faults) { reader.Read(row, into, faults); },
      [&](const auto& batch) { return access.client->Call(&Campaigns::ImportTargets, batch); },
      line.screen, result));
  return FinishBulk(result, options.errors, line);
}

absl::StatusOr<int> List(const TargetsOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  v1::ListTargetsRequest request;
  request.set_campaign(Spelled(options.campaign));
  ASSIGN_OR_RETURN(const auto list, SomePages(request, options.page, [&](const auto& page) {
                     return access.client->Call(&Campaigns::ListTargets, page);
                   }));
  Print(line.json ? ToJson(list) : TargetList(list, line.screen), line.screen);
  return kExitOk;
}

void AddCampaign(CLI::App& command, const CommandLine& line, TargetsOptions& options) {
  AddOption(command, line, "CAMPAIGN", options.campaign, "", "批次", "The campaign")->required();
}

}  // namespace

void AddCampaignTargetsCommands(CLI::App& campaign, CommandLine& line) {
  CLI::App* const group = AddCommandGroup(campaign, line, "targets", "应报名单：批量导入、查看",
                                          "The target list: import, look at");
  auto options = std::make_shared<TargetsOptions>();
  CLI::App* const import =
      AddCommand(*group, line, "import", "从 CSV 文件批量加入应报名单，或改渠道；不会移出任何企业",
                 "Add many from a CSV file, or change their channels; none is taken out");
  const std::string footer = Hang(
      "",
      line.screen.Say("表头：统一社会信用代码、工厂、渠道；后两列可省略，不填为 main 和逐级推荐。"
                      "渠道以提交时的名单为准：已打开的草稿随之改变，已提交的不变。",
                      "Headings: enterprise, plant, channel; the last two may be left out, "
                      "and are main and staged if empty. The list counts at each submission: open "
                      "drafts go along, what was submitted stays."),
      line.screen.width);
  import->footer(absl::StrCat(footer, import->get_footer()));
  AddCampaign(*import, line, *options);
  AddOption(*import, line, "FILE", options->file, "", "CSV 文件（UTF-8 或 GB18030），第一行为表头",
            "The CSV file (UTF-8 or GB18030), with headings in the first line")
      ->required();
  AddFlag(*import, line, "--dry-run", options->dry_run, "只检查，不修改任何数据",
          "Check only and change nothing");
  AddErrorsOption(*import, line, options->errors);
  AddAssessmentOptions(*import, line, options->service);
  RunWith(*import, line, options, &Import);

  options = std::make_shared<TargetsOptions>();
  CLI::App* const list = AddCommand(*group, line, "list", "列出应报名单", "List the targets");
  AddCampaign(*list, line, *options);
  AddPageOptions(*list, line, options->page);
  AddAssessmentOptions(*list, line, options->service);
  RunWith(*list, line, options, &List);
}

}  // namespace zhiping::ctl
