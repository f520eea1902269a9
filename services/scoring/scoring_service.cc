#include "services/scoring/scoring_service.h"

#include <algorithm>
#include <utility>

#include "common/criteria/release.h"
#include "common/criteria/result.h"
#include "common/criteria/score.h"
#include "common/status/status_macros.h"
#include "services/scoring/batch_stream.h"
#include "services/scoring/choice.h"
#include "services/scoring/domain/plan.h"
#include "services/scoring/domain/scored_input.h"
#include "services/scoring/domain/view.h"

namespace zhiping::scoring {
namespace {

using releases::Chosen;
using releases::Snapshot;

// Messages of Score that are kept between calls.
constexpr size_t kKeptMessages = 256;

void FillProvenance(const Chosen& chosen, common::v1::ScoreResult& result) {
  result.set_revision(chosen.revision);
  result.set_freshness(chosen.freshness);
}

absl::Status AnswerScore(const Snapshot& snapshot, ScoreMessages& messages) {
  const v1::ScoreRequest& request = *messages.request();
  RETURN_IF_ERROR(CheckView(request.view()));
  ASSIGN_OR_RETURN(const Chosen chosen, snapshot.Choose(ChoiceOf(request.criteria())));
  const auto& criteria = *chosen.criteria;
  messages.Prepare(chosen.criteria);
  RETURN_IF_ERROR(ReadInput(criteria, request.answers(), request.facts(), messages.input()));
  if (!criteria::Score(criteria, messages.input().answers, messages.input().facts,
                       messages.tally())) {
    return absl::InternalError("Score refused what ReadInput had accepted");
  }
  auto& response = *messages.response();
  if (request.view() == v1::View::FULL) {
    messages.Forget();
    *response.mutable_result() = criteria::MakeResult(criteria, messages.tally(), true);
    *response.mutable_input() = MakeScoredInput(criteria, messages.input());
  } else {
    criteria::FillResult(criteria, messages.tally(), *response.mutable_result());
  }
  FillProvenance(chosen, *response.mutable_result());
  return absl::OkStatus();
}

absl::Status AnswerPlanUpgrade(const Snapshot& snapshot, const rpc::Call& call,
                               const v1::PlanUpgradeRequest& request,
                               v1::PlanUpgradeResponse& response) {
  ASSIGN_OR_RETURN(const Chosen chosen, snapshot.Choose(ChoiceOf(request.criteria())));
  ASSIGN_OR_RETURN(response,
                   PlanUpgrade(*chosen.criteria, request, [&call] { return call.CheckWaiting(); }));
  if (response.has_after()) FillProvenance(chosen, *response.mutable_after());
  return absl::OkStatus();
}

absl::Status AnswerGetStatus(const Snapshot& snapshot, v1::GetStatusResponse& response) {
  response.set_engine_version(criteria::kEngineVersion);
  for (int version = 1; version <= criteria::kLatestSemantics; ++version) {
    response.add_semantics(version);
  }
  for (const auto& [programme, chosen] : snapshot.in_force()) {
    auto* status = response.add_programmes();
    status->set_programme(programme);
    status->set_release_digest(chosen.criteria->digest());
    status->set_release_label(chosen.criteria->release().label());
    status->set_revision(chosen.revision);
    status->set_freshness(chosen.freshness);
    status->set_source("seed");
    for (const auto& [digest, criteria] : snapshot.available()) {
      if (criteria->edition().programme() == programme) status->add_available(digest);
    }
    std::sort(status->mutable_available()->begin(), status->mutable_available()->end());
  }
  return absl::OkStatus();
}

}  // namespace

ScoringService::ScoringService(std::shared_ptr<const Snapshot> snapshot, rpc::BoundedPool& pool,
                               const rpc::Telemetry& telemetry)
    : snapshot_(std::move(snapshot)),
      pool_(pool),
      messages_(kKeptMessages),
      score_(telemetry, v1::ScoringService::service_full_name(), "Score"),
      score_batch_(telemetry, v1::ScoringService::service_full_name(), "ScoreBatch"),
      plan_upgrade_(telemetry, v1::ScoringService::service_full_name(), "PlanUpgrade"),
      get_status_(telemetry, v1::ScoringService::service_full_name(), "GetStatus") {
  SetMessageAllocatorFor_Score(&messages_);
}

grpc::ServerUnaryReactor* ScoringService::Score(grpc::CallbackServerContext* context,
                                                const v1::ScoreRequest*, v1::ScoreResponse*) {
  return score_.Handle(*context, [&] {
    return AnswerScore(*snapshot_, static_cast<ScoreMessages&>(*context->GetRpcAllocatorState()));
  });
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* ScoringService::ScoreBatch(
    grpc::CallbackServerContext* context) {
  return NewBatchStream(*context, score_batch_, pool_, snapshot_);
}

grpc::ServerUnaryReactor* ScoringService::PlanUpgrade(grpc::CallbackServerContext* context,
                                                      const v1::PlanUpgradeRequest* request,
                                                      v1::PlanUpgradeResponse* response) {
  return plan_upgrade_.HandleIn(pool_, *context, [this, request, response](const rpc::Call& call) {
    return AnswerPlanUpgrade(*snapshot_, call, *request, *response);
  });
}

grpc::ServerUnaryReactor* ScoringService::GetStatus(grpc::CallbackServerContext* context,
                                                    const v1::GetStatusRequest*,
                                                    v1::GetStatusResponse* response) {
  return get_status_.Handle(*context, [&] { return AnswerGetStatus(*snapshot_, *response); });
}

}  // namespace zhiping::scoring
