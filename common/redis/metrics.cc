#include "common/redis/metrics.h"

#include <string>
#include <utility>
#include <vector>

#include "prometheus/metric_family.h"

namespace zhiping::redis {
namespace {

class ClientMetrics final : public prometheus::Collectable {
 public:
  explicit ClientMetrics(const Client& client) : client_(client) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    prometheus::MetricFamily requests{"zhiping_redis_requests_total",
                                      "What came of the questions to Redis",
                                      prometheus::MetricType::Counter,
                                      {}};
    const auto add = [&](absl::string_view result, int64_t count) {
      auto& metric = requests.metric.emplace_back();
      metric.label = {{"result", std::string(result)}};
      metric.counter.value = static_cast<double>(count);
    };
    const Counters& counters = client_.counters();
    add("hit", counters.hits);
    add("miss", counters.misses);
    add("stored", counters.stored);
    for (int kind = 0; kind < kFailureKinds; ++kind) {
      add(FailureName(static_cast<FailureKind>(kind)),
          counters.Failed(static_cast<FailureKind>(kind)));
    }
    prometheus::MetricFamily breaker{"zhiping_redis_breaker_open",
                                     "1 while Redis is left alone because it did not answer",
                                     prometheus::MetricType::Gauge,
                                     {}};
    breaker.metric.emplace_back().gauge.value =
        client_.breaker_state() == BreakerState::kClosed ? 0 : 1;
    return {std::move(requests), std::move(breaker)};
  }

 private:
  const Client& client_;
};

}  // namespace

std::shared_ptr<prometheus::Collectable> NewMetrics(const Client& client) {
  return std::make_shared<ClientMetrics>(client);
}

}  // namespace zhiping::redis
