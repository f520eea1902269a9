// Signs releases so that followers accept them: for the first time, and again.
#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/catalogue/domain/activation_rules.h"
#include "services/catalogue/signing.h"
#include "services/catalogue/store.h"
#include "zhiping/common/v1/reason.pb.h"

namespace zhiping::catalogue {

// Signs the release for the first time, or again if what was signed counts no more, so that
// followers accept it at `instant`; the log of changes names who decided that. What was wrong with
// the signatures if it was signed again; else REASON_UNSPECIFIED. Errors: DIGEST_MISMATCH,
// VECTOR_MISMATCH, those of Signing. REQUIRES: its programme is locked.
absl::StatusOr<common::v1::Reason::Value> EnsureSigned(StoreTransaction& transaction,
                                                       const Signing& signing,
                                                       const StoredRelease& release,
                                                       absl::Time instant,
                                                       const Decision& decision);

}  // namespace zhiping::catalogue
