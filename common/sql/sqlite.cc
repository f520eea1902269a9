// SQLite: one process, one writer and several readers, every commit on the disk before it counts.
#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/files/file_lock.h"
#include "common/sql/connection.h"
#include "common/sql/dialect.h"
#include "common/sql/error.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/status/system_error.h"

namespace zhiping::sql {
namespace {

// Statements kept prepared on one connection; others are prepared at each use.
constexpr size_t kMaxPrepared = 1000;
// How many of SQLite's instructions run between two looks at the clock: well below a millisecond.
constexpr int kProgressInstructions = 4000;

struct Close {
  void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
using Handle = std::unique_ptr<sqlite3, Close>;

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Prepared = std::unique_ptr<sqlite3_stmt, Finalize>;

// Whether the write that failed had no room. Of a full disk SQLite itself knows ENOSPC alone, and
// keeps errno for each file: what is committed is written to the log first.
bool HadNoRoom(sqlite3* handle) {
  sqlite3_file* log = nullptr;
  int error = 0;
  if (sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) != SQLITE_OK ||
      log == nullptr || log->pMethods == nullptr ||
      log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &error) != SQLITE_OK) {
    return false;
  }
  return error == EFBIG || error == EDQUOT;
}

SqlError Classify(sqlite3* handle, int code) {
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return SqlError::kUnique;
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return SqlError::kForeignKey;
    case SQLITE_BUSY_SNAPSHOT:
      return SqlError::kSerialization;
    default:
      break;
  }
  switch (code & 0xFF) {
    case SQLITE_BUSY:
      // We have one writer: it is another program that holds the file.
      return SqlError::kStatementTimeout;
    case SQLITE_LOCKED:
      return SqlError::kLockTimeout;
    case SQLITE_INTERRUPT:
      return SqlError::kStatementTimeout;
    case SQLITE_FULL:
      return SqlError::kDiskFull;
    case SQLITE_IOERR:
      // A disk that fails is a database that is away.
      return code == SQLITE_IOERR_WRITE && HadNoRoom(handle) ? SqlError::kDiskFull
                                                             : SqlError::kConnectionLost;
    case SQLITE_READONLY:
      return SqlError::kReadOnly;
    default:
      return SqlError::kOther;
  }
}

int Bind(sqlite3_stmt* statement, int index, const Value& value) {
  struct Binder {
    sqlite3_stmt* statement;
    int index;
    // SQLITE_STATIC: the value outlives the execution.
    int operator()(std::monostate) const { return sqlite3_bind_null(statement, index); }
    int operator()(int64_t number) const { return sqlite3_bind_int64(statement, index, number); }
    int operator()(bool truth) const { return sqlite3_bind_int(statement, index, truth ? 1 : 0); }
    int operator()(const std::string& text) const {
      return sqlite3_bind_text64(statement, index, text.data(), text.size(), SQLITE_STATIC,
                                 SQLITE_UTF8);
    }
    int operator()(const Bytes& bytes) const {
      return sqlite3_bind_blob64(statement, index, bytes.value.data(), bytes.value.size(),
                                 SQLITE_STATIC);
    }
  };
  return std::visit(Binder{statement, index}, value.variant());
}

absl::StatusOr<Value> ValueAt(sqlite3_stmt* statement, int column) {
  // The size is asked for after the pointer, as SQLite demands.
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_NULL:
      return Value();
    case SQLITE_INTEGER:
      return Value(static_cast<int64_t>(sqlite3_column_int64(statement, column)));
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
      return Value(absl::string_view(text, sqlite3_column_bytes(statement, column)));
    }
    case SQLITE_BLOB: {
      const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, column));
      const int size = sqlite3_column_bytes(statement, column);
      return Value(Bytes{size == 0 ? std::string() : std::string(bytes, size)});
    }
    default:
      return absl::InternalError(
          absl::StrCat("column ", column + 1, " is a floating-point number"));
  }
}

class SqliteConnection : public Connection {
 public:
  SqliteConnection(Handle handle, absl::Duration busy_timeout)
      : handle_(std::move(handle)), busy_timeout_(busy_timeout) {
    sqlite3_progress_handler(handle_.get(), kProgressInstructions, &SqliteConnection::Progress,
                             this);
  }
  // The progress handler points here.
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  absl::StatusOr<std::vector<Result>> Run(absl::string_view begin,
                                          absl::Span<const Statement> statements, bool commit,
                                          const Deadline& deadline) override {
    deadline_ = deadline;
    sqlite3_busy_timeout(handle_.get(), deadline.Within(busy_timeout_).Milliseconds());
    std::vector<Result> results;
    results.reserve(statements.size());
    if (!begin.empty()) RETURN_IF_ERROR(Execute(begin, {}).status());
    for (const Statement& statement : statements) {
      ASSIGN_OR_RETURN(results.emplace_back(), Execute(statement.sql, statement.parameters));
    }
    if (commit) RETURN_IF_ERROR(Commit());
    return results;
  }

