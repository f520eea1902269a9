// campaign create, list, show, update, close-period and delete.
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/status/status_macros.h"
#include "services/ctl/assessment_options.h"
#include "services/ctl/campaign_fields.h"
#include "services/ctl/campaign_release.h"
#include "services/ctl/campaign_report.h"
#include "services/ctl/commands.h"
#include "services/ctl/page_options.h"
#include "services/ctl/spelling.h"

namespace zhiping::ctl {
namespace {

namespace v1 = assessment::v1;

struct CampaignOptions {
  AssessmentOptions service;
  PageOptions page;
  CampaignFields fields;
  CampaignRelease release;
  std::string campaign, programme, year, kind, month, etag, request_id;
  bool open = false;
};

absl::StatusOr<v1::Campaign> Read(const std::string& campaign, const AssessmentAccess& access) {
  v1::GetCampaignRequest request;
  request.set_campaign(Spelled(campaign));
  ASSIGN_OR_RETURN(auto response, access.client->Call(&Campaigns::GetCampaign, request));
  return std::move(*response.mutable_campaign());
}

template <typename Response>
absl::StatusOr<int> Report(const std::string& request_id, const Response& response,
                           const AssessmentAccess& access, const CommandLine& line) {
  const Json json = request_id.empty() ? AsJson(response) : WithRequestId(request_id, response);
  Print(line.json ? Dump(json) : CampaignReport(response.campaign(), access.zone, line.screen),
        line.screen);
  return kExitOk;
}

absl::StatusOr<int> Create(const CampaignOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  v1::CreateCampaignRequest request;
  v1::Campaign& campaign = *request.mutable_campaign();
  campaign.set_campaign(Spelled(options.campaign));
  campaign.set_programme(Spelled(options.programme));
  ASSIGN_OR_RETURN(const int32_t year, ParseCount("--year", options.year, 0));
  campaign.set_year(year);
  RETURN_IF_ERROR(ReadCampaignFields(options.fields, access.zone, campaign).status());
  ASSIGN_OR_RETURN(*campaign.mutable_release_digest(),
                   ReleaseDigest(options.release, campaign.programme(), options.service));
  request.set_request_id(RequestIdOr(options.request_id));
  ASSIGN_OR_RETURN(const auto response, access.client->Change(&Campaigns::CreateCampaign, request));
  return Report(request.request_id(), response, access, line);
}

absl::StatusOr<int> Show(const CampaignOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  v1::GetCampaignRequest request;
  request.set_campaign(Spelled(options.campaign));
  ASSIGN_OR_RETURN(const auto response, access.client->Call(&Campaigns::GetCampaign, request));
  return Report("", response, access, line);
}

absl::StatusOr<int> List(const CampaignOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  v1::ListCampaignsRequest request;
  request.set_programme(Spelled(options.programme));
  request.set_open_only(options.open);
  ASSIGN_OR_RETURN(const auto list, SomePages(request, options.page, [&](const auto& page) {
                     return access.client->Call(&Campaigns::ListCampaigns, page);
                   }));
  Print(line.json ? ToJson(list) : CampaignList(list, absl::Now(), access.zone, line.screen),
        line.screen);
  return kExitOk;
}

absl::StatusOr<int> Update(const CampaignOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  v1::UpdateCampaignRequest request;
  ASSIGN_OR_RETURN(const auto paths,
                   ReadCampaignFields(options.fields, access.zone, *request.mutable_campaign()));
  for (const std::string& path : paths) request.mutable_update_mask()->add_paths(path);
  ASSIGN_OR_RETURN(const v1::Campaign before, Read(options.campaign, access));
  request.mutable_campaign()->set_campaign(before.campaign());
  request.mutable_campaign()->set_etag(options.etag.empty() ? before.etag() : options.etag);
  ASSIGN_OR_RETURN(const auto response, access.client->Call(&Campaigns::UpdateCampaign, request));
  return Report("", response, access, line);
}

absl::StatusOr<v1::PeriodClosed::Kind> ParseKind(const std::string& text) {
  const std::string word = absl::AsciiStrToLower(Spelled(text));
  if (word == "month") return v1::PeriodClosed::MONTH;
  if (word == "submission") return v1::PeriodClosed::SUBMISSION_CLOSE;
  if (word == "review") return v1::PeriodClosed::REVIEW_CLOSE;
  return WrongUsage(
      absl::StrCat("--kind 应为 month、submission（填报截止）或 review（审核截止），而不是“", text,
                   "”。"),
      absl::StrCat("--kind should be month, submission or review, not \"", text, "\"."));
}

absl::StatusOr<int> ClosePeriod(const CampaignOptions& options, const CommandLine& line) {
  v1::ClosePeriodRequest request;
  request.set_campaign(Spelled(options.campaign));
  ASSIGN_OR_RETURN(const auto kind, ParseKind(options.kind));
  request.set_kind(kind);
  request.set_month(Spelled(options.month));
  request.set_request_id(RequestIdOr(options.request_id));
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  ASSIGN_OR_RETURN(const auto response, access.client->Change(&Campaigns::ClosePeriod, request));
  const std::string& period = response.period().period();
  const std::string at = access.zone.FormatWithName(response.period().closed_at(), line.screen);
  Print(line.json ? Dump(WithRequestId(request.request_id(), response))
                  : std::string(line.screen.Say(
                        absl::StrCat("已封存定期数据 ", period, "，截至 ", at, "。\n"),
                        absl::StrCat("Period ", period, " is closed as of ", at, ".\n"))),
        line.screen);
  return kExitOk;
}

absl::StatusOr<int> Delete(const CampaignOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  v1::DeleteCampaignRequest request;
  request.set_campaign(Spelled(options.campaign));
  request.set_etag(options.etag);
  if (options.etag.empty()) {
    ASSIGN_OR_RETURN(const v1::Campaign present, Read(options.campaign, access));
    request.set_etag(present.etag());
  }
  ASSIGN_OR_RETURN(const auto response, access.client->Call(&Campaigns::DeleteCampaign, request));
  Print(line.json ? ToJson(response)
                  : std::string(line.screen.Say(
                        absl::StrCat("已删除批次 ", request.campaign(), "。\n"),
                        absl::StrCat("Campaign ", request.campaign(), " is deleted.\n"))),
        line.screen);
  return kExitOk;
}

void AddCampaign(CLI::App& command, const CommandLine& line, CampaignOptions& options) {
  AddOption(command, line, "CAMPAIGN", options.campaign, "", "批次，如 jiangsu-ai-2026",
            "The campaign, such as jiangsu-ai-2026")
      ->required();
}

void AddProgramme(CLI::App& command, const CommandLine& line, CampaignOptions& options) {
  AddOption(command, line, "--programme", options.programme, "ID", "评测体系，如 jiangsu-ai",
            "The programme, such as jiangsu-ai")
      ->envname("ZHIPING_PROGRAMME");
}

// Adds a command about one campaign, and what all of them have last.
CLI::App* AddAbout(CLI::App& group, CommandLine& line, const std::string& name,
                   absl::string_view zh, absl::string_view en,
                   const std::shared_ptr<CampaignOptions>& options,
                   absl::StatusOr<int> (*action)(const CampaignOptions&, const CommandLine&)) {
  CLI::App* const command = AddCommand(group, line, name, zh, en);
  AddCampaign(*command, line, *options);
  RunWith(*command, line, options, action);
  return command;
}

void AddClosingCommands(CLI::App& group, CommandLine& line) {
  auto options = std::make_shared<CampaignOptions>();
  CLI::App* const period =
      AddAbout(group, line, "close-period", "封存一期定期数据",
               "Close a period: its figures are those up to now", options, &ClosePeriod);
  AddOption(*period, line, "--kind", options->kind, "MODE",
            "month 月度，submission 填报截止，review 审核截止", "month, submission or review")
      ->required();
  AddOption(*period, line, "--month", options->month, "MONTH", "月份，如 2026-07，只用于 month",
            "The month, such as 2026-07; of month only");
  AddRequestIdOption(*period, line, options->request_id);
  AddAssessmentOptions(*period, line, options->service);

  options = std::make_shared<CampaignOptions>();
  CLI::App* const remove =
      AddAbout(group, line, "delete", "删除还没有企业填报的批次；标识不能再用",
               "Delete a campaign in which nobody has opened an assessment; its id is used up",
               options, &Delete);
  AddEtagOption(*remove, line, options->etag);
  AddAssessmentOptions(*remove, line, options->service);
}

}  // namespace

void AddCampaignCommands(CLI::App& app, CommandLine& line) {
  CLI::App* const group = AddCommandGroup(app, line, "campaign", "批次：创建、查看、修改、应报名单",
                                          "Campaigns: create, look at, change; target lists");
  auto options = std::make_shared<CampaignOptions>();
  CLI::App* const create =
      AddAbout(*group, line, "create", "创建批次", "Create a campaign", options, &Create);
  AddProgramme(*create, line, *options);
  AddOption(*create, line, "--year", options->year, "YEAR", "年份", "The year")->required();
  AddCampaignRelease(
      *create, line, options->release,
      "全体企业据以填报的发布版：摘要或标签（如 2026-1）；常态化自评不写",
      "The release that everybody fills in under, by digest or label (such as 2026-1); not "
      "for one without an end");
  AddCampaignFields(*create, line, options->fields);
  AddRequestIdOption(*create, line, options->request_id);
  AddAssessmentOptions(*create, line, options->service);

  options = std::make_shared<CampaignOptions>();
  CLI::App* const list = AddCommand(*group, line, "list", "列出批次", "List campaigns");
  AddProgramme(*list, line, *options);
  AddFlag(*list, line, "--open", options->open, "只列现在开放的", "Only those that are open now");
  AddPageOptions(*list, line, options->page);
  AddAssessmentOptions(*list, line, options->service);
  RunWith(*list, line, options, &List);

  options = std::make_shared<CampaignOptions>();
  CLI::App* const show =
      AddAbout(*group, line, "show", "显示一个批次", "Show a campaign", options, &Show);
  AddAssessmentOptions(*show, line, options->service);

  options = std::make_shared<CampaignOptions>();
  CLI::App* const update =
      AddAbout(*group, line, "update", "修改批次的名称、填报时间、时限和承诺书",
               "Change title, window, due days and commitment", options, &Update);
  AddCampaignFields(*update, line, options->fields);
  AddEtagOption(*update, line, options->etag);
  AddAssessmentOptions(*update, line, options->service);

  AddCampaignTargetsCommands(*group, line);
  AddCampaignRepinCommands(*group, line);
  AddClosingCommands(*group, line);
}

}  // namespace zhiping::ctl
