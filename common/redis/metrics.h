// What Prometheus is told of a client of Redis.
#pragma once

#include <memory>

#include "common/redis/client.h"
#include "prometheus/collectable.h"

namespace zhiping::redis {

// zhiping_redis_requests_total{result}: `hit`, `miss`, `stored`, or a failure by its name;
// zhiping_redis_breaker_open: 1 while Redis is left alone. The client outlives what collects them.
std::shared_ptr<prometheus::Collectable> NewMetrics(const Client& client);

}  // namespace zhiping::redis
