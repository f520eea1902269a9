// JSON in which nothing is dropped silently.
#pragma once

#include <nlohmann/json.hpp>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace zhiping {

// Objects and arrays within one another, at most. Whoever goes down into more needs a deep stack.
inline constexpr int kMaxJsonDepth = 64;

// Errors: MALFORMED if it is not JSON, with line and column; if it ends too early; if it is deeper
// than kMaxJsonDepth; or if an object has a member twice, naming it.
absl::StatusOr<nlohmann::json> ParseStrictJson(absl::string_view text);

}  // namespace zhiping
