// Whether what the store holds is what its log of changes says.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/catalogue/store.h"

namespace zhiping::catalogue {

// Compares every activation and withdrawal with the event that was written with it; those that come
// meanwhile do not count. REQUIRES: the log verifies. Errors: LOG_BROKEN (DATA_LOSS) naming
// programme and revision or release.
absl::Status CheckStoreByChanges(Store& store, absl::Time deadline);

}  // namespace zhiping::catalogue
