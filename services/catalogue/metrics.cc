#include "services/catalogue/metrics.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "prometheus/metric_family.h"

namespace zhiping::catalogue {
namespace {

using prometheus::MetricFamily;
using v1::InstanceConvergence;

constexpr absl::Duration kReadTimeout = absl::Seconds(2);

MetricFamily Gauge(const char* name, const char* help) {
  return {name, help, prometheus::MetricType::Gauge, {}};
}

void Add(MetricFamily& family, std::vector<prometheus::ClientMetric::Label> labels, double value) {
  auto& metric = family.metric.emplace_back();
  metric.label = std::move(labels);
  metric.gauge.value = value;
}

class CatalogueMetrics final : public prometheus::Collectable {
 public:
  CatalogueMetrics(Store& store, Confirmer& confirmer, Reading& reading)
      : store_(store), confirmer_(confirmer), reading_(reading) {}

  std::vector<MetricFamily> Collect() const override {
    MetricFamily revision = Gauge("zhiping_catalogue_revision", "The revision that is in force");
    MetricFamily signs =
        Gauge("zhiping_catalogue_signs", "1 while the programme's states are signed");
    MetricFamily instances =
        Gauge("zhiping_catalogue_instances", "Instances that follow the programme, by status");
    MetricFamily alarms = Gauge("zhiping_catalogue_alarm", "1 for each alarm that is raised");
    const absl::Time deadline = absl::Now() + kReadTimeout;
    const auto programmes = store_.Versions(deadline);
    if (!programmes.ok()) return {};
    for (const auto& [programme, version] : *programmes) {
      const auto confirmed = confirmer_.Confirm(deadline, programme);
      Add(signs, {{"programme", programme}},
          confirmed.ok() && !(*confirmed)->envelope.empty() ? 1 : 0);
      v1::GetConvergenceRequest request;
      request.set_programme(programme);
      v1::GetConvergenceResponse convergence;
      if (!reading_.GetConvergence(deadline, request, convergence).ok()) continue;
      Add(revision, {{"programme", programme}}, convergence.state().current().revision());
      std::map<InstanceConvergence::Status, int> counts = {{InstanceConvergence::APPLIED, 0},
                                                           {InstanceConvergence::BEHIND, 0},
                                                           {InstanceConvergence::REFUSED, 0},
                                                           {InstanceConvergence::UNKNOWN, 0}};
      for (const auto& instance : convergence.instances()) ++counts[instance.status()];
      for (const auto& [status, count] : counts) {
        Add(instances,
            {{"programme", programme}, {"status", InstanceConvergence::Status_Name(status)}},
            count);
      }
      for (const auto& alarm : convergence.alarms()) {
        Add(alarms, {{"kind", alarm.kind()}, {"programme", programme}}, 1);
      }
    }
    return {std::move(revision), std::move(signs), std::move(instances), std::move(alarms)};
  }

 private:
  Store& store_;
  Confirmer& confirmer_;
  Reading& reading_;
};

}  // namespace

std::shared_ptr<prometheus::Collectable> NewMetrics(Store& store, Confirmer& confirmer,
                                                    Reading& reading) {
  return std::make_shared<CatalogueMetrics>(store, confirmer, reading);
}

}  // namespace zhiping::catalogue
