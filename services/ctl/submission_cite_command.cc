// submission cite and uncite: an application of a platform uses a submission.
#include <memory>
#include <string>

#include "common/status/status_macros.h"
#include "services/ctl/assessment_options.h"
#include "services/ctl/commands.h"
#include "services/ctl/submission_acts.h"

namespace zhiping::ctl {
namespace {

struct CiteOptions {
  ActOptions act;
  std::string application;
};

template <typename Request, typename Response>
absl::StatusOr<int> CiteBy(const CiteOptions& options, const CommandLine& line,
                           grpc::Status (Assessments::*method)(grpc::ClientContext*, const Request&,
                                                               Response*),
                           absl::string_view zh, absl::string_view en) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.act.service));
  Request request;
  ASSIGN_OR_RETURN(*request.mutable_submission(),
                   SubmissionOf(options.act.submission, *access.client));
  request.set_application(options.application);
  request.set_request_id(RequestIdOr(options.act.request_id));
  ASSIGN_OR_RETURN(const auto response, access.client->Change(method, request));
  PrintActed(request.request_id(), response, response.submission(), zh, en, access, line);
  return kExitOk;
}

absl::StatusOr<int> Cite(const CiteOptions& options, const CommandLine& line) {
  return CiteBy(options, line, &Assessments::Cite, "已引用", "It is cited");
}

absl::StatusOr<int> Uncite(const CiteOptions& options, const CommandLine& line) {
  return CiteBy(options, line, &Assessments::Uncite, "已取消引用", "It is not cited any more");
}

void AddCiting(CLI::App& submission, CommandLine& line, const std::string& name,
               absl::string_view zh, absl::string_view en,
               absl::StatusOr<int> (*action)(const CiteOptions&, const CommandLine&)) {
  const auto options = std::make_shared<CiteOptions>();
  CLI::App* const command = AddCommand(submission, line, name, zh, en);
  AddActOptions(*command, line, options->act, ActReason::kNone, ActEtag::kNone);
  AddOption(*command, line, "--application", options->application, "TEXT", "申报书在平台上的编号",
            "The application's number at the platform")
      ->required();
  RunWith(*command, line, options, action);
}

}  // namespace

void AddSubmissionCiteCommands(CLI::App& submission, CommandLine& line) {
  AddCiting(submission, line, "cite", "申报书引用这个提交件（平台）",
            "An application uses it (for platforms)", &Cite);
  AddCiting(submission, line, "uncite", "申报书不再引用（平台）",
            "An application does not use it any more (for platforms)", &Uncite);
}

}  // namespace zhiping::ctl
