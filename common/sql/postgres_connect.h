// Connecting to PostgreSQL: to the one of a setting's hosts that is the primary.
#pragma once

#include <libpq-fe.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/deadline.h"
#include "common/sql/options.h"
#include "common/sql/postgres_hosts.h"

namespace zhiping::sql {

struct PostgresFinish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using PostgresHandle = std::unique_ptr<PGconn, PostgresFinish>;

// Waits for any of poll's events; false at the deadline.
bool AwaitSocket(PGconn* connection, short events, const Deadline& deadline);

// Thread-safe.
class PostgresConnector {
 public:
  PostgresConnector(const Setting& setting, const Options& options);

  // A connection that does not block, in pipeline mode. Hosts are tried in their order, beginning
  // with the one that was connected to last; each is given an equal share of the time that is left,
  // so that one that never answers leaves time for the others. Errors: kReadOnly if a standby was
  // met and no primary, else kConnectionLost, with what each host said for the log; those of
  // reading the password; INTERNAL if the database has another encoding than UTF8.
  absl::StatusOr<PostgresHandle> Connect(const Deadline& deadline);

 private:
  const std::string password_file_;
  // Of all hosts together, and of each.
  const absl::Duration connect_timeout_, host_timeout_;
  const std::vector<Keywords> hosts_;
  // Which was connected to last: a frozen one before it does not hold up every new connection.
  std::atomic<size_t> last_ = 0;
};

}  // namespace zhiping::sql
