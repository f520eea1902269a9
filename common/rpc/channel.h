// Channels to services: load balancing over all instances, retries of what may be repeated,
// keepalive, and deadlines that travel with a call.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/server_context.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/rpc/tls.h"

namespace zhiping::rpc {

// Which instances of a service are asked.
enum class Instances {
  // Those that answer SERVING; a call fails at once while there is none.
  kReady,
  // All that can be connected to: an instance that is not ready says why itself.
  kAll,
};

// gRPC service config, as JSON, for the services with these full names: round_robin over the
// instances, and up to 4 attempts, on UNAVAILABLE only, of the methods that take one request and
// that their proto declares `idempotency_level = NO_SIDE_EFFECTS` or IDEMPOTENT.
// REQUIRES: the services are linked into the program.
std::string ServiceConfig(const std::vector<std::string>& services,
                          Instances instances = Instances::kReady);

// Without TLS if there are no files. A proxy that the environment names (`https_proxy` and others)
// is used by TLS to other machines alone. target: HOST:PORT, or a name of gRPC's such as
// `dns:///scoring.zhiping.svc:50051`. service: which the certificate that is shown has to name
// (tls.h); empty: any.
std::shared_ptr<grpc::Channel> NewChannel(const std::string& target,
                                          const std::vector<std::string>& services,
                                          Instances instances = Instances::kReady,
                                          const TlsFiles& tls = {},
                                          const std::string& service = {});

// For methods whose requests are a stream: gRPC repeats nothing of what was sent, not even what it
// knows that no server has seen, so that the caller opens the stream again.
std::shared_ptr<grpc::Channel> NewStreamChannel(const std::string& target,
                                                Instances instances = Instances::kReady,
                                                const TlsFiles& tls = {},
                                                const std::string& service = {});

// The context of a call that may take at most `timeout`.
std::unique_ptr<grpc::ClientContext> NewContext(absl::Duration timeout);

// The context of a call that is part of answering another: it ends at the other's deadline, or
// after `at_most` if that is sooner; it is cancelled with the other; and it carries its trace.
std::unique_ptr<grpc::ClientContext> NewContextWithin(const grpc::CallbackServerContext& call,
                                                      absl::Duration at_most);

}  // namespace zhiping::rpc
