#include "common/sql/pool.h"

#include "common/sql/error.h"
#include "common/status/status_macros.h"

namespace zhiping::sql {
namespace {

// How long an empty transaction may take of a database that answers.
constexpr absl::Duration kProbeTimeout = absl::Seconds(1);

}  // namespace

// A connection whose calls say whether the database answers.
class Pool::Watched : public Connection {
 public:
  Watched(Answering& answering, std::unique_ptr<Connection> connection)
      : answering_(answering), connection_(std::move(connection)) {}

  absl::StatusOr<std::vector<Result>> Run(absl::string_view begin,
                                          absl::Span<const Statement> statements, bool commit,
                                          const Deadline& deadline) override {
    const int64_t begun = answering_.Begin();
    auto results = connection_->Run(begin, statements, commit, deadline);
    answering_.End(begun, results.status());
    return results;
  }
  void RollBack(const Deadline& deadline) override { connection_->RollBack(deadline); }
  bool Usable() override { return connection_->Usable(); }

 private:
  Answering& answering_;
  const std::unique_ptr<Connection> connection_;
};

absl::StatusOr<Pool::Loan> Pool::Borrow(const Deadline& deadline) {
  switch (answering_.Admit()) {
    case Answering::Admission::kCall:
      break;
    case Answering::Admission::kRefuse:
      return answering_.Refusal();
    case Answering::Admission::kProbe: {
      const absl::Status probed = Probe(deadline.Within(kProbeTimeout));
      answering_.Probed(probed);
      if (!probed.ok()) return probed;
      break;
    }
  }
  return Take(deadline);
}

absl::Status Pool::Probe(const Deadline& deadline) {
  auto connection = Take(deadline);
  if (!connection.ok()) {
    // Still in use by those who wait for the database.
    return SqlErrorOf(connection.status()) == SqlError::kPoolExhausted ? answering_.Refusal()
                                                                       : connection.status();
  }
  return (*connection)
      ->Run(backend_.Begin(access_, Isolation::kReadCommitted), {}, /*commit=*/true, deadline)
      .status();
}

absl::StatusOr<Pool::Loan> Pool::Take(const Deadline& deadline) {
  std::unique_ptr<Connection> connection;
  {
    absl::MutexLock lock(&mutex_);
    if (!mutex_.AwaitWithTimeout(absl::Condition(this, &Pool::Available), deadline.Left())) {
      return answering_.Silent()
                 ? MakeSqlError(SqlError::kStatementTimeout, "no connection was answered")
                 : MakeSqlError(SqlError::kPoolExhausted, "all connections are in use");
    }
    ++lent_;
    while (!idle_.empty() && connection == nullptr) {
      // The one used last: the others may be closed by the database for being idle.
      connection = std::move(idle_.back());
      idle_.pop_back();
      if (!connection->Usable()) connection.reset();
    }
  }
  if (connection == nullptr) {
    const int64_t begun = answering_.Begin();
    auto opened = backend_.Connect(access_, deadline);
    answering_.End(begun, opened.status());
    if (!opened.ok()) {
      absl::MutexLock lock(&mutex_);
      --lent_;
      return opened.status();
    }
    connection = std::make_unique<Watched>(answering_, *std::move(opened));
  }
  return Loan(*this, std::move(connection));
}

void Pool::Return(std::unique_ptr<Connection> connection) {
  if (!connection->Usable()) connection.reset();
  absl::MutexLock lock(&mutex_);
  --lent_;
  if (connection != nullptr) idle_.push_back(std::move(connection));
}

}  // namespace zhiping::sql
