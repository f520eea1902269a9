// VerifyReceipt: the receipt says which release it needs, so it is read before that is looked for.
#pragma once

#include <memory>

#include "common/envelope/trust.h"
#include "common/releases/releases.h"
#include "common/rpc/bounded_pool.h"
#include "common/rpc/call.h"
#include "common/time/clock.h"
#include "zhiping/scoring/v1/scoring_service.pb.h"

namespace zhiping::scoring {

// What answers it; all of it outlives the calls.
struct ReceiptVerification {
  releases::Releases& releases;
  const Clock& clock;
  rpc::BoundedPool& pool;
  const envelope::Trust& trust;
};

// Reads and recomputes in the pool. `deadline`: of the call. REQUIRES: admitted; the messages live
// as long as the call.
void VerifyReceipt(const ReceiptVerification& verification,
                   const std::shared_ptr<rpc::PendingCall>& pending,
                   const v1::VerifyReceiptRequest& request, absl::Time deadline,
                   v1::VerifyReceiptResponse& response);

}  // namespace zhiping::scoring
