// assessment close and reopen: what campaign officers do with an enterprise's assessment.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "services/ctl/assessment_options.h"
#include "services/ctl/assessment_words.h"
#include "services/ctl/commands.h"
#include "services/ctl/display_width.h"
#include "services/ctl/table.h"

namespace zhiping::ctl {
namespace {

namespace v1 = assessment::v1;

struct ClosingOptions {
  AssessmentOptions service;
  KeyOptions key;
  std::string reason, request_id;
};

// About the assessment that the options name, with a reason and a request id.
template <typename Request>
absl::StatusOr<Request> RequestFor(const ClosingOptions& options, AssessmentClient& client) {
  Request request;
  ASSIGN_OR_RETURN(*request.mutable_key(), KeyOf(options.key, client));
  request.set_reason(options.reason);
  request.set_request_id(RequestIdOr(options.request_id));
  return request;
}

absl::StatusOr<int> Close(const ClosingOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  ASSIGN_OR_RETURN(const auto request,
                   RequestFor<v1::CloseAssessmentRequest>(options, *access.client));
  ASSIGN_OR_RETURN(const auto response,
                   access.client->Change(&Assessments::CloseAssessment, request));
  if (line.json) {
    Print(Dump(WithRequestId(request.request_id(), response)), line.screen);
    return kExitOk;
  }
  const Screen& screen = line.screen;
  Print(absl::StrCat(
            screen.Bold(screen.Say("已结束填报", "The assessment is closed")), "  ",
            NameOf(response.key()), "\n",
            Fields({{std::string(screen.Say("结束时间", "closed at")),
                     access.zone.FormatWithName(response.closure().closed_at(), screen)},
                    {std::string(screen.Say("结束原因", "reason")), response.closure().reason()}},
                   screen),
            Hang("",
                 screen.Say("企业能看到时间和原因；已有的提交件不受影响。恢复填报用 zhipingctl "
                            "assessment reopen。",
                            "The enterprise sees when and why; submissions that exist are "
                            "untouched. zhipingctl assessment reopen takes it back."),
                 screen.width)),
        screen);
  return kExitOk;
}

absl::StatusOr<int> Reopen(const ClosingOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  ASSIGN_OR_RETURN(const auto request,
                   RequestFor<v1::ReopenAssessmentRequest>(options, *access.client));
  ASSIGN_OR_RETURN(const auto response,
                   access.client->Change(&Assessments::ReopenAssessment, request));
  if (line.json) {
    Print(Dump(WithRequestId(request.request_id(), response)), line.screen);
    return kExitOk;
  }
  const Screen& screen = line.screen;
  std::string next;
  if (response.state() == v1::Assessment::CLOSED) {
    next =
        Hang("",
             screen.Say("填报时间已过，企业仍不能填报；如需继续，用 zhipingctl campaign update "
                        "--closes 推迟批次的截止时间。",
                        "Its window is over, so the enterprise may still not edit it; zhipingctl "
                        "campaign update --closes moves the end of the campaign."),
             screen.width);
  }
  Print(absl::StrCat(screen.Bold(screen.Say("已恢复填报", "The assessment is reopened")), "  ",
                     NameOf(response.key()), "\n",
                     Fields({{std::string(screen.Say("状态", "state")),
                              AssessmentStateName(response.state(), screen)}},
                            screen),
                     next),
        screen);
  return kExitOk;
}

void AddOptions(CLI::App& command, const CommandLine& line, ClosingOptions& options,
                absl::string_view zh, absl::string_view en) {
  AddKeyOptions(command, line, options.key);
  AddOption(command, line, "--reason", options.reason, "TEXT", zh, en)->required();
  AddRequestIdOption(command, line, options.request_id);
  AddAssessmentOptions(command, line, options.service);
}

}  // namespace

void AddAssessmentClosingCommands(CLI::App& assessment, CommandLine& line) {
  auto options = std::make_shared<ClosingOptions>();
  CLI::App* const close = AddCommand(
      assessment, line, "close", "结束一个企业的填报，已有的提交件不受影响（批次管理员）",
      "Close an enterprise's assessment; its submissions are untouched (for campaign officers)");
  AddOptions(*close, line, *options, "原因，企业能看到，最多 500 字",
             "Why, as the enterprise reads it, at most 500 characters");
  RunWith(*close, line, options, &Close);

  options = std::make_shared<ClosingOptions>();
  CLI::App* const reopen =
      AddCommand(assessment, line, "reopen", "恢复被结束的填报（批次管理员）",
                 "Reopen an assessment that was closed so (for campaign officers)");
  AddOptions(*reopen, line, *options, "原因，记入审计日志，最多 500 字",
             "Why, for the audit log, at most 500 characters");
  RunWith(*reopen, line, options, &Reopen);
}

}  // namespace zhiping::ctl
