// review approve, return, reject, batch-approve, recall, revoke and decide-objection.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ctl/assessment_options.h"
#include "services/ctl/commands.h"
#include "services/ctl/display_width.h"
#include "services/ctl/spelling.h"
#include "services/ctl/submission_acts.h"
#include "services/ctl/submission_table.h"

namespace zhiping::ctl {
namespace {

namespace v1 = assessment::v1;

struct DecisionOptions {
  ActOptions act;
  std::string submissions, number;
  bool to_previous = false;
  bool upheld = false;
  bool dismissed = false;
};

absl::StatusOr<int> Approve(const DecisionOptions& options, const CommandLine& line) {
  return Decide(options.act, line, &Reviews::Approve, "已审核通过", "It is approved");
}

absl::StatusOr<int> Return(const DecisionOptions& options, const CommandLine& line) {
  if (options.to_previous) {
    return Decide(options.act, line, &Reviews::ReturnToPreviousStage, "已退回上一级",
                  "It is with the previous stage again");
  }
  return Decide(options.act, line, &Reviews::ReturnToEnterprise, "已退回企业",
                "It is returned to the enterprise");
}

absl::StatusOr<int> Reject(const DecisionOptions& options, const CommandLine& line) {
  return Decide(options.act, line, &Reviews::Reject, "已决定不予通过", "It is rejected");
}

absl::StatusOr<int> Recall(const DecisionOptions& options, const CommandLine& line) {
  return Decide(options.act, line, &Reviews::RecallDecision, "已撤回决定",
                "The decision is taken back");
}

absl::StatusOr<int> Revoke(const DecisionOptions& options, const CommandLine& line) {
  return Decide(options.act, line, &Reviews::Revoke, "已撤销确认", "The confirmation is revoked");
}

absl::StatusOr<int> DecideObjection(const DecisionOptions& options, const CommandLine& line) {
  v1::DecideObjectionRequest request;
  int32_t number = 0;
  if (!absl::SimpleAtoi(Spelled(options.number), &number) || number < 1) {
    return WrongUsage(
        absl::StrCat("异议的编号应为正整数，而不是“", options.number, "”；见 submission show。"),
        absl::StrCat("An objection has a number from 1, as submission show has it, not "
                     "\"",
                     options.number, "\"."));
  }
  if (options.upheld == options.dismissed) {
    return WrongUsage("请写明 --upheld（成立）或 --dismissed（不成立），二者只写一个。",
                      "Say --upheld or --dismissed, one of them.");
  }
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.act.service));
  request.set_objection(number);
  request.set_upheld(options.upheld);
  ASSIGN_OR_RETURN(*request.mutable_submission(),
                   SubmissionOf(options.act.submission, *access.client));
  ASSIGN_OR_RETURN(*request.mutable_etag(),
                   EtagFor(options.act.etag, request.submission(), *access.client));
  request.set_reason(options.act.reason);
  request.set_request_id(RequestIdOr(options.act.request_id));
  ASSIGN_OR_RETURN(const auto response, access.client->Change(&Reviews::DecideObjection, request));
  PrintActed(request.request_id(), response, response.submission(),
             options.upheld ? "异议成立" : "异议不成立",
             options.upheld ? "The objection is upheld" : "The objection is dismissed", access,
             line);
  return kExitOk;
}

// --- batch-approve

// `NAME@ETAG`, or a name alone.
absl::Status AddFile(const std::string& text, AssessmentClient& client,
                     v1::BatchApproveRequest& request) {
  const size_t at = text.rfind('@');
  const bool with_etag = at != std::string::npos;
  auto& file = *request.add_files();
  ASSIGN_OR_RETURN(*file.mutable_submission(), SubmissionOf(text.substr(0, at), client));
  ASSIGN_OR_RETURN(*file.mutable_etag(),
                   EtagFor(with_etag ? text.substr(at + 1) : "", file.submission(), client));
  return absl::OkStatus();
}

// Files in one line of an error, which has 4 KiB at most.
constexpr int kFilesInLine = 50;

// Why none was approved: every file that may not be, by reason, as it was typed. The error has a
// sentence about few of them. `typed`: in the order of the request.
absl::Status RefusedFiles(const absl::Status& status, const std::vector<std::string>& typed) {
  const ErrorDetail said = DetailOf(status);
  // One is all that the error is about; other errors are about no files.
  if (ViolationsTotal(said) < 2) return status;
  Violations by_reason;
  for (const auto& entry : said.metadata()) {
    Reason::Value reason = Reason::REASON_UNSPECIFIED;
    if (!Reason::Value_Parse(entry.key(), &reason)) continue;
    const auto first =
        std::find_if(said.violations().begin(), said.violations().end(),
                     [&](const FieldViolation& one) { return one.reason() == reason; });
    const common::v1::LocalText why =
        first == said.violations().end() ? MakeText(entry.key(), entry.key()) : first->message();
    std::vector<std::string> files;
    const auto add = [&] {
      by_reason.Add("submissions", reason, absl::StrCat(absl::StrJoin(files, "、"), "：", why.zh()),
                    absl::StrCat(absl::StrJoin(files, ", "), ": ", why.en()));
      files.clear();
    };
    for (const absl::string_view index : absl::StrSplit(entry.value(), ',')) {
      size_t file = 0;
      if (!absl::SimpleAtoi(index, &file) || file >= typed.size()) continue;
      files.push_back(typed[file].substr(0, typed[file].rfind('@')));
      if (files.size() == kFilesInLine) add();
    }
    if (!files.empty()) add();
  }
  if (by_reason.empty()) return status;
  ErrorDetail detail = DetailOf(by_reason.ToStatus());
  detail.set_reason(said.reason());
  *detail.mutable_metadata() = said.metadata();
  const int total = ViolationsTotal(said);
  detail.mutable_metadata()->erase(
      std::remove_if(detail.mutable_metadata()->begin(), detail.mutable_metadata()->end(),
                     [](const auto& entry) { return entry.key() == kViolationsTotal; }),
      detail.mutable_metadata()->end());
  *detail.mutable_message() = MakeText(
      absl::StrCat("有 ", total, " 件不能批准，整批均未变动；按原因列出："),
      absl::StrCat("Submissions that cannot be approved, so that none was, by reason: ", total,
                   "."));
  return MakeError(status.code(), detail);
}

