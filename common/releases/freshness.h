// How old the knowledge is of what is in force.
#pragma once

#include <algorithm>

#include "absl/time/time.h"
#include "zhiping/common/v1/score_result.pb.h"

namespace zhiping::releases {

struct FreshnessLimits {
  // From this age on STALE, and from that age on EXPIRED.
  absl::Duration stale_after = absl::Seconds(60);
  absl::Duration expired_after = absl::Hours(24);
};

// How far the clock of this machine may be behind the one that signed.
inline constexpr absl::Duration kClockTolerance = absl::Seconds(5);

// When a catalogue last confirmed what is in force. The time of day is looked at once, when the
// confirmation comes in; from then on it ages by the steady clock, so that setting the clock
// changes nothing.
struct Confirmation {
  absl::Time confirmed_at;
  // When it came in, and how old it was then; never negative.
  absl::Duration received;
  absl::Duration age_when_received;
  // This machine's clock was earlier than the confirmation by more than kClockTolerance.
  bool clock_behind = false;
  // A newer state is known, of which nothing can be had yet: this one serves a start until then.
  bool superseded = false;

  // `now` and `steady`: both clocks at the moment it comes in.
  static Confirmation Received(absl::Time confirmed_at, absl::Time now, absl::Duration steady) {
    return {confirmed_at, steady, std::max(now - confirmed_at, absl::ZeroDuration()),
            now < confirmed_at - kClockTolerance};
  }

  absl::Duration Age(absl::Duration steady) const {
    return age_when_received + (steady - received);
  }
};

inline common::v1::Freshness::Value FreshnessOf(const Confirmation& confirmation,
                                                const FreshnessLimits& limits,
                                                absl::Duration steady) {
  const absl::Duration age = confirmation.Age(steady);
  if (age >= limits.expired_after) return common::v1::Freshness::EXPIRED;
  const bool doubtful = confirmation.clock_behind || confirmation.superseded;
  return age >= limits.stale_after || doubtful ? common::v1::Freshness::STALE
                                               : common::v1::Freshness::FRESH;
}

}  // namespace zhiping::releases
