// release status: what is in force, and who runs it; once, or at every change.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/status/status_macros.h"
#include "services/ctl/catalogue_options.h"
#include "services/ctl/commands.h"
#include "services/ctl/convergence_report.h"
#include "services/ctl/convergence_wait.h"
#include "services/ctl/convergence_watch.h"
#include "services/ctl/display_width.h"
#include "services/ctl/json_output.h"
#include "services/ctl/zone.h"

namespace zhiping::ctl {
namespace {

using catalogue::v1::GetConvergenceRequest;

struct StatusOptions {
  CatalogueOptions catalogue;
  std::string time_zone;
  bool watch = false;
};

absl::StatusOr<int> Status(const StatusOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const Zone zone, Zone::Load(options.time_zone));
  ASSIGN_OR_RETURN(const auto client, OpenCatalogue(options.catalogue));
  GetConvergenceRequest request;
  ASSIGN_OR_RETURN(*request.mutable_programme(), ProgrammeOf(options.catalogue, *client));
  ASSIGN_OR_RETURN(const auto convergence, client->Call(&CatalogueAdmin::GetConvergence, request));
  if (options.watch) return WatchConvergence(request, convergence, *client, zone, line);
  Print(line.json ? ToJson(convergence)
                  : ConvergenceReport(convergence, LabelsOf(*client, request.programme()), zone,
                                      line.screen),
        line.screen);
  return NeedsSomebody(convergence) ? kExitRefused : kExitOk;
}

}  // namespace

void AddReleaseStatusCommand(CLI::App& release, CommandLine& line) {
  CLI::App* const command =
      AddCommand(release, line, "status", "查看启用进度：现行和待启用的发布版，各实例启用了哪个",
                 "What is in force and what comes next, and what every instance runs");
  std::string footer = Hang(
      "",
      line.screen.Say(
          "有实例拒绝启用，或有需要处理的告警，退出码为 1，否则为 0。NO_APPROVAL 和 ROLLED_BACK "
          "不计：审批和会签尚未启用，这两种告警还无法处理。用 --watch 时不计退出码。",
          "Ends with 1 when an instance refuses what is in force or an alarm needs somebody, else "
          "with "
          "0. NO_APPROVAL and ROLLED_BACK do not count: nobody can end them until there are "
          "approvals "
          "and countersignatures. --watch shows, and does not judge."),
      line.screen.width);
  // Above what every command says below its options.
  command->footer(absl::StrCat(footer, command->get_footer()));
  const auto options = std::make_shared<StatusOptions>();
  AddFlag(*command, line, "--watch", options->watch,
          "持续显示；不在终端上或用 --json 时，每次变化输出一行",
          "Keep looking; without a terminal, or with --json, a line at each change");
  AddProgrammeOption(*command, line, options->catalogue);
  AddTimeZoneOption(*command, line, options->time_zone);
  AddCatalogueOptions(*command, line, options->catalogue);
  command->callback(
      [options, &line] { line.action = [options, &line] { return Status(*options, line); }; });
}

}  // namespace zhiping::ctl
