#include "common/time/clock.h"

#include <time.h>

#include "absl/time/clock.h"

namespace zhiping {

const Clock& SystemClock() {
  class System final : public Clock {
   public:
    absl::Time Now() const override { return absl::Now(); }
    absl::Duration Steady() const override {
      // The standard library's stands still while the machine is suspended.
      timespec time;
      clock_gettime(CLOCK_BOOTTIME, &time);
      return absl::DurationFromTimespec(time);
    }
  };
  static const System clock;
  return clock;
}

}  // namespace zhiping
