#include "common/rpc/flags.h"

#include <iostream>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace zhiping::rpc {

std::string EnvironmentName(const std::string& flag) {
  const std::string name = flag.substr(flag.find_first_not_of('-'));
  return absl::StrCat("ZHIPING_", absl::AsciiStrToUpper(absl::StrReplaceAll(name, {{"-", "_"}})));
}

CLI::Option* AddDurationFlag(CLI::App& app, const std::string& name, absl::Duration& value,
                             absl::Duration least, absl::Duration most, const std::string& help) {
  const auto read = [&value, name, least, most](const std::string& text) {
    absl::Duration duration;
    if (!absl::ParseDuration(text, &duration) || duration < least || duration > most) {
      throw CLI::ValidationError(
          name,
          absl::StrCat("应为 ", absl::FormatDuration(least), " 到 ", absl::FormatDuration(most),
                       " 的时长 / must be a duration from ", absl::FormatDuration(least), " to ",
                       absl::FormatDuration(most), ", not ", text));
    }
    value = duration;
  };
  return app.add_option_function<std::string>(name, read, help)
      ->envname(EnvironmentName(name))
      ->type_name("DURATION")
      ->default_str(absl::FormatDuration(value));
}

namespace {

void AddSeverityFlag(CLI::App& app, Severity& value) {
  static constexpr char kName[] = "--log-level";
  const auto read = [&value](const std::string& text) {
    const std::map<std::string, Severity> levels = {{"debug", Severity::kDebug},
                                                    {"info", Severity::kInfo},
                                                    {"warning", Severity::kWarning},
                                                    {"error", Severity::kError}};
    const auto level = levels.find(absl::AsciiStrToLower(text));
    if (level == levels.end()) {
      throw CLI::ValidationError(
          kName,
          absl::StrCat("应为 debug、info、warning 或 error / must be debug, info, warning or "
                       "error, not ",
                       text));
    }
    value = level->second;
  };
  app.add_option_function<std::string>(
         kName, read,
         "日志级别；debug 会记录每次调用 / least severity that is logged; debug has every call")
      ->envname(EnvironmentName(kName))
      ->type_name("LEVEL")
      ->default_str("info");
}

}  // namespace

void AddServiceFlags(CLI::App& app, ServiceFlags& flags) {
  auto& server = flags.server;
  AddFlag(app, "--listen", server.listen, "gRPC 监听地址 / address of gRPC, HOST:PORT");
  AddFlag(app, "--metrics-listen", flags.metrics_listen,
          "Prometheus 指标的监听地址，空为不提供 / address of the metrics, HOST:PORT; empty: none");
  AddDurationFlag(app, "--drain-delay", server.drain_delay, absl::ZeroDuration(), absl::Minutes(5),
                  "停止前先报告不可用并等待的时间 / how long NOT_SERVING is said before closing");
  AddDurationFlag(app, "--shutdown-grace", server.shutdown_grace, absl::ZeroDuration(),
                  absl::Minutes(5),
                  "停止时留给进行中调用的时间 / how long running calls may go on");
  AddDurationFlag(app, "--max-connection-age", server.max_connection_age, absl::Seconds(1),
                  absl::Hours(24), "连接的最长使用时间 / after which connections are renewed");
  AddFlag(app, "--max-request-bytes", server.max_request_bytes,
          "单个请求的最大字节数 / size of one request message")
      ->check(CLI::Range(64 << 10, 64 << 20));
  AddSeverityFlag(app, flags.log_level);
}

std::optional<int> ParseFlags(CLI::App& app, int argc, char** argv) {
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    std::cerr << "参数有误：" << error.what() << "（--help 列出全部参数）\n"
              << "  Wrong argument: " << error.what() << " (--help lists all)\n";
    return 2;
  }
}

}  // namespace zhiping::rpc
