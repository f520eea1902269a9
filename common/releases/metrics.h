// What Prometheus is told of the releases that a service answers from.
#pragma once

#include <memory>

#include "common/releases/releases.h"
#include "common/time/clock.h"
#include "prometheus/collectable.h"

namespace zhiping::releases {

// By programme: zhiping_release_revision; zhiping_release_freshness{freshness}, 1 for the one that
// holds and 0 for the others; zhiping_release_confirmed_age_seconds, of what a catalogue confirmed.
// Both outlive what collects them.
std::shared_ptr<prometheus::Collectable> NewMetrics(const Releases& releases, const Clock& clock);

}  // namespace zhiping::releases
