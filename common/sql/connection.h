// What the two backends implement: a connection, and how to open one. Used by database.cc alone.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/sql/deadline.h"
#include "common/sql/options.h"
#include "common/sql/value.h"

namespace zhiping::sql {

enum class Access { kRead, kWrite };

// For transactions that write; those that read see one snapshot in any case.
enum class Isolation {
  // Every statement sees what is committed when it begins: lock what is read ({for_update}).
  kReadCommitted,
  // As if transactions ran one after another; fails with kSerialization where they did not.
  kSerializable,
};

// Used by one thread at a time.
class Connection {
 public:
  virtual ~Connection() = default;

  // Runs `begin` if it is not empty, then the statements, then COMMIT if `commit`: in one round
  // trip where the database can. Stops at the first that fails. Gives the statements' results.
  // A COMMIT that gives no answer, or another than it should, is a failure: kCommitUnknown unless
  // it is certain that nothing was committed.
  virtual absl::StatusOr<std::vector<Result>> Run(absl::string_view begin,
                                                  absl::Span<const Statement> statements,
                                                  bool commit, const Deadline& deadline) = 0;
  // Ends the transaction, if there is one; if that fails, the connection is no longer usable.
  virtual void RollBack(const Deadline& deadline) = 0;
  // Whether it can begin a transaction, as far as can be told without asking the database.
  virtual bool Usable() = 0;
};

// Thread-safe.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual absl::StatusOr<std::unique_ptr<Connection>> Connect(Access access,
                                                              const Deadline& deadline) = 0;
  // The statement that begins a transaction.
  virtual absl::string_view Begin(Access access, Isolation isolation) const = 0;
};

// Opens and locks the file, and makes it if it is not there. Errors: DATABASE_IN_USE,
// FILE_UNREADABLE, INVALID_FIELD.
absl::StatusOr<std::unique_ptr<Backend>> NewSqliteBackend(const Setting& setting,
                                                          const Options& options);
// Connects to nothing yet.
std::unique_ptr<Backend> NewPostgresBackend(const Setting& setting, const Options& options);

}  // namespace zhiping::sql