  void RollBack(const Deadline&) override {
    if (sqlite3_get_autocommit(handle_.get()) != 0) return;
    // However little time is left: it needs none.
    deadline_ = Deadline(absl::InfiniteDuration());
    if (!Execute("ROLLBACK", {}).ok()) broken_ = true;
  }

  bool Usable() override { return !broken_ && sqlite3_get_autocommit(handle_.get()) != 0; }

 private:
  static int Progress(void* self) {
    return static_cast<SqliteConnection*>(self)->deadline_.Passed() ? 1 : 0;
  }

  absl::Status Failed(int code) {
    // A new connection may fare better than one whose file could not be read.
    if ((code & 0xFF) == SQLITE_IOERR) broken_ = true;
    return MakeSqlError(Classify(handle_.get(), code),
                        absl::StrCat("SQLite ", code, ": ", sqlite3_errmsg(handle_.get())));
  }

  absl::Status Commit() {
    // Some other statement ended the transaction.
    if (sqlite3_get_autocommit(handle_.get()) != 0) {
      return absl::InternalError("COMMIT outside of a transaction");
    }
    absl::Status status = Execute("COMMIT", {}).status();
    // What could not be synced may be on the disk all the same; what there was no room for is not.
    if (!status.ok() && broken_ && SqlErrorOf(status) != SqlError::kDiskFull) {
      return MakeSqlError(SqlError::kCommitUnknown, LogText(status));
    }
    return status;
  }

  absl::StatusOr<Prepared> Prepare(absl::string_view sql, size_t parameters) {
    ASSIGN_OR_RETURN(const std::string text, Translate(Engine::kSqlite, sql, parameters));
    sqlite3_stmt* statement = nullptr;
    const char* rest = nullptr;
    const int code = sqlite3_prepare_v3(handle_.get(), text.c_str(), -1, SQLITE_PREPARE_PERSISTENT,
                                        &statement, &rest);
    if (code != SQLITE_OK) return Failed(code);
    if (statement == nullptr ||
        absl::string_view(rest).find_first_not_of("; \n") != absl::string_view::npos) {
      sqlite3_finalize(statement);
      return absl::InternalError("not exactly one statement");
    }
    return Prepared(statement);
  }

  absl::StatusOr<Result> Execute(absl::string_view sql, const std::vector<Value>& values) {
    if (deadline_.Passed()) return MakeSqlError(SqlError::kStatementTimeout, "the deadline passed");
    const auto known = prepared_.find(sql);
    if (known != prepared_.end()) return Execute(known->second.get(), values);
    ASSIGN_OR_RETURN(Prepared prepared, Prepare(sql, values.size()));
    auto result = Execute(prepared.get(), values);
    if (prepared_.size() < kMaxPrepared) prepared_.emplace(sql, std::move(prepared));
    return result;
  }

  absl::StatusOr<Result> Execute(sqlite3_stmt* statement, const std::vector<Value>& values) {
    auto result = Drain(statement, values);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return result;
  }

  // Binds, and reads every row.
  absl::StatusOr<Result> Drain(sqlite3_stmt* statement, const std::vector<Value>& values) {
    if (sqlite3_bind_parameter_count(statement) != static_cast<int>(values.size())) {
      return absl::InternalError("the statement has another number of parameters");
    }
    for (size_t i = 0; i < values.size(); ++i) {
      // SQLite numbers parameters as they appear, whatever number they carry.
      const int index = sqlite3_bind_parameter_index(statement, absl::StrCat("$", i + 1).c_str());
      const int code = Bind(statement, index, values[i]);
      if (code != SQLITE_OK) return Failed(code);
    }
    const int64_t before = sqlite3_total_changes64(handle_.get());
    const int columns = sqlite3_column_count(statement);
    std::vector<Value> rows;
    int code = SQLITE_OK;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
      for (int column = 0; column < columns; ++column) {
        ASSIGN_OR_RETURN(rows.emplace_back(), ValueAt(statement, column));
      }
    }
    if (code != SQLITE_DONE) return Failed(code);
    const bool changed = sqlite3_total_changes64(handle_.get()) != before;
    return Result(columns, std::move(rows), changed ? sqlite3_changes64(handle_.get()) : 0);
  }

  // Before the statements, which must go first.
  const Handle handle_;
  const absl::Duration busy_timeout_;
  absl::flat_hash_map<std::string, Prepared> prepared_;
  Deadline deadline_{absl::ZeroDuration()};
  bool broken_ = false;
};

class SqliteBackend : public Backend {
 public:
  SqliteBackend(std::string path, const Options& options)
      : path_(std::move(path)), options_(options) {}

