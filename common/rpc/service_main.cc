#include "common/rpc/service_main.h"

#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>

#include "absl/strings/ascii.h"
#include "common/rpc/grpc_log.h"
#include "common/status/error.h"

namespace zhiping::rpc {
namespace {

// One sentence a line, Chinese first; each names what it is about.
void Print(const absl::Status& status) {
  const ErrorDetail detail = DetailOf(status);
  std::cerr << "启动失败：" << detail.message().zh() << "\n  Not started: " << detail.message().en()
            << "\n";
  // On this machine, to whoever starts it: what the database or the system said.
  const std::string text = LogText(status);
  if (!text.empty()) {
    std::cerr << "  原因 / cause: " << absl::StripAsciiWhitespace(text) << "\n";
  }
  if (detail.violations_size() < 2) return;
  for (const auto& violation : detail.violations()) {
    std::cerr << "- " << violation.message().zh() << "\n    " << violation.message().en() << "\n";
  }
}

int Run(int argc, char** argv, const ServiceProgram& program) {
  // Before any thread is started.
  const TerminationSignals signals;
  // A file that may not grow any further (ulimit -f) is an error of that write, as a full disk is.
  std::signal(SIGXFSZ, SIG_IGN);
  CLI::App app(program.title, program.name);
  program.add_flags(app);
  AddServiceFlags(app, program.flags);
  app.set_version_flag("--version", program.version);
  if (const auto code = ParseFlags(app, argc, argv)) return *code;
  const Log log(program.flags.log_level);
  const GrpcLog grpc_log(log);
  const absl::Status status = program.serve(signals, log);
  if (status.ok()) return 0;
  Print(status);
  return 1;
}

}  // namespace

int ServiceMain(int argc, char** argv, const ServiceProgram& program) {
  // CLI11 throws where flags are declared wrongly: a defect of ours, never of the input.
  try {
    return Run(argc, argv, program);
  } catch (const std::exception& defect) {
    std::fputs(defect.what(), stderr);
    return 1;
  }
}

}  // namespace zhiping::rpc
