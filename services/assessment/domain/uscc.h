// Unified social credit codes in fields of requests.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "common/status/error.h"

namespace zhiping::assessment {

// Normalises the USCC in a field. Violations: FIELD_REQUIRED if it is empty, INVALID_USCC.
void CheckUscc(absl::string_view field, std::string& uscc, Violations& violations);

}  // namespace zhiping::assessment
