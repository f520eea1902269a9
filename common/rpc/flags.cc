#include "common/rpc/flags.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/rpc/loopback.h"
#include "common/rpc/tls.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace zhiping::rpc {
namespace {

// A wrong flag, in both languages. CLI11 wants exceptions, and its own words are English only. It
// is no ValidationError, of which CLI11 would keep the text alone.
class WrongFlag final : public CLI::ParseError {
 public:
  WrongFlag(const std::string& name, absl::string_view zh, absl::string_view en)
      : CLI::ParseError(absl::StrCat(name, " ", en), CLI::ExitCodes::ValidationError),
        zh_(absl::StrCat(name, " ", zh)) {}
  const std::string& zh() const { return zh_; }

 private:
  std::string zh_;
};

// The least is room for two requests of the largest size that --max-request-bytes takes.
constexpr int64_t kLeastRequestBuffer = 128 << 20;
constexpr int64_t kMostRequestBuffer = int64_t{64} << 30;

struct Sentence {
  std::string zh, en;
};

// What CLI11 found wrong. Its own words are left where it says what no flag of ours makes it say.
Sentence Explain(const CLI::App& app, const CLI::ParseError& error) {
  const std::string words = error.what();
  if (const auto extras = app.remaining(); !extras.empty()) {
    const std::string unknown = absl::StrJoin(extras, " ");
    return {absl::StrCat("不认识 ", unknown), absl::StrCat("unknown: ", unknown)};
  }
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError)) {
    const std::string name = words.substr(0, words.find(' '));
    return {absl::StrCat("缺少 ", name), absl::StrCat(name, " is missing")};
  }
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ArgumentMismatch)) {
    const std::string name = words.substr(0, words.find(':'));
    if (absl::StrContains(words, "At Most")) {
      return {absl::StrCat(name, " 给出了多次，只能给一次"),
              absl::StrCat(name, " is given several times; give it once")};
    }
    return {absl::StrCat(name, " 后面需要一个值"), absl::StrCat(name, " needs a value")};
  }
  return {words, words};
}

int Refuse(const Sentence& sentence) {
  std::cerr << "参数有误：" << sentence.zh << "（--help 列出全部参数）\n"
            << "  Wrong argument: " << sentence.en << " (--help lists all)\n";
  return 2;
}

}  // namespace

std::string EnvironmentName(const std::string& flag) {
  const std::string name = flag.substr(flag.find_first_not_of('-'));
  return absl::StrCat("ZHIPING_", absl::AsciiStrToUpper(absl::StrReplaceAll(name, {{"-", "_"}})));
}

void RefuseNumber(const std::string& name, const std::string& text, int64_t least, int64_t most) {
  throw WrongFlag(
      name, absl::StrCat("应为 ", least, " 至 ", most, " 的整数，而不是 ", text),
      absl::StrCat("must be a whole number from ", least, " to ", most, ", not ", text));
}

void RefuseNumber(const std::string& name, const std::string& text, double least, double most) {
  throw WrongFlag(
      name, absl::StrFormat("应为 %.15g 至 %.15g 的数，而不是 %s", least, most, text),
      absl::StrFormat("must be a number from %.15g to %.15g, not %s", least, most, text));
}

std::string NumberBounds(int64_t least, int64_t most) {
  return absl::StrCat("in [", least, " - ", most, "]");
}

std::string NumberBounds(double least, double most) {
  return absl::StrFormat("in [%.15g - %.15g]", least, most);
}

CLI::Option* AddDurationFlag(CLI::App& app, const std::string& name, absl::Duration& value,
                             absl::Duration least, absl::Duration most, const std::string& help) {
  const auto read = [&value, name, least, most](const std::string& text) {
    absl::Duration duration;
    if (!absl::ParseDuration(text, &duration) || duration < least || duration > most) {
      const std::string bounds[] = {absl::FormatDuration(least), absl::FormatDuration(most)};
      throw WrongFlag(
          name, absl::StrCat("应为 ", bounds[0], " 至 ", bounds[1], " 的时长，而不是 ", text),
          absl::StrCat("must be a duration from ", bounds[0], " to ", bounds[1], ", not ", text));
    }
    value = duration;
  };
  return app.add_option_function<std::string>(name, read, help)
      ->envname(EnvironmentName(name))
      ->type_name("DURATION")
      ->default_str(absl::FormatDuration(value));
}

