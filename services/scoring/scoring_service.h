// zhiping.scoring.v1.ScoringService: what is asked over gRPC, answered by domain/ and
// common/criteria.
#pragma once

#include <memory>

#include "common/envelope/trust.h"
#include "common/releases/releases.h"
#include "common/rpc/bounded_pool.h"
#include "common/rpc/call.h"
#include "common/time/clock.h"
#include "services/scoring/score_messages.h"
#include "zhiping/scoring/v1/scoring_service.grpc.pb.h"

namespace zhiping::scoring {

// Methods take messages, but for ScoreBatch: see batch_stream.h.
using ScoringServiceBase = v1::ScoringService::WithCallbackMethod_Score<
    v1::ScoringService::WithRawCallbackMethod_ScoreBatch<
        v1::ScoringService::WithCallbackMethod_PlanUpgrade<
            v1::ScoringService::WithCallbackMethod_VerifyReceipt<
                v1::ScoringService::WithCallbackMethod_GetStatus<v1::ScoringService::Service>>>>>;

// Thread-safe.
class ScoringService final : public ScoringServiceBase {
 public:
  // `pool` runs what takes longer than microseconds: plans, batches and receipts. `trust`: whose
  // receipts are believed. All outlive the service.
  ScoringService(releases::Releases& releases, const Clock& clock, rpc::BoundedPool& pool,
                 const envelope::Trust& trust, const rpc::CallEnvironment& environment);

  grpc::ServerUnaryReactor* Score(grpc::CallbackServerContext* context, const v1::ScoreRequest*,
                                  v1::ScoreResponse* response) override;
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* ScoreBatch(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* PlanUpgrade(grpc::CallbackServerContext* context,
                                        const v1::PlanUpgradeRequest* request,
                                        v1::PlanUpgradeResponse* response) override;
  grpc::ServerUnaryReactor* VerifyReceipt(grpc::CallbackServerContext* context,
                                          const v1::VerifyReceiptRequest* request,
                                          v1::VerifyReceiptResponse* response) override;
  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context,
                                      const v1::GetStatusRequest* request,
                                      v1::GetStatusResponse* response) override;

 private:
  // Whether a call has to wait for its criteria.
  bool MayFind(const releases::Choice& choice,
               const absl::StatusOr<releases::Chosen>& chosen) const;

  releases::Releases& releases_;
  const Clock& clock_;
  rpc::BoundedPool& pool_;
  const envelope::Trust& trust_;
  ScoreMessagePool messages_;
  const rpc::Method score_;
  const rpc::Method score_batch_;
  const rpc::Method plan_upgrade_;
  const rpc::Method verify_receipt_;
  const rpc::Method get_status_;
};

}  // namespace zhiping::scoring
