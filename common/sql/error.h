// What can go wrong in a database: the same kinds on SQLite and PostgreSQL. Each is a Reason, so it
// travels with the absl::Status like every other error.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace zhiping::sql {

enum class SqlError {
  // A unique or primary key: ALREADY_EXISTS, ROW_EXISTS.
  kUnique,
  // A foreign key: FAILED_PRECONDITION, ROW_REFERENCED.
  kForeignKey,
  // Another transaction changed what this one had read: ABORTED, TRANSACTION_CONFLICT.
  kSerialization,
  // ABORTED, TRANSACTION_DEADLOCK.
  kDeadlock,
  // Another transaction held a row or the file for too long: ABORTED, LOCK_TIMEOUT.
  kLockTimeout,
  // The call's deadline passed, or another program held an SQLite file for too long: UNAVAILABLE,
  // DATABASE_TIMEOUT. Nothing was committed.
  kStatementTimeout,
  // Not connected, or no longer; or the disk of an SQLite file fails: UNAVAILABLE,
  // DATABASE_UNAVAILABLE. Nothing was committed.
  kConnectionLost,
  // The answer to COMMIT never came, so it may have been done: UNAVAILABLE, COMMIT_UNKNOWN.
  kCommitUnknown,
  // All connections were in use until the deadline: RESOURCE_EXHAUSTED, OVERLOADED.
  kPoolExhausted,
  // UNAVAILABLE, DATABASE_FULL. Nothing was committed.
  kDiskFull,
  // A write in a read-only transaction; or the server is a standby, of which nothing is read
  // either:
  // UNAVAILABLE, DATABASE_READ_ONLY.
  kReadOnly,
  // What whoever operates the database has to mend; nothing was changed, and it works without a
  // restart as soon as that is done. UNAVAILABLE: DATABASE_LOGIN_REFUSED, DATABASE_NOT_FOUND,
  // DATABASE_PERMISSION_DENIED.
  kLoginRefused,
  kNoDatabase,
  kPermissionDenied,
  // Anything else, and every status that is no error of a database: INTERNAL without a detail,
  // since
  // its text is for the log only.
  kOther,
};

// `engine_text`: what the database said. Only the log may see it (LogText): it can name hosts and
// columns.
absl::Status MakeSqlError(SqlError error, absl::string_view engine_text);

// REQUIRES: !status.ok().
SqlError SqlErrorOf(const absl::Status& status);

}  // namespace zhiping::sql
