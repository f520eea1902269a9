// Whether what the store holds is what its log of changes says.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/catalogue/store.h"

namespace zhiping::catalogue {

// Compares every activation and withdrawal, what the next revision is, how far revisions have come
// into force, were fenced off and met, and what each release is called and whether it is published,
// with the events that were written with them; what comes meanwhile may be missing in either.
// REQUIRES: the log verifies. Errors: LOG_BROKEN (DATA_LOSS) naming programme and revision or
// release.
absl::Status CheckStoreByChanges(Store& store, absl::Time now, absl::Time deadline);

}  // namespace zhiping::catalogue
