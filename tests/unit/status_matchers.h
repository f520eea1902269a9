// Matchers that upstream Abseil has and Debian's does not; to be deleted on upgrade.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/status/statusor.h"
#include "common/status/error.h"

namespace zhiping {

inline absl::Status ToStatus(const absl::Status& status) { return status; }
template <typename T>
absl::Status ToStatus(const absl::StatusOr<T>& status_or) {
  return status_or.status();
}

MATCHER(IsOk, "is OK") {
  *result_listener << ToStatus(arg);
  return ToStatus(arg).ok();
}

MATCHER_P(HasReason, reason, Reason::Value_Name(reason)) {
  if (ToStatus(arg).ok()) return false;
  const ErrorDetail detail = DetailOf(ToStatus(arg));
  *result_listener << detail.ShortDebugString();
  return detail.reason() == reason;
}

}  // namespace zhiping

#define ASSERT_OK(expr) ASSERT_THAT(expr, ::zhiping::IsOk())
#define EXPECT_OK(expr) EXPECT_THAT(expr, ::zhiping::IsOk())
