#include "common/audit/kept_heads.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/sql/sure_time.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"

namespace zhiping::audit {
namespace {

constexpr int64_t kDayMicros = int64_t{24} * 60 * 60 * 1'000'000;

// A head proves something only where others keep it than those who write the log.
absl::Status CheckOrigin(const AuditHead& head, absl::string_view giver, absl::string_view keeper) {
  if (head.service() != keeper && (giver.empty() || head.service() == giver)) {
    return absl::OkStatus();
  }
  return MakeError(absl::StatusCode::kPermissionDenied, Reason::SERVICE_REQUIRED,
                   absl::StrCat("日志头属于服务 ", head.service(),
                                "：每个服务只能把自己的日志头交给别的服务保存。"),
                   absl::StrCat("The head is of the service ", head.service(),
                                ": each service gives only its own, to another one."),
                   {{"service", head.service()}});
}

absl::Status TooManyLogs(const AuditHead& head) {
  return MakeError(absl::StatusCode::kResourceExhausted, Reason::OVERLOADED,
                   absl::StrCat("服务 ", head.service(), " 已有 ", kMostKeptLogs,
                                " 份审计日志的日志头在此保存，不再接受新的日志。"),
                   absl::StrCat("Heads of ", kMostKeptLogs, " audit logs of the service ",
                                head.service(), " are kept: no more logs are taken."),
                   {{"most", absl::StrCat(kMostKeptLogs)}});
}

}  // namespace

absl::Status KeptHeads::Keep(absl::Time deadline, absl::string_view giver,
                             absl::string_view envelope) const {
  if (envelope.size() > kMaxHeadEnvelopeBytes) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::TOO_LARGE,
                     absl::StrCat("日志头超过 ", kMaxHeadEnvelopeBytes, " 字节。"),
                     absl::StrCat("The head is larger than ", kMaxHeadEnvelopeBytes, " bytes."));
  }
  ASSIGN_OR_RETURN(const AuditHead head, OpenHead(envelope, *trust_));
  RETURN_IF_ERROR(CheckOrigin(head, giver, service_));
  Outcome outcome;
  RETURN_IF_ERROR(database_.Transact(
      deadline, {.may_repeat = true}, [&](sql::Transaction& transaction) -> absl::Status {
        ASSIGN_OR_RETURN(outcome, KeepIn(transaction, head, envelope));
        return absl::OkStatus();
      }));
  if (outcome.removed > 0) {
    log_.Write(rpc::Severity::kInfo, "kept_audit_heads_removed", {{"heads", outcome.removed}});
  }
  if (outcome.contradicted.has_value()) {
    log_.Write(rpc::Severity::kError, "audit_head_conflict",
               {{"service", head.service()},
                {"log", head.log()},
                {"position", head.position()},
                {"keptPosition", *outcome.contradicted}});
  }
  return absl::OkStatus();
}

