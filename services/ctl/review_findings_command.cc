// review find, comment and resolve: what a reviewer finds in a file, and says about it.
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "services/ctl/assessment_options.h"
#include "services/ctl/commands.h"
#include "services/ctl/spelling.h"
#include "services/ctl/submission_acts.h"

namespace zhiping::ctl {
namespace {

namespace v1 = assessment::v1;

struct FindingOptions {
  ActOptions act;
  std::string scenario, fact, level, value, text, number;
  bool internal = false;
};

absl::StatusOr<int> Find(const FindingOptions& options, const CommandLine& line) {
  if (options.scenario.empty() == options.fact.empty()) {
    return WrongUsage("请用 --scenario 或 --fact 指明认定的对象，二者只写一个。",
                      "Name what the finding is about by --scenario or by --fact, one of them.");
  }
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.act.service));
  v1::RecordFindingsRequest request;
  ASSIGN_OR_RETURN(*request.mutable_submission(),
                   SubmissionOf(options.act.submission, *access.client));
  v1::Finding& finding = *request.add_findings();
  if (!options.scenario.empty()) finding.set_scenario(Spelled(options.scenario));
  if (!options.fact.empty()) finding.set_fact(Spelled(options.fact));
  finding.set_level(Spelled(options.level));
  finding.set_value(Spelled(options.value));
  finding.set_reason(options.act.reason);
  ASSIGN_OR_RETURN(*request.mutable_etag(),
                   EtagFor(options.act.etag, request.submission(), *access.client));
  request.set_request_id(RequestIdOr(options.act.request_id));
  ASSIGN_OR_RETURN(const auto response, access.client->Change(&Reviews::RecordFindings, request));
  const bool taken_back = finding.level().empty() && finding.value().empty();
  PrintNoted(request.request_id(), response, response.submission(),
             taken_back ? "已收回认定" : "已记录认定",
             taken_back ? "The finding is taken back" : "The finding is recorded", line);
  return kExitOk;
}

absl::StatusOr<int> Comment(const FindingOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.act.service));
  v1::AddCommentRequest request;
  ASSIGN_OR_RETURN(*request.mutable_submission(),
                   SubmissionOf(options.act.submission, *access.client));
  request.set_scenario(Spelled(options.scenario));
  request.set_text(options.text);
  request.set_internal(options.internal);
  request.set_request_id(RequestIdOr(options.act.request_id));
  ASSIGN_OR_RETURN(const auto response, access.client->Change(&Reviews::AddComment, request));
  PrintNoted(request.request_id(), response, response.submission(), "已记录意见",
             "The comment is recorded", line);
  return kExitOk;
}

absl::StatusOr<int> Resolve(const FindingOptions& options, const CommandLine& line) {
  v1::ResolveCommentRequest request;
  int32_t number = 0;
  if (!absl::SimpleAtoi(Spelled(options.number), &number) || number < 1) {
    return WrongUsage(
        absl::StrCat("意见的编号应为正整数，而不是“", options.number, "”；见 submission show。"),
        absl::StrCat("A comment has a number from 1, as submission show has it, not \"",
                     options.number, "\"."));
  }
  request.set_comment(number);
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.act.service));
  ASSIGN_OR_RETURN(*request.mutable_submission(),
                   SubmissionOf(options.act.submission, *access.client));
  ASSIGN_OR_RETURN(const auto response, access.client->Call(&Reviews::ResolveComment, request));
  PrintNoted("", response, response.submission(), "已了结意见", "The comment is closed", line);
  return kExitOk;
}

}  // namespace

void AddReviewFindingsCommands(CLI::App& review, CommandLine& line) {
  auto options = std::make_shared<FindingOptions>();
  CLI::App* const find =
      AddCommand(review, line, "find", "记录认定：把一个场景的应用等级或一项指标调低，写明理由",
                 "Record a finding: a level or a fact is lowered, and why");
  AddOption(*find, line, "--scenario", options->scenario, "SCENARIO", "场景编号", "The scenario");
  AddOption(*find, line, "--level", options->level, "LEVEL",
            "认定的应用等级，可为 none（未达级）；不写则收回本级的认定",
            "The level that counts instead, none included; without it the finding is taken back");
  AddOption(*find, line, "--fact", options->fact, "NAME", "外部指标", "The fact");
  AddOption(*find, line, "--value", options->value, "VALUE", "认定的数值；不写则收回本级的认定",
            "The value that counts instead; without it the finding is taken back");
  AddActOptions(*find, line, options->act, ActReason::kMay, ActEtag::kTakes, kMaxReasonCharacters);
  RunWith(*find, line, options, &Find);

  options = std::make_shared<FindingOptions>();
  CLI::App* const comment = AddCommand(review, line, "comment", "对整件或某个场景提出意见",
                                       "Say something about a file, or a scenario of it");
  AddOption(*comment, line, "--text", options->text, "TEXT", "意见，最多 2,000 字",
            "The comment, at most 2,000 characters")
      ->required();
  AddOption(*comment, line, "--scenario", options->scenario, "SCENARIO", "场景编号；不写则为整件",
            "The scenario; else it is about the whole");
  AddFlag(*comment, line, "--internal", options->internal, "只供审核人员，企业看不到",
          "For officials only");
  AddActOptions(*comment, line, options->act, ActReason::kNone, ActEtag::kNone);
  RunWith(*comment, line, options, &Comment);

  options = std::make_shared<FindingOptions>();
  CLI::App* const resolve = AddCommand(review, line, "resolve", "了结一条意见", "Close a comment");
  AddOption(*resolve, line, "SUBMISSION", options->act.submission, "", kSubmissionNameZh,
            kSubmissionNameEn)
      ->required();
  AddOption(*resolve, line, "NUMBER", options->number, "", "意见的编号，见 submission show",
            "Number of the comment, as submission show has it")
      ->required();
  AddAssessmentOptions(*resolve, line, options->act.service);
  RunWith(*resolve, line, options, &Resolve);
}

}  // namespace zhiping::ctl
