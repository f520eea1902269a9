#include "services/ctl/submission_acts.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/status/status_macros.h"

namespace zhiping::ctl {
namespace {

// `2,000`.
std::string InThousands(int number) {
  return number < 1000 ? absl::StrCat(number)
                       : absl::StrFormat("%d,%03d", number / 1000, number % 1000);
}

}  // namespace

void AddActOptions(CLI::App& command, const CommandLine& line, ActOptions& options,
                   ActReason reason, ActEtag etag, int characters) {
  AddOption(command, line, "SUBMISSION", options.submission, "", kSubmissionNameZh,
            kSubmissionNameEn)
      ->required();
  if (reason != ActReason::kNone) {
    const std::string most = InThousands(characters);
    AddOption(command, line, "--reason", options.reason, "TEXT",
              absl::StrCat("理由，最多 ", most, " 字"),
              absl::StrCat("Why, at most ", most, " characters"))
        ->required(reason == ActReason::kMust);
  }
  if (etag == ActEtag::kTakes) AddEtagOption(command, line, options.etag);
  AddRequestIdOption(command, line, options.request_id);
  AddAssessmentOptions(command, line, options.service);
}

absl::StatusOr<std::string> EtagFor(const std::string& named,
                                    const assessment::v1::SubmissionKey& key,
                                    AssessmentClient& client) {
  if (!named.empty()) return named;
  assessment::v1::GetSubmissionRequest request;
  *request.mutable_submission() = key;
  ASSIGN_OR_RETURN(const auto present, client.Call(&Assessments::GetSubmission, request));
  return present.submission().standing().etag();
}

namespace {

void PrintJson(const std::string& request_id, const google::protobuf::Message& response,
               const CommandLine& line) {
  Print(Dump(request_id.empty() ? AsJson(response) : WithRequestId(request_id, response)),
        line.screen);
}

}  // namespace

void PrintActed(const std::string& request_id, const google::protobuf::Message& response,
                const assessment::v1::Submission& submission, absl::string_view done_zh,
                absl::string_view done_en, const AssessmentAccess& access,
                const CommandLine& line) {
  if (line.json) return PrintJson(request_id, response, line);
  Print(absl::StrCat(line.screen.Bold(line.screen.Say(done_zh, done_en)), "\n",
                     SubmissionSummaryReport(submission, access.zone, line.screen)),
        line.screen);
}

void PrintNoted(const std::string& request_id, const google::protobuf::Message& response,
                const assessment::v1::Submission& submission, absl::string_view done_zh,
                absl::string_view done_en, const CommandLine& line) {
  if (line.json) return PrintJson(request_id, response, line);
  const auto& standing = submission.standing();
  const auto& comments = standing.comments();
  const auto open = std::count_if(comments.begin(), comments.end(),
                                  [](const auto& comment) { return !comment.resolved(); });
  const Screen& screen = line.screen;
  Print(absl::StrCat(screen.Bold(screen.Say(done_zh, done_en)), "  ", submission.receipt_no(), "  ",
                     InOneLine(submission.content().snapshot().name()), "\n",
                     screen.Say(absl::StrCat("  现有认定 ", standing.findings_size(),
                                             " 项，未了结的意见 ", open, " 条\n"),
                                absl::StrCat("  findings: ", standing.findings_size(),
                                             ", open comments: ", open, "\n"))),
        screen);
}

}  // namespace zhiping::ctl
