// Runs a gRPC server: health, reflection, and an end that loses no request.
//
//   const TerminationSignals signals;        // before any thread is started
//   auto server = Server::Start(options, {{ScoringService::service_full_name(), &service}});
//   (*server)->SetReady(true);
//   (*server)->ServeUntil(signals, log);
#pragma once

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server.h>
#include <signal.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/rpc/call.h"
#include "common/rpc/log.h"
#include "common/rpc/tls.h"

namespace zhiping::rpc {

// Health is answered for the empty name and for each service's full name: SERVING while ready. For
// this name it is SERVING as long as the process can answer at all.
inline constexpr char kLivenessService[] = "liveness";

struct ServerOptions {
  // HOST:PORT; port 0 takes a free one.
  std::string listen = "127.0.0.1:50051";
  // None: without TLS, on this machine only.
  TlsFiles tls{};
  // HOST:PORT where health alone is answered without TLS, for Kubernetes' probes, which speak none;
  // empty: nowhere.
  std::string health_listen{};
  // Between NOT_SERVING and closing: load balancers need this long to turn away.
  absl::Duration drain_delay = absl::Seconds(5);
  // What is still being answered may take this long after that.
  absl::Duration shutdown_grace = absl::Seconds(10);
  // Connections are renewed after this time, so that clients find new instances.
  absl::Duration max_connection_age = absl::Minutes(5);
  // Of one request message, in bytes.
  int max_request_bytes = 4 << 20;
  // Of all requests together that are being received, in bytes. When there are more, gRPC ends some
  // of them, whoever sends them, with RESOURCE_EXHAUSTED. Streams of large messages never make it
  // so many: see LargeStreams.
  int64_t request_buffer_bytes = 256 << 20;
};

// SIGTERM and SIGINT, taken by whoever waits instead of a handler.
class TerminationSignals {
 public:
  // Blocks the signals in this thread and all that it starts later.
  TerminationSignals();

  // Waits for a signal.
  void Wait() const;
  // The same for at most `timeout`; whether one came.
  bool WaitFor(absl::Duration timeout) const;

 private:
  sigset_t set_;
};

struct ServedService {
  std::string full_name;
  grpc::Service* service;
};

class Server {
 public:
  // `environment`: where calls are counted and logged that gRPC answers before any handler; none if
  // null. REQUIRES: the services outlive the server, and so does what the environment names.
  // Errors: INVALID_FIELD if the address cannot be listened on.
  static absl::StatusOr<std::unique_ptr<Server>> Start(
      const ServerOptions& options, const std::vector<ServedService>& services,
      const CallEnvironment* environment = nullptr);
  // Closes at once.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // The port that is listened on.
  int port() const { return port_; }
  // Where health alone is answered; 0: nowhere.
  int health_port() const { return health_port_; }

  // What health answers; not ready at first, and not any more once it was asked to stop.
  // Thread-safe.
  void SetReady(bool ready);

  // Waits for a signal; then answers NOT_SERVING, goes on serving for the drain delay (a second
  // signal cuts it short), runs `before_closing`, which ends what would not end by itself, and
  // closes.
  void ServeUntil(
      const TerminationSignals& signals, const Log& log,
      const std::function<void()>& before_closing = [] {});

  // Ends everything that runs.
  void CloseNow();

  // Takes no more calls, and ends those that still run after the grace.
  void Shutdown();

 private:
  Server() = default;
  absl::Status StartHealth();
  // What health answers for a name, wherever it is asked.
  void SetStatus(const std::string& name, bool serving);
  // Not ready, for good.
  void BeginDraining();

  ServerOptions options_;
  // What health answers for.
  std::vector<std::string> names_;
  int port_ = 0;
  int health_port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  // Calls of anything but health, where health alone is answered, are UNIMPLEMENTED.
  grpc::CallbackGenericService nothing_else_;
  // Answers health alone; null: nothing does.
  std::unique_ptr<grpc::Server> health_server_;

  absl::Mutex mutex_;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace zhiping::rpc
