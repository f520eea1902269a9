// A service for tests of common/rpc: every GetStatus runs what the test asks for.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/call.h"
#include "common/rpc/channel.h"
#include "common/rpc/server.h"
#include "common/rpc/status.h"
#include "tests/unit/status_matchers.h"
#include "zhiping/scoring/v1/scoring_service.grpc.pb.h"

namespace zhiping::rpc {

using scoring::v1::GetStatusRequest;
using scoring::v1::GetStatusResponse;
using scoring::v1::ScoringService;

// Answers GetStatus.
class TestService final : public ScoringService::CallbackService {
 public:
  using Answer =
      std::function<grpc::ServerUnaryReactor*(const Method&, grpc::CallbackServerContext&)>;

  explicit TestService(Answer answer)
      : log_(Severity::kInfo),
        method_({metrics_, log_}, ScoringService::service_full_name(), "GetStatus"),
        answer_(std::move(answer)) {}

  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context, const GetStatusRequest*,
                                      GetStatusResponse*) override {
    return answer_(method_, *context);
  }

  Metrics& metrics() { return metrics_; }
  Telemetry telemetry() { return {metrics_, log_}; }

 private:
  Metrics metrics_;
  Log log_;
  Method method_;
  Answer answer_;
};

// A server on a free port.
inline std::unique_ptr<Server> StartServer(TestService& service) {
  ServerOptions options;
  options.listen = "127.0.0.1:0";
  options.drain_delay = absl::Milliseconds(500);
  const Telemetry telemetry = service.telemetry();
  auto server =
      Server::Start(options, {{ScoringService::service_full_name(), &service}}, &telemetry);
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

}  // namespace zhiping::rpc
