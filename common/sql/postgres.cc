// PostgreSQL through libpq: always in pipeline mode and never blocking, so that a server that stops
// answering costs a call its deadline and no more.
#include <libpq-fe.h>
#include <poll.h>

#include <array>
#include <cstring>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/sql/connection.h"
#include "common/sql/dialect.h"
#include "common/sql/error.h"
#include "common/sql/postgres_connect.h"
#include "common/sql/postgres_error.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace zhiping::sql {
namespace {

// Statements kept prepared on one connection; others are prepared at each use.
constexpr size_t kMaxPrepared = 1000;
constexpr int kBinary = 1;

// Types by which parameters and columns travel (pg_type.dat).
constexpr Oid kBool = 16, kBytea = 17, kName = 19, kInt8 = 20, kInt2 = 21, kInt4 = 23, kText = 25,
              kVarchar = 1043, kVoid = 2278;

struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Answer = std::unique_ptr<PGresult, Clear>;

// Parameters in the form that libpq takes; points into the statement's values.
class Parameters {
 public:
  explicit Parameters(const std::vector<Value>& values) {
    texts_.reserve(values.size());
    for (const Value& value : values)
      std::visit([this](const auto& held) { Add(held); }, value.variant());
  }
  int size() const { return static_cast<int>(types_.size()); }
  const Oid* types() const { return types_.data(); }
  const char* const* values() const { return values_.data(); }
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }
  // Statements are prepared for the types of their parameters.
  std::string Key(absl::string_view sql) const {
    std::string key(sql);
    for (const Oid type : types_) absl::StrAppend(&key, "\n", type);
    return key;
  }

 private:
  // Type 0: PostgreSQL infers it.
  void Add(std::monostate) { Add(0, nullptr, 0); }
  void Add(int64_t value) { AddText(kInt8, absl::StrCat(value)); }
  void Add(bool value) { AddText(kBool, value ? "t" : "f"); }
  void Add(const std::string& value) { Add(kText, value.data(), value.size()); }
  void Add(const Bytes& value) { Add(kBytea, value.value.data(), value.value.size()); }
  void AddText(Oid type, std::string text) {
    texts_.push_back(std::move(text));
    Add(type, texts_.back().c_str(), 0);
    formats_.back() = 0;
  }
  void Add(Oid type, const char* data, size_t size) {
    types_.push_back(type);
    values_.push_back(data);
    lengths_.push_back(static_cast<int>(size));
    formats_.push_back(kBinary);
  }

  std::vector<std::string> texts_;
  std::vector<Oid> types_;
  std::vector<const char*> values_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

int64_t BigEndian(absl::string_view bytes) {
  // The sign of the first byte carries over.
  int64_t value = bytes.empty() ? 0 : static_cast<signed char>(bytes[0]);
  for (const char byte : bytes.substr(bytes.empty() ? 0 : 1)) {
    value =
        static_cast<int64_t>(static_cast<uint64_t>(value) << 8 | static_cast<unsigned char>(byte));
  }
  return value;
}

absl::StatusOr<Value> ValueAt(const PGresult* answer, int row, int column) {
  const Oid type = PQftype(answer, column);
  if (PQgetisnull(answer, row, column) != 0 || type == kVoid) return Value();
  const absl::string_view bytes(PQgetvalue(answer, row, column), PQgetlength(answer, row, column));
  switch (type) {
    case kBool:
      return Value(bytes[0] != 0);
    case kInt2:
    case kInt4:
    case kInt8:
      return Value(BigEndian(bytes));
    case kText:
    case kName:
    case kVarchar:
      return Value(bytes);
    case kBytea:
      return Value(Bytes{std::string(bytes)});
    default:
      return absl::InternalError(absl::StrCat("column ", column + 1, " has PostgreSQL's type ",
                                              type, ": cast it to BIGINT, TEXT, BYTEA or BOOLEAN"));
  }
}

absl::StatusOr<Result> ResultOf(PGresult* answer) {
  const int rows = PQntuples(answer), columns = PQnfields(answer);
  std::vector<Value> values;
  values.reserve(static_cast<size_t>(rows) * columns);
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      ASSIGN_OR_RETURN(values.emplace_back(), ValueAt(answer, row, column));
    }
  }
  const bool select = absl::string_view(PQcmdStatus(answer)).substr(0, 6) == "SELECT";
  int64_t changed = 0;
  if (!select && !absl::SimpleAtoi(PQcmdTuples(answer), &changed)) changed = 0;
  return Result(columns, std::move(values), changed);
}

