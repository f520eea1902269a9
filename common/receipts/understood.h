// Whether a receipt says only what this software knows: what it would silently skip could change
// what the rest means.
#pragma once

#include "absl/status/status.h"
#include "zhiping/assessment/v1/receipt.pb.h"

namespace zhiping::receipts {

// Errors: UNKNOWN_FIELD, naming the path, for a field or an enum value that is not known, or a
// finding about nothing; MALFORMED if kind, submission, content, result or instant are not there.
absl::Status CheckUnderstood(const assessment::v1::Receipt& receipt);

}  // namespace zhiping::receipts
