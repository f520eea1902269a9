// campaign repin and approve-repin: another release of a campaign, by two people.
#include <memory>
#include <string>

#include "common/status/status_macros.h"
#include "services/ctl/assessment_options.h"
#include "services/ctl/campaign_release.h"
#include "services/ctl/campaign_report.h"
#include "services/ctl/commands.h"
#include "services/ctl/release_names.h"
#include "services/ctl/spelling.h"

namespace zhiping::ctl {
namespace {

namespace v1 = assessment::v1;

struct RepinOptions {
  AssessmentOptions service;
  CampaignRelease release;
  std::string campaign, reason, request_id;
};

template <typename Response>
absl::StatusOr<int> Report(const std::string& request_id, const Response& response,
                           const AssessmentAccess& access, const CommandLine& line) {
  Print(line.json ? Dump(WithRequestId(request_id, response))
                  : CampaignReport(response.campaign(), access.zone, line.screen),
        line.screen);
  return kExitOk;
}

absl::StatusOr<int> Repin(const RepinOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  v1::RepinCampaignRequest request;
  request.set_campaign(Spelled(options.campaign));
  ASSIGN_OR_RETURN(*request.mutable_release_digest(),
                   ReleaseDigest(options.release, "", options.service));
  request.set_reason(options.reason);
  request.set_request_id(RequestIdOr(options.request_id));
  ASSIGN_OR_RETURN(const auto response, access.client->Change(&Campaigns::RepinCampaign, request));
  return Report(request.request_id(), response, access, line);
}

absl::StatusOr<int> ApproveRepin(const RepinOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  v1::ApproveRepinRequest request;
  request.set_campaign(Spelled(options.campaign));
  ASSIGN_OR_RETURN(*request.mutable_release_digest(),
                   ReleaseDigest(options.release, "", options.service));
  request.set_request_id(RequestIdOr(options.request_id));
  ASSIGN_OR_RETURN(const auto response, access.client->Change(&Campaigns::ApproveRepin, request));
  return Report(request.request_id(), response, access, line);
}

CLI::App* AddAbout(CLI::App& campaign, CommandLine& line, const std::string& name,
                   absl::string_view zh, absl::string_view en,
                   const std::shared_ptr<RepinOptions>& options,
                   absl::StatusOr<int> (*action)(const RepinOptions&, const CommandLine&)) {
  CLI::App* const command = AddCommand(campaign, line, name, zh, en);
  AddOption(*command, line, "CAMPAIGN", options->campaign, "", "批次", "The campaign")->required();
  RunWith(*command, line, options, action);
  return command;
}

}  // namespace

void AddCampaignRepinCommands(CLI::App& campaign, CommandLine& line) {
  auto options = std::make_shared<RepinOptions>();
  CLI::App* const repin = AddAbout(
      campaign, line, "repin", "申请批次改用另一发布版，须第二人批准",
      "Ask for another release of a campaign; a second person approves it", options, &Repin);
  AddCampaignRelease(*repin, line, options->release, kReleaseNameZh, kReleaseNameEn)->required();
  AddOption(*repin, line, "--reason", options->reason, "TEXT", "原因，最多 500 字",
            "Why, at most 500 characters")
      ->required();
  AddRequestIdOption(*repin, line, options->request_id);
  AddAssessmentOptions(*repin, line, options->service);

  options = std::make_shared<RepinOptions>();
  CLI::App* const approve = AddAbout(
      campaign, line, "approve-repin", "批准批次改用另一发布版；填报中的草稿随之衔接",
      "Approve it: open drafts go to the release, through the passport", options, &ApproveRepin);
  AddCampaignRelease(*approve, line, options->release, kReleaseNameZh, kReleaseNameEn)->required();
  AddRequestIdOption(*approve, line, options->request_id);
  AddAssessmentOptions(*approve, line, options->service);
}

}  // namespace zhiping::ctl
