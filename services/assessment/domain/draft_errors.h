// What the checks of drafts have in common.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/status/error.h"

namespace zhiping::assessment {

// An error of the state of things, not of the input, that has something to say of single fields.
absl::Status MakeErrorWith(absl::StatusCode code, Reason::Value reason, absl::string_view zh,
                           absl::string_view en, ErrorValues values, const Violations& violations);

}  // namespace zhiping::assessment
