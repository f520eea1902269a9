// Logs when something that is done again and again begins to fail, and when it is well again.
#pragma once

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/rpc/log.h"
#include "common/status/error.h"

namespace zhiping::rpc {

// Used by one thread.
class OutcomeLog {
 public:
  // The events are written with `severity` and as information. All outlive this.
  OutcomeLog(const Log& log, Severity severity, absl::string_view failed,
             absl::string_view recovered)
      : log_(log), severity_(severity), failed_(failed), recovered_(recovered) {}

  void Note(const absl::Status& outcome) {
    if (std::exchange(failing_, !outcome.ok()) == !outcome.ok()) return;
    if (outcome.ok()) return log_.Write(Severity::kInfo, recovered_, {});
    // Where the status has words for the log alone, they say more.
    const std::string text = LogText(outcome);
    log_.Write(severity_, failed_,
               {{"reason", Reason::Value_Name(DetailOf(outcome).reason())},
                {"text", text.empty() ? std::string(outcome.message()) : text}});
  }

 private:
  const Log& log_;
  const Severity severity_;
  const absl::string_view failed_, recovered_;
  bool failing_ = false;
};

}  // namespace zhiping::rpc
