// enterprise request-change, changes, accept-change and decline-change: what an enterprise may not
// set itself, and the receiving unit that decides about it.
#include <memory>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "services/ctl/assessment_options.h"
#include "services/ctl/assessment_words.h"
#include "services/ctl/commands.h"
#include "services/ctl/enterprise_fields.h"
#include "services/ctl/enterprise_report.h"
#include "services/ctl/page_options.h"
#include "services/ctl/spelling.h"

namespace zhiping::ctl {
namespace {

namespace v1 = assessment::v1;

struct ChangeOptions {
  AssessmentOptions service;
  PageOptions page;
  std::string uscc, number, set, reason, note, request_id;
  bool open = false;
};

template <typename Response>
absl::StatusOr<int> Report(const std::string& request_id, const Response& response,
                           const AssessmentAccess& access, const CommandLine& line) {
  Print(line.json ? Dump(WithRequestId(request_id, response))
                  : ChangeRequestReport(response.change_request(), access.zone, line.screen),
        line.screen);
  return kExitOk;
}

absl::StatusOr<int> Ask(const ChangeOptions& options, const CommandLine& line) {
  v1::RequestChangeRequest request;
  ASSIGN_OR_RETURN(const auto paths,
                   SetFields(ValuesOf(options.set, /*commas=*/false), *request.mutable_proposed()));
  for (const std::string& path : paths) request.mutable_fields()->add_paths(path);
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  ASSIGN_OR_RETURN(*request.mutable_uscc(), EnterpriseOf(options.uscc, *access.client));
  request.set_reason(options.reason);
  request.set_request_id(RequestIdOr(options.request_id));
  ASSIGN_OR_RETURN(const auto response,
                   access.client->Change(&Enterprises::RequestChange, request));
  return Report(request.request_id(), response, access, line);
}

absl::StatusOr<int> List(const ChangeOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  v1::ListChangeRequestsRequest request;
  request.set_uscc(Spelled(options.uscc));
  request.set_open_only(options.open);
  ASSIGN_OR_RETURN(const auto list, SomePages(request, options.page, [&](const auto& page) {
                     return access.client->Call(&Enterprises::ListChangeRequests, page);
                   }));
  if (line.json) {
    Print(ToJson(list), line.screen);
    return kExitOk;
  }
  std::string out;
  for (const v1::ChangeRequest& change : list.change_requests()) {
    absl::StrAppend(&out, ChangeRequestReport(change, access.zone, line.screen), "\n");
  }
  Print(absl::StrCat(out, TotalLine(list.change_requests_size(), list.total_size(), line.screen)),
        line.screen);
  return kExitOk;
}

template <typename Request>
absl::StatusOr<Request> Decision(const ChangeOptions& options) {
  Request request;
  request.set_uscc(Spelled(options.uscc));
  int32_t number = 0;
  if (!absl::SimpleAtoi(Spelled(options.number), &number) || number < 1) {
    return WrongUsage(
        absl::StrCat("变更申请的编号应为正整数，而不是“", options.number, "”。"),
        absl::StrCat("The number of a change request is a whole number from 1, not \"",
                     options.number, "\"."));
  }
  request.set_number(number);
  request.set_note(options.note);
  request.set_request_id(RequestIdOr(options.request_id));
  return request;
}

absl::StatusOr<int> Accept(const ChangeOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const auto request, Decision<v1::AcceptChangeRequest>(options));
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  ASSIGN_OR_RETURN(const auto response, access.client->Change(&Enterprises::AcceptChange, request));
  return Report(request.request_id(), response, access, line);
}

absl::StatusOr<int> Decline(const ChangeOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const auto request, Decision<v1::DeclineChangeRequest>(options));
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  ASSIGN_OR_RETURN(const auto response,
                   access.client->Change(&Enterprises::DeclineChange, request));
  return Report(request.request_id(), response, access, line);
}

void AddDecision(CLI::App& command, CommandLine& line, bool must_say_why,
                 absl::StatusOr<int> (*action)(const ChangeOptions&, const CommandLine&)) {
  const auto options = std::make_shared<ChangeOptions>();
  AddOption(command, line, "USCC", options->uscc, "", "企业的统一社会信用代码",
            "The enterprise's unified social credit code")
      ->required();
  AddOption(command, line, "NUMBER", options->number, "", "变更申请的编号，见 enterprise changes",
            "Number of the change request, as enterprise changes shows it")
      ->required();
  AddOption(command, line, "--note", options->note, "TEXT", "办理意见，企业可见，最多 500 字",
            "What the unit says about it, for the enterprise to read; at most 500 characters")
      ->required(must_say_why);
  AddRequestIdOption(command, line, options->request_id);
  AddAssessmentOptions(command, line, options->service);
  RunWith(command, line, options, action);
}

}  // namespace

void AddEnterpriseChangeCommands(CLI::App& enterprise, CommandLine& line) {
  auto options = std::make_shared<ChangeOptions>();
  CLI::App* const ask = AddCommand(enterprise, line, "request-change",
                                   "企业申请变更自己不能修改的信息，由受理单位办理",
                                   "An enterprise asks for a change of what it may not set itself");
  AddOption(*ask, line, "USCC", options->uscc, "", kUsccZh, kUsccEn);
  AddListOption(*ask, line, "--set", options->set, "FIELD=VALUE",
                "申请变更的字段和新值，如 企业名称=…，可给出多次",
                "A field and the value asked for; several times for several fields")
      ->required();
  AddOption(*ask, line, "--reason", options->reason, "TEXT", "原因，最多 500 字",
            "Why, at most 500 characters")
      ->required();
  AddRequestIdOption(*ask, line, options->request_id);
  AddAssessmentOptions(*ask, line, options->service);
  RunWith(*ask, line, options, &Ask);

  options = std::make_shared<ChangeOptions>();
  CLI::App* const list =
      AddCommand(enterprise, line, "changes", "列出变更申请", "List what was asked to be changed");
  AddOption(*list, line, "USCC", options->uscc, "", "只列这个企业的",
            "Only those of the enterprise");
  AddFlag(*list, line, "--open", options->open, "只列待处理的", "Only those not decided yet");
  AddPageOptions(*list, line, options->page);
  AddAssessmentOptions(*list, line, options->service);
  RunWith(*list, line, options, &List);

  AddDecision(*AddCommand(enterprise, line, "accept-change", "同意变更，立即生效",
                          "Accept a change: it holds at once"),
              line, /*must_say_why=*/false, &Accept);
  AddDecision(*AddCommand(enterprise, line, "decline-change", "不同意变更，须写明原因",
                          "Decline a change, and say why"),
              line, /*must_say_why=*/true, &Decline);
}

}  // namespace zhiping::ctl
