#include "common/audit/signed_heads.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "common/status/status_macros.h"

namespace zhiping::audit {
namespace {

constexpr int64_t kDayMicros = int64_t{24} * 60 * 60 * 1'000'000;
// Heads that are not the first of their day are kept so long.
constexpr int64_t kRecentMicros = 2 * kDayMicros;

}  // namespace

absl::StatusOr<std::string> SignedHeads::Sign(absl::Time deadline) const {
  ASSIGN_OR_RETURN(const sql::LogCursor head, entries_.Head(deadline));
  // After that: retention takes everything up to the head for older than this.
  const absl::Time now = clock_.Now();
  const std::string incarnation = absl::BytesToHexString(head.incarnation);
  AuditHead message;
  message.set_log(log_);
  message.set_incarnation(incarnation);
  message.set_position(head.position);
  message.set_hash(head.hash);
  ASSIGN_OR_RETURN(std::string envelope, signer_.Sign(std::move(message), now));
  // Nothing can be cut at it, nor be missing before it.
  if (head.position == 0) return envelope;
  const int64_t micros = absl::ToUnixMicros(now);
  // Of a log that stands still one head is kept.
  RETURN_IF_ERROR(
      database_
          .Apply(deadline,
                 {{"INSERT INTO audit_head (incarnation, position, signed_at, first_of_day, "
                   "envelope) SELECT $1, $2, $3, CASE WHEN EXISTS (SELECT 1 FROM audit_head "
                   "WHERE incarnation = $1 AND signed_at >= $4) THEN 0 ELSE 1 END, $5 "
                   "WHERE TRUE ON CONFLICT DO NOTHING",
                   {incarnation, head.position, micros, micros - micros % kDayMicros, envelope}},
                  {"DELETE FROM audit_head WHERE first_of_day = 0 AND signed_at < $1",
                   {micros - kRecentMicros}}})
          .status());
  return envelope;
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

absl::Status SignedHeads::CutBefore(absl::Time deadline, absl::Time instant) const {
  ASSIGN_OR_RETURN(const sql::LogCursor head, entries_.Head(deadline));
  const std::string incarnation = absl::BytesToHexString(head.incarnation);
  ASSIGN_OR_RETURN(const auto rows,
                   database_.Query<std::string>(
                       deadline,
                       "SELECT envelope FROM audit_head WHERE incarnation = $1 AND signed_at < $2 "
                       "ORDER BY position DESC LIMIT 1",
                       {incarnation, absl::ToUnixMicros(instant)}));
  if (rows.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const AuditHead kept, ReadHead(std::get<0>(rows.front())));
  RETURN_IF_ERROR(entries_.CutBefore(deadline, {head.incarnation, kept.position(), kept.hash()}));
  return database_
      .Apply(deadline, {{"DELETE FROM audit_head WHERE incarnation = $1 AND position < $2",
                         {incarnation, kept.position()}}})
      .status();
}

}  // namespace zhiping::audit
