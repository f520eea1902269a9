// What PostgreSQL's refusals mean.
#pragma once

#include <libpq-fe.h>

#include "absl/status/status.h"

namespace zhiping::sql {

// The error of a failed answer. Sets `stale` if a new connection would fare better.
absl::Status PostgresError(const PGresult* answer, bool& stale);

// Why connecting failed. REQUIRES: the connection says the SQLSTATE of errors (PQERRORS_VERBOSE).
absl::Status ConnectError(PGconn* connection);

}  // namespace zhiping::sql
