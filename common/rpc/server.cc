#include "common/rpc/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <cerrno>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/cannot_listen.h"
#include "common/rpc/large_streams.h"
#include "common/rpc/malformed.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/clock.h"

namespace zhiping::rpc {
namespace {

// What still runs on a connection that is being renewed may take this long.
constexpr absl::Duration kConnectionAgeGrace = absl::Minutes(1);
// A silent peer is asked this often whether it is still there, and may ask us half as long after.
constexpr absl::Duration kKeepalive = absl::Seconds(60);
constexpr absl::Duration kKeepaliveTimeout = absl::Seconds(20);
// Of what is sent along with one call. It is much more than a token may have, so that it is we who
// refuse a token that is too large: gRPC, which takes 8 KiB by itself, says nothing of tokens, and
// closes the connection, with all other calls on it.
constexpr int kMaxMetadataBytes = 256 << 10;
// Calls at a time on one connection, streams too; clients let more of them wait.
constexpr int kMaxCallsOfConnection = 256;
// Of HTTP/2. Its own default, 16 KiB, costs a twentieth of what a stream of batches carries.
constexpr int kMaxFrameBytes = 1 << 20;
// Reflection takes a thread for each of its streams.
constexpr int kMaxReflectionThreads = 16;
// Of all requests on the port of health alone, which a flood elsewhere must not silence.
constexpr int64_t kHealthBufferBytes = 16 << 20;

int Milliseconds(absl::Duration duration) {
  return static_cast<int>(absl::ToInt64Milliseconds(duration));
}

// Health and reflection are switched on for the whole process, before its first server.
void EnablePlugins() {
  static const bool enabled = [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    return true;
  }();
  (void)enabled;
}

// What anybody may make a server keep, before it is known who calls.
void BoundCalls(grpc::ServerBuilder& builder, int64_t buffer_bytes) {
  grpc::ResourceQuota quota("requests");
  quota.Resize(static_cast<size_t>(buffer_bytes));
  quota.SetMaxThreads(kMaxReflectionThreads);
  builder.SetResourceQuota(quota);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxCallsOfConnection);
  // Otherwise the window grows with what a connection could carry, to megabytes for each of its
  // streams, and the more the larger the quota is.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, kStreamWindowBytes);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_FRAME_SIZE, kMaxFrameBytes);
}

// Linking reflection gives it to every server.
class WithoutPlugins final : public grpc::ServerBuilderOption {
 public:
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    plugins->clear();
  }
};

// gRPC itself takes ports modulo 65536.
bool HasPort(const std::string& listen) {
  int port = 0;
  return absl::SimpleAtoi(listen.substr(listen.rfind(':') + 1), &port) && port >= 0 &&
         port <= 65535;
}

}  // namespace

TerminationSignals::TerminationSignals() {
  sigemptyset(&set_);
  sigaddset(&set_, SIGTERM);
  sigaddset(&set_, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
}

void TerminationSignals::Wait() const {
  int signal = 0;
  while (sigwait(&set_, &signal) != 0) {
  }
}

bool TerminationSignals::WaitFor(absl::Duration timeout) const {
  const absl::Duration end = SystemClock().Steady() + timeout;
  while (true) {
    const absl::Duration left = std::max(end - SystemClock().Steady(), absl::ZeroDuration());
    const timespec wait = absl::ToTimespec(left);
    if (sigtimedwait(&set_, nullptr, &wait) > 0) return true;
    if (errno != EINTR) return false;
  }
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options,
                                                      const std::vector<ServedService>& services,
                                                      const CallEnvironment* environment) {
  if (!HasPort(options.listen)) return CannotListen("--listen", options.listen);
  EnablePlugins();
  auto result = std::unique_ptr<Server>(new Server());
  result->options_ = options;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(options.listen, ServerCredentialsOf(options.tls), &result->port_);
  // Two processes that share a port by mistake would each get half of the calls.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS,
                             Milliseconds(options.max_connection_age));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                             Milliseconds(kConnectionAgeGrace));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(kKeepalive));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(kKeepaliveTimeout));
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             Milliseconds(kKeepalive / 2));
  builder.SetMaxReceiveMessageSize(options.max_request_bytes);
  BoundCalls(builder, options.request_buffer_bytes);
  for (const auto& served : services) {
    builder.RegisterService(served.service);
    result->names_.push_back(served.full_name);
  }
  ExplainMalformedRequests(builder, environment, result->names_);
  result->server_ = builder.BuildAndStart();
  if (result->server_ == nullptr || result->port_ == 0) {
    return CannotListen("--listen", options.listen);
  }
  if (!options.health_listen.empty()) RETURN_IF_ERROR(result->StartHealth());
  result->SetStatus(kLivenessService, true);
  result->SetReady(false);
  return result;
}

absl::Status Server::StartHealth() {
  const std::string& listen = options_.health_listen;
  if (!HasPort(listen)) return CannotListen("--health-listen", listen);
  grpc::ServerBuilder builder;
  builder.AddListeningPort(listen, grpc::InsecureServerCredentials(), &health_port_);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.SetOption(std::make_unique<WithoutPlugins>());
  builder.RegisterCallbackGenericService(&nothing_else_);
  BoundCalls(builder, kHealthBufferBytes);
  health_server_ = builder.BuildAndStart();
  if (health_server_ == nullptr || health_port_ == 0) {
    return CannotListen("--health-listen", listen);
  }
  return absl::OkStatus();
}

void Server::SetStatus(const std::string& name, bool serving) {
  for (const auto& server : {server_.get(), health_server_.get()}) {
    if (server != nullptr) server->GetHealthCheckService()->SetServingStatus(name, serving);
  }
}

Server::~Server() {
  if (server_ != nullptr) CloseNow();
}

void Server::CloseNow() { server_->Shutdown(std::chrono::system_clock::now()); }

void Server::SetReady(bool ready) {
  absl::MutexLock lock(&mutex_);
  SetStatus("", ready && !draining_);
  for (const auto& name : names_) SetStatus(name, ready && !draining_);
}

void Server::BeginDraining() {
  {
    absl::MutexLock lock(&mutex_);
    draining_ = true;
  }
  SetReady(false);
}

void Server::ServeUntil(const TerminationSignals& signals, const Log& log,
                        const std::function<void()>& before_closing) {
  signals.Wait();
  BeginDraining();
  log.Write(Severity::kInfo, "draining",
            {{"seconds", absl::ToDoubleSeconds(options_.drain_delay)}});
  signals.WaitFor(options_.drain_delay);
  before_closing();
  Shutdown();
  log.Write(Severity::kInfo, "stopped", {});
}

void Server::Shutdown() {
  server_->Shutdown(std::chrono::system_clock::now() +
                    absl::ToChronoMilliseconds(options_.shutdown_grace));
}

}  // namespace zhiping::rpc
