// A service for tests of common/rpc: every GetStatus runs what the test asks for.
#pragma once

#include <grpcpp/create_channel.h>
#include <grpcpp/impl/client_unary_call.h>
#include <grpcpp/security/credentials.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/acting_for.h"
#include "common/rpc/call.h"
#include "common/rpc/channel.h"
#include "common/rpc/server.h"
#include "common/rpc/status.h"
#include "common/time/clock.h"
#include "tests/unit/status_matchers.h"
#include "zhiping/scoring/v1/scoring_service.grpc.pb.h"

namespace zhiping::rpc {

using scoring::v1::GetStatusRequest;
using scoring::v1::GetStatusResponse;
using scoring::v1::ScoringService;

// Answers GetStatus.
class TestService final : public ScoringService::CallbackService {
 public:
  using Answer = std::function<grpc::ServerUnaryReactor*(
      const Method&, grpc::CallbackServerContext&, const GetStatusRequest&)>;

  explicit TestService(Answer answer)
      : log_(Severity::kInfo),
        access_(*AccessControl::Open({}, SystemClock(), log_)),
        method_({metrics_, log_, *access_}, ScoringService::service_full_name(), "GetStatus"),
        answer_(std::move(answer)) {}

  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context,
                                      const GetStatusRequest* request,
                                      GetStatusResponse*) override {
    return answer_(method_, *context, *request);
  }

  Metrics& metrics() { return metrics_; }
  CallEnvironment environment() { return {metrics_, log_, *access_}; }

 private:
  Metrics metrics_;
  Log log_;
  std::unique_ptr<AccessControl> access_;
  Method method_;
  Answer answer_;
};

// A server on a free port.
inline std::unique_ptr<Server> StartServer(TestService& service) {
  ServerOptions options;
  options.listen = "127.0.0.1:0";
  options.drain_delay = absl::Milliseconds(500);
  const CallEnvironment environment = service.environment();
  auto server =
      Server::Start(options, {{ScoringService::service_full_name(), &service}}, &environment);
  EXPECT_OK(server);
  (*server)->SetReady(true);
  return *std::move(server);
}

// `repeat`: whether calls are repeated when a server is unavailable.
inline std::unique_ptr<ScoringService::Stub> StubOf(const std::vector<const Server*>& servers,
                                                    bool repeat = true) {
  std::string target = "ipv4:";
  for (const auto* server : servers) {
    absl::StrAppend(&target, target.size() > 5 ? "," : "", "127.0.0.1:", server->port());
  }
  std::vector<std::string> services;
  if (repeat) services.emplace_back(ScoringService::service_full_name());
  return ScoringService::NewStub(NewChannel(target, services));
}

inline grpc::Status CallGetStatus(ScoringService::Stub& stub, absl::Duration timeout) {
  const auto context = NewContext(timeout);
  GetStatusResponse response;
  return stub.GetStatus(context.get(), {}, &response);
}

// What is no message of any method.
inline constexpr char kNoMessage[] = "\xff\xff\xff";

// One request and its answer, without the proto. `token`: empty: none.
inline grpc::Status CallRaw(const std::shared_ptr<grpc::Channel>& channel, const char* path,
                            const std::string& request, std::string& response,
                            const std::string& token = "", const std::string& acting_for = "") {
  const auto context = NewContext(absl::Seconds(30));
  if (!acting_for.empty()) context->AddMetadata(kActingFor, WriteActingFor(acting_for));
  if (!token.empty()) context->AddMetadata("authorization", absl::StrCat("Bearer ", token));
  grpc::internal::RpcMethod method(path, grpc::internal::RpcMethod::NORMAL_RPC, channel);
  grpc::Slice slice(request);
  grpc::ByteBuffer in(&slice, 1), out;
  grpc::Status status =
      grpc::internal::BlockingUnaryCall(channel.get(), method, context.get(), in, &out);
  grpc::Slice all;
  if (status.ok() && out.DumpToSingleSlice(&all).ok()) response.assign(all.begin(), all.end());
  return status;
}

// Asks gRPC's health service as a probe does: 1 SERVING, 2 NOT_SERVING, 0 if the name is not known.
inline int HealthOf(int port, const std::string& service) {
  std::string request;
  if (!service.empty()) {
    request = absl::StrCat("\n", std::string(1, static_cast<char>(service.size())), service);
  }
  const auto channel =
      grpc::CreateChannel(absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials());
  std::string response;
  const bool known = CallRaw(channel, "/grpc.health.v1.Health/Check", request, response).ok();
  return known ? response.at(1) : 0;
}

inline constexpr char kReflection[] =
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
// ServerReflectionRequest{list_services: "*"}.
inline constexpr char kListServices[] = ":\1*";

// Asks gRPC's reflection for the names of all services.
inline grpc::Status ListServices(const std::shared_ptr<grpc::Channel>& channel,
                                 std::string& names) {
  return CallRaw(channel, kReflection, kListServices, names);
}

}  // namespace zhiping::rpc