absl::StatusOr<int> BatchApprove(const DecisionOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.act.service));
  v1::BatchApproveRequest request;
  const std::vector<std::string> typed = ValuesOf(options.submissions, /*commas=*/true);
  for (const std::string& text : typed) {
    RETURN_IF_ERROR(AddFile(Spelled(text), *access.client, request));
  }
  request.set_request_id(RequestIdOr(options.act.request_id));
  const auto response = access.client->Call(&Reviews::BatchApprove, request);
  if (!response.ok()) {
    // Repeated as it was, with what each file was based on.
    std::string arguments = absl::StrCat(" --request-id ", request.request_id());
    for (const auto& file : request.files()) {
      absl::StrAppend(&arguments, " --submission ", NameOf(file.submission()), "@", file.etag());
    }
    return WithRetry(RefusedFiles(response.status(), typed), arguments);
  }
  if (line.json) {
    Print(Dump(WithRequestId(request.request_id(), *response)), line.screen);
    return kExitOk;
  }
  const int count = response->submissions_size();
  Print(
      absl::StrCat(line.screen.Bold(line.screen.Say(absl::StrCat("已批量审核通过 ", count, " 件"),
                                                    absl::StrCat("Approved: ", count))),
                   "\n", SubmissionTable(response->submissions(), count, access.zone, line.screen)),
      line.screen);
  return kExitOk;
}

using Action = absl::StatusOr<int> (*)(const DecisionOptions&, const CommandLine&);

CLI::App* AddDecision(CLI::App& review, CommandLine& line, const std::string& name,
                      absl::string_view zh, absl::string_view en, Action action, ActReason reason,
                      const std::shared_ptr<DecisionOptions>& options) {
  CLI::App* const command = AddCommand(review, line, name, zh, en);
  AddActOptions(*command, line, options->act, reason, ActEtag::kTakes);
  RunWith(*command, line, options, action);
  return command;
}

std::shared_ptr<DecisionOptions> New() { return std::make_shared<DecisionOptions>(); }

}  // namespace

void AddReviewDecisionCommands(CLI::App& review, CommandLine& line) {
  AddDecision(review, line, "approve", "审核通过：转下一级，或由省级确认",
              "Approve: the next stage has it, or it is confirmed", &Approve, ActReason::kMay,
              New());
  auto options = New();
  CLI::App* const back = AddDecision(review, line, "return", "退回企业修改，或退回上一级",
                                     "Send it back to the enterprise, or to the stage before",
                                     &Return, ActReason::kMust, options);
  AddFlag(*back, line, "--to-previous", options->to_previous, "退回上一级，而不是企业",
          "To the stage before, instead of the enterprise");
  AddDecision(review, line, "reject", "不予通过", "Decide that it does not count", &Reject,
              ActReason::kMust, New());

  options = New();
  CLI::App* const batch =
      AddCommand(review, line, "batch-approve",
                 "批量审核通过：没有认定和未结意见的，最多 100 件，全部成功或全部不做",
                 "Approve many, at most 100 without findings or open comments: all or none");
  AddListOption(*batch, line, "--submission", options->submissions, "SUBMISSION,…",
                "提交件（回执编号等）；后面加 @版本 则之后有变动即拒绝",
                "The submissions; with @ETAG after one it is refused if that has changed")
      ->required();
  AddRequestIdOption(*batch, line, options->act.request_id);
  AddAssessmentOptions(*batch, line, options->act.service);
  RunWith(*batch, line, options, &BatchApprove);

  AddDecision(review, line, "recall", "撤回本单位刚作的决定，下一级尚未办理时",
              "Take the unit's own decision back, while nobody has acted on it", &Recall,
              ActReason::kMust, New());
  AddDecision(review, line, "revoke", "省级撤销确认", "The province takes a confirmation back",
              &Revoke, ActReason::kMust, New());

  options = New();
  CLI::App* const objection =
      AddCommand(review, line, "decide-objection", "处理异议", "Decide about an objection");
  AddOption(*objection, line, "--objection", options->number, "NUMBER",
            "异议的编号，见 submission show", "Its number, as submission show has it")
      ->required();
  AddFlag(*objection, line, "--upheld", options->upheld, "成立：回到作出决定的一级重新审核",
          "It is right: the stage that decided reviews again");
  AddFlag(*objection, line, "--dismissed", options->dismissed, "不成立", "It is not");
  AddActOptions(*objection, line, options->act, ActReason::kMust, ActEtag::kTakes);
  RunWith(*objection, line, options, &DecideObjection);
}

}  // namespace zhiping::ctl
