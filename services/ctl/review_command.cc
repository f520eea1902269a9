// review queue, take, release, assign, matches and export: which files wait, and who has them.
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/files/file.h"
#include "common/status/status_macros.h"
#include "services/ctl/assessment_options.h"
#include "services/ctl/commands.h"
#include "services/ctl/page_options.h"
#include "services/ctl/spelling.h"
#include "services/ctl/submission_acts.h"
#include "services/ctl/submission_table.h"

namespace zhiping::ctl {
namespace {

namespace v1 = assessment::v1;

struct ReviewOptions {
  ActOptions act;
  PageOptions page;
  std::string unit, campaign, stage, issuer, subject, name, submissions, file, purpose;
  bool free = false;
  bool mine = false;
  bool objections = false;
};

absl::StatusOr<v1::Stage::Value> ParseStage(const std::string& text) {
  auto stage = v1::Stage::STAGE_UNSPECIFIED;
  const std::string word = absl::AsciiStrToUpper(Spelled(text));
  if (word.empty() || v1::Stage::Value_Parse(word, &stage)) return stage;
  return WrongUsage(
      absl::StrCat("--stage 应为 county（县级）、city（市级）或 province（省级），而不是“", text,
                   "”。"),
      absl::StrCat("--stage should be county, city or province, not \"", text, "\"."));
}

absl::StatusOr<int> Queue(const ReviewOptions& options, const CommandLine& line) {
  v1::ListQueueRequest request;
  request.set_unit(Spelled(options.unit));
  request.set_campaign(Spelled(options.campaign));
  ASSIGN_OR_RETURN(const auto stage, ParseStage(options.stage));
  request.set_stage(stage);
  request.set_free_only(options.free);
  request.set_mine_only(options.mine);
  request.set_objections(options.objections);
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.act.service));
  ASSIGN_OR_RETURN(const auto list, SomePages(request, options.page, [&](const auto& page) {
                     return access.client->Call(&Reviews::ListQueue, page);
                   }));
  Print(line.json ? ToJson(list)
                  : QueueTable(list.submissions(), list.total_size(), access.zone, line.screen),
        line.screen);
  return kExitOk;
}

template <typename Request, typename Response>
absl::StatusOr<int> InHand(const ReviewOptions& options, const CommandLine& line,
                           grpc::Status (Reviews::*method)(grpc::ClientContext*, const Request&,
                                                           Response*),
                           Request request, absl::string_view zh, absl::string_view en) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.act.service));
  ASSIGN_OR_RETURN(*request.mutable_submission(),
                   SubmissionOf(options.act.submission, *access.client));
  ASSIGN_OR_RETURN(const auto response, access.client->Call(method, request));
  PrintActed("", response, response.submission(), zh, en, access, line);
  return kExitOk;
}

absl::StatusOr<int> Take(const ReviewOptions& options, const CommandLine& line) {
  return InHand(options, line, &Reviews::Take, v1::TakeRequest(), "已领取", "It is in your hands");
}

absl::StatusOr<int> Release(const ReviewOptions& options, const CommandLine& line) {
  return InHand(options, line, &Reviews::Release, v1::ReleaseRequest(), "已退出办理",
                "Others may take it now");
}

absl::StatusOr<int> Assign(const ReviewOptions& options, const CommandLine& line) {
  v1::AssignRequest request;
  request.set_issuer(options.issuer);
  request.set_subject(options.subject);
  request.set_name(options.name);
  return InHand(options, line, &Reviews::Assign, std::move(request), "已分派", "It is assigned");
}

absl::StatusOr<int> Matches(const ReviewOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.act.service));
  v1::ListEvidenceMatchesRequest request;
  ASSIGN_OR_RETURN(*request.mutable_submission(),
                   SubmissionOf(options.act.submission, *access.client));
  ASSIGN_OR_RETURN(const auto response,
                   access.client->Call(&Reviews::ListEvidenceMatches, request));
  Print(line.json ? ToJson(response) : EvidenceMatchesReport(response, line.screen), line.screen);
  return kExitOk;
}

absl::StatusOr<int> Export(const ReviewOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.act.service));
  v1::ExportSubmissionsRequest request;
  for (const std::string& name : ValuesOf(options.submissions, /*commas=*/true)) {
    ASSIGN_OR_RETURN(*request.add_submissions(), SubmissionOf(name, *access.client));
  }
  request.set_purpose(options.purpose);
  ASSIGN_OR_RETURN(const auto response, access.client->Call(&Reviews::ExportSubmissions, request));
  // What enterprises answered is not for everybody on the machine.
  RETURN_IF_ERROR(WriteFile(options.file, ToJson(response), Overwrite::kNever, /*secret=*/true));
  const int count = response.submissions_size();
  Print(line.json ? Dump(Json{{"file", options.file}, {"submissions", count}})
                  : std::string(line.screen.Say(
                        absl::StrCat("已导出 ", count, " 件到 ", options.file,
                                     "；用途已记录，企业可见。\n"),
                        absl::StrCat(count, " are in ", options.file,
                                     "; the purpose is recorded, and the enterprises read it.\n"))),
        line.screen);
  return kExitOk;
}

