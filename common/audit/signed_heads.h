// The heads of an audit log that were signed and are kept; and retention, which cuts only there.
#pragma once

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/signed_head.h"
#include "common/rpc/log.h"
#include "common/sql/database.h"
#include "common/sql/sequenced_log.h"
#include "common/time/clock.h"

namespace zhiping::audit {

// Thread-safe; blocks.
class SignedHeads {
 public:
  // `id`: of the audit log, which stands in each head. All outlive this.
  SignedHeads(sql::Database& database, const sql::SequencedLog& entries, std::string id,
              const HeadSigner& signer, const Clock& clock, const rpc::Log& log)
      : database_(database),
        entries_(entries),
        id_(std::move(id)),
        signer_(signer),
        clock_(clock),
        log_(log) {}

  // Signs the head as it is now and, once sql::SureTime is known, keeps it; gives its envelope.
  // Errors: those of HeadSigner and of the database.
  absl::StatusOr<std::string> Sign(absl::Time deadline) const;

  // The envelope of the first head that was signed of that entry; empty if none is kept.
  absl::StatusOr<std::string> At(absl::Time deadline, const sql::LogEntry& entry) const;

  // Removes the entries before the last head that, as all before it, surely was signed longer ago
  // than `age`, and the heads before it. Log: audit_cut. Errors: LOG_BROKEN if the log does not
  // have the entry of that head: nothing is removed.
  absl::Status CutOlderThan(absl::Time deadline, absl::Duration age) const;

 private:
  absl::Status Keep(sql::Transaction& transaction, absl::Time now, const sql::LogCursor& head,
                    const std::string& envelope) const;

  sql::Database& database_;
  const sql::SequencedLog& entries_;
  const std::string id_;
  const HeadSigner& signer_;
  const Clock& clock_;
  const rpc::Log& log_;
};

}  // namespace zhiping::audit
