// What tests look at in an error of common/redis.
#pragma once

#include <string>

#include "common/redis/failure.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::redis {

// A value of the error's detail; `(none)` if it is not there.
inline std::string ValueOf(const absl::Status& status, absl::string_view key) {
  const ErrorDetail detail = DetailOf(status);
  for (const auto& entry : detail.metadata()) {
    if (entry.key() == key) return entry.value();
  }
  return "(none)";
}

MATCHER_P(Failed, kind, std::string(FailureName(kind))) {
  *result_listener << ::zhiping::ToStatus(arg);
  return !::zhiping::ToStatus(arg).ok() &&
         ValueOf(::zhiping::ToStatus(arg), "kind") == FailureName(kind);
}

}  // namespace zhiping::redis
