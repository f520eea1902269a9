// The two macros of upstream Abseil that Debian's version does not have yet; to be deleted on
// upgrade.
#pragma once

#include <utility>

#include "absl/status/statusor.h"

#define RETURN_IF_ERROR(expr)                                         \
  do {                                                                \
    if (absl::Status status_ = (expr); !status_.ok()) return status_; \
  } while (false)

#define ZHIPING_CONCAT_(a, b) a##b
#define ZHIPING_CONCAT(a, b) ZHIPING_CONCAT_(a, b)

#define ASSIGN_OR_RETURN(lhs, expr) \
  ZHIPING_ASSIGN_OR_RETURN_(ZHIPING_CONCAT(status_or_, __LINE__), lhs, expr)
#define ZHIPING_ASSIGN_OR_RETURN_(status_or, lhs, expr)      \
  auto status_or = (expr);                                   \
  if (!status_or.ok()) return std::move(status_or).status(); \
  lhs = *std::move(status_or)
