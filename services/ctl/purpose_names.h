// Purposes of keys and envelopes as they are typed and shown: `release`, `activation`, …
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "zhiping/common/v1/trust.pb.h"

namespace zhiping::ctl {

// `release`.
std::string PurposeName(common::v1::Purpose::Value purpose);

// Errors: WRONG_USAGE with the names that there are.
absl::StatusOr<common::v1::Purpose::Value> ParsePurpose(absl::string_view name);

// `release, candidate, …`
std::string PurposeNames();

}  // namespace zhiping::ctl
