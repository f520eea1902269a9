// The heads of an audit log that were signed and are kept; and retention, which cuts only there.
#pragma once

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/signed_head.h"
#include "common/sql/database.h"
#include "common/sql/sequenced_log.h"
#include "common/time/clock.h"

namespace zhiping::audit {

// Thread-safe; blocks.
class SignedHeads {
 public:
  // `log`: its id, which stands in each head. All outlive this.
  SignedHeads(sql::Database& database, const sql::SequencedLog& entries, std::string log,
              const HeadSigner& signer, const Clock& clock)
      : database_(database),
        entries_(entries),
        log_(std::move(log)),
        signer_(signer),
        clock_(clock) {}

  // Signs the head as it is now and keeps it; gives its envelope. Errors: those of HeadSigner and
  // of the database.
  absl::StatusOr<std::string> Sign(absl::Time deadline) const;

  // The envelope of the first head that was signed of that entry; empty if none is kept.
  absl::StatusOr<std::string> At(absl::Time deadline, const sql::LogEntry& entry) const;

  // Removes the entries before the last head that was signed before `instant`, and the heads before
  // it. Errors: LOG_BROKEN if the log does not have the entry of that head: nothing is removed.
  absl::Status CutBefore(absl::Time deadline, absl::Time instant) const;

 private:
  sql::Database& database_;
  const sql::SequencedLog& entries_;
  const std::string log_;
  const HeadSigner& signer_;
  const Clock& clock_;
};

}  // namespace zhiping::audit
