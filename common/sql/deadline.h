// How long a call may still take.
#pragma once

#include <algorithm>
#include <chrono>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace zhiping::sql {

// Measured with the steady clock from the moment it is made: setting the wall clock moves nothing.
class Deadline {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Passes at `end`, and at the latest `longest` from now.
  Deadline(absl::Time end, absl::Duration longest)
      : Deadline(std::min(end - absl::Now(), longest)) {}
  explicit Deadline(absl::Duration left)
      : end_(std::chrono::steady_clock::now() +
             absl::ToChronoNanoseconds(std::clamp(left, absl::ZeroDuration(), kLongest))) {}

  absl::Duration Left() const {
    return std::max(absl::FromChrono(end_ - std::chrono::steady_clock::now()),
                    absl::ZeroDuration());
  }
  bool Passed() const { return std::chrono::steady_clock::now() >= end_; }
  // Left, rounded up: what poll and SQLite take.
  int Milliseconds() const {
    return static_cast<int>(absl::ToInt64Milliseconds(Left() + absl::Microseconds(999)));
  }
  // This one, or `longest` from now if that is earlier.
  Deadline Within(absl::Duration longest) const { return Deadline(std::min(Left(), longest)); }

 private:
  static constexpr absl::Duration kLongest = absl::Hours(24);

  Time end_;
};

}  // namespace zhiping::sql
