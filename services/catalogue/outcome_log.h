// Logs when something that is done again and again begins to fail, and when it is well again.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/rpc/log.h"
#include "common/status/error.h"

namespace zhiping::catalogue {

// Used by one thread.
class OutcomeLog {
 public:
  // The events are written with `severity` and as information; both carry the reason. All outlive
  // this.
  OutcomeLog(const rpc::Log& log, rpc::Severity severity, absl::string_view failed,
             absl::string_view recovered)
      : log_(log), severity_(severity), failed_(failed), recovered_(recovered) {}

  void Note(const absl::Status& outcome) {
    if (outcome.ok() != failing_) return;
    failing_ = !outcome.ok();
    log_.Write(failing_ ? severity_ : rpc::Severity::kInfo, failing_ ? failed_ : recovered_,
               {{"reason",
                 failing_ ? Reason::Value_Name(DetailOf(outcome).reason()) : std::string("OK")}});
  }

 private:
  const rpc::Log& log_;
  const rpc::Severity severity_;
  const absl::string_view failed_, recovered_;
  bool failing_ = false;
};

}  // namespace zhiping::catalogue
