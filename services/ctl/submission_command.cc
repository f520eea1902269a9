// submission list, show, receipt, effective, withdraw and object: what was
// handed in.
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/files/file.h"
#include "common/status/status_macros.h"
#include "services/ctl/assessment_options.h"
#include "services/ctl/commands.h"
#include "services/ctl/display_width.h"
#include "services/ctl/page_options.h"
#include "services/ctl/receipt_words.h"
#include "services/ctl/spelling.h"
#include "services/ctl/submission_acts.h"
#include "services/ctl/submission_report.h"
#include "services/ctl/submission_table.h"

namespace zhiping::ctl {
namespace {

namespace v1 = assessment::v1;

struct SubmissionOptions {
  ActOptions act;
  KeyOptions key;
  PageOptions page;
  std::string state, receipt_no, file;
  bool effective = false;
  bool decision = false;
};

absl::StatusOr<v1::SubmissionState::Value> ParseState(const std::string& text) {
  auto state = v1::SubmissionState::SUBMISSION_STATE_UNSPECIFIED;
  const std::string word = absl::AsciiStrToUpper(Spelled(text));
  if (word.empty() || v1::SubmissionState::Value_Parse(word, &state)) return state;
  return WrongUsage(
      absl::StrCat("--state 应为 complete、under_review、returned、rejected、confirmed、"
                   "withdrawn、superseded 或 revoked，而不是“",
                   text, "”。"),
      absl::StrCat("--state should be complete, under_review, returned, rejected, "
                   "confirmed, withdrawn, superseded or revoked, not \"",
                   text, "\"."));
}

absl::StatusOr<int> List(const SubmissionOptions& options, const CommandLine& line) {
  v1::ListSubmissionsRequest request;
  request.set_enterprise(Spelled(options.key.enterprise));
  request.set_plant(Spelled(options.key.plant));
  request.set_campaign(Spelled(options.key.campaign));
  ASSIGN_OR_RETURN(const auto state, ParseState(options.state));
  request.set_state(state);
  request.set_receipt_no(Spelled(options.receipt_no));
  request.set_effective_only(options.effective);
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.act.service));
  ASSIGN_OR_RETURN(const auto list, SomePages(request, options.page, [&](const auto& page) {
                     return access.client->Call(&Assessments::ListSubmissions, page);
                   }));
  Print(line.json
            ? ToJson(list)
            : SubmissionTable(list.submissions(), list.total_size(), access.zone, line.screen),
        line.screen);
  return kExitOk;
}

absl::StatusOr<int> Show(const SubmissionOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.act.service));
  v1::GetSubmissionRequest request;
  ASSIGN_OR_RETURN(*request.mutable_submission(),
                   SubmissionOf(options.act.submission, *access.client));
  request.set_with_texts(!line.json);
  ASSIGN_OR_RETURN(const auto response, access.client->Call(&Assessments::GetSubmission, request));
  Print(line.json
            ? ToJson(response)
            : SubmissionReport(response.submission(), response.texts(), access.zone, line.screen),
        line.screen);
  return kExitOk;
}

absl::StatusOr<int> Receipt(const SubmissionOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.act.service));
  v1::GetReceiptRequest request;
  ASSIGN_OR_RETURN(*request.mutable_submission(),
                   SubmissionOf(options.act.submission, *access.client));
  request.set_decision(options.decision);
  // The number may be that of an earlier decision's receipt.
  if (!options.decision && IsReceiptNo(options.act.submission)) {
    request.set_receipt_no(Spelled(options.act.submission));
  }
  ASSIGN_OR_RETURN(const auto response, access.client->Call(&Assessments::GetReceipt, request));
  RETURN_IF_ERROR(WriteFile(options.file, response.receipt(), Overwrite::kOnlyEqual));
  const std::string& number = response.receipt_no();
  Print(
      line.json
          ? Dump(Json{{"receiptNo", number}, {"file", options.file}})
          : Hang("",
                 line.screen.Say(
                     absl::StrCat("回执 ", number, " 已写入 ", options.file,
                                  "。核验用 zhipingctl verify，打印用 zhipingctl receipt print。"),
                     absl::StrCat("Receipt ", number, " is in ", options.file,
                                  ". zhipingctl verify verifies it, zhipingctl receipt print "
                                  "prints it.")),
                 line.screen.width),
      line.screen);
  return kExitOk;
}

absl::StatusOr<int> Effective(const SubmissionOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.act.service));
  v1::GetEffectiveResultRequest request;
  ASSIGN_OR_RETURN(*request.mutable_key(), KeyOf(options.key, *access.client));
  request.set_with_texts(!line.json);
  ASSIGN_OR_RETURN(const auto response,
                   access.client->Call(&Assessments::GetEffectiveResult, request));
  if (line.json) {
    Print(ToJson(response), line.screen);
    return kExitOk;
  }
  const Screen& screen = line.screen;
  Print(absl::StrCat(screen.Bold(absl::StrCat(
                         screen.Say("当前有效结果：参考得分率 ", "What counts: index "),
                         IndexText(response.result().index(), screen), screen.Say("，", ", "),
                         AssuranceName(response.assurance(), screen))),
                     "\n", SubmissionSummaryReport(response.submission(), access.zone, screen),
                     StatementText(response.texts(), screen)),
        screen);
  return kExitOk;
}

absl::StatusOr<int> Withdraw(const SubmissionOptions& options, const CommandLine& line) {
  return Decide(options.act, line, &Assessments::Withdraw, "已撤回提交",
                "The submission is withdrawn");
}

