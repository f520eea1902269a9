// Where the time comes from; tests bring their own.
#pragma once

#include "absl/time/time.h"

namespace zhiping {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // The time of day, which may be wrong and may jump.
  virtual absl::Time Now() const = 0;
  // Time since an unknown beginning, also while the machine is suspended; it never goes back.
  virtual absl::Duration Steady() const = 0;
};

// The clocks of the machine.
const Clock& SystemClock();

}  // namespace zhiping