  // Keeps other processes out until the end: by the path, also when the file is replaced, and by
  // the file itself, also when it has another path, as under a bind mount. Both are flock's, which
  // does not know of SQLite's own locks.
  absl::Status Lock() {
    switch (path_lock_.Take(path_ + ".lock")) {
      case FileLock::Taking::kImpossible:
        return Cannot(Reason::FILE_UNWRITABLE, SystemErrorText(errno));
      case FileLock::Taking::kHeld:
        return InUse();
      case FileLock::Taking::kTaken:
        break;
    }
    // Asked before it is opened: closing any descriptor of it would drop SQLite's locks, if this
    // process has the file open by its other name.
    struct stat about {};
    if (stat(path_.c_str(), &about) == 0 && S_ISREG(about.st_mode) && about.st_nlink > 1) {
      return Linked(about.st_nlink);
    }
    // What cannot be locked cannot be opened for writing: SQLite will say why. It makes the file
    // too, which SQLite would let everybody read.
    return file_lock_.Take(path_) == FileLock::Taking::kHeld ? InUse() : absl::OkStatus();
  }

  absl::StatusOr<std::unique_ptr<Connection>> Connect(Access access, const Deadline&) override {
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(path_.c_str(), &opened,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
                                         SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE,
                                     nullptr);
    Handle handle(opened);
    if (code != SQLITE_OK) return Unopened(opened, code);
    sqlite3_busy_timeout(opened,
                         static_cast<int>(absl::ToInt64Milliseconds(options_.busy_timeout)));
    // "x" is a column and never a text, as in PostgreSQL.
    sqlite3_db_config(opened, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(opened, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
    std::string pragmas =
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
        "PRAGMA trusted_schema = OFF;";
    if (access == Access::kRead) absl::StrAppend(&pragmas, "PRAGMA query_only = ON;");
    const int set = sqlite3_exec(opened, pragmas.c_str(), nullptr, nullptr, nullptr);
    if (set != SQLITE_OK) return Unopened(opened, set);
    return std::make_unique<SqliteConnection>(std::move(handle), options_.busy_timeout);
  }

  absl::string_view Begin(Access access, Isolation) const override {
    // A transaction that reads first and then writes could fail at once, whatever the timeout.
    return access == Access::kRead ? "BEGIN" : "BEGIN IMMEDIATE";
  }

 private:
  // `code`: what SQLite answered, extended.
  absl::Status Unopened(sqlite3* opened, int code) const {
    const char* const en = sqlite3_errmsg(opened);
    switch (code & 0xff) {
      case SQLITE_NOTADB:
        return Cannot(Reason::FILE_UNREADABLE, MakeText("它不是 SQLite 数据库", en));
      case SQLITE_CORRUPT:
        return Cannot(Reason::FILE_UNREADABLE, MakeText("文件已损坏，请从备份恢复", en));
      case SQLITE_FULL:
        return Cannot(Reason::FILE_UNREADABLE, SystemErrorText(ENOSPC));
      case SQLITE_READONLY:
        return Cannot(Reason::FILE_UNREADABLE, MakeText("文件只读", en));
      default:
        break;
    }
    const int error = sqlite3_system_errno(opened);
    return Cannot(Reason::FILE_UNREADABLE, error != 0
                                               ? SystemErrorText(error)
                                               : MakeText(absl::StrCat("SQLite 错误 ", code), en));
  }
  absl::Status InUse() const {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, Reason::DATABASE_IN_USE,
        absl::StrCat("数据库文件“", path_, "”正被另一个进程使用；SQLite 只能由一个进程打开。"),
        absl::StrCat("The database file \"", path_,
                     "\" is in use by another process; only one may open it with SQLite."),
        {{"path", path_}});
  }
  // SQLite keeps what was committed last beside the name by which the file was opened: by another
  // name it would not be found.
  absl::Status Linked(nlink_t names) const {
    return Cannot(
        Reason::FILE_UNREADABLE,
        MakeText(absl::StrCat("它有 ", names,
                              " 个文件名（硬链接），用其中一个写入的内容用另一个读不到。请只保留一"
                              "直使用的那个，删除其余的；find 文件夹 -samefile 文件 可列出全部"),
                 absl::StrCat("it has ", names,
                              " names (hard links), and what is written by one is not read by "
                              "another. Keep the name that was used, and remove the others; find "
                              "FOLDER -samefile FILE lists them")));
  }
  absl::Status Cannot(Reason::Value reason, const common::v1::LocalText& why) const {
    return MakeError(absl::StatusCode::kFailedPrecondition, reason,
                     absl::StrCat("不能打开数据库文件“", path_, "”：", why.zh(), "。"),
                     absl::StrCat("Cannot open the database file \"", path_, "\": ", why.en(), "."),
                     {{"path", path_}});
  }

  const std::string path_;
  const Options options_;
  FileLock path_lock_;
  // Its descriptor of the database file is closed after all connections.
  FileLock file_lock_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Backend>> NewSqliteBackend(const Setting& setting,
                                                          const Options& options) {
  // A file that is opened by a symbolic link has its other files beside it, not beside the link.
  std::error_code error;
  const std::string path = std::filesystem::weakly_canonical(setting.path, error).string();
  auto backend = std::make_unique<SqliteBackend>(error ? setting.path : path, options);
  RETURN_IF_ERROR(backend->Lock());
  // Shows at once whether it is a database that can be opened.
  RETURN_IF_ERROR(backend->Connect(Access::kWrite, Deadline(options.connect_timeout)).status());
  return backend;
}

}  // namespace zhiping::sql