using Action = absl::StatusOr<int> (*)(const ReviewOptions&, const CommandLine&);

CLI::App* AddAbout(CLI::App& group, CommandLine& line, const std::string& name,
                   absl::string_view zh, absl::string_view en, Action action,
                   const std::shared_ptr<ReviewOptions>& options) {
  CLI::App* const command = AddCommand(group, line, name, zh, en);
  AddOption(*command, line, "SUBMISSION", options->act.submission, "", kSubmissionNameZh,
            kSubmissionNameEn)
      ->required();
  AddAssessmentOptions(*command, line, options->act.service);
  RunWith(*command, line, options, action);
  return command;
}

void AddQueue(CLI::App& group, CommandLine& line) {
  const auto options = std::make_shared<ReviewOptions>();
  CLI::App* const queue = AddCommand(group, line, "queue", "列出本单位及下级的待办，先到期的在前",
                                     "What waits for the caller's units, the earliest due first");
  AddOption(*queue, line, "--unit", options->unit, "ID", "只列这一审核单位的", "Only of the unit");
  AddOption(*queue, line, "--campaign", options->campaign, "ID", "只列这个批次的",
            "Only of the campaign");
  AddOption(*queue, line, "--stage", options->stage, "STAGE",
            "只列这一阶段的：county、city、province",
            "Only of the stage: county, city or province");
  AddFlag(*queue, line, "--free", options->free, "只列无人领取的", "Only what nobody has taken");
  AddFlag(*queue, line, "--mine", options->mine, "只列本人领取的", "Only what the caller has");
  AddFlag(*queue, line, "--objections", options->objections, "列出待处理的异议",
          "Those with objections to decide instead");
  AddPageOptions(*queue, line, options->page);
  AddAssessmentOptions(*queue, line, options->act.service);
  RunWith(*queue, line, options, &Queue);
}

void AddExport(CLI::App& group, CommandLine& line) {
  const auto options = std::make_shared<ReviewOptions>();
  CLI::App* const command = AddCommand(group, line, "export", "把若干提交件的全部内容导出为 JSON",
                                       "Write files in full, as JSON");
  AddOption(*command, line, "FILE", options->file, "", "写入的新文件", "The new file")->required();
  AddListOption(*command, line, "--submission", options->submissions, "SUBMISSION,…",
                "提交件（回执编号等），最多 100 件", "The submissions, at most 100")
      ->required();
  AddOption(*command, line, "--purpose", options->purpose, "TEXT", "用途，企业可见，最多 500 字",
            "What for; the enterprises read it; at most 500 characters")
      ->required();
  AddAssessmentOptions(*command, line, options->act.service);
  RunWith(*command, line, options, &Export);
}

}  // namespace

void AddReviewCommands(CLI::App& app, CommandLine& line) {
  CLI::App* const group = AddCommandGroup(app, line, "review", "审核：待办、领取、认定、决定",
                                          "Reviews: queue, take, findings, decisions");
  AddQueue(*group, line);
  AddAbout(*group, line, "take", "领取一件，独占办理；再次领取则延长",
           "Take a file in hand, or prolong", &Take, std::make_shared<ReviewOptions>());
  AddAbout(*group, line, "release", "退出办理，他人可领取", "Give a file back that was taken",
           &Release, std::make_shared<ReviewOptions>());
  const auto options = std::make_shared<ReviewOptions>();
  CLI::App* const assign =
      AddAbout(*group, line, "assign", "负责人把一件分派给本单位审核人员",
               "The head of a unit gives a file to a reviewer", &Assign, options);
  AddOption(*assign, line, "--issuer", options->issuer, "TEXT", "审核人员令牌的签发者",
            "Issuer of the reviewer's token")
      ->required();
  AddOption(*assign, line, "--subject", options->subject, "ID", "审核人员令牌的标识",
            "Subject of the reviewer's token")
      ->required();
  AddOption(*assign, line, "--name", options->name, "PERSON", "审核人员姓名", "The reviewer's name")
      ->required();
  AddReviewFindingsCommands(*group, line);
  AddReviewDecisionCommands(*group, line);
  AddAbout(*group, line, "matches", "列出与其他企业相同的佐证材料，供核实",
           "Files of it that other enterprises have handed in too", &Matches,
           std::make_shared<ReviewOptions>());
  AddExport(*group, line);
}

}  // namespace zhiping::ctl
