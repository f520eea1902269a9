// What a caller gets for a request that is not a message of the method's type. gRPC deals with such
// a request by itself, before any handler: it answers a unary call with UNIMPLEMENTED and without a
// word, as if the method were missing, and reads a stream as if it were over.
#pragma once

#include <grpcpp/server_builder.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/rpc/call.h"

namespace zhiping::rpc {

// INVALID_ARGUMENT MALFORMED. For streams, which read bytes and parse them themselves.
absl::Status MalformedRequest();

// Makes it the answer of every unary method of the server. Handlers answer with details, or not
// with UNIMPLEMENTED. With environment, such calls of the services with these full names are
// admitted (Call::AdmitCaller) first, counted and logged as their Method would; without, anybody
// gets it. REQUIRES: the services are linked in and answer by callbacks.
void ExplainMalformedRequests(grpc::ServerBuilder& builder, const CallEnvironment* environment,
                              const std::vector<std::string>& services);

}  // namespace zhiping::rpc
