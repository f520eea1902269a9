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
  void SetOff(absl::Duration off) { *off_ = absl::ToInt64Nanoseconds(off); }

 private:
  const std::string file_;
  // In the file.
  std::atomic<int64_t>* const off_;
};

}  // namespace zhiping::faults
