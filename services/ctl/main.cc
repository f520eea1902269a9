// zhipingctl: the command line of Zhiping.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/text/utf8.h"
#include "services/ctl/commands.h"
#include "services/ctl/error_report.h"
#include "services/ctl/help.h"
#include "services/ctl/json_output.h"

namespace zhiping::ctl {
namespace {

const char* FromEnvironment(const char* name) { return std::getenv(name); }

void SetTexts(CLI::App& app, CommandLine& line) {
  const Screen& screen = line.screen;
  app.description(std::string(
      screen.Say("智评命令行：查看、校验和发布评测年版，组织批次，填报、提交和审核自评测，评分，规"
                 "划提升路径。",
                 "The command line of Zhiping: look at, validate and publish editions, run "
                 "campaigns, fill in, "
                 "submit and review self-assessments, score them, and plan upgrades.")));
  app.footer(std::string(screen.Say(
      "每个命令的说明：zhipingctl 命令 --help\n"
      "退出码：0 成功；1 输入有误或被拒绝；2 用法有误；3 服务不可用，可稍后再试；4 软件缺陷",
      "About a command: zhipingctl COMMAND --help\n"
      "Exit codes: 0 done; 1 the input is wrong or refused; 2 wrong usage; 3 the service is not "
      "available,\ntry again later; 4 a defect of the software")));
  app.set_help_flag("-h,--help", std::string(screen.Say("显示说明", "Show this text")));
  AddCommonOptions(app, line);
  app.set_version_flag("--version", "zhipingctl " ZHIPING_VERSION,
                       std::string(screen.Say("显示版本", "Show the version")))
      ->group(kCommonGroup);
}

absl::StatusOr<int> Run(int argc, char** argv, CommandLine& line) {
  for (int i = 1; i < argc; ++i) {
    if (IsUtf8(argv[i])) continue;
    return WrongUsage(absl::StrCat("第 ", i, " 个参数不是 UTF-8 编码；请把终端设为 UTF-8。"),
                      absl::StrCat("Argument ", i, " is not UTF-8; set the terminal to UTF-8."));
  }
  if (const std::string name = RawLanguage(argc, argv, FromEnvironment); !name.empty()) {
    const auto language = ParseLanguage(name);
    if (!language.has_value()) {
      return WrongUsage("--lang 只能是 zh 或 en。", "--lang must be zh or en.");
    }
    line.screen.language = *language;
  }
  CLI::App app;
  app.name("zhipingctl");
  SetTexts(app, line);
  app.formatter(std::make_shared<Help>(line.screen));
  app.require_subcommand(1);
  AddEditionCommands(app, line);
  AddReleaseCommands(app, line);
  AddScoreCommand(app, line);
  AddPlanCommand(app, line);
  AddCampaignCommands(app, line);
  AddEnterpriseCommands(app, line);
  AddAssessmentCommands(app, line);
  AddSubmissionCommands(app, line);
  AddReviewCommands(app, line);
  AddFeedCommands(app, line);
  AddKeyCommands(app, line);
  AddTokenCommands(app, line);
  AddReceiptCommands(app, line);
  AddVerifyCommand(app, line);
  AddWhoAmICommand(app, line);
  AddAuditCommands(app, line);
  ASSIGN_OR_RETURN(const int code, Parse(app, argc, argv));
  return code >= 0 ? code : line.action();
}

int Main(int argc, char** argv) {
  CommandLine line;
  line.screen = ScreenOfStandardOutput(LanguageOfLocale(FromEnvironment), FromEnvironment);
  const absl::StatusOr<int> code = Run(argc, argv, line);
  if (!code.ok()) {
    if (HasJsonFlag(argc, argv)) {
      Print(ErrorToJson(code.status()), line.screen);
    } else {
      const std::string report = ErrorReport(code.status(), line.screen);
      std::fputs(Visible(report, /*colours=*/false).c_str(), stderr);
    }
  }
  // A full disk or a closed pipe shows only here.
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    std::fputs(std::string(line.screen.Say("错误：标准输出写入失败。\n",
                                           "Error: standard output cannot be written.\n"))
                   .c_str(),
               stderr);
    return kExitRefused;
  }
  return code.ok() ? *code : ExitCodeOf(code.status());
}

}  // namespace
}  // namespace zhiping::ctl

int main(int argc, char** argv) {
  // gRPC says on standard error what it met on its way, for developers; whoever wants it sets this.
  setenv("GRPC_VERBOSITY", "none", /*overwrite=*/0);
  // CLI11 throws where options are declared wrongly: a defect of ours, never of the input.
  try {
    return zhiping::ctl::Main(argc, argv);
  } catch (const std::exception& defect) {
    std::fputs(defect.what(), stderr);
    return zhiping::ctl::kExitDefect;
  }
}
