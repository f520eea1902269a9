#include "common/releases/metrics.h"

#include <string>
#include <utility>
#include <vector>

#include "prometheus/metric_family.h"

namespace zhiping::releases {
namespace {

using common::v1::Freshness;
using prometheus::MetricFamily;
using prometheus::MetricType;

class ReleaseMetrics final : public prometheus::Collectable {
 public:
  ReleaseMetrics(const Releases& releases, const Clock& clock)
      : releases_(releases), clock_(clock) {}

  std::vector<MetricFamily> Collect() const override {
    MetricFamily revision{
        "zhiping_release_revision", "The revision that is answered under", MetricType::Gauge, {}};
    MetricFamily freshness{"zhiping_release_freshness",
                           "1 for how fresh the knowledge is of what is in force",
                           MetricType::Gauge,
                           {}};
    MetricFamily age{"zhiping_release_confirmed_age_seconds",
                     "Since a catalogue confirmed what is in force",
                     MetricType::Gauge,
                     {}};
    const auto add =
        [](MetricFamily & family, const std::string& programme, double value) -> auto& {
      auto& metric = family.metric.emplace_back();
      metric.label = {{"programme", programme}};
      metric.gauge.value = value;
      return metric;
    };
    const auto snapshot = releases_.snapshot();
    const absl::Duration steady = clock_.Steady();
    for (const auto& [programme, in_force] : snapshot->in_force()) {
      add(revision, programme, in_force.revision);
      const auto holds = snapshot->FreshnessOf(in_force, steady);
      for (const auto value :
           {Freshness::FRESH, Freshness::STALE, Freshness::EXPIRED, Freshness::OFFLINE}) {
        auto& labels = add(freshness, programme, value == holds ? 1 : 0).label;
        labels.insert(labels.begin(), {"freshness", Freshness::Value_Name(value)});
      }
      if (in_force.confirmation.has_value()) {
        add(age, programme, absl::ToDoubleSeconds(in_force.confirmation->Age(steady)));
      }
    }
    return {std::move(revision), std::move(freshness), std::move(age)};
  }

 private:
  const Releases& releases_;
  const Clock& clock_;
};

}  // namespace

std::shared_ptr<prometheus::Collectable> NewMetrics(const Releases& releases, const Clock& clock) {
  return std::make_shared<ReleaseMetrics>(releases, clock);
}

}  // namespace zhiping::releases