class PostgresConnection : public Connection {
 public:
  explicit PostgresConnection(PostgresHandle handle) : handle_(std::move(handle)) {
    PQsetNoticeReceiver(handle_.get(), &PostgresConnection::Notice, this);
  }
  // The notice receiver points here.
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;

  absl::StatusOr<std::vector<Result>> Run(absl::string_view begin,
                                          absl::Span<const Statement> statements, bool commit,
                                          const Deadline& deadline) override {
    // Nothing is sent, so nothing is in doubt.
    if (deadline.Passed()) return MakeSqlError(SqlError::kStatementTimeout, "the deadline passed");
    std::vector<Command> commands;
    absl::Status status = SendAll(begin, statements, commit, commands);
    std::vector<Result> results;
    // What was queued is answered even if one statement could not be.
    const absl::Status received = Receive(commands, results, deadline);
    if (status.ok()) status = received;
    for (const Command& command : commands) {
      if (command.prepares && !command.done) prepared_.erase(command.key);
    }
    if (status.ok()) return results;
    if (silent_ && commit) return MakeSqlError(SqlError::kCommitUnknown, LogText(status));
    return status;
  }

  void RollBack(const Deadline& deadline) override {
    if (silent_ || PQtransactionStatus(handle_.get()) == PQTRANS_IDLE) return;
    if (!Run("ROLLBACK", {}, false, deadline).ok()) stale_ = true;
  }

  bool Usable() override {
    if (silent_ || stale_ || PQstatus(handle_.get()) != CONNECTION_OK) return false;
    if (PQtransactionStatus(handle_.get()) != PQTRANS_IDLE) return false;
    // An idle server says nothing: it is closing, or has gone.
    pollfd polled = {PQsocket(handle_.get()), POLLIN, 0};
    return poll(&polled, 1, 0) == 0;
  }

 private:
  // What was sent, and what of it has been answered.
  struct Command {
    std::string key;
    // Prepares a statement; otherwise, executes one.
    bool prepares = false;
    bool keeps_result = false;
    bool commits = false;
    bool done = false;
  };

  static void Notice(void* self, const PGresult* notice) {
    const char* severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (severity == nullptr || std::strcmp(severity, "WARNING") != 0) return;
    static_cast<PostgresConnection*>(self)->warning_ =
        PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
  }

  absl::Status Lost() {
    silent_ = true;
    return MakeSqlError(SqlError::kConnectionLost, PQerrorMessage(handle_.get()));
  }
  absl::Status TimedOut() {
    silent_ = true;
    return MakeSqlError(SqlError::kStatementTimeout, "the server did not answer in time");
  }

  absl::Status SendAll(absl::string_view begin, absl::Span<const Statement> statements, bool commit,
                       std::vector<Command>& commands) {
    if (!begin.empty()) RETURN_IF_ERROR(Send({std::string(begin), {}}, commands));
    for (const Statement& statement : statements) {
      RETURN_IF_ERROR(Send(statement, commands));
      commands.back().keeps_result = true;
    }
    if (commit) {
      RETURN_IF_ERROR(Send({"COMMIT", {}}, commands));
      commands.back().commits = true;
    }
    return absl::OkStatus();
  }

  // Queues a statement, and before it how to prepare it if that is new.
  absl::Status Send(const Statement& statement, std::vector<Command>& commands) {
    const Parameters parameters(statement.parameters);
    std::string key = parameters.Key(statement.sql);
    auto known = prepared_.find(key);
    std::string name = known == prepared_.end() ? "" : known->second;
    if (known == prepared_.end()) {
      ASSIGN_OR_RETURN(const std::string text,
                       Translate(Engine::kPostgres, statement.sql, parameters.size()));
      // What has no name is planned for its values.
      if (statement.plan == Plan::kKept && prepared_.size() < kMaxPrepared) {
        name = absl::StrCat("s", ++last_name_);
        prepared_.emplace(key, name);
      }
      if (PQsendPrepare(handle_.get(), name.c_str(), text.c_str(), parameters.size(),
                        parameters.types()) == 0) {
        return Lost();
      }
      commands.emplace_back().key = std::move(key);
      commands.back().prepares = true;
    }
    if (PQsendQueryPrepared(handle_.get(), name.c_str(), parameters.size(), parameters.values(),
                            parameters.lengths(), parameters.formats(), kBinary) == 0) {
      return Lost();
    }
    commands.emplace_back();
    return absl::OkStatus();
  }

