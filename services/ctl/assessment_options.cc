#include "services/ctl/assessment_options.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ctl/request_id.h"
#include "services/ctl/spelling.h"

namespace zhiping::ctl {
namespace {

using assessment::v1::AssessmentKey;
using assessment::v1::SubmissionKey;

constexpr char kUsualAssessment[] = "127.0.0.1:50053";

// The only campaign in which may be filled in now.
absl::StatusOr<std::string> OpenCampaign(AssessmentClient& client) {
  assessment::v1::ListCampaignsRequest request;
  request.set_open_only(true);
  ASSIGN_OR_RETURN(const auto list, client.List(&Campaigns::ListCampaigns, request));
  if (list.campaigns_size() == 1) return list.campaigns(0).campaign();
  if (list.campaigns().empty()) {
    return WrongUsage(
        "现在没有开放的批次，请用 --campaign 指定；全部批次见 zhipingctl campaign list。",
        "No campaign is open now: name one by --campaign; zhipingctl campaign list "
        "shows all.");
  }
  const std::string names =
      absl::StrJoin(list.campaigns(), ", ",
                    [](std::string* out, const auto& one) { out->append(one.campaign()); });
  return WrongUsage(
      absl::StrCat("现在有几个批次开放，请用 --campaign 指定一个：", names, "。"),
      absl::StrCat("Several campaigns are open; name one by --campaign: ", names, "."));
}

absl::StatusOr<SubmissionKey> FindByReceiptNo(const std::string& number, AssessmentClient& client) {
  assessment::v1::ListSubmissionsRequest request;
  request.set_receipt_no(number);
  ASSIGN_OR_RETURN(const auto list, client.List(&Assessments::ListSubmissions, request));
  if (!list.submissions().empty()) return list.submissions(0).key();
  return MakeError(absl::StatusCode::kNotFound, Reason::SUBMISSION_NOT_FOUND,
                   absl::StrCat("没有回执编号为 ", number, " 的提交件，或本账号无权查看。"),
                   absl::StrCat("There is no submission with the receipt number ", number,
                                ", or this account may not see it."));
}

}  // namespace

void AddAssessmentOptions(CLI::App& command, const CommandLine& line, AssessmentOptions& options) {
  AddOption(command, line, "--assessment", options.assessment, "HOST:PORT",
            "自评测服务，默认 127.0.0.1:50053",
            "The assessment service, by default 127.0.0.1:50053")
      ->envname("ZHIPING_ASSESSMENT");
  AddOption(
      command, line, "--timeout", options.timeout, "DURATION",
      "等待每次答复的时间，100ms 至 10m，默认 10s，批量导入为 2m",
      "How long to wait for each answer, 100ms to 10m, by default 10s (2m for imports of many "
      "rows)")
      ->envname("ZHIPING_TIMEOUT");
  AddCredentialOptions(command, line, options.credentials);
  AddOption(
      command, line, "--acting-for", options.acting_for, "PERSON",
      "经办人姓名，平台代企业办理时必填",
      "The natural person for whom it is done; needed where a platform acts for an enterprise")
      ->envname("ZHIPING_ACTING_FOR");
  AddTimeZoneOption(command, line, options.time_zone);
}

absl::StatusOr<AssessmentAccess> OpenAssessmentService(const AssessmentOptions& options,
                                                       absl::Duration usual_timeout) {
  AssessmentAccess access;
  ASSIGN_OR_RETURN(access.zone, Zone::Load(options.time_zone));
  absl::Duration timeout = usual_timeout;
  if (!options.timeout.empty()) {
    ASSIGN_OR_RETURN(timeout, ParseDurationOption("--timeout", options.timeout,
                                                  absl::Milliseconds(100), absl::Minutes(10)));
  }
  RemoteService service = {MakeText("自评测服务", "assessment service"),
                           "--assessment",
                           kUsualAssessment,
                           {},
                           options.assessment.empty() ? kUsualAssessment : options.assessment,
                           timeout,
                           {}};
  RETURN_IF_ERROR(CheckTarget(service));
  ASSIGN_OR_RETURN(service.credentials, ReadCredentials(options.credentials, service.target));
  service.credentials.acting_for = options.acting_for;
  access.client = std::make_unique<AssessmentClient>(std::move(service));
  return access;
}

void AddRequestIdOption(CLI::App& command, const CommandLine& line, std::string& request_id) {
  AddOption(
      command, line, "--request-id", request_id, "UUID",
      "请求编号：上次不知成败时，用同一编号再试，不会重复执行；默认每次新编",
      "Id of the request: with that of an attempt whose outcome is not known it is done once; "
      "by default a new one");
}

std::string RequestIdOr(const std::string& given) { return given.empty() ? NewRequestId() : given; }

void AddEtagOption(CLI::App& command, const CommandLine& line, std::string& etag) {
  AddOption(command, line, "--etag", etag, "ETAG",
            "所依据的版本（show 等命令的 --json 中的 etag）：之后有变动即拒绝；默认为执行时的版本",
            "The version it is based on (etag in the --json of show and others): refused if that "
            "has changed; by default the present one");
}

void AddKeyOptions(CLI::App& command, const CommandLine& line, KeyOptions& options) {
  AddOption(command, line, "--enterprise", options.enterprise, "USCC",
            "企业的统一社会信用代码；默认为令牌中的企业",
            "The enterprise, by its unified social credit code; by default the token's");
  AddOption(command, line, "--plant", options.plant, "ID", "工厂，默认 main",
            "The plant, by default main");
  AddOption(command, line, "--campaign", options.campaign, "ID", "批次；只有一个批次开放时可省略",
            "The campaign; may be left out if only one is open");
}

absl::StatusOr<std::string> EnterpriseOf(const std::string& named, AssessmentClient& client) {
  if (!named.empty()) return Spelled(named);
  using common::v1::OperationsService;
  ASSIGN_OR_RETURN(const auto who,
                   client.Call(&OperationsService::Stub::WhoAmI, common::v1::WhoAmIRequest()));
  if (!who.uscc().empty()) return who.uscc();
  return WrongUsage("令牌中没有企业，请用 --enterprise 指定统一社会信用代码。",
                    "The token names no enterprise: name one by --enterprise.");
}

absl::StatusOr<AssessmentKey> KeyOf(const KeyOptions& options, AssessmentClient& client) {
  AssessmentKey key;
  ASSIGN_OR_RETURN(*key.mutable_enterprise(), EnterpriseOf(options.enterprise, client));
  key.set_plant(options.plant.empty() ? "main" : Spelled(options.plant));
  key.set_campaign(Spelled(options.campaign));
  if (key.campaign().empty()) {
    ASSIGN_OR_RETURN(*key.mutable_campaign(), OpenCampaign(client));
  }
  return key;
}

absl::StatusOr<SubmissionKey> SubmissionOf(const std::string& name, AssessmentClient& client) {
  const std::string spelled = Spelled(name);
  if (IsReceiptNo(name)) return FindByReceiptNo(spelled, client);
  const std::vector<std::string> parts = absl::StrSplit(spelled, absl::ByAnyChar("/#"));
  SubmissionKey key;
  int32_t number = 0;
  if (parts.size() != 4 || !absl::SimpleAtoi(parts[3], &number) || number < 1) {
    return WrongUsage(
        absl::StrCat(
            "提交件应写成回执编号（如 7K3QD-8M2XV），或“信用代码/工厂/批次#第几次”，而不是“", name,
            "”。"),
        absl::StrCat("A submission is named by its receipt number, such as 7K3QD-8M2XV, or as ",
                     "USCC/PLANT/CAMPAIGN#NUMBER, not \"", name, "\"."));
  }
  key.set_enterprise(parts[0]);
  key.set_plant(parts[1]);
  key.set_campaign(parts[2]);
  key.set_number(number);
  return key;
}

bool IsReceiptNo(const std::string& name) {
  return Spelled(name).find_first_of("/#") == std::string::npos;
}

std::string NameOf(const AssessmentKey& key) {
  return absl::StrCat(key.enterprise(), "/", key.plant().empty() ? "main" : key.plant(), "/",
                      key.campaign());
}

std::string NameOf(const SubmissionKey& key) {
  AssessmentKey assessment;
  assessment.set_enterprise(key.enterprise());
  assessment.set_plant(key.plant());
  assessment.set_campaign(key.campaign());
  return absl::StrCat(NameOf(assessment), "#", key.number());
}

Json WithRequestId(const std::string& request_id, const google::protobuf::Message& response) {
  Json json = {{"requestId", request_id}};
  json.update(AsJson(response));
  return json;
}

}  // namespace zhiping::ctl
