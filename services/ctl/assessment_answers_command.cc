// assessment export and import: the answers of a draft as a CSV file.
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/files/file.h"
#include "common/status/status_macros.h"
#include "services/ctl/answer_sheet.h"
#include "services/ctl/answers_file.h"
#include "services/ctl/assessment_options.h"
#include "services/ctl/assessment_report.h"
#include "services/ctl/commands.h"
#include "services/ctl/display_width.h"
#include "services/ctl/question.h"

namespace zhiping::ctl {
namespace {

namespace v1 = assessment::v1;

struct AnswersOptions {
  AssessmentOptions service;
  KeyOptions key;
  std::string file, segment;
  bool yes = false;
};

absl::StatusOr<v1::GetAssessmentResponse> ReadDraft(const KeyOptions& key,
                                                    const AssessmentAccess& access) {
  v1::GetAssessmentRequest request;
  ASSIGN_OR_RETURN(*request.mutable_key(), KeyOf(key, *access.client));
  request.set_with_texts(true);
  return access.client->Call(&Assessments::GetAssessment, request);
}

// --- export

absl::StatusOr<int> Export(const AnswersOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  ASSIGN_OR_RETURN(const auto read, ReadDraft(options.key, access));
  ASSIGN_OR_RETURN(const std::string bytes,
                   WriteAnswerSheet(read.assessment(), read.texts(), options.segment, line.screen));
  // A file that somebody has filled in is never lost.
  RETURN_IF_ERROR(WriteFile(options.file, bytes, Overwrite::kOnlyEqual));
  const Screen& screen = line.screen;
  Print(
      line.json
          ? Dump(Json{{"file", options.file}, {"etag", read.assessment().etag()}})
          : absl::StrCat(
                screen.Say("已导出到 ", "The answers are in "), options.file, screen.Say("。", "."),
                "\n",
                Hang("",
                     screen.Say(
                         absl::StrCat(
                             "用 Excel 或 WPS 填写“应用等级”和“说明”两列：不改或留空即保留原回答，"
                             "填“清空”即清除。填好后：zhipingctl assessment import ",
                             options.file),
                         absl::StrCat("Fill in the columns level and reason: what is left as it "
                                      "is, or empty, stays; \"clear\" clears an answer. Then: "
                                      "zhipingctl assessment import ",
                                      options.file)),
                     screen.width)),
      screen);
  return kExitOk;
}

// --- import

// The updates that give another value than is there.
v1::UpdateAnswersRequest OnlyChanges(const v1::UpdateAnswersRequest& request,
                                     const v1::UpdateAnswersResponse& after,
                                     const v1::Assessment& before, SheetChanges& changes) {
  v1::UpdateAnswersRequest kept = request;
  kept.clear_updates();
  kept.set_validate_only(false);
  SheetChanges left;
  for (int i = 0; i < request.updates_size() && i < after.answers_size(); ++i) {
    const v1::DraftAnswer& is = after.answers(i);
    for (const v1::DraftAnswer& was : before.answers()) {
      if (was.answer().scenario() != is.answer().scenario() || !Changes(was, is)) continue;
      *kept.add_updates() = request.updates(i);
      *left.updates.Add() = request.updates(i);
      left.lines.push_back(changes.lines[i]);
    }
  }
  changes = std::move(left);
  return kept;
}

std::string Counts(const v1::UpdateAnswersResponse& response, const Screen& screen) {
  return std::string(
      screen.Say(absl::StrCat("已填写 ", response.answered(), "，待确认 ", response.to_confirm(),
                              "，待填写 ", response.missing(), "。\n"),
                 absl::StrCat(response.answered(), " answered, ", response.to_confirm(),
                              " to be confirmed, ", response.missing(), " missing.\n")));
}

Json AsJson(int changed, const v1::UpdateAnswersResponse& response) {
  Json json = {{"changed", changed}};
  json.update(ctl::AsJson(response));
  return json;
}

absl::StatusOr<int> Nothing(const v1::Assessment& draft, const CommandLine& line) {
  v1::UpdateAnswersResponse as_it_was;
  as_it_was.set_etag(draft.etag());
  as_it_was.set_answered(draft.answered());
  as_it_was.set_to_confirm(draft.to_confirm());
  as_it_was.set_missing(draft.missing());
  Print(line.json ? Dump(AsJson(0, as_it_was))
                  : absl::StrCat(line.screen.Say("文件与现有的回答没有不同，没有做任何修改。",
                                                 "The file changes nothing; nothing was done. "),
                                 Counts(as_it_was, line.screen)),
        line.screen);
  return kExitOk;
}

absl::StatusOr<int> Import(const AnswersOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(options.file, kMaxAnswersBytes));
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  ASSIGN_OR_RETURN(const auto read, ReadDraft(options.key, access));
  const v1::Assessment& draft = read.assessment();
  ASSIGN_OR_RETURN(SheetChanges changes, ReadAnswerSheet(bytes, draft, read.texts()));
  if (changes.updates.empty()) {
    RETURN_IF_ERROR(SheetError(changes, absl::OkStatus()));
    return Nothing(draft, line);
  }
  // The service knows names and levels: it says what would happen.
  v1::UpdateAnswersRequest request;
  *request.mutable_key() = draft.key();
  *request.mutable_updates() = changes.updates;
  request.set_validate_only(true);
  const auto checked = access.client->Call(&Assessments::UpdateAnswers, request);
  RETURN_IF_ERROR(SheetError(changes, checked.status()));
  request = OnlyChanges(request, *checked, draft, changes);
  if (request.updates().empty()) return Nothing(draft, line);
  const int changed = request.updates_size();
  if (!line.json) {
    Print(absl::StrCat(line.screen.Bold(
                           line.screen.Say(absl::StrCat("将修改 ", changed, " 个场景的回答"),
                                           absl::StrCat("Answers that would change: ", changed))),
                       "\n", AnswerChanges(checked->answers(), draft, read.texts(), line.screen)),
          line.screen);
  }
  if (!options.yes) {
    ASSIGN_OR_RETURN(const bool confirmed, Confirm("", kYes, line));
    if (!confirmed) return kExitRefused;
  }
  const auto response = access.client->Call(&Assessments::UpdateAnswers, request);
  RETURN_IF_ERROR(SheetError(changes, response.status()));
  Print(line.json
            ? Dump(AsJson(changed, *response))
            : absl::StrCat(line.screen.Say("已保存。", "Saved. "), Counts(*response, line.screen)),
        line.screen);
  return kExitOk;
}

}  // namespace