CLI::Option* AddListFlag(CLI::App& app, const std::string& name, std::vector<std::string>& value,
                         const std::string& help) {
  const auto read = [&value, name](const std::vector<std::string>& texts) {
    value.clear();
    for (const std::string& text : texts) {
      if (text.empty()) continue;
      for (const absl::string_view item : absl::StrSplit(text, ',')) {
        const absl::string_view trimmed = absl::StripAsciiWhitespace(item);
        if (trimmed.empty()) {
          throw WrongFlag(name, absl::StrCat("的第 ", value.size() + 1, " 项是空的：“", text, "”"),
                          absl::StrCat("item ", value.size() + 1, " is empty: \"", text, "\""));
        }
        value.emplace_back(trimmed);
      }
    }
  };
  return app
      .add_option_function<std::vector<std::string>>(name, read, help)
      // One argument each time: the next one may be a subcommand, or a mistake.
      ->allow_extra_args(false)
      ->envname(EnvironmentName(name))
      ->type_name("A,B,…")
      ->default_str(absl::StrJoin(value, ","));
}

void UsedOnlyWith(const CLI::Option& needed, std::initializer_list<CLI::Option*> flags) {
  for (CLI::Option* const flag : flags) {
    const auto check = [&needed, name = flag->get_name()](const std::string& value) {
      const auto& given = needed.results();
      const auto is_empty = [](const std::string& text) { return text.empty(); };
      if (value.empty() || !std::all_of(given.begin(), given.end(), is_empty)) return "";
      throw WrongFlag(name, absl::StrCat("只在有 ", needed.get_name(), " 时使用"),
                      absl::StrCat("is used together with ", needed.get_name(), " only"));
    };
    // CLI11 calls it when it has read all arguments and the environment.
    flag->check(CLI::Validator(check, ""));
  }
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
      throw WrongFlag(kName, absl::StrCat("应为 debug、info、warning 或 error，而不是 ", text),
                      absl::StrCat("must be debug, info, warning or error, not ", text));
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

void AddAccessFlags(CLI::App& app, AccessOptions& access) {
  AddFlag(
      app, "--identity-file", access.identity_file,
      "身份文件：接受哪些签发者的令牌，须同时启用 TLS；空为不认证，只能在本机监听 / whose tokens "
      "count, needs TLS; empty: no authentication, on this machine only");
  AddFlag(
      app, "--review-units-file", access.reference.review_units,
      "审核单位表，空为内置的江苏省表 / table of review units; empty: the built-in one of Jiangsu");
  AddFlag(app, "--regions-file", access.reference.regions,
          "行政区划表，空为内置的江苏省表 / table of regions; empty: the built-in one of Jiangsu");
  AddNumberFlag(
      app, "--caller-rate", access.limits.calls_per_second, 0.0, 1e6,
      "每个调用者平均每秒的调用数，0 为不限 / calls a second of one caller, on average; 0: no "
      "limit");
  AddNumberFlag(app, "--platform-rate", access.limits.platform_calls_per_second, 0.0, 1e6,
                "一个平台平均每秒的调用总数，0 为不限；其中每名经办人仍按 --caller-rate 计 / calls "
                "a second of "
                "one platform in all; 0: no limit; each person for whom it acts has --caller-rate");
  AddNumberFlag(app, "--platform-burst", access.limits.platform_burst, 1, 1'000'000,
                "一个平台一次可连续调用的次数 / calls at once of one platform");
  AddNumberFlag(app, "--caller-burst", access.limits.burst, 1, 1'000'000,
                "每个调用者一次可连续调用的次数 / calls at once of one caller");
  AddNumberFlag(app, "--caller-streams", access.limits.streams, 1, 100'000,
                "每个调用者同时打开的流数 / streams of one caller at a time");
  AddFlag(app, "--time-zone", access.time_zone,
          "日期所用的时区 / zone of the dates that people type and read");
}

}  // namespace