absl::StatusOr<int> Object(const SubmissionOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.act.service));
  v1::ObjectRequest request;
  ASSIGN_OR_RETURN(*request.mutable_submission(),
                   SubmissionOf(options.act.submission, *access.client));
  request.set_reason(options.act.reason);
  request.set_request_id(RequestIdOr(options.act.request_id));
  ASSIGN_OR_RETURN(const auto response, access.client->Change(&Reviews::Object, request));
  PrintActed(request.request_id(), response, response.submission(), "已提出异议",
             "The objection is made", access, line);
  return kExitOk;
}

using Action = absl::StatusOr<int> (*)(const SubmissionOptions&, const CommandLine&);

// A command about the current submission of an assessment, or a list.
CLI::App* AddAsking(CLI::App& group, CommandLine& line, const std::string& name,
                    absl::string_view zh, absl::string_view en, Action action,
                    const std::shared_ptr<SubmissionOptions>& options) {
  CLI::App* const command = AddCommand(group, line, name, zh, en);
  AddKeyOptions(*command, line, options->key);
  AddAssessmentOptions(*command, line, options->act.service);
  RunWith(*command, line, options, action);
  return command;
}

void AddAct(CLI::App& group, CommandLine& line, const std::string& name, absl::string_view zh,
            absl::string_view en, Action action, ActEtag etag, int characters) {
  const auto options = std::make_shared<SubmissionOptions>();
  CLI::App* const command = AddCommand(group, line, name, zh, en);
  AddActOptions(*command, line, options->act, ActReason::kMust, etag, characters);
  RunWith(*command, line, options, action);
}

// The same without a request id: it changes nothing.
CLI::App* AddReading(CLI::App& group, CommandLine& line, const std::string& name,
                     absl::string_view zh, absl::string_view en, Action action,
                     const std::shared_ptr<SubmissionOptions>& options) {
  CLI::App* const command = AddCommand(group, line, name, zh, en);
  AddOption(*command, line, "SUBMISSION", options->act.submission, "", kSubmissionNameZh,
            kSubmissionNameEn)
      ->required();
  RunWith(*command, line, options, action);
  return command;
}

}  // namespace

void AddSubmissionCommands(CLI::App& app, CommandLine& line) {
  CLI::App* const group =
      AddCommandGroup(app, line, "submission", "提交件：查看、取回执、撤回、提异议",
                      "Submissions: look at, receipts, withdraw, object");
  auto options = std::make_shared<SubmissionOptions>();
  CLI::App* const list = AddCommand(*group, line, "list", "列出本账号可见的提交件，从最新的起",
                                    "List those that this account may see, the newest first");
  AddOption(*list, line, "--enterprise", options->key.enterprise, "USCC", "只列这个企业的",
            "Only those of the enterprise");
  AddOption(*list, line, "--plant", options->key.plant, "ID", "只列这个工厂的",
            "Only those of the plant");
  AddOption(*list, line, "--campaign", options->key.campaign, "ID", "只列这个批次的",
            "Only those of the campaign");
  AddOption(*list, line, "--state", options->state, "STATE",
            "只列这一状态的：complete、under_"
            "review、returned、rejected、confirmed、withdrawn、superseded、"
            "revoked",
            "Only those in the state: complete, under_review, returned, rejected, confirmed, "
            "withdrawn, superseded or revoked");
  AddOption(*list, line, "--receipt-no", options->receipt_no, "NUMBER", "只列这一回执编号的",
            "Only the one with the receipt number");
  AddFlag(*list, line, "--effective", options->effective, "只列当前有效的",
          "Only those that count");
  AddPageOptions(*list, line, options->page);
  AddAssessmentOptions(*list, line, options->act.service);
  RunWith(*list, line, options, &List);

  options = std::make_shared<SubmissionOptions>();
  CLI::App* const show =
      AddReading(*group, line, "show", "显示一个提交件：回答、认定、意见和审核记录",
                 "Show one, with answers, findings, comments and decisions", &Show, options);
  AddAssessmentOptions(*show, line, options->act.service);

  options = std::make_shared<SubmissionOptions>();
  CLI::App* const receipt = AddReading(
      *group, line, "receipt", "把签名回执写入文件；按回执编号可取任一份",
      "Write a signed receipt into a file; any of them by its number", &Receipt, options);
  AddOption(*receipt, line, "FILE", options->file, "", "写入的文件；不会替换已有的其他文件",
            "The file to write; another file that is there is never replaced")
      ->required();
  AddFlag(*receipt, line, "--decision", options->decision, "最近一次决定的审核回执，而不是提交回执",
          "Of the latest decision, instead of the submission");
  AddAssessmentOptions(*receipt, line, options->act.service);

  AddAsking(*group, line, "effective", "企业在批次中当前有效的结果",
            "What counts for an enterprise in a campaign", &Effective,
            std::make_shared<SubmissionOptions>());
  AddAct(*group, line, "withdraw", "撤回提交，之后可修改重报", "Withdraw it, to be corrected",
         &Withdraw, ActEtag::kTakes, kMaxReasonCharacters);
  AddAct(*group, line, "object", "对最近的决定提出异议", "Object to the latest decision", &Object,
         ActEtag::kNone, kMaxReviewTextCharacters);
  AddSubmissionCiteCommands(*group, line);
  AddSubmissionCountersignCommand(*group, line);
}

}  // namespace zhiping::ctl
