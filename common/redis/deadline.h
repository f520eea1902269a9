// A moment of the steady clock, which no correction of the time moves, by which a call must be
// over.
#pragma once

#include <algorithm>
#include <chrono>

#include "absl/time/time.h"

namespace zhiping::redis {

class Deadline {
 public:
  explicit Deadline(absl::Duration from_now)
      : end_(std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(from_now)) {}

  // At least zero.
  absl::Duration left() const {
    const auto left = end_ - std::chrono::steady_clock::now();
    return std::max(absl::FromChrono(left), absl::ZeroDuration());
  }
  bool passed() const { return left() == absl::ZeroDuration(); }

 private:
  std::chrono::steady_clock::time_point end_;
};

}  // namespace zhiping::redis