void AddAssessmentAnswersCommands(CLI::App& assessment, CommandLine& line) {
  auto options = std::make_shared<AnswersOptions>();
  CLI::App* const write =
      AddCommand(assessment, line, "export", "把草稿导出为 CSV 填报表，供 Excel 或 WPS 填写",
                 "Write a draft's answers to a CSV file, to be filled in");
  AddOption(*write, line, "FILE", options->file, "", "写入的文件；不会替换已有的其他文件",
            "The file to write; another file that is there is never replaced")
      ->required();
  AddOption(*write, line, "--segment", options->segment, "NAME", "只导出这一环节，如 生产作业",
            "Only that segment");
  AddKeyOptions(*write, line, options->key);
  AddAssessmentOptions(*write, line, options->service);
  RunWith(*write, line, options, &Export);

  options = std::make_shared<AnswersOptions>();
  CLI::App* const read =
      AddCommand(assessment, line, "import", "导入填好的填报表：先显示修改前后，确认后才保存",
                 "Read answers from a file: shows what changes, and saves it once confirmed");
  const std::string footer = Hang(
      "",
      line.screen.Say(
          "文件可以只有部分场景（如一个环节）。应用等级留空的行保留原回答，填“清空”的清除；导出后没"
          "有动过的行"
          "不受影响。有一处错误就全部不保存，并按行、列列出。他人在导出之后改过同一场景时，会列出双"
          "方的值。",
          "A file may have some scenarios only, such as those of a segment. An empty level leaves "
          "an "
          "answer, \"clear\" clears it; rows that are as they were exported change nothing. If "
          "anything is wrong nothing is saved, and all of it is listed by line and column. Where "
          "somebody else has changed an answer since the export, both values are shown."),
      line.screen.width);
  read->footer(absl::StrCat(footer, read->get_footer()));
  AddOption(*read, line, "FILE", options->file, "", "CSV 文件（UTF-8 或 GB18030）；“-”为标准输入",
            "The CSV file (UTF-8 or GB18030); \"-\" is standard input")
      ->required();
  AddFlag(*read, line, "--yes", options->yes, "不询问，直接保存", "Save without asking");
  AddKeyOptions(*read, line, options->key);
  AddAssessmentOptions(*read, line, options->service);
  RunWith(*read, line, options, &Import);
}

}  // namespace zhiping::ctl