absl::StatusOr<KeptHeads::Outcome> KeptHeads::KeepIn(sql::Transaction& transaction,
                                                     const AuditHead& head,
                                                     absl::string_view envelope) const {
  const std::string& log = head.log();
  const std::string hash = absl::BytesToHexString(head.hash());
  const absl::Time signed_at = FromTimestamp(head.signed_at());
  RETURN_IF_ERROR(transaction.Lock("kept audit heads"));
  ASSIGN_OR_RETURN(const sql::SureTime time, sql::NoteClock(transaction, clock_.Now()));
  const int64_t now = absl::ToUnixMicros(time.latest);
  const int64_t day = now - now % kDayMicros;
  ASSIGN_OR_RETURN(
      const auto contradicted,
      (transaction.Query<int64_t, std::string>(
          "SELECT position, hash FROM kept_audit_head WHERE log = $1 AND "
          "((position = $2 AND hash <> $3) OR (position > $2 AND signed_at < $4)) "
          "ORDER BY position DESC LIMIT 1",
          {log, head.position(), hash, absl::ToUnixMicros(signed_at - kHeadsInAnyOrder)})));
  ASSIGN_OR_RETURN(const auto known,
                   transaction.Query<bool>("SELECT contradicts FROM kept_audit_head WHERE log = $1 "
                                           "AND position = $2 AND hash = $3",
                                           {log, head.position(), hash}));
  ASSIGN_OR_RETURN(const auto counts,
                   (transaction.Query<int64_t, int64_t>(
                       "SELECT (SELECT count(*) FROM kept_audit_head WHERE log = $1), "
                       "(SELECT count(*) FROM kept_audit_head WHERE log = $1 AND lasting = TRUE "
                       "AND contradicts = $2 AND kept_at >= $3 AND kept_at < $4)",
                       {log, !contradicted.empty(), day, day + kDayMicros})));
  const auto& [of_log, lasting_today] = counts.front();
  if (of_log == 0) {
    ASSIGN_OR_RETURN(const auto logs,
                     transaction.Query<int64_t>("SELECT count(DISTINCT log) FROM kept_audit_head "
                                                "WHERE service = $1",
                                                {head.service()}));
    if (std::get<0>(logs.front()) >= kMostKeptLogs) return TooManyLogs(head);
  }
  std::vector<sql::Statement> statements = {
      // Of a log that stands still one head is kept, the latest.
      {"INSERT INTO kept_audit_head (log, position, hash, service, signed_at, kept_at, "
       "contradicts, lasting, envelope) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
       "ON CONFLICT (log, position, hash) DO UPDATE SET signed_at = excluded.signed_at, "
       "kept_at = excluded.kept_at, envelope = excluded.envelope, "
       "contradicts = kept_audit_head.contradicts OR excluded.contradicts, "
       "lasting = kept_audit_head.lasting OR excluded.lasting "
       "WHERE excluded.signed_at >= kept_audit_head.signed_at",
       {log, head.position(), hash, head.service(), absl::ToUnixMicros(signed_at), now,
        !contradicted.empty(), lasting_today == 0, envelope}},
      {"DELETE FROM kept_audit_head WHERE log = $1 AND lasting = FALSE AND kept_at < $2",
       {log, absl::ToUnixMicros(time.earliest - kRecentHeads)}},
      {"DELETE FROM kept_audit_head WHERE kept_at < $1",
       {absl::ToUnixMicros(time.earliest - kLastingHeads)}}};
  const size_t lasting = statements.size() - 1;
  if (!contradicted.empty()) {
    const auto& [position, kept_hash] = contradicted.front();
    statements.push_back(
        {"UPDATE kept_audit_head SET lasting = TRUE WHERE log = $1 AND "
         "position = $2 AND hash = $3",
         {log, position, kept_hash}});
  }
  ASSIGN_OR_RETURN(const auto results, transaction.Batch(statements));
  Outcome outcome;
  outcome.removed = results[lasting].changed();
  const bool known_to_contradict = !known.empty() && std::get<0>(known.front());
  if (!contradicted.empty() && !known_to_contradict) {
    outcome.contradicted = std::get<0>(contradicted.front());
  }
  return outcome;
}

absl::StatusOr<std::vector<KeptHead>> KeptHeads::List(absl::Time deadline, const KeptHead& after,
                                                      int limit) const {
  ASSIGN_OR_RETURN(
      auto rows,
      (database_.Query<std::string, int64_t, std::string, std::string, int64_t, bool>(
          deadline,
          "SELECT log, position, hash, envelope, kept_at, contradicts FROM kept_audit_head "
          "WHERE (log, position, hash) > ($1, $2, $3) ORDER BY log, position, hash LIMIT $4",
          {after.log, after.position, after.hash, limit})));
  std::vector<KeptHead> heads;
  heads.reserve(rows.size());
  for (auto& [log, position, hash, envelope, kept_at, contradicts] : rows) {
    heads.push_back({std::move(log), position, std::move(hash), std::move(envelope),
                     absl::FromUnixMicros(kept_at), contradicts});
  }
  return heads;
}

}  // namespace zhiping::audit
