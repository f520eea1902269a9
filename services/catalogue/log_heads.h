// Heads of the log of changes: what followers are given, and what they still know of it later.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/rpc/log.h"
#include "common/sql/sequenced_log.h"
#include "zhiping/catalogue/v1/change_log.pb.h"

namespace zhiping::catalogue {

v1::LogHead ToMessage(const sql::LogCursor& head);

// Compares heads that followers were given with the log as it is: the hash chain alone does not
// show that entries are missing at its end, or that all were written anew. Used by one thread.
class LogHeads {
 public:
  // Both outlive this.
  LogHeads(const sql::SequencedLog& changes, const rpc::Log& log) : changes_(changes), log_(log) {}

  // Blocks. The first head of this incarnation that the log does not have is logged as
  // `log_head_changed`; no others, since anybody may report a head. Errors: those of the database.
  absl::Status Check(absl::Time deadline, const std::string& instance, const v1::LogHead& met);

 private:
  const sql::SequencedLog& changes_;
  const rpc::Log& log_;
  // The last that was found in the log.
  v1::LogHead found_;
  bool logged_ = false;
};

}  // namespace zhiping::catalogue
