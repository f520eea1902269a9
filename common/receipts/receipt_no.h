// Numbers of receipts (回执编号): 50 bits of the SHA-256 of what is signed, in Crockford's base32,
// as people read them out and type them: `7K3QD-8M2XV`.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace zhiping::receipts {

// The number of the receipt with this payload.
std::string ReceiptNo(absl::string_view payload);

// What somebody typed, as ReceiptNo writes it: lower case, spaces and hyphens anywhere or nowhere,
// O for 0, and I or L for 1 are understood. Errors: MALFORMED.
absl::StatusOr<std::string> ParseReceiptNo(absl::string_view typed);

}  // namespace zhiping::receipts
