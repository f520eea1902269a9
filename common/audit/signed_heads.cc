#include "common/audit/signed_heads.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "common/sql/sure_time.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"

namespace zhiping::audit {
namespace {

constexpr int64_t kDayMicros = int64_t{24} * 60 * 60 * 1'000'000;
// Heads that are not the first of their day are kept so long.
constexpr absl::Duration kRecent = absl::Hours(48);

}  // namespace

absl::StatusOr<std::string> SignedHeads::Sign(absl::Time deadline) const {
  ASSIGN_OR_RETURN(const sql::LogCursor head, entries_.Head(deadline));
  // After that: retention takes everything up to the head for older than this.
  const absl::Time now = clock_.Now();
  const std::string incarnation = absl::BytesToHexString(head.incarnation);
  AuditHead message;
  message.set_log(id_);
  message.set_incarnation(incarnation);
  message.set_position(head.position);
  message.set_hash(head.hash);
  ASSIGN_OR_RETURN(std::string envelope, signer_.Sign(std::move(message), now));
  // Nothing can be cut at it, nor be missing before it.
  if (head.position == 0) return envelope;
  RETURN_IF_ERROR(database_.Transact(
      deadline, {.may_repeat = true},
      [&](sql::Transaction& transaction) { return Keep(transaction, now, head, envelope); }));
  return envelope;
}

absl::Status SignedHeads::Keep(sql::Transaction& transaction, absl::Time now,
                               const sql::LogCursor& head, const std::string& envelope) const {
  ASSIGN_OR_RETURN(const sql::SureTime time, sql::NoteClock(transaction, now));
  // What a clock says that nobody has seen before may be long ago: nothing is ever cut there.
  if (!time.known()) return absl::OkStatus();
  const int64_t micros = absl::ToUnixMicros(time.latest);
  const int64_t day = micros - micros % kDayMicros;
  // Of a log that stands still one head is kept.
  return transaction
      .Batch({{"INSERT INTO audit_head (incarnation, position, signed_at, first_of_day, envelope) "
               "SELECT $1, $2, $3, CASE WHEN EXISTS (SELECT 1 FROM audit_head WHERE "
               "incarnation = $1 AND signed_at >= $4 AND signed_at < $5) THEN 0 ELSE 1 END, $6 "
               "WHERE TRUE ON CONFLICT DO NOTHING",
               {absl::BytesToHexString(head.incarnation), head.position, micros, day,
                day + kDayMicros, envelope}},
              {"DELETE FROM audit_head WHERE first_of_day = 0 AND signed_at < $1",
               {absl::ToUnixMicros(time.earliest - kRecent)}}})
      .status();
}

absl::StatusOr<std::string> SignedHeads::At(absl::Time deadline, const sql::LogEntry& entry) const {
  // Each incarnation may have one, and after a restore another entry at the same position.
  ASSIGN_OR_RETURN(
      auto rows,
      database_.Query<std::string>(
          deadline, "SELECT envelope FROM audit_head WHERE position = $1 ORDER BY signed_at",
          {entry.position}));
  for (auto& [envelope] : rows) {
    ASSIGN_OR_RETURN(const AuditHead head, ReadHead(envelope));
    if (head.hash() == entry.hash) return std::move(envelope);
  }
  return std::string();
}

absl::Status SignedHeads::CutOlderThan(absl::Time deadline, absl::Duration age) const {
  sql::SureTime time;
  RETURN_IF_ERROR(database_.Transact(
      deadline, {.may_repeat = true}, [&](sql::Transaction& transaction) -> absl::Status {
        ASSIGN_OR_RETURN(time, sql::NoteClock(transaction, clock_.Now()));
        return absl::OkStatus();
      }));
  ASSIGN_OR_RETURN(const sql::LogCursor head, entries_.Head(deadline));
  const std::string incarnation = absl::BytesToHexString(head.incarnation);
  // Whoever verifies goes by what heads say, also by one that was signed while the clock was ahead.
  ASSIGN_OR_RETURN(const auto rows,
                   database_.Query<std::string>(
                       deadline,
                       "SELECT envelope FROM audit_head WHERE incarnation = $1 AND signed_at < $2 "
                       "AND position < (SELECT COALESCE(min(position), $3) FROM audit_head "
                       "WHERE incarnation = $1 AND signed_at >= $2) "
                       "ORDER BY position DESC LIMIT 1",
                       {incarnation, absl::ToUnixMicros(time.earliest - age), INT64_MAX}));
  if (rows.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const AuditHead kept, ReadHead(std::get<0>(rows.front())));
  ASSIGN_OR_RETURN(const int64_t removed,
                   entries_.CutBefore(deadline, {head.incarnation, kept.position(), kept.hash()}));
  if (removed > 0) {
    log_.Write(
        rpc::Severity::kInfo, "audit_cut",
        {{"entries", removed},
         {"lastPosition", kept.position() - 1},
         {"writtenBefore", absl::FormatTime(absl::RFC3339_sec, FromTimestamp(kept.signed_at()),
                                            absl::UTCTimeZone())}});
  }
  return database_
      .Apply(deadline, {{"DELETE FROM audit_head WHERE incarnation = $1 AND position < $2",
                         {incarnation, kept.position()}}})
      .status();
}

}  // namespace zhiping::audit
