// edition import and publish-notes: an edition folder goes to the catalogue.
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/files/file.h"
#include "common/status/status_macros.h"
#include "services/ctl/catalogue_options.h"
#include "services/ctl/commands.h"
#include "services/ctl/edition_source.h"
#include "services/ctl/error_report.h"
#include "services/ctl/json_output.h"
#include "services/ctl/request_id.h"
#include "services/ctl/table.h"
#include "services/ctl/words.h"
#include "services/ctl/zone.h"

namespace zhiping::ctl {
namespace {

using catalogue::v1::ImportEditionRequest;
using catalogue::v1::ImportEditionResponse;
using catalogue::v1::PublishNotesRequest;

struct ImportOptions {
  CatalogueOptions catalogue;
  std::string folder;
  bool validate_only = false;
};

std::string Outcome(const ImportOptions& options, const ImportEditionResponse& response,
                    const Screen& screen) {
  const std::string& label = response.label();
  if (response.has_withdrawal()) {
    return std::string(screen.Say(
        absl::StrCat("内容与 ", label, " 相同，而它已被撤回，不能再启用；请修改内容后再导入"),
        absl::StrCat("The same as ", label, ", which was withdrawn and cannot be put in force ",
                     "again: change the content, and import it then")));
  }
  if (response.published()) {
    return std::string(
        screen.Say(absl::StrCat("内容与已发布的 ", label, " 相同，无须导入"),
                   absl::StrCat("The same as ", label, ", which is published already")));
  }
  if (options.validate_only) {
    return std::string(
        screen.Say(absl::StrCat("校验通过，导入后将是 ", label, "（没有导入）"),
                   absl::StrCat("Valid; imported, it would be ", label, " (it was not)")));
  }
  return std::string(screen.Say(absl::StrCat("已导入 ", label, "，尚未发布"),
                                absl::StrCat("Imported ", label, ", which is not published yet")));
}

bool Identified(const ImportOptions& options) {
  return !options.catalogue.credentials.token_file.empty();
}

// The command that puts what was imported in force. Who imported it cannot, where callers are
// identified.
std::string NextCommand(const ImportOptions& options, const ImportEditionResponse& response,
                        const Screen& screen) {
  if (options.validate_only || response.has_withdrawal()) return "";
  return absl::StrCat(
      "zhipingctl release publish ", response.digest(), AddressArguments(options.catalogue),
      Identified(options) ? absl::StrCat(" --token-file ", screen.Say("其令牌", "THEIR_TOKEN"))
                          : "",
      " --reason ", screen.Say("原因", "TEXT"));
}

std::string ImportReport(const ImportOptions& options, const ImportEditionResponse& response,
                         const Screen& screen) {
  std::string out =
      FindingsReport({response.findings().begin(), response.findings().end()}, screen);
  if (response.digest().empty()) return out;
  std::vector<std::pair<std::string, std::string>> fields = {
      {std::string(screen.Say("评测体系", "programme")), response.programme()},
      {std::string(screen.Say("年版", "edition")), response.edition()}};
  if (response.has_withdrawal()) {
    const auto& withdrawal = response.withdrawal();
    const std::string at = Zone().FormatWithName(withdrawal.withdrawn_at(), screen);
    if (withdrawal.revision() == 0) {
      // By whom is not in this store.
      fields.emplace_back(screen.Say("得知撤回的时刻", "withdrawal met at"), at);
    } else {
      const std::pair<std::string, std::string> by[] = {
          {std::string(screen.Say("撤回人", "withdrawn by")),
           ActorName(withdrawal.actor(), screen)},
          {std::string(screen.Say("撤回时刻", "withdrawn at")), at},
          {std::string(screen.Say("原因", "reason")), withdrawal.reason()}};
      fields.insert(fields.end(), std::begin(by), std::end(by));
    }
  }
  absl::StrAppend(&out, "\n", screen.Bold(Outcome(options, response, screen)), "\n",
                  screen.Dim(response.digest()), "\n", Fields(fields, screen));
  if (const std::string next = NextCommand(options, response, screen); !next.empty()) {
    // On a line of its own and never broken, so that it can be copied.
    absl::StrAppend(
        &out, "\n",
        Identified(options)
            ? screen.Say("发布并启用（须由导入者以外的运维或标准批准人执行）：",
                         "To publish it and put it in force, by an operator or approver "
                         "who did not import it:")
            : screen.Say("发布并启用：", "To publish it and put it in force:"),
        "\n  ", next, "\n");
  }
  return out;
}

absl::StatusOr<int> Import(const ImportOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const criteria::FolderFiles files, ReadFolderFiles(options.folder));
  ImportEditionRequest request;
  request.set_edition(files.edition.value_or(""));
  request.set_rulebook(files.rulebook.value_or(""));
  request.set_vectors(files.vectors.value_or(""));
  request.set_source(files.source.value_or(""));
  request.set_notes(files.notes.value_or(""));
  ASSIGN_OR_RETURN(*request.mutable_actor(), ActorOf(options.catalogue));
  request.set_validate_only(options.validate_only);
  ASSIGN_OR_RETURN(const auto client, OpenCatalogue(options.catalogue));
  ASSIGN_OR_RETURN(const ImportEditionResponse response,
                   client->Call(&CatalogueAdmin::ImportEdition, request));
  Print(line.json ? ToJson(response) : ImportReport(options, response, line.screen), line.screen);
  // Without a digest there are errors among the findings.
  return response.digest().empty() ? kExitRefused : kExitOk;
}

absl::StatusOr<int> PublishNotes(const ImportOptions& options, const CommandLine& line) {
  const std::string path = (std::filesystem::path(options.folder) / criteria::kNotesFile).string();
  PublishNotesRequest request;
  ASSIGN_OR_RETURN(*request.mutable_notes(), ReadFile(path, criteria::kMaxReleaseBytes));
  ASSIGN_OR_RETURN(*request.mutable_actor(), ActorOf(options.catalogue));
  request.set_request_id(NewRequestId());
  ASSIGN_OR_RETURN(const auto client, OpenCatalogue(options.catalogue));
  ASSIGN_OR_RETURN(const auto response, client->Call(&CatalogueAdmin::PublishNotes, request));
  if (line.json) {
    Json json = {{"requestId", request.request_id()}};
    json.update(AsJson(response));
    Print(Dump(json), line.screen);
    return kExitOk;
  }
  const Screen& screen = line.screen;
  Print(
      absl::StrCat(
          screen.Bold(
              screen.Say(absl::StrCat("已发布平台说明第 ", response.version(), " 版"),
                         absl::StrCat("Published version ", response.version(), " of the notes"))),
          "\n", Fields({{std::string(screen.Say("年版", "edition")), response.edition()}}, screen)),
      screen);
  return kExitOk;
}

using Action = absl::StatusOr<int> (*)(const ImportOptions&, const CommandLine&);

void RunWith(CLI::App& command, CommandLine& line, Action action,
             const std::shared_ptr<ImportOptions>& options) {
  AddOption(command, line, "FOLDER", options->folder, "", "年版文件夹", "An edition folder")
      ->required();
  AddActorOptions(command, line, options->catalogue, GiveReason::kMay);
  AddCatalogueOptions(command, line, options->catalogue);
  command.callback([action, options, &line] {
    line.action = [action, options, &line] { return action(*options, line); };
  });
}

}  // namespace

void AddEditionImportCommands(CLI::App& edition, CommandLine& line) {
  auto options = std::make_shared<ImportOptions>();
  CLI::App* const import =
      AddCommand(edition, line, "import", "把年版文件夹交给标准目录服务校验并导入；导入不等于发布",
                 "Have the catalogue validate and import an edition folder; nothing is published");
  AddFlag(*import, line, "--validate-only", options->validate_only, "只校验，不导入",
          "Only validate");
  RunWith(*import, line, &Import, options);

  options = std::make_shared<ImportOptions>();
  CLI::App* const notes =
      AddCommand(edition, line, "publish-notes", "发布年版文件夹中的平台说明（notes.txtpb）",
                 "Publish the notes (notes.txtpb) of an edition folder");
  RunWith(*notes, line, &PublishNotes, options);
}

}  // namespace zhiping::ctl
