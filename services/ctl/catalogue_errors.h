// Errors of the catalogue as the command line says them.
#pragma once

#include "absl/status/status.h"

namespace zhiping::ctl {

// The same error with fields of the request said as options, and with what to do next: which
// option, or which command.
absl::Status WithNextStep(const absl::Status& status);

// The error of a call that should have changed something and may have: says so, if it is one of
// those after which that is not known.
absl::Status WithUnknownOutcome(const absl::Status& status);

}  // namespace zhiping::ctl
