// Fences of a store that an earlier version made: there only the log of changes has them.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/catalogue/store.h"

namespace zhiping::catalogue {

// Takes them from the log, for programmes that migration 0006 marked; nothing else is changed, so
// that whatever the store says besides is compared with the log all the same. REQUIRES: the log
// verifies. Errors: those of the database.
absl::Status TakeLoggedFences(Store& store, absl::Time deadline);

}  // namespace zhiping::catalogue
