// A database: SQLite or PostgreSQL behind one interface. Calls block, within a deadline: they
// belong into a bounded pool of threads.
//
//   sql::Options options;
//   options.database = "sqlite:/data/catalogue.db";
//   ASSIGN_OR_RETURN(const auto database, sql::Database::Open(options));
//   RETURN_IF_ERROR(database->Transact(deadline, {}, [&](sql::Transaction& transaction) {
//     ASSIGN_OR_RETURN(const auto rows, (transaction.Query<int64_t>(
//         "SELECT revision FROM programme WHERE id = $1 {for_update}", {programme})));
//     …
//     return transaction.Execute("UPDATE programme SET revision = $2 WHERE id = $1",
//                                {programme, revision}).status();
//   }));
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/sql/connection.h"
#include "common/sql/error.h"
#include "common/sql/options.h"
#include "common/sql/pool.h"
#include "common/sql/value.h"

namespace zhiping::sql {

template <typename... Columns>
using Rows = std::vector<std::tuple<Columns...>>;

// One transaction, in one thread. After a statement has failed, all that follow fail with the same
// error and nothing is committed, whatever the body returns: what may fail as a matter of course is
// written so that it does not (ON CONFLICT DO NOTHING).
class Transaction {
 public:
  // REQUIRES: the connection is usable and is used by nobody else.
  Transaction(Engine engine, Connection& connection, absl::string_view begin,
              const Deadline& deadline)
      : engine_(engine), connection_(connection), begin_(begin), deadline_(deadline) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  absl::StatusOr<Result> Execute(absl::string_view sql, std::vector<Value> parameters = {});

  // The rows; see Result::Take.
  template <typename... Columns>
  absl::StatusOr<Rows<Columns...>> Query(absl::string_view sql,
                                         std::vector<Value> parameters = {}) {
    auto result = Execute(sql, std::move(parameters));
    if (!result.ok()) return result.status();
    return (*std::move(result)).template Take<Columns...>();
  }

  // Several statements, in order, in one round trip on PostgreSQL. Stops at the first that fails.
  absl::StatusOr<std::vector<Result>> Batch(absl::Span<const Statement> statements);

  // Runs it before the next statement, or the COMMIT, in the same round trip: for a change of whose
  // result nothing depends. What it fails with comes from there.
  void Later(absl::string_view sql, std::vector<Value> parameters) {
    later_.push_back({std::string(sql), std::move(parameters)});
  }

  // Waits until no other transaction of this database holds the lock of this name, and holds it
  // until the end. On SQLite every transaction that writes holds all of them.
  absl::Status Lock(absl::string_view name);

 private:
  friend class Database;

  // The results of those that are run later are left out.
  absl::StatusOr<std::vector<Result>> Run(absl::Span<const Statement> statements, bool commit);

  const Engine engine_;
  Connection& connection_;
  // Not sent yet: it goes with the first statement.
  absl::string_view begin_;
  const Deadline& deadline_;
  std::vector<Statement> later_;
  absl::Status failure_;
};

struct TransactOptions {
  // kRead: one snapshot, no writes.
  Access access = Access::kWrite;
  Isolation isolation = Isolation::kReadCommitted;
  // Whether the body may run again after a serialization failure or a deadlock: it must set all
  // that it sets anew each time.
  bool may_repeat = false;
};

// Thread-safe.
class Database {
 public:
  // SQLite: opens the file, makes it if it is not there, and holds it until the end; the folder
  // must be there. PostgreSQL: connects at the first call, and again whenever needed. Errors:
  // INVALID_FIELD, DATABASE_IN_USE, FILE_UNREADABLE, FILE_UNWRITABLE.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const Options& options);

  Engine engine() const { return setting_.engine; }
  // Without secrets: for logs.
  std::string description() const { return setting_.Description(); }

  // Runs the body in a transaction: committed if it returns OK and nothing failed, else rolled
  // back. Gives what the body returned, or why it could not be committed. kCommitUnknown: it may
  // have been.
  absl::Status Transact(absl::Time deadline, const TransactOptions& options,
                        const std::function<absl::Status(Transaction&)>& body);

  // A transaction that writes, of statements that do not depend on each other's results: one round
  // trip on PostgreSQL.
  absl::StatusOr<std::vector<Result>> Apply(absl::Time deadline,
                                            absl::Span<const Statement> statements);

  // Several statements that read, in order, in one round trip on PostgreSQL; each sees what is
  // committed when it begins. A write fails with kReadOnly.
  absl::StatusOr<std::vector<Result>> ReadAll(absl::Time end,
                                              absl::Span<const Statement> statements);

  // One statement that reads, in one round trip; a write fails with kReadOnly.
  template <typename... Columns>
  absl::StatusOr<Rows<Columns...>> Query(absl::Time deadline, absl::string_view sql,
                                         std::vector<Value> parameters = {},
                                         Plan plan = Plan::kKept) {
    const Statement statement = {std::string(sql), std::move(parameters), plan};
    auto results = ReadAll(deadline, {&statement, 1});
    if (!results.ok()) return results.status();
    return std::move(results->front()).template Take<Columns...>();
  }

 private:
  Database(Setting setting, const Options& options, std::unique_ptr<Backend> backend);

  // Sets `repeatable` if another try may succeed.
  absl::Status TransactOnce(const Deadline& deadline, const TransactOptions& options,
                            const std::function<absl::Status(Transaction&)>& body,
                            bool& repeatable);
  Pool& PoolFor(Access access);

  const Setting setting_;
  const absl::Duration call_timeout_;
  const std::unique_ptr<Backend> backend_;
  Pool pool_;
  // SQLite has one connection that writes, apart from those that read.
  Pool writer_;
};

}  // namespace zhiping::sql
