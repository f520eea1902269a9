// Leaves a server alone for a while after it failed several times in a row, so that callers do not
// wait for timeouts over and over. Pure: the time is passed in.
#pragma once

#include <chrono>

#include "absl/time/time.h"

namespace zhiping::redis {

enum class BreakerState {
  kClosed,   // Every call may pass.
  kOpen,     // None may.
  kProbing,  // One was let through after the pause, and decides.
};

// Not thread-safe.
class Breaker {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Opens after `failures` in a row, for `pause`. REQUIRES: failures ≥ 1, pause > 0.
  Breaker(int failures, absl::Duration pause)
      : failures_(failures), pause_(absl::ToChronoNanoseconds(pause)) {}

  // Whether a call may pass; one that did must be followed by Succeeded or Failed.
  bool Allow(Time now);
  // The server answered.
  void Succeeded();
  // The server did not. Does nothing while open: that call began before.
  void Failed(Time now);

  BreakerState state() const { return state_; }

 private:
  const int failures_;
  const std::chrono::nanoseconds pause_;
  BreakerState state_ = BreakerState::kClosed;
  int failed_ = 0;
  Time until_;
};

}  // namespace zhiping::redis
