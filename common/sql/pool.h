// Connections that are kept open and lent to one caller at a time.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/sql/answering.h"
#include "common/sql/connection.h"

namespace zhiping::sql {

// Thread-safe. Opens a connection when it is needed and none is idle; closes those that are no
// longer usable. While the database does not answer, one borrower at a time finds out whether it
// does again, and the others are refused at once.
class Pool {
 public:
  // A connection on loan: returned at the end of its life, which must be before the pool's.
  class Loan {
   public:
    Loan(Pool& pool, std::unique_ptr<Connection> connection)
        : pool_(&pool), connection_(std::move(connection)) {}
    ~Loan() {
      if (connection_ != nullptr) pool_->Return(std::move(connection_));
    }
    Loan(Loan&&) = default;
    Loan& operator=(Loan&&) = delete;
    Connection& operator*() const { return *connection_; }
    Connection* operator->() const { return connection_.get(); }

   private:
    Pool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  // REQUIRES: size ≥ 1.
  Pool(Backend& backend, Access access, int size)
      : backend_(backend), access_(access), size_(size) {}
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Errors: kPoolExhausted if all are in use until the deadline, and others are answered;
  // kStatementTimeout or kConnectionLost if nobody is; those of Backend::Connect.
  absl::StatusOr<Loan> Borrow(const Deadline& deadline);

 private:
  class Watched;

  // Whatever is known of the database.
  absl::StatusOr<Loan> Take(const Deadline& deadline);
  // Whether it answers.
  absl::Status Probe(const Deadline& deadline);
  void Return(std::unique_ptr<Connection> connection);
  bool Available() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return lent_ < size_; }

  Backend& backend_;
  const Access access_;
  const int size_;
  Answering answering_;
  absl::Mutex mutex_;
  int lent_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::unique_ptr<Connection>> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace zhiping::sql
