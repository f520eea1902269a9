// A log that transactions append to and readers follow: gap-free, in order, hash-chained, nothing
// lost. A table with a serial column is not that on PostgreSQL: a transaction with a lower number
// may commit after a higher one was read.
//
// A transaction appends to an outbox. Sequence moves what is committed from there into the log, one
// sequencer at a time, and only then gives positions. Readers read the log alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/sql/database.h"
#include "common/sql/log_chain.h"

namespace zhiping::sql {

// Makes the tables of all logs of a database and, the first time, its incarnation. Errors: as
// Migrate.
absl::Status InitialiseLogs(Database& database, absl::Time deadline);

// Gives the store a new incarnation: whoever followed its logs must read them anew. To be called
// after each restore, before the service starts. REQUIRES: InitialiseLogs.
absl::Status RenewIncarnation(Database& database, absl::Time deadline);
// The same as part of a transaction.
absl::Status RenewIncarnation(Transaction& transaction);

// The 16 bytes of the store's incarnation. REQUIRES: InitialiseLogs.
absl::StatusOr<std::string> ReadIncarnation(Transaction& transaction);

// How far somebody has read, and in which history. Default: nothing.
struct LogCursor {
  // 16 bytes; empty: nothing was read.
  std::string incarnation;
  // Of the last entry that was read; 0: none.
  int64_t position = 0;
  std::string hash;

  friend bool operator==(const LogCursor&, const LogCursor&) = default;
};

// Where in a log the entries of some time are: those after `after`, up to position `last`. Others
// may stand between them, since instants may go back.
struct LogRange {
  LogCursor after;
  int64_t last = 0;
};

struct LogPage {
  std::vector<LogEntry> entries;
  // After the last of them.
  LogCursor next;
};

// One log of a database, by name: `changes`, `audit`. Thread-safe; keeps nothing in memory.
class SequencedLog {
 public:
  // REQUIRES: InitialiseLogs has succeeded on the database.
  SequencedLog(Database& database, absl::string_view name) : database_(database), name_(name) {}

  const std::string& name() const { return name_; }

  // Appends in the caller's transaction. Entries of one object are in the order of its changes if
  // the caller locks the object's row first ({for_update}). `instant` is cut to microseconds.
  absl::Status Append(Transaction& transaction, absl::Time instant, absl::string_view bytes) const;

  // Moves at most `limit` committed appends into the log, in one transaction. Any process may call
  // it at any time; they take turns. Gives how many were moved: fewer than `limit` means that there
  // were no more.
  absl::StatusOr<int> Sequence(absl::Time deadline, int limit = 1000) const;

  // How many committed appends are not in the log yet.
  absl::StatusOr<int64_t> Waiting(absl::Time deadline) const;

  // The last entry, and the incarnation; position 0 and FirstHash() if there is none.
  absl::StatusOr<LogCursor> Head(absl::Time deadline) const;

  // At most `limit` entries after the cursor; after a cursor that has read nothing, from the first
  // that is kept. Errors: FEED_REWOUND (DATA_LOSS) if the cursor is not of this history, or what it
  // stands on was cut: read from the beginning.
  absl::StatusOr<LogPage> Read(absl::Time deadline, const LogCursor& after, int limit) const;

  // Of the entry before `position`, so that reading after it begins there; of the last if there are
  // not so many, and of nothing if it is not kept.
  absl::StatusOr<LogCursor> Before(absl::Time deadline, int64_t position) const;

  // The entries with instants from `from` until before `until`.
  absl::StatusOr<LogRange> Between(absl::Time deadline, absl::Time from, absl::Time until) const;

  // Recomputes the chain up to the entry at `to`, or the last, and gives the cursor after it:
  // comparing that with a head that was signed shows that nothing is missing at the end. Starts
  // with the entry of `signed_head`, whose incarnation does not count; without one, at position 1.
  // Errors: LOG_BROKEN (DATA_LOSS) with the position.
  absl::StatusOr<LogCursor> Verify(absl::Time deadline, const LogCursor& signed_head = {},
                                   int64_t to = INT64_MAX) const;

  // Retention: removes the entries before that of a signed head, which stays and from which
  // verification then starts; how many they were. Errors: LOG_BROKEN if it is no entry of this log.
  absl::StatusOr<int64_t> CutBefore(absl::Time deadline, const LogCursor& signed_head) const;

 private:
  absl::StatusOr<int> SequenceIn(Transaction& transaction, int limit) const;
  absl::StatusOr<LogCursor> HeadIn(Transaction& transaction) const;
  absl::StatusOr<LogCursor> BeforeIn(Transaction& transaction, int64_t position) const;
  // The cursor with its incarnation; FEED_REWOUND if it is not of this history.
  absl::StatusOr<LogCursor> Resolve(Transaction& transaction, const LogCursor& cursor) const;

  Database& database_;
  const std::string name_;
};

}  // namespace zhiping::sql
