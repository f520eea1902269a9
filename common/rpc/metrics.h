// Prometheus metrics of the calls that a server handles, under the names that gRPC dashboards know:
// grpc_server_handled_total{grpc_service, grpc_method, grpc_type, grpc_code} and
// grpc_server_handling_seconds{grpc_service, grpc_method, grpc_type}.
#pragma once

#include <grpcpp/support/status.h>

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "prometheus/collectable.h"
#include "prometheus/counter.h"
#include "prometheus/exposer.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"

namespace zhiping::rpc {

// What is counted about one method. Thread-safe.
class MethodMetrics {
 public:
  void Count(grpc::StatusCode code, absl::Duration duration) const;
  // Whether the method has a stream, which lasts as long as its caller likes.
  bool streams() const { return streams_; }

 private:
  friend class Metrics;
  // By status code, 0 … 16.
  std::array<prometheus::Counter*, 17> handled_{};
  prometheus::Histogram* handling_ = nullptr;
  bool streams_ = false;
};

// The metrics of a program. Thread-safe.
class Metrics {
 public:
  Metrics();

  // REQUIRES: `service` is the full name of a service that is linked into the program, and `method`
  // one of its methods.
  MethodMetrics Of(absl::string_view service, absl::string_view method);

  // For further metrics; names begin with `zhiping_`.
  const std::shared_ptr<prometheus::Registry>& registry() const { return registry_; }
  // For what is read when it is asked for. Before ServeMetrics.
  void Add(std::shared_ptr<prometheus::Collectable> collectable) {
    collectables_.push_back(std::move(collectable));
  }

 private:
  friend absl::StatusOr<std::unique_ptr<prometheus::Exposer>> ServeMetrics(const Metrics&,
                                                                           const std::string&);
  std::vector<std::shared_ptr<prometheus::Collectable>> collectables_;
  std::shared_ptr<prometheus::Registry> registry_;
  prometheus::Family<prometheus::Counter>* handled_;
  prometheus::Family<prometheus::Histogram>* handling_;
};

// Serves the metrics over HTTP at /metrics until it is destroyed.
// Errors: INVALID_FIELD if the address cannot be listened on.
absl::StatusOr<std::unique_ptr<prometheus::Exposer>> ServeMetrics(const Metrics& metrics,
                                                                  const std::string& address);

}  // namespace zhiping::rpc
