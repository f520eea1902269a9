// assessment open, list, show and rebase: the drafts of an enterprise.
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "services/ctl/assessment_options.h"
#include "services/ctl/assessment_report.h"
#include "services/ctl/commands.h"
#include "services/ctl/display_width.h"
#include "services/ctl/page_options.h"
#include "services/ctl/spelling.h"

namespace zhiping::ctl {
namespace {

namespace v1 = assessment::v1;

struct DraftOptions {
  AssessmentOptions service;
  KeyOptions key;
  PageOptions page;
  std::string from, etag, request_id;
};

// What --from names: a submission, or the draft of a campaign.
absl::StatusOr<v1::SubmissionKey> SourceOf(const std::string& from, const v1::AssessmentKey& key,
                                           AssessmentClient& client) {
  const std::string name = Spelled(from);
  if (absl::StrContains(name, "#")) return SubmissionOf(name, client);
  v1::SubmissionKey source;
  source.set_enterprise(key.enterprise());
  source.set_plant(key.plant());
  source.set_campaign(name);
  return source;
}

absl::StatusOr<int> Open(const DraftOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  v1::CreateAssessmentRequest request;
  ASSIGN_OR_RETURN(*request.mutable_key(), KeyOf(options.key, *access.client));
  if (!options.from.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_carry_over(),
                     SourceOf(options.from, request.key(), *access.client));
  }
  request.set_request_id(RequestIdOr(options.request_id));
  ASSIGN_OR_RETURN(const auto response,
                   access.client->Change(&Assessments::CreateAssessment, request));
  if (line.json) {
    Print(Dump(WithRequestId(request.request_id(), response)), line.screen);
    return kExitOk;
  }
  Print(absl::StrCat(
            DraftSummary(response.assessment(), access.zone, line.screen), "\n",
            Hang("",
                 line.screen.Say(
                     "已开始填报。导出填报表：zhipingctl assessment export 文件.csv；填好后导入："
                     "zhipingctl assessment import 文件.csv。",
                     "It is open. zhipingctl assessment export FILE.csv writes the answers "
                     "to be filled in, and assessment import FILE.csv reads them."),
                 line.screen.width)),
        line.screen);
  return kExitOk;
}

absl::StatusOr<int> List(const DraftOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  v1::ListAssessmentsRequest request;
  ASSIGN_OR_RETURN(*request.mutable_enterprise(),
                   EnterpriseOf(options.key.enterprise, *access.client));
  request.set_plant(Spelled(options.key.plant));
  ASSIGN_OR_RETURN(const auto list, SomePages(request, options.page, [&](const auto& page) {
                     return access.client->Call(&Assessments::ListAssessments, page);
                   }));
  Print(line.json ? ToJson(list) : DraftList(list, access.zone, line.screen), line.screen);
  return kExitOk;
}

absl::StatusOr<int> Show(const DraftOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  v1::GetAssessmentRequest request;
  ASSIGN_OR_RETURN(*request.mutable_key(), KeyOf(options.key, *access.client));
  request.set_with_texts(!line.json);
  ASSIGN_OR_RETURN(const auto response, access.client->Call(&Assessments::GetAssessment, request));
  Print(line.json ? ToJson(response)
                  : DraftReport(response.assessment(), response.texts(), access.zone, line.screen),
        line.screen);
  return kExitOk;
}

absl::StatusOr<int> Rebase(const DraftOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  v1::RebaseRequest request;
  ASSIGN_OR_RETURN(*request.mutable_key(), KeyOf(options.key, *access.client));
  request.set_etag(options.etag);
  if (options.etag.empty()) {
    v1::GetAssessmentRequest get;
    *get.mutable_key() = request.key();
    ASSIGN_OR_RETURN(const auto present, access.client->Call(&Assessments::GetAssessment, get));
    request.set_etag(present.assessment().etag());
  }
  request.set_request_id(RequestIdOr(options.request_id));
  ASSIGN_OR_RETURN(const auto response, access.client->Change(&Assessments::Rebase, request));
  Print(line.json ? Dump(WithRequestId(request.request_id(), response))
                  : DraftSummary(response.assessment(), access.zone, line.screen),
        line.screen);
  return kExitOk;
}

}  // namespace

void AddAssessmentCommands(CLI::App& app, CommandLine& line) {
  CLI::App* const group =
      AddCommandGroup(app, line, "assessment", "自评测：开始填报、导出和导入答案、预览、提交",
                      "Self-assessments: open, export and import answers, preview, submit");
  auto options = std::make_shared<DraftOptions>();
  CLI::App* const open = AddCommand(*group, line, "open", "开始填报，可带入以往的回答",
                                    "Open one, perhaps with the answers of an earlier one");
  AddKeyOptions(*open, line, options->key);
  AddOption(*open, line, "--from", options->from, "CAMPAIGN|SUBMISSION",
            "带入哪一次的回答：批次（带入其草稿），或“信用代码/工厂/批次#第几次”的提交件",
            "Carries the answers over of that campaign's draft, or of the submission "
            "USCC/PLANT/CAMPAIGN#NUMBER");
  AddRequestIdOption(*open, line, options->request_id);
  AddAssessmentOptions(*open, line, options->service);
  RunWith(*open, line, options, &Open);

  options = std::make_shared<DraftOptions>();
  CLI::App* const list =
      AddCommand(*group, line, "list", "列出企业的自评测", "List those of an enterprise");
  AddOption(*list, line, "--enterprise", options->key.enterprise, "USCC",
            "企业的统一社会信用代码；默认为令牌中的企业", "The enterprise; by default the token's");
  AddOption(*list, line, "--plant", options->key.plant, "ID", "只列这个工厂的",
            "Only those of the plant");
  AddPageOptions(*list, line, options->page);
  AddAssessmentOptions(*list, line, options->service);
  RunWith(*list, line, options, &List);

  options = std::make_shared<DraftOptions>();
  CLI::App* const show = AddCommand(*group, line, "show", "显示草稿的全部回答、指标和佐证材料",
                                    "Show a draft with answers, facts and evidence");
  AddKeyOptions(*show, line, options->key);
  AddAssessmentOptions(*show, line, options->service);
  RunWith(*show, line, options, &Show);

  AddAssessmentAnswersCommands(*group, line);
  AddAssessmentInputsCommands(*group, line);

  options = std::make_shared<DraftOptions>();
  CLI::App* const rebase =
      AddCommand(*group, line, "rebase", "把草稿换到批次现在的发布版，回答按版本衔接表带入",
                 "Take a draft to the release that the campaign has, through the passport");
  AddKeyOptions(*rebase, line, options->key);
  AddEtagOption(*rebase, line, options->etag);
  AddRequestIdOption(*rebase, line, options->request_id);
  AddAssessmentOptions(*rebase, line, options->service);
  RunWith(*rebase, line, options, &Rebase);

  AddAssessmentSubmitCommands(*group, line);
  AddAssessmentClosingCommands(*group, line);
}

}  // namespace zhiping::ctl
