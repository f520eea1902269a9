// What the main of every service is around its own wiring: signals, flags, the log, and how a start
// that fails is said.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "common/rpc/flags.h"
#include "common/rpc/log.h"
#include "common/rpc/server.h"

namespace zhiping::rpc {

struct ServiceProgram {
  // For --help, for example `智评评分服务 / Zhiping scoring service`.
  std::string title;
  // For example `zhiping-scoring`.
  std::string name;
  std::string version;
  // Where the flags that every service has go.
  ServiceFlags& flags;
  // Declares the service's own flags.
  std::function<void(CLI::App&)> add_flags;
  // Runs until a signal ends the service. An error: it could not start.
  std::function<absl::Status(const TerminationSignals&, const Log&)> serve;
};

// The exit code. REQUIRES: no thread was started.
int ServiceMain(int argc, char** argv, const ServiceProgram& program);

}  // namespace zhiping::rpc
