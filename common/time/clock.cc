#include "common/time/clock.h"

#include <chrono>

#include "absl/time/clock.h"

namespace zhiping {

const Clock& SystemClock() {
  class System final : public Clock {
   public:
    absl::Time Now() const override { return absl::Now(); }
    absl::Duration Steady() const override {
      return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
    }
  };
  static const System clock;
  return clock;
}

}  // namespace zhiping
