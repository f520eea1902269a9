// What a caller gets for a request that is not a message of the method's type. gRPC deals with such
// a request by itself, before any handler: it answers a unary call with UNIMPLEMENTED and without a
// word, as if the method were missing, and reads a stream as if it were over.
#pragma once

#include <grpcpp/server_builder.h>

#include "absl/status/status.h"

namespace zhiping::rpc {

// INVALID_ARGUMENT MALFORMED. For streams, which read bytes and parse them themselves.
absl::Status MalformedRequest();

// Makes it the answer of every unary method of the server. Handlers answer with details, or not
// with UNIMPLEMENTED.
void ExplainMalformedRequests(grpc::ServerBuilder& builder);

}  // namespace zhiping::rpc
