// assessment facts and evidence: what a draft has beside its answers.
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/criteria/release.h"
#include "common/files/file.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ctl/assessment_options.h"
#include "services/ctl/commands.h"
#include "services/ctl/flag_lists.h"
#include "services/ctl/receipt_words.h"
#include "services/ctl/spelling.h"
#include "services/ctl/table.h"

namespace zhiping::ctl {
namespace {

namespace v1 = assessment::v1;

// The largest file whose digest is computed; what is sent is the digest alone.
constexpr size_t kMaxEvidenceBytes = 1 << 30;

struct InputOptions {
  AssessmentOptions service;
  KeyOptions key;
  std::string set, file, scenarios, effective_on, expires_on, location, number, request_id;
};

absl::StatusOr<int> SetFacts(const InputOptions& options, const CommandLine& line) {
  v1::SetFactsRequest request;
  Violations faults;
  *request.mutable_facts() = ParseFacts(options.set, faults);
  RETURN_IF_ERROR(faults.ToStatus());
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  ASSIGN_OR_RETURN(*request.mutable_key(), KeyOf(options.key, *access.client));
  ASSIGN_OR_RETURN(const auto response, access.client->Call(&Assessments::SetFacts, request));
  if (line.json) {
    Print(ToJson(response), line.screen);
    return kExitOk;
  }
  const Screen& screen = line.screen;
  Table table({{std::string(screen.Say("外部指标", "fact"))},
               {std::string(screen.Say("数值", "value")), true},
               {std::string(screen.Say("来源", "source"))}});
  for (const v1::DraftFact& fact : response.facts()) {
    table.AddRow({fact.value().fact(), fact.value().value(),
                  absl::StrCat(FactSourceName(fact.source(), screen),
                               fact.counts() ? "" : screen.Say("（未采用）", " (not used)"))});
  }
  Print(absl::StrCat(screen.Say("已保存，现有的外部指标：", "Saved. The facts are now:"), "\n",
                     table.Render(screen, 2)),
        screen);
  return kExitOk;
}

absl::StatusOr<int> AddEvidence(const InputOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(options.file, kMaxEvidenceBytes));
  v1::AddEvidenceRequest request;
  v1::Evidence& evidence = *request.mutable_evidence();
  evidence.set_name(options.file.substr(options.file.rfind('/') + 1));
  evidence.set_sha256(criteria::DigestOf(bytes).substr(sizeof("sha256:") - 1));
  evidence.set_size(static_cast<int32_t>(bytes.size()));
  evidence.set_effective_on(Spelled(options.effective_on));
  evidence.set_expires_on(Spelled(options.expires_on));
  evidence.set_location(options.location);
  for (const std::string& scenario : ValuesOf(options.scenarios, /*commas=*/true)) {
    evidence.add_scenarios(Spelled(scenario));
  }
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  ASSIGN_OR_RETURN(*request.mutable_key(), KeyOf(options.key, *access.client));
  request.set_request_id(RequestIdOr(options.request_id));
  ASSIGN_OR_RETURN(const auto response, access.client->Change(&Assessments::AddEvidence, request));
  const int number = response.evidence().evidence();
  Print(line.json
            ? Dump(WithRequestId(request.request_id(), response))
            : std::string(line.screen.Say(
                  absl::StrCat("已登记佐证材料 ", number, "：", evidence.name(), "（SHA-256 ",
                               evidence.sha256(), "）。文件本身由平台保存。\n"),
                  absl::StrCat("Evidence ", number, ": ", evidence.name(), ", SHA-256 ",
                               evidence.sha256(), ". The platform keeps the file itself.\n"))),
        line.screen);
  return kExitOk;
}

absl::StatusOr<int> RemoveEvidence(const InputOptions& options, const CommandLine& line) {
  v1::RemoveEvidenceRequest request;
  int32_t number = 0;
  if (!absl::SimpleAtoi(Spelled(options.number), &number) || number < 1) {
    return WrongUsage(
        absl::StrCat("佐证材料的编号应为正整数，而不是“", options.number,
                     "”；见 assessment show。"),
        absl::StrCat("Evidence has a number from 1, as assessment show has it, not \"",
                     options.number, "\"."));
  }
  request.set_evidence(number);
  ASSIGN_OR_RETURN(const AssessmentAccess access, OpenAssessmentService(options.service));
  ASSIGN_OR_RETURN(*request.mutable_key(), KeyOf(options.key, *access.client));
  ASSIGN_OR_RETURN(const auto response, access.client->Call(&Assessments::RemoveEvidence, request));
  Print(line.json ? ToJson(response)
                  : std::string(line.screen.Say(
                        absl::StrCat("已从草稿中移除佐证材料 ", number, "；已提交的不受影响。\n"),
                        absl::StrCat("Evidence ", number,
                                     " is taken out of the draft; what was "
                                     "submitted with it stays.\n"))),
        line.screen);
  return kExitOk;
}

}  // namespace

void AddAssessmentInputsCommands(CLI::App& assessment, CommandLine& line) {
  auto options = std::make_shared<InputOptions>();
  CLI::App* const facts = AddCommand(assessment, line, "facts", "填写外部指标",
                                     "Set facts (numbers from outside the table)");
  AddListOption(*facts, line, "--set", options->set, "NAME=VALUE,…",
                "指标和数值，如 cmmm_level=3；值为空表示收回",
                "Names and values, such as cmmm_level=3; an empty value takes it back")
      ->required();
  AddKeyOptions(*facts, line, options->key);
  AddAssessmentOptions(*facts, line, options->service);
  RunWith(*facts, line, options, &SetFacts);

  CLI::App* const group = AddCommandGroup(assessment, line, "evidence", "佐证材料：登记、移除",
                                          "Evidence: add, remove");
  options = std::make_shared<InputOptions>();
  CLI::App* const add =
      AddCommand(*group, line, "add", "登记一份佐证材料：只传文件名和 SHA-256，不传文件",
                 "Add a file: its name and SHA-256 are sent, not the file");
  AddOption(*add, line, "FILE", options->file, "", "佐证材料的文件", "The file")->required();
  AddListOption(*add, line, "--for", options->scenarios, "SCENARIO,…", "用于哪些场景（场景编号）",
                "The scenarios that it is for, by id")
      ->required();
  AddOption(*add, line, "--effective-on", options->effective_on, "DATE", "生效日期，如 2026-03-31",
            "The day from which it counts, such as 2026-03-31");
  AddOption(*add, line, "--expires-on", options->expires_on, "DATE", "有效期的最后一天",
            "The last day on which it counts");
  AddOption(*add, line, "--location", options->location, "TEXT", "平台文件库中的位置",
            "Where the platform finds it");
  AddRequestIdOption(*add, line, options->request_id);
  AddKeyOptions(*add, line, options->key);
  AddAssessmentOptions(*add, line, options->service);
  RunWith(*add, line, options, &AddEvidence);

  options = std::make_shared<InputOptions>();
  CLI::App* const remove = AddCommand(*group, line, "remove", "从草稿中移除一份佐证材料",
                                      "Take a file out of the draft");
  AddOption(*remove, line, "NUMBER", options->number, "", "编号，见 assessment show",
            "Its number, as assessment show has it")
      ->required();
  AddKeyOptions(*remove, line, options->key);
  AddAssessmentOptions(*remove, line, options->service);
  RunWith(*remove, line, options, &RemoveEvidence);
}

}  // namespace zhiping::ctl
