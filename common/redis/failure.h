// What can go wrong with Redis: told apart for metrics, and said to people.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace zhiping::redis {

enum class FailureKind {
  // No connection, or no whole reply, in time.
  kTimeout,
  // Refused, reset or closed, or the name has no address.
  kUnreachable,
  // A reply that is not of the protocol, or not one of this command's.
  kProtocol,
  // Redis replied with an error: OOM, LOADING, NOAUTH, READONLY …
  kServerError,
  // Not asked, since it failed too often just now.
  kBreakerOpen,
  // A value, to be stored or found, is longer than the client allows.
  kTooLarge,
};
inline constexpr int kFailureKinds = 6;

// `timeout`, `unreachable`, `protocol`, `server_error`, `breaker_open`, `too_large`.
absl::string_view FailureName(FailureKind kind);

// REDIS_UNAVAILABLE, REDIS_MALFORMED, REDIS_ERROR or TOO_LARGE, with the name as value `kind`.
// server_error: the line of an error reply; only its first word is shown, as value `error`, and
// only if it is one as Redis has them.
absl::Status ToStatus(FailureKind kind, absl::string_view server_error = "");

}  // namespace zhiping::redis
