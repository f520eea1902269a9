#include "common/rpc/metrics.h"

#include <exception>

#include "absl/strings/str_cat.h"
#include "common/rpc/cannot_listen.h"
#include "google/protobuf/descriptor.h"

namespace zhiping::rpc {
namespace {

// Upper bounds in seconds: scoring takes microseconds, a submission milliseconds.
const prometheus::Histogram::BucketBoundaries kBuckets = {
    0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
    0.01,    0.025,    0.05,    0.1,    0.25,    0.5,    1,     2.5,    10};

constexpr std::array<const char*, 17> kCodeNames = {
    "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
    "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
    "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
    "DataLoss", "Unauthenticated"};

const char* TypeOf(const google::protobuf::MethodDescriptor& method) {
  if (method.client_streaming()) {
    return method.server_streaming() ? "bidi_stream" : "client_stream";
  }
  return method.server_streaming() ? "server_stream" : "unary";
}

}  // namespace

void MethodMetrics::Count(grpc::StatusCode code, absl::Duration duration) const {
  const bool known = code >= grpc::OK && code <= grpc::UNAUTHENTICATED;
  handled_[known ? code : grpc::UNKNOWN]->Increment();
  handling_->Observe(absl::ToDoubleSeconds(duration));
}

Metrics::Metrics()
    : registry_(std::make_shared<prometheus::Registry>()),
      handled_(&prometheus::BuildCounter()
                    .Name("grpc_server_handled_total")
                    .Help("Calls that the server finished, by status code")
                    .Register(*registry_)),
      handling_(&prometheus::BuildHistogram()
                     .Name("grpc_server_handling_seconds")
                     .Help("How long calls took until the server finished them, in seconds")
                     .Register(*registry_)) {}

MethodMetrics Metrics::Of(absl::string_view service, absl::string_view method) {
  const auto* descriptor = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(
      absl::StrCat(service, ".", method));
  const prometheus::Labels labels = {{"grpc_service", std::string(service)},
                                     {"grpc_method", std::string(method)},
                                     {"grpc_type", TypeOf(*descriptor)}};
  MethodMetrics result;
  result.streams_ = descriptor->client_streaming() || descriptor->server_streaming();
  for (size_t code = 0; code < kCodeNames.size(); ++code) {
    auto with_code = labels;
    with_code["grpc_code"] = kCodeNames[code];
    result.handled_[code] = &handled_->Add(with_code);
  }
  result.handling_ = &handling_->Add(labels, kBuckets);
  return result;
}

absl::StatusOr<std::unique_ptr<prometheus::Exposer>> ServeMetrics(const Metrics& metrics,
                                                                  const std::string& address) {
  try {
    auto exposer = std::make_unique<prometheus::Exposer>(address, 1);
    exposer->RegisterCollectable(metrics.registry());
    for (const auto& collectable : metrics.collectables_) exposer->RegisterCollectable(collectable);
    return exposer;
  } catch (const std::exception&) {
    // What CivetWeb says is of no use to anybody: "null context … Possible problem binding to
    // port".
    return CannotListen("--metrics-listen", address);
  }
}

}  // namespace zhiping::rpc