  // Sends what is queued. Reads meanwhile: the server may have to answer before it can take more.
  absl::Status Flush(const Deadline& deadline) {
    if (PQpipelineSync(handle_.get()) == 0) return Lost();
    int left = 0;
    while ((left = PQflush(handle_.get())) == 1) {
      if (!AwaitSocket(handle_.get(), POLLIN | POLLOUT, deadline)) return TimedOut();
      if (PQconsumeInput(handle_.get()) == 0) return Lost();
    }
    return left == 0 ? absl::OkStatus() : Lost();
  }

  // The next answer; null: the end of a command's answers.
  absl::StatusOr<Answer> Next(const Deadline& deadline) {
    while (PQisBusy(handle_.get()) != 0) {
      if (!AwaitSocket(handle_.get(), POLLIN, deadline)) return TimedOut();
      if (PQconsumeInput(handle_.get()) == 0) return Lost();
    }
    return Answer(PQgetResult(handle_.get()));
  }

  // Reads every answer up to the end of the pipeline; gives the first failure.
  absl::Status Receive(std::vector<Command>& commands, std::vector<Result>& results,
                       const Deadline& deadline) {
    RETURN_IF_ERROR(Flush(deadline));
    absl::Status failure;
    auto command = commands.begin();
    while (true) {
      ASSIGN_OR_RETURN(const Answer answer, Next(deadline));
      if (answer == nullptr) {
        if (PQstatus(handle_.get()) == CONNECTION_BAD) return failure.ok() ? Lost() : failure;
        if (command != commands.end()) ++command;
        continue;
      }
      switch (PQresultStatus(answer.get())) {
        case PGRES_PIPELINE_SYNC:
          return failure;
        case PGRES_PIPELINE_ABORTED:
          break;
        case PGRES_COMMAND_OK:
        case PGRES_TUPLES_OK: {
          command->done = true;
          const absl::Status kept = Keep(answer.get(), *command, results);
          if (failure.ok()) failure = kept;
          break;
        }
        default: {
          const absl::Status refused = PostgresError(answer.get(), stale_);
          if (SqlErrorOf(refused) == SqlError::kConnectionLost) silent_ = true;
          if (failure.ok()) failure = refused;
          break;
        }
      }
      warning_.clear();
    }
  }

  absl::Status Keep(PGresult* answer, const Command& command, std::vector<Result>& results) {
    if (command.commits) {
      // COMMIT of a transaction that had failed answers ROLLBACK, and is no error to PostgreSQL.
      if (absl::string_view(PQcmdStatus(answer)) != "COMMIT") {
        return absl::InternalError(absl::StrCat("COMMIT answered ", PQcmdStatus(answer)));
      }
      // Committed here, but perhaps on no standby: "canceling the wait for synchronous
      // replication".
      if (!warning_.empty()) return MakeSqlError(SqlError::kCommitUnknown, warning_);
    }
    if (!command.keeps_result) return absl::OkStatus();
    ASSIGN_OR_RETURN(results.emplace_back(), ResultOf(answer));
    return absl::OkStatus();
  }

  PostgresHandle handle_;
  // Names by text and types.
  absl::flat_hash_map<std::string, std::string> prepared_;
  int64_t last_name_ = 0;
  // The last warning, since the last answer.
  std::string warning_;
  // No more answers come: what was sent last may have been done or not.
  bool silent_ = false;
  // A new connection should take its place.
  bool stale_ = false;
};

class PostgresBackend : public Backend {
 public:
  PostgresBackend(const Setting& setting, const Options& options) : connector_(setting, options) {}

  absl::StatusOr<std::unique_ptr<Connection>> Connect(Access, const Deadline& deadline) override {
    ASSIGN_OR_RETURN(PostgresHandle handle, connector_.Connect(deadline));
    return std::make_unique<PostgresConnection>(std::move(handle));
  }

  absl::string_view Begin(Access access, Isolation isolation) const override {
    if (access == Access::kRead) return "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    return isolation == Isolation::kSerializable
               ? "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE"
               : "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
  }

 private:
  PostgresConnector connector_;
};

}  // namespace

std::unique_ptr<Backend> NewPostgresBackend(const Setting& setting, const Options& options) {
  return std::make_unique<PostgresBackend>(setting, options);
}

}  // namespace zhiping::sql
