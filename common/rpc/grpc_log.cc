#include "common/rpc/grpc_log.h"

#include <grpc/support/log.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/base/const_init.h"
#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace zhiping::rpc {
namespace {

// gRPC takes a function and nothing that it could carry along; its threads may log at any time.
ABSL_CONST_INIT absl::Mutex mutex(absl::kConstInit);
GrpcLog::Lines* target ABSL_GUARDED_BY(mutex) = nullptr;

constexpr absl::Duration kRepeatInterval = absl::Minutes(10);

Severity SeverityOf(gpr_log_severity severity) {
  switch (severity) {
    case GPR_LOG_SEVERITY_DEBUG:
      return Severity::kDebug;
    case GPR_LOG_SEVERITY_INFO:
      return Severity::kInfo;
    case GPR_LOG_SEVERITY_ERROR:
      return Severity::kError;
  }
  return Severity::kError;
}

// The path on the machine that built gRPC says nothing here.
std::string NameOf(absl::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

}  // namespace

// Used with the mutex held.
class GrpcLog::Lines {
 public:
  Lines(const Log& log, const Clock& clock) : log_(log), clock_(clock) {}

  void Write(const gpr_log_func_args& line) {
    const std::string file = NameOf(line.file);
    int64_t left_out = 0;
    // Whoever sets GRPC_VERBOSITY wants all of the rest. Texts have instants and addresses in them:
    // the place says what it is.
    if (line.severity == GPR_LOG_SEVERITY_ERROR) {
      const absl::Duration now = clock_.Steady();
      const auto [found, is_new] = errors_.try_emplace({file, line.line}, Error{now, 0});
      Error& error = found->second;
      if (!is_new && now - error.written < kRepeatInterval) {
        ++error.left_out;
        return;
      }
      left_out = error.left_out;
      error = {now, 0};
    }
    const Severity severity = SeverityOf(line.severity);
    const int64_t number = line.line;
    const std::string text = line.message;
    if (left_out == 0) {
      log_.Write(severity, "grpc", {{"file", file}, {"line", number}, {"text", text}});
    } else {
      log_.Write(severity, "grpc",
                 {{"file", file}, {"line", number}, {"text", text}, {"leftOut", left_out}});
    }
  }

 private:
  struct Error {
    // By the steady clock.
    absl::Duration written;
    int64_t left_out;
  };
  const Log& log_;
  const Clock& clock_;
  // By file and line.
  std::map<std::pair<std::string, int>, Error> errors_;
};

namespace {

void Write(gpr_log_func_args* line) {
  absl::MutexLock lock(&mutex);
  if (target != nullptr) target->Write(*line);
}

void SetTarget(GrpcLog::Lines* lines) {
  absl::MutexLock lock(&mutex);
  target = lines;
}

}  // namespace

GrpcLog::GrpcLog(const Log& log, const Clock& clock) : lines_(std::make_unique<Lines>(log, clock)) {
  SetTarget(lines_.get());
  gpr_set_log_function(&Write);
}

GrpcLog::~GrpcLog() {
  gpr_set_log_function(nullptr);
  SetTarget(nullptr);
}

}  // namespace zhiping::rpc
