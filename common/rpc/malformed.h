// What a caller gets for a request that is not a message of the method's type. gRPC answers such a
// call by itself, before any handler: UNIMPLEMENTED without a word, as if the method were missing.
#pragma once

#include <grpcpp/server_builder.h>

namespace zhiping::rpc {

// Makes it INVALID_ARGUMENT MALFORMED, for every unary method of the server. Handlers answer with
// details, or not with UNIMPLEMENTED.
void ExplainMalformedRequests(grpc::ServerBuilder& builder);

}  // namespace zhiping::rpc
