#include "common/sql/pool.h"

#include "common/sql/error.h"

namespace zhiping::sql {

absl::StatusOr<Pool::Loan> Pool::Borrow(const Deadline& deadline) {
  std::unique_ptr<Connection> connection;
  {
    absl::MutexLock lock(&mutex_);
    if (!mutex_.AwaitWithTimeout(absl::Condition(this, &Pool::Available), deadline.Left())) {
      return MakeSqlError(SqlError::kPoolExhausted, "all connections are in use");
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
    auto opened = backend_.Connect(access_, deadline);
    if (!opened.ok()) {
      absl::MutexLock lock(&mutex_);
      --lent_;
      return opened.status();
    }
    connection = *std::move(opened);
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
