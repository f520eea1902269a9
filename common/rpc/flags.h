// The flags that every service has. A flag can also be set by its environment variable:
// `--drain-delay` by ZHIPING_DRAIN_DELAY.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/rpc/access_control.h"
#include "common/rpc/log.h"
#include "common/rpc/server.h"

namespace zhiping::rpc {

struct ServiceFlags {
  ServerOptions server;
  AccessOptions access;
  // HOST:PORT of the metrics; empty: none are served.
  std::string metrics_listen;
  Severity log_level = Severity::kInfo;
};

void AddServiceFlags(CLI::App& app, ServiceFlags& flags);

// Whether the service may run with these settings. Beyond this machine it needs TLS and
// authentication, and authentication needs TLS anywhere. Errors: NOT_SECURED naming each flag that
// is missing; those of CheckTls.
absl::Status CheckSecured(const ServiceFlags& flags, absl::Time now);

// `--drain-delay` → `ZHIPING_DRAIN_DELAY`.
std::string EnvironmentName(const std::string& flag);

// Of AddNumberFlag: throws what ParseFlags says; what --help says of the bounds.
[[noreturn]] void RefuseNumber(const std::string& name, const std::string& text, int64_t least,
                               int64_t most);
[[noreturn]] void RefuseNumber(const std::string& name, const std::string& text, double least,
                               double most);
std::string NumberBounds(int64_t least, int64_t most);
std::string NumberBounds(double least, double most);

// A flag with a default and an environment variable. Several values are AddListFlag's: here the
// environment would give one.
template <typename T>
CLI::Option* AddFlag(CLI::App& app, const std::string& name, T& value, const std::string& help) {
  static_assert(!CLI::detail::is_mutable_container<T>::value, "AddListFlag");
  return app.add_option(name, value, help)->envname(EnvironmentName(name))->capture_default_str();
}

// The same for a duration such as `250ms`, `5s` or `2m` within the bounds.
CLI::Option* AddDurationFlag(CLI::App& app, const std::string& name, absl::Duration& value,
                             absl::Duration least, absl::Duration most, const std::string& help);

// The same for a number from `least` to `most`.
template <typename T>
CLI::Option* AddNumberFlag(CLI::App& app, const std::string& name, T& value,
                           std::type_identity_t<T> least, std::type_identity_t<T> most,
                           const std::string& help) {
  using Number = std::conditional_t<std::is_integral_v<T>, int64_t, double>;
  const auto check = [=](const std::string& text) {
    T number;
    // Not the other way round: NaN is neither less nor more.
    if (!CLI::detail::lexical_cast(text, number) || !(number >= least && number <= most)) {
      RefuseNumber(name, text, Number{least}, Number{most});
    }
    return std::string();
  };
  return AddFlag(app, name, value, help)
      ->check(CLI::Validator(check, NumberBounds(Number{least}, Number{most})));
}

// The same for a list: with commas, or given several times, or both. So no item has a comma. One
// that is empty is refused: whoever wrote it left one out.
CLI::Option* AddListFlag(CLI::App& app, const std::string& name, std::vector<std::string>& value,
                         const std::string& help);

// These flags do nothing unless `needed` is given too and not empty: without it they are refused,
// whether they are arguments or in the environment. REQUIRES: all are of one app.
void UsedOnlyWith(const CLI::Option& needed, std::initializer_list<CLI::Option*> flags);

// Reads the arguments. The exit code if the program has nothing more to do: 0 after --help or
// --version, 2 after a wrong argument, which is said on standard error.
std::optional<int> ParseFlags(CLI::App& app, int argc, char** argv);

}  // namespace zhiping::rpc
