// Heads of other services' audit logs, kept so that a log that loses its end is found out.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/audit/signed_head.h"
#include "common/rpc/log.h"
#include "common/sql/database.h"
#include "common/time/clock.h"

namespace zhiping::audit {

// Of each log all heads are kept for so long; then only the first of each day, what contradicts,
// and what is contradicted.
inline constexpr absl::Duration kRecentHeads = absl::Hours(48);
// More than a year, since some audits are yearly.
inline constexpr absl::Duration kLastingHeads = absl::Hours(24 * 400);
// A head may be signed so long after the log was read, and the clocks of replicas differ: only
// what is signed later than that came after.
inline constexpr absl::Duration kHeadsInAnyOrder = absl::Seconds(10);
// Of one service: each of its databases has one. Heads of more are refused.
inline constexpr int64_t kMostKeptLogs = 10'000;
inline constexpr size_t kMaxHeadEnvelopeBytes = 16 << 10;

struct KeptHead {
  // By these three a list is ordered; the hash is in hex.
  std::string log;
  int64_t position = 0;
  std::string hash;
  std::string envelope;
  absl::Time kept_at;
  bool contradicts = false;
};

// Thread-safe; blocks.
class KeptHeads {
 public:
  // `service`: whose heads are not kept, being our own. All outlive this. REQUIRES: the tables are
  // there.
  KeptHeads(sql::Database& database, std::string service,
            std::shared_ptr<const envelope::Trust> trust, const Clock& clock, const rpc::Log& log)
      : database_(database),
        service_(std::move(service)),
        trust_(std::move(trust)),
        clock_(clock),
        log_(log) {}

  // Keeps a head that `giver` gave, a service by its certificate; empty: nobody was asked who they
  // are. Logs `audit_head_conflict` if it contradicts one that is kept: the same position with
  // another hash, or a lower one, signed later; and `kept_audit_heads_removed` with how many were
  // surely (sql::SureTime) kept for kLastingHeads. Errors: those of OpenHead; TOO_LARGE;
  // SERVICE_REQUIRED; OVERLOADED for more logs than are kept.
  absl::Status Keep(absl::Time deadline, absl::string_view giver, absl::string_view envelope) const;

  // At most `limit`, those after log, position and hash of `after`.
  absl::StatusOr<std::vector<KeptHead>> List(absl::Time deadline, const KeptHead& after,
                                             int limit) const;

 private:
  struct Outcome {
    // The position that is contradicted, if that was not known before.
    std::optional<int64_t> contradicted;
    // Heads that were older than kLastingHeads.
    int64_t removed = 0;
  };
  absl::StatusOr<Outcome> KeepIn(sql::Transaction& transaction, const AuditHead& head,
                                 absl::string_view envelope) const;

  sql::Database& database_;
  const std::string service_;
  const std::shared_ptr<const envelope::Trust> trust_;
  const Clock& clock_;
  const rpc::Log& log_;
};

}  // namespace zhiping::audit
