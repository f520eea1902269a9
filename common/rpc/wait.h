// How long the handler of a call may wait for something else.
#pragma once

#include <algorithm>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace zhiping::rpc {

// Until shortly before the deadline of the call, so that its caller still hears what it waited for
// in vain: a fifth of what is left, and at most 200 ms. Not longer than `at_most` from now.
inline absl::Time WaitUntil(absl::Time deadline, absl::Duration at_most) {
  constexpr double kAnswerPart = 0.2;
  constexpr absl::Duration kAnswerTime = absl::Milliseconds(200);
  const absl::Time now = absl::Now();
  const absl::Duration left = deadline - now;
  return now + std::min(left - std::min(left * kAnswerPart, kAnswerTime), at_most);
}

}  // namespace zhiping::rpc
