// release log: what happened in the catalogue, and whether its log still says so.
#include <memory>
#include <optional>
#include <string>

#include "common/status/status_macros.h"
#include "services/ctl/catalogue_options.h"
#include "services/ctl/commands.h"
#include "services/ctl/json_output.h"
#include "services/ctl/log_report.h"
#include "services/ctl/zone.h"

namespace zhiping::ctl {
namespace {

using catalogue::v1::ListLogEntriesRequest;

struct LogOptions {
  CatalogueOptions catalogue;
  std::string time_zone, head;
  bool verify = false;
};

absl::StatusOr<int> Log(const LogOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const Zone zone, Zone::Load(options.time_zone));
  std::optional<NotedHead> noted;
  if (!options.head.empty()) {
    ASSIGN_OR_RETURN(noted, ParseHead(options.head));
  }
  ASSIGN_OR_RETURN(const auto client, OpenCatalogue(options.catalogue));
  const bool verify = options.verify || noted.has_value();
  ListLogEntriesRequest request;
  // The chain goes through the entries of all programmes.
  if (!verify) request.set_programme(NamedProgramme(options.catalogue));
  ASSIGN_OR_RETURN(auto log, client->List(&CatalogueAdmin::ListLogEntries, request));
  ReadEvents(log);
  std::optional<NotedHead> verified;
  if (verify) {
    ASSIGN_OR_RETURN(verified, VerifyLog(log, noted));
  }
  // What is not in the log cannot be verified.
  const int code = verified.has_value() && log.waiting() > 0 ? kExitRefused : kExitOk;
  if (!line.json) {
    Print(LogReport(log, verified, zone, line.screen), line.screen);
    return code;
  }
  Json json = AsJson(log);
  if (verified.has_value()) {
    json["verified"] = {{"entries", log.entries_size()}, {"head", verified->Text()}};
  }
  Print(Dump(json), line.screen);
  return code;
}

}  // namespace

void AddReleaseLogCommand(CLI::App& release, CommandLine& line) {
  CLI::App* const command = AddCommand(
      release, line, "log",
      "显示标准目录服务的变更日志：每次导入、发布、回退、拒绝启用、调高修订号和恢复，旧的在前",
      "Show the catalogue's log of changes: every import, publication, rollback, refusal and "
      "restore, the oldest first");
  const auto options = std::make_shared<LogOptions>();
  AddFlag(*command, line, "--verify", options->verify,
          "重新计算每条记录的哈希；有记录被改动或缺失时说明位置，退出码为 1",
          "Compute the hash of every entry anew; says where entries were changed or are missing, "
          "with exit code 1");
  AddOption(
      *command, line, "--head", options->head, "POSITION:HASH",
      "以前 --verify 显示的日志头；核对它仍在日志里，末尾缺失的记录只有这样才看得出",
      "A head that --verify has shown before: verifies that the log still has it, which alone "
      "shows that entries are missing at the end");
  AddOption(
      *command, line, "--programme", options->catalogue.programme, "ID",
      "只显示这个评测体系的记录；省略则显示全部，需要对所有评测体系有权限，"
      "--verify 和 --head 总是需要全部",
      "Only the entries of this programme; left out: all, for which rights for all programmes "
      "are needed, as they are for --verify and --head, which always take all")
      ->envname("ZHIPING_PROGRAMME");
  AddTimeZoneOption(*command, line, options->time_zone);
  AddCatalogueOptions(*command, line, options->catalogue);
  command->callback(
      [options, &line] { line.action = [options, &line] { return Log(*options, line); }; });
}

}  // namespace zhiping::ctl
