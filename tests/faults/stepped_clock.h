// The time of day of programs, which a test sets while they run.
//
//   SteppedClock clock;
//   clock.SetOff(absl::Hours(1));
//   ScoringProcess scoring(suite, flags, clock.starter());
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace zhiping::faults {

class SteppedClock {
 public:
  // Right at first.
  SteppedClock();
  ~SteppedClock();
  SteppedClock(const SteppedClock&) = delete;
  SteppedClock& operator=(const SteppedClock&) = delete;

  // Words that start a program with this clock.
  std::vector<std::string> starter() const;
  // How far ahead of the right time it is from now on; negative: behind.
  void SetOff(absl::Duration off) { shared_[0] = absl::ToInt64Nanoseconds(off); }
  // As if the machine had been suspended for so long: that much passes for whoever counts it.
  void Suspend(absl::Duration lasts) {
    shared_[0] += absl::ToInt64Nanoseconds(lasts);
    shared_[1] += absl::ToInt64Nanoseconds(lasts);
  }

 private:
  const std::string file_;
  // In the file: how far off, and how long suspended.
  std::atomic<int64_t>* const shared_;
};

}  // namespace zhiping::faults
