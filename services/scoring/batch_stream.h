// One ScoreBatch stream: a message is read, scored in the pool and answered before the next is
// read, so that a caller can never queue more than one message's work.
#pragma once

#include "common/releases/releases.h"
#include "common/rpc/bounded_pool.h"
#include "common/rpc/call.h"
#include "common/time/clock.h"
#include "zhiping/scoring/v1/scoring_service.grpc.pb.h"

namespace zhiping::scoring {

// Reads and writes bytes: messages are parsed in the pool, and one that cannot be is refused
// instead of ending the stream. REQUIRES: all outlive the server.
grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* NewBatchStream(
    grpc::CallbackServerContext& context, const rpc::Method& method, rpc::BoundedPool& pool,
    releases::Releases& releases, const Clock& clock);

}  // namespace zhiping::scoring
