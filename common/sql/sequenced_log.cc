#include "common/sql/sequenced_log.h"

#include <openssl/rand.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "zhiping/sql_log/migrations.h"

namespace zhiping::sql {
namespace {

constexpr size_t kIncarnationBytes = 16;
// Entries read at once when a chain is verified.
constexpr int64_t kVerifyPage = 1000;

// Parameters: log, least and greatest position, limit.
constexpr char kSelectEntries[] =
    "SELECT position, prev_hash, hash, instant, bytes FROM log_entry "
    "WHERE log = $1 AND position >= $2 AND position <= $3 ORDER BY position LIMIT $4";
using EntryRows = Rows<int64_t, Bytes, Bytes, int64_t, Bytes>;

constexpr char kInsertEntry[] =
    "INSERT INTO log_entry (log, position, prev_hash, hash, instant, bytes) "
    "VALUES ($1, $2, $3, $4, $5, $6)";

absl::StatusOr<Bytes> NewIncarnation() {
  Bytes incarnation{std::string(kIncarnationBytes, '\0')};
  if (RAND_bytes(reinterpret_cast<unsigned char*>(incarnation.value.data()), kIncarnationBytes) !=
      1) {
    return absl::InternalError("no random bytes");
  }
  return incarnation;
}

absl::Status Rewound() {
  return MakeError(
      absl::StatusCode::kDataLoss, Reason::FEED_REWOUND,
      "日志已被恢复到另一段历史，或所读位置已不再保留：请从头读取。",
      "The log was restored to another history, or no longer keeps this position: read "
      "it from the beginning.");
}

std::vector<LogEntry> Entries(EntryRows&& rows) {
  std::vector<LogEntry> entries;
  entries.reserve(rows.size());
  for (auto& [position, prev_hash, hash, instant, bytes] : rows) {
    entries.push_back({position, std::move(prev_hash.value), std::move(hash.value), instant,
                       std::move(bytes.value)});
  }
  return entries;
}

}  // namespace

absl::Status InitialiseLogs(Database& database, absl::Time deadline) {
  RETURN_IF_ERROR(Migrate(database, deadline, "sequenced_log", sql_log::Migrations()));
  ASSIGN_OR_RETURN(Bytes incarnation, NewIncarnation());
  return database
      .Apply(deadline, {{"INSERT INTO store_incarnation (singleton, incarnation) VALUES (1, $1) "
                         "ON CONFLICT DO NOTHING",
                         {std::move(incarnation)}}})
      .status();
}

absl::Status RenewIncarnation(Database& database, absl::Time deadline) {
  return database.Transact(deadline, {},
                           [](Transaction& transaction) { return RenewIncarnation(transaction); });
}

absl::Status RenewIncarnation(Transaction& transaction) {
  ASSIGN_OR_RETURN(Bytes incarnation, NewIncarnation());
  return transaction
      .Execute("UPDATE store_incarnation SET incarnation = $1", {std::move(incarnation)})
      .status();
}

absl::StatusOr<std::string> ReadIncarnation(Transaction& transaction) {
  ASSIGN_OR_RETURN(auto rows,
                   transaction.Query<Bytes>("SELECT incarnation FROM store_incarnation"));
  if (rows.size() != 1) return absl::InternalError("the logs were not initialised");
  return std::move(std::get<0>(rows.front()).value);
}

absl::Status SequencedLog::Append(Transaction& transaction, absl::Time instant,
                                  absl::string_view bytes) const {
  transaction.Later("INSERT INTO log_outbox (log, instant, bytes) VALUES ($1, $2, $3)",
                    {name_, absl::ToUnixMicros(instant), Bytes{std::string(bytes)}});
  return absl::OkStatus();
}

absl::StatusOr<int> SequencedLog::Sequence(absl::Time deadline, int limit) const {
  int moved = 0;
  const absl::Status status =
      database_.Transact(deadline, {}, [&](Transaction& transaction) -> absl::Status {
        ASSIGN_OR_RETURN(moved, SequenceIn(transaction, limit));
        return absl::OkStatus();
      });
  RETURN_IF_ERROR(status);
  return moved;
}

absl::StatusOr<int> SequencedLog::SequenceIn(Transaction& transaction, int limit) const {
  // What follows the lock sees all that the sequencer before committed (READ COMMITTED).
  RETURN_IF_ERROR(transaction.Lock(absl::StrCat("log ", name_)));
  ASSIGN_OR_RETURN(auto appended, (transaction.Query<int64_t, int64_t, Bytes>(
                                      "DELETE FROM log_outbox WHERE id IN (SELECT id FROM "
                                      "log_outbox WHERE log = $1 ORDER BY id LIMIT $2) "
                                      "RETURNING id, instant, bytes",
                                      {name_, limit})));
  if (appended.empty()) return 0;
  // RETURNING promises no order.
  std::sort(appended.begin(), appended.end(),
            [](const auto& a, const auto& b) { return std::get<0>(a) < std::get<0>(b); });
  ASSIGN_OR_RETURN(LogCursor head, HeadIn(transaction));
  std::vector<Statement> inserts;
  inserts.reserve(appended.size());
  for (auto& [id, instant, bytes] : appended) {
    ++head.position;
    std::string hash = EntryHash(name_, head.hash, head.position, instant, bytes.value);
    inserts.push_back({kInsertEntry,
                       {name_, head.position, Bytes{std::exchange(head.hash, hash)}, Bytes{hash},
                        instant, std::move(bytes)}});
  }
  RETURN_IF_ERROR(transaction.Batch(inserts).status());
  return static_cast<int>(inserts.size());
}

absl::StatusOr<int64_t> SequencedLog::Waiting(absl::Time deadline) const {
  ASSIGN_OR_RETURN(const auto rows,
                   database_.Query<int64_t>(
                       deadline, "SELECT count(*) FROM log_outbox WHERE log = $1", {name_}));
  return std::get<0>(rows.front());
}

absl::StatusOr<LogCursor> SequencedLog::Head(absl::Time deadline) const {
  LogCursor head;
  const absl::Status status = database_.Transact(deadline, {.access = Access::kRead},
                                                 [&](Transaction& transaction) -> absl::Status {
                                                   ASSIGN_OR_RETURN(head, HeadIn(transaction));
                                                   return absl::OkStatus();
                                                 });
  RETURN_IF_ERROR(status);
  return head;
}

absl::StatusOr<LogCursor> SequencedLog::HeadIn(Transaction& transaction) const {
  ASSIGN_OR_RETURN(const auto rows,
                   (transaction.Query<Bytes, std::optional<int64_t>, std::optional<Bytes>>(
                       "SELECT store_incarnation.incarnation, last.position, last.hash "
                       "FROM store_incarnation LEFT JOIN (SELECT position, hash FROM log_entry "
                       "WHERE log = $1 ORDER BY position DESC LIMIT 1) AS last ON TRUE",
                       {name_})));
  if (rows.size() != 1) return absl::InternalError("the logs were not initialised");
  const auto& [incarnation, position, hash] = rows.front();
  if (!position.has_value()) return LogCursor{incarnation.value, 0, FirstHash()};
  return LogCursor{incarnation.value, *position, hash->value};
}

absl::StatusOr<LogPage> SequencedLog::Read(absl::Time deadline, const LogCursor& after,
                                           int limit) const {
  LogPage page;
  // One snapshot: a restore in between would be noticed.
  const absl::Status status = database_.Transact(
      deadline, {.access = Access::kRead}, [&](Transaction& transaction) -> absl::Status {
        ASSIGN_OR_RETURN(page.next, Resolve(transaction, after));
        ASSIGN_OR_RETURN(auto rows,
                         (transaction.Query<int64_t, Bytes, Bytes, int64_t, Bytes>(
                             kSelectEntries, {name_, after.position + 1, INT64_MAX, limit})));
        page.entries = Entries(std::move(rows));
        return absl::OkStatus();
      });
  RETURN_IF_ERROR(status);
  if (!page.entries.empty()) {
    page.next.position = page.entries.back().position;
    page.next.hash = page.entries.back().hash;
  }
  return page;
}

absl::StatusOr<LogCursor> SequencedLog::Before(absl::Time deadline, int64_t position) const {
  LogCursor cursor;
  const absl::Status status = database_.Transact(
      deadline, {.access = Access::kRead}, [&](Transaction& transaction) -> absl::Status {
        ASSIGN_OR_RETURN(cursor, BeforeIn(transaction, position));
        return absl::OkStatus();
      });
  RETURN_IF_ERROR(status);
  return cursor;
}

absl::StatusOr<LogCursor> SequencedLog::BeforeIn(Transaction& transaction, int64_t position) const {
  ASSIGN_OR_RETURN(LogCursor cursor, HeadIn(transaction));
  if (position > cursor.position) return cursor;
  ASSIGN_OR_RETURN(
      const auto rows,
      transaction.Query<Bytes>("SELECT hash FROM log_entry WHERE log = $1 AND position = $2",
                               {name_, position - 1}));
  if (rows.empty()) return LogCursor();
  cursor.position = position - 1;
  cursor.hash = std::get<0>(rows.front()).value;
  return cursor;
}

absl::StatusOr<LogRange> SequencedLog::Between(absl::Time deadline, absl::Time from,
                                               absl::Time until) const {
  LogRange range;
  const absl::Status status = database_.Transact(
      deadline, {.access = Access::kRead}, [&](Transaction& transaction) -> absl::Status {
        ASSIGN_OR_RETURN(const auto rows,
                         (transaction.Query<std::optional<int64_t>, std::optional<int64_t>>(
                             "SELECT min(position), max(position) FROM log_entry "
                             "WHERE log = $1 AND instant >= $2 AND instant < $3",
                             {name_, absl::ToUnixMicros(from), absl::ToUnixMicros(until)})));
        const auto& [first, last] = rows.front();
        ASSIGN_OR_RETURN(range.after, BeforeIn(transaction, first.value_or(INT64_MAX)));
        range.last = last.value_or(range.after.position);
        return absl::OkStatus();
      });
  RETURN_IF_ERROR(status);
  return range;
}

absl::StatusOr<LogCursor> SequencedLog::Resolve(Transaction& transaction,
                                                const LogCursor& cursor) const {
  ASSIGN_OR_RETURN(const auto rows,
                   (transaction.Query<Bytes, std::optional<Bytes>, std::optional<int64_t>>(
                       "SELECT incarnation, "
                       "(SELECT hash FROM log_entry WHERE log = $1 AND position = $2), "
                       "(SELECT min(position) FROM log_entry WHERE log = $1) "
                       "FROM store_incarnation",
                       {name_, cursor.position})));
  if (rows.size() != 1) return absl::InternalError("the logs were not initialised");
  const auto& [incarnation, hash, first] = rows.front();
  if (cursor == LogCursor()) return LogCursor{incarnation.value, 0, FirstHash()};
  if (cursor.incarnation != incarnation.value) return Rewound();
  // Before the first entry nothing has a hash; that entry must still be there.
  const bool at_start =
      cursor.position == 0 && cursor.hash == FirstHash() && first.value_or(1) == 1;
  if (!at_start && (!hash.has_value() || hash->value != cursor.hash)) return Rewound();
  return cursor;
}

absl::StatusOr<LogCursor> SequencedLog::Verify(absl::Time deadline, const LogCursor& signed_head,
                                               int64_t to) const {
  ASSIGN_OR_RETURN(LogCursor last, Head(deadline));
  last.position = std::max<int64_t>(signed_head.position, 1) - 1;
  last.hash = FirstHash();
  while (true) {
    // Entries never change: each page may be a call of its own.
    ASSIGN_OR_RETURN(auto rows,
                     (database_.Query<int64_t, Bytes, Bytes, int64_t, Bytes>(
                         deadline, kSelectEntries, {name_, last.position + 1, to, kVerifyPage})));
    const bool end = rows.size() < static_cast<size_t>(kVerifyPage);
    for (const LogEntry& entry : Entries(std::move(rows))) {
      if (entry.position == signed_head.position) {
        if (entry.hash != signed_head.hash) return LogBroken(name_, entry.position);
        // The signature stands for all that came before its head.
        last.hash = entry.prev_hash;
      }
      RETURN_IF_ERROR(CheckEntry(name_, last.position, last.hash, entry));
      last.position = entry.position;
      last.hash = entry.hash;
    }
    if (end) break;
  }
  if (last.position < signed_head.position) return LogBroken(name_, signed_head.position);
  return last;
}

absl::StatusOr<int64_t> SequencedLog::CutBefore(absl::Time deadline,
                                                const LogCursor& signed_head) const {
  int64_t removed = 0;
  RETURN_IF_ERROR(database_.Transact(deadline, {}, [&](Transaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(
        const auto rows,
        (transaction.Query<Bytes>("SELECT hash FROM log_entry WHERE log = $1 AND position = $2",
                                  {name_, signed_head.position})));
    if (rows.empty() || std::get<0>(rows.front()).value != signed_head.hash) {
      return LogBroken(name_, signed_head.position);
    }
    // The tables give up nothing else.
    ASSIGN_OR_RETURN(
        const auto results,
        transaction.Batch({{"INSERT INTO log_cut (log, position) VALUES ($1, $2) "
                            "ON CONFLICT (log) DO UPDATE SET position = excluded.position",
                            {name_, signed_head.position}},
                           {"DELETE FROM log_entry WHERE log = $1 AND position < $2",
                            {name_, signed_head.position}}}));
    removed = results.back().changed();
    return absl::OkStatus();
  }));
  return removed;
}

}  // namespace zhiping::sql
