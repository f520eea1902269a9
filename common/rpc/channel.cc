#include "common/rpc/channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "common/rpc/loopback.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"

namespace zhiping::rpc {
namespace {

using google::protobuf::MethodOptions;
using Json = nlohmann::ordered_json;

constexpr char kTraceParent[] = "traceparent";
// Must not be shorter than what servers allow (server.cc).
constexpr int kKeepaliveMilliseconds = 60'000;
constexpr int kKeepaliveTimeoutMilliseconds = 20'000;
// Between two attempts to connect: a service that was away for hours is found again within the
// longer one (gRPC's own is 2 minutes).
constexpr int kFirstReconnectMilliseconds = 100;
constexpr int kLongestReconnectMilliseconds = 1'000;
// Of one attempt, which a frozen service or a lost network would hold up (gRPC's own: 20 s).
constexpr int kConnectMilliseconds = 2'000;
// Of our own services: the largest release, signed, and what surrounds it.
constexpr int kMaxResponseBytes = 96 << 20;

Json RepeatableMethods(const std::vector<std::string>& services) {
  Json names = Json::array();
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  for (const auto& service : services) {
    const auto* descriptor = pool->FindServiceByName(service);
    for (int i = 0; i < descriptor->method_count(); ++i) {
      const auto* method = descriptor->method(i);
      if (method->options().idempotency_level() == MethodOptions::IDEMPOTENCY_UNKNOWN) continue;
      if (method->client_streaming()) continue;
      names.push_back({{"service", service}, {"method", method->name()}});
    }
  }
  return names;
}

// By the clock that gRPC reads: absl::Now() may go by another one for two seconds after it was set.
std::chrono::system_clock::time_point FromNow(absl::Duration timeout) {
  return absl::ToChronoTime(absl::FromChrono(std::chrono::system_clock::now()) + timeout);
}

}  // namespace

std::string ServiceConfig(const std::vector<std::string>& services, Instances instances) {
  Json config;
  config["loadBalancingConfig"] = Json::array({{{"round_robin", Json::object()}}});
  if (instances == Instances::kReady) config["healthCheckConfig"] = {{"serviceName", ""}};
  // A service that fails as a whole is not asked four times as often.
  config["retryThrottling"] = {{"maxTokens", 100}, {"tokenRatio", 0.1}};
  const Json names = RepeatableMethods(services);
  if (!names.empty()) {
    config["methodConfig"] = Json::array({{{"name", names},
                                           {"retryPolicy",
                                            {{"maxAttempts", 4},
                                             {"initialBackoff", "0.05s"},
                                             {"maxBackoff", "1s"},
                                             {"backoffMultiplier", 2},
                                             {"retryableStatusCodes", {"UNAVAILABLE"}}}}}});
  }
  return config.dump();
}

namespace {

grpc::ChannelArguments Arguments(const std::string& target,
                                 const std::vector<std::string>& services, Instances instances,
                                 const TlsFiles& tls) {
  grpc::ChannelArguments arguments;
  // A proxy could read what goes without TLS, and would look for this machine on its own.
  if (tls.empty() || IsLoopbackAddress(target)) arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetServiceConfigJSON(ServiceConfig(services, instances));
  arguments.SetMaxReceiveMessageSize(kMaxResponseBytes);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kFirstReconnectMilliseconds);
  // Despite its name, how long an attempt may take.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectMilliseconds);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kLongestReconnectMilliseconds);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMilliseconds);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMilliseconds);
  return arguments;
}

}  // namespace

std::shared_ptr<grpc::Channel> NewChannel(const std::string& target,
                                          const std::vector<std::string>& services,
                                          Instances instances, const TlsFiles& tls,
                                          const std::string& service) {
  return grpc::CreateCustomChannel(target, ChannelCredentialsOf(tls, service),
                                   Arguments(target, services, instances, tls));
}

std::shared_ptr<grpc::Channel> NewStreamChannel(const std::string& target, Instances instances,
                                                const TlsFiles& tls, const std::string& service) {
  grpc::ChannelArguments arguments = Arguments(target, {}, instances, tls);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  return grpc::CreateCustomChannel(target, ChannelCredentialsOf(tls, service), arguments);
}

std::unique_ptr<grpc::ClientContext> NewContext(absl::Duration timeout) {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(FromNow(timeout));
  return context;
}

std::unique_ptr<grpc::ClientContext> NewContextWithin(const grpc::CallbackServerContext& call,
                                                      absl::Duration at_most) {
  auto context = grpc::ClientContext::FromCallbackServerContext(call);
  context->set_deadline(std::min(call.deadline(), FromNow(at_most)));
  const auto& metadata = call.client_metadata();
  const auto parent = metadata.find(kTraceParent);
  if (parent != metadata.end()) {
    context->AddMetadata(kTraceParent, {parent->second.data(), parent->second.size()});
  }
  return context;
}

}  // namespace zhiping::rpc