void AddServiceFlags(CLI::App& app, ServiceFlags& flags) {
  auto& server = flags.server;
  AddFlag(app, "--listen", server.listen, "gRPC 监听地址 / address of gRPC, HOST:PORT");
  AddFlag(app, "--tls-certificate", server.tls.certificate,
          "本服务的证书（PEM，含证书链），其中唯一的 URI 为 spiffe://zhiping/<服务名>，由 --tls-ca "
          "中的机构签发；更换后完整、与私钥相符且符合上述要求即生效，在此之前沿用原来的 / "
          "certificate of this service, PEM with its chain: its only URI is "
          "spiffe://zhiping/<service>, by an authority of --tls-ca; may be replaced: the last good "
          "files stay until the new ones are whole, fit the key and are as said");
  AddFlag(app, "--tls-key", server.tls.key, "证书的私钥（PEM） / its private key, PEM");
  AddFlag(app, "--tls-ca", server.tls.ca,
          "签发各服务证书的机构（PEM） / authorities of the services' certificates, PEM");
  AddFlag(app, "--health-listen", server.health_listen,
          "健康检查的明文监听地址，空为不提供 / address of health alone, without TLS; empty: none");
  AddFlag(app, "--metrics-listen", flags.metrics_listen,
          "Prometheus 指标的监听地址，空为不提供 / address of the metrics, HOST:PORT; empty: none");
  AddDurationFlag(app, "--drain-delay", server.drain_delay, absl::ZeroDuration(), absl::Minutes(5),
                  "停止前先报告不可用并等待的时间 / how long NOT_SERVING is said before closing");
  AddDurationFlag(app, "--shutdown-grace", server.shutdown_grace, absl::ZeroDuration(),
                  absl::Minutes(5),
                  "停止时留给进行中调用的时间 / how long running calls may go on");
  AddDurationFlag(app, "--max-connection-age", server.max_connection_age, absl::Seconds(1),
                  absl::Hours(24), "连接的最长使用时间 / after which connections are renewed");
  AddNumberFlag(app, "--max-request-bytes", server.max_request_bytes, 64 << 10, 64 << 20,
                "单个请求的最大字节数 / size of one request message");
  AddNumberFlag(
      app, "--request-buffer-bytes", server.request_buffer_bytes, kLeastRequestBuffer,
      kMostRequestBuffer,
      "同时接收的全部请求的总字节数：批量流按其一半限制个数，多出的在开始时即被拒绝；总数超出则"
      "中断其中一些调用 / size of all requests that are being received: as many streams of batches "
      "are taken as hold half of it, more are refused at their beginning; above it some calls are "
      "ended");
  AddAccessFlags(app, flags.access);
  AddSeverityFlag(app, flags.log_level);
}

absl::Status CheckSecured(const ServiceFlags& flags, absl::Time now) {
  const TlsFiles& tls = flags.server.tls;
  const bool beyond = !IsLoopbackAddress(flags.server.listen);
  if (beyond || !flags.access.identity_file.empty()) {
    const std::string zh =
        beyond ? absl::StrCat("在 ", flags.server.listen, " 上监听须启用 TLS 和身份认证")
               : "启用身份认证（--identity-file）须同时启用 TLS，因为本系统的服务以证书表明身份";
    const std::string en =
        beyond ? absl::StrCat("Listening on ", flags.server.listen, " needs TLS and authentication")
               : "Authentication (--identity-file) needs TLS, since services of this system are "
                 "known by their certificates";
    Violations missing;
    const std::pair<const char*, const std::string*> needed[] = {
        {"--tls-certificate", &tls.certificate},
        {"--tls-key", &tls.key},
        {"--tls-ca", &tls.ca},
        {"--identity-file", &flags.access.identity_file}};
    for (const auto& [flag, value] : needed) {
      if (!value->empty()) continue;
      missing.Add(flag, Reason::NOT_SECURED,
                  absl::StrCat(zh, "，缺少 ", flag, "（环境变量 ", EnvironmentName(flag), "）。"),
                  absl::StrCat(en, ": ", flag, " (", EnvironmentName(flag), ") is missing."));
    }
    RETURN_IF_ERROR(missing.ToStatus());
  }
  return tls.empty() ? absl::OkStatus() : CheckTls(tls, now);
}

std::optional<int> ParseFlags(CLI::App& app, int argc, char** argv) {
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const WrongFlag& wrong) {
    return Refuse({wrong.zh(), wrong.what()});
  } catch (const CLI::ParseError& error) {
    return Refuse(Explain(app, error));
  }
}

}  // namespace zhiping::rpc
