#include "common/sql/database.h"

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/sql/sha256.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace zhiping::sql {
namespace {

// How often a transaction is tried before its conflict is the caller's.
constexpr int kMaxTries = 8;
constexpr absl::Duration kFirstPause = absl::Milliseconds(2);

absl::Status Invalid(absl::string_view field, absl::string_view zh, absl::string_view en) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::INVALID_FIELD,
                   absl::StrCat(field, "：", zh), absl::StrCat(field, ": ", en),
                   {{"field", std::string(field)}});
}

absl::Status Check(const Options& options) {
  if (options.pool_size < 1 || options.pool_size > 1000) {
    return Invalid("pool_size", "应为 1–1000。", "should be 1–1000.");
  }
  for (const auto& [field, value] : {std::pair("connect_timeout", options.connect_timeout),
                                     std::pair("call_timeout", options.call_timeout),
                                     std::pair("busy_timeout", options.busy_timeout)}) {
    if (value < absl::Milliseconds(1) || value > absl::Hours(1)) {
      return Invalid(field, "应为 1 毫秒至 1 小时。", "should be 1 ms to 1 h.");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<Result>> Transaction::Run(absl::Span<const Statement> statements,
                                                     bool commit) {
  RETURN_IF_ERROR(failure_);
  std::vector<Statement> all = std::exchange(later_, {});
  const auto before = static_cast<int64_t>(all.size());
  if (before > 0) {
    all.insert(all.end(), statements.begin(), statements.end());
    statements = all;
  }
  for (const Statement& statement : statements) {
    if (failure_ = CheckStorable(statement); !failure_.ok()) return failure_;
  }
  auto results = connection_.Run(std::exchange(begin_, ""), statements, commit, deadline_);
  failure_ = results.status();
  if (results.ok()) results->erase(results->begin(), results->begin() + before);
  return results;
}

absl::StatusOr<Result> Transaction::Execute(absl::string_view sql, std::vector<Value> parameters) {
  const Statement statement = {std::string(sql), std::move(parameters)};
  ASSIGN_OR_RETURN(auto results, Batch({&statement, 1}));
  return std::move(results.front());
}

absl::StatusOr<std::vector<Result>> Transaction::Batch(absl::Span<const Statement> statements) {
  if (statements.empty()) return std::vector<Result>();
  return Run(statements, false);
}

absl::Status Transaction::Lock(absl::string_view name) {
  if (engine_ == Engine::kSqlite) return failure_;
  // PostgreSQL names locks by number.
  uint64_t number = 0;
  for (const char byte : Sha256(name).substr(0, sizeof(number))) {
    number = number << 8 | static_cast<unsigned char>(byte);
  }
  return Execute("SELECT pg_advisory_xact_lock($1)", {static_cast<int64_t>(number)}).status();
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const Options& options) {
  RETURN_IF_ERROR(Check(options));
  ASSIGN_OR_RETURN(Setting setting, ParseSetting(options.database));
  RETURN_IF_ERROR(CheckSecured(setting));
  std::unique_ptr<Backend> backend;
  if (setting.engine == Engine::kPostgres) {
    backend = NewPostgresBackend(setting, options);
  } else {
    if (!options.password_file.empty()) {
      return MakeError(absl::StatusCode::kInvalidArgument, Reason::INVALID_FIELD,
                       "SQLite 数据库没有口令：请去掉 --database-password-file，或改用 "
                       "postgres:// 数据库。",
                       "An SQLite database has no password: leave out --database-password-file, or "
                       "name a postgres:// database.",
                       {{"field", "password_file"}});
    }
    ASSIGN_OR_RETURN(backend, NewSqliteBackend(setting, options));
  }
  return std::unique_ptr<Database>(new Database(std::move(setting), options, std::move(backend)));
}

Database::Database(Setting setting, const Options& options, std::unique_ptr<Backend> backend)
    : setting_(std::move(setting)),
      call_timeout_(options.call_timeout),
      backend_(std::move(backend)),
      pool_(*backend_, Access::kRead, options.pool_size),
      writer_(*backend_, Access::kWrite, 1) {}

Pool& Database::PoolFor(Access access) {
  return access == Access::kWrite && engine() == Engine::kSqlite ? writer_ : pool_;
}

absl::Status Database::Transact(absl::Time end, const TransactOptions& options,
                                const std::function<absl::Status(Transaction&)>& body) {
  const Deadline deadline(end, call_timeout_);
  absl::InsecureBitGen random;
  absl::Duration pause = kFirstPause;
  for (int tries = 1;; ++tries) {
    bool repeatable = false;
    absl::Status status = TransactOnce(deadline, options, body, repeatable);
    if (!repeatable || !options.may_repeat || tries == kMaxTries) return status;
    // Not all at once again.
    pause *= 2;
    if (deadline.Left() < pause) return status;
    absl::SleepFor(pause * absl::Uniform(random, 0.0, 1.0));
  }
}

absl::Status Database::TransactOnce(const Deadline& deadline, const TransactOptions& options,
                                    const std::function<absl::Status(Transaction&)>& body,
                                    bool& repeatable) {
  ASSIGN_OR_RETURN(Pool::Loan connection, PoolFor(options.access).Borrow(deadline));
  Transaction transaction(engine(), *connection, backend_->Begin(options.access, options.isolation),
                          deadline);
  absl::Status status = body(transaction);
  if (status.ok()) status = transaction.failure_;
  if (status.ok() && (transaction.begin_.empty() || !transaction.later_.empty())) {
    status = transaction.Run({}, true).status();
  }
  if (!status.ok()) {
    if (!transaction.failure_.ok()) {
      const SqlError error = SqlErrorOf(transaction.failure_);
      repeatable = error == SqlError::kSerialization || error == SqlError::kDeadlock;
    }
    if (transaction.begin_.empty()) connection->RollBack(deadline);
  }
  return status;
}

absl::StatusOr<std::vector<Result>> Database::Apply(absl::Time end,
                                                    absl::Span<const Statement> statements) {
  const Deadline deadline(end, call_timeout_);
  ASSIGN_OR_RETURN(Pool::Loan connection, PoolFor(Access::kWrite).Borrow(deadline));
  Transaction transaction(engine(), *connection,
                          backend_->Begin(Access::kWrite, Isolation::kReadCommitted), deadline);
  auto results = transaction.Run(statements, true);
  if (!results.ok()) connection->RollBack(deadline);
  return results;
}

absl::StatusOr<std::vector<Result>> Database::ReadAll(absl::Time end,
                                                      absl::Span<const Statement> statements) {
  for (const Statement& statement : statements) RETURN_IF_ERROR(CheckStorable(statement));
  const Deadline deadline(end, call_timeout_);
  ASSIGN_OR_RETURN(Pool::Loan connection, PoolFor(Access::kRead).Borrow(deadline));
  return connection->Run("", statements, false, deadline);
}

}  // namespace zhiping::sql
