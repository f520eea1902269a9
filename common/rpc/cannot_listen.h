// What is said of an address that cannot be listened on.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace zhiping::rpc {

// INVALID_FIELD. `flag`: which one gives the address, for example `--listen`.
absl::Status CannotListen(absl::string_view flag, absl::string_view address);

}  // namespace zhiping::rpc
