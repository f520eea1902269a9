#include "common/rpc/grpc_log.h"

#include <grpc/support/log.h>

#include <string>

#include "absl/base/const_init.h"
#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace zhiping::rpc {
namespace {

// gRPC takes a function and nothing that it could carry along; its threads may log at any time.
ABSL_CONST_INIT absl::Mutex mutex(absl::kConstInit);
const Log* target ABSL_GUARDED_BY(mutex) = nullptr;

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

void Write(gpr_log_func_args* line) {
  absl::MutexLock lock(&mutex);
  if (target == nullptr) return;
  target->Write(SeverityOf(line->severity), "grpc",
                {{"file", NameOf(line->file)},
                 {"line", static_cast<int64_t>(line->line)},
                 {"text", std::string(line->message)}});
}

void SetTarget(const Log* log) {
  absl::MutexLock lock(&mutex);
  target = log;
}

}  // namespace

GrpcLog::GrpcLog(const Log& log) {
  SetTarget(&log);
  gpr_set_log_function(&Write);
}

GrpcLog::~GrpcLog() {
  gpr_set_log_function(nullptr);
  SetTarget(nullptr);
}

}  // namespace zhiping::rpc
