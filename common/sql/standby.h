// Whether what is committed survives the loss of the primary.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/sql/database.h"

namespace zhiping::sql {

// OK if PostgreSQL writes commits to its disk and to a synchronous standby that is streaming now;
// a service in HA mode does not start otherwise. The role needs pg_monitor, or sees no standbys.
// Errors: NO_SYNCHRONOUS_STANDBY (FAILED_PRECONDITION) saying what is missing, always so on SQLite;
// those of the database.
absl::Status CheckSynchronousStandby(Database& database, absl::Time deadline);

}  // namespace zhiping::sql
