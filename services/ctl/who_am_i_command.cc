// whoami: who a service takes the caller for.
#include <memory>
#include <string>

#include "common/status/status_macros.h"
#include "services/ctl/commands.h"
#include "services/ctl/json_output.h"
#include "services/ctl/operations_options.h"
#include "services/ctl/who_am_i_report.h"
#include "services/ctl/zone.h"

namespace zhiping::ctl {
namespace {

struct WhoAmIOptions {
  OperationsOptions operations;
  std::string time_zone;
};

absl::StatusOr<int> WhoAmI(const WhoAmIOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const Zone zone, Zone::Load(options.time_zone));
  ASSIGN_OR_RETURN(const OperationsClient client, OpenOperations(options.operations));
  ASSIGN_OR_RETURN(const common::v1::WhoAmIResponse who,
                   client.Call(&Operations::WhoAmI, common::v1::WhoAmIRequest()));
  Print(line.json ? ToJson(who) : WhoAmIReport(who, zone, line.screen), line.screen);
  return kExitOk;
}

}  // namespace

void AddWhoAmICommand(CLI::App& app, CommandLine& line) {
  CLI::App* const command =
      AddCommand(app, line, "whoami", "显示服务把您认作谁：身份、角色、范围和令牌的有效期",
                 "Show who a service takes you for: identity, roles, scope, and how long the token "
                 "counts");
  const auto options = std::make_shared<WhoAmIOptions>();
  AddTimeZoneOption(*command, line, options->time_zone);
  AddOperationsOptions(*command, line, options->operations);
  command->callback(
      [options, &line] { line.action = [options, &line] { return WhoAmI(*options, line); }; });
}

}  // namespace zhiping::ctl
