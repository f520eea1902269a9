#include "services/scoring/scoring_service.h"

#include <algorithm>
#include <utility>

#include "common/criteria/release.h"
#include "common/criteria/result.h"
#include "common/criteria/score.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "services/scoring/batch_stream.h"
#include "services/scoring/choice.h"
#include "services/scoring/domain/plan.h"
#include "services/scoring/domain/scored_input.h"
#include "services/scoring/domain/view.h"
#include "services/scoring/receipt_verification.h"

namespace zhiping::scoring {
namespace {

using releases::Choice;
using releases::Chosen;
using releases::Snapshot;

// Messages of Score that are kept between calls.
constexpr size_t kKeptMessages = 256;

void FillProvenance(const Chosen& chosen, common::v1::ScoreResult& result) {
  result.set_revision(chosen.revision);
  result.set_freshness(chosen.freshness);
}

absl::Status AnswerScore(const Chosen& chosen, ScoreMessages& messages) {
  const v1::ScoreRequest& request = *messages.request();
  RETURN_IF_ERROR(CheckView(request.view()));
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

absl::Status AnswerPlanUpgrade(const Chosen& chosen, const rpc::Call& call,
                               const v1::PlanUpgradeRequest& request,
                               v1::PlanUpgradeResponse& response) {
  ASSIGN_OR_RETURN(response,
                   PlanUpgrade(*chosen.criteria, request, [&call] { return call.CheckWaiting(); }));
  if (response.has_after()) FillProvenance(chosen, *response.mutable_after());
  return absl::OkStatus();
}

void FillConfirmation(const releases::Confirmation& confirmation, absl::Duration steady,
                      v1::ProgrammeStatus& status) {
  *status.mutable_confirmed_at() = ToTimestamp(confirmation.confirmed_at);
  status.set_age_seconds(static_cast<int32_t>(
      std::min<int64_t>(absl::ToInt64Seconds(confirmation.Age(steady)), INT32_MAX)));
  status.set_clock_behind(confirmation.clock_behind);
}

absl::Status AnswerGetStatus(const Snapshot& snapshot, absl::Duration steady,
                             v1::GetStatusResponse& response) {
  response.set_engine_version(criteria::kEngineVersion);
  for (int version = 1; version <= criteria::kLatestSemantics; ++version) {
    response.add_semantics(version);
  }
  for (const auto& programme : snapshot.unknown()) {
    response.add_programmes()->set_programme(programme);
  }
  for (const auto& [programme, in_force] : snapshot.in_force()) {
    auto* status = response.add_programmes();
    status->set_programme(programme);
    status->set_freshness(snapshot.FreshnessOf(in_force, steady));
    if (in_force.confirmation.has_value()) {
      FillConfirmation(*in_force.confirmation, steady, *status);
    }
    if (in_force.criteria == nullptr) continue;
    status->set_release_digest(in_force.criteria->digest());
    status->set_release_label(in_force.criteria->release().label());
    status->set_revision(in_force.revision);
    for (const auto& [digest, criteria] : snapshot.available()) {
      if (criteria->edition().programme() == programme) status->add_available(digest);
    }
    std::sort(status->mutable_available()->begin(), status->mutable_available()->end());
  }
  return absl::OkStatus();
}

}  // namespace

ScoringService::ScoringService(releases::Releases& releases, const Clock& clock,
                               rpc::BoundedPool& pool, const envelope::Trust& trust,
                               const rpc::CallEnvironment& environment)
    : releases_(releases),
      clock_(clock),
      pool_(pool),
      trust_(trust),
      messages_(kKeptMessages),
      score_(environment, v1::ScoringService::service_full_name(), "Score"),
      score_batch_(environment, v1::ScoringService::service_full_name(), "ScoreBatch"),
      plan_upgrade_(environment, v1::ScoringService::service_full_name(), "PlanUpgrade"),
      verify_receipt_(environment, v1::ScoringService::service_full_name(), "VerifyReceipt"),
      get_status_(environment, v1::ScoringService::service_full_name(), "GetStatus") {
  SetMessageAllocatorFor_Score(&messages_);
}

bool ScoringService::MayFind(const Choice& choice, const absl::StatusOr<Chosen>& chosen) const {
  return !chosen.ok() && releases_.MayFind(choice, chosen.status());
}

grpc::ServerUnaryReactor* ScoringService::Score(grpc::CallbackServerContext* context,
                                                const v1::ScoreRequest* request,
                                                v1::ScoreResponse*) {
  auto& messages = static_cast<ScoreMessages&>(*context->GetRpcAllocatorState());
  Choice choice = ChoiceOf(request->criteria());
  const auto chosen = releases_.snapshot()->Choose(choice, clock_.Steady());
  if (!MayFind(choice, chosen)) {
    return score_.Handle(*context, *request, [&] {
      return chosen.ok() ? AnswerScore(*chosen, messages) : chosen.status();
    });
  }
  return score_.HandleLater(*context, *request, [&](const auto& pending) {
    releases_.Await(std::move(choice), absl::FromChrono(context->deadline()),
                    [pending, &messages](const absl::StatusOr<Chosen>& found) {
                      pending->Finish(found.ok() ? AnswerScore(*found, messages) : found.status());
                    });
  });
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* ScoringService::ScoreBatch(
    grpc::CallbackServerContext* context) {
  return NewBatchStream(*context, score_batch_, pool_, releases_, clock_);
}

grpc::ServerUnaryReactor* ScoringService::PlanUpgrade(grpc::CallbackServerContext* context,
                                                      const v1::PlanUpgradeRequest* request,
                                                      v1::PlanUpgradeResponse* response) {
  Choice choice = ChoiceOf(request->criteria());
  const auto chosen = releases_.snapshot()->Choose(choice, clock_.Steady());
  const auto answer = [this, request, response](const std::shared_ptr<rpc::PendingCall>& pending,
                                                const absl::StatusOr<Chosen>& found) {
    if (!found.ok()) return pending->Finish(found.status());
    pending->RunIn(pool_, [found, request, response](const rpc::Call& call) {
      return AnswerPlanUpgrade(*found, call, *request, *response);
    });
  };
  return plan_upgrade_.HandleLater(*context, *request, [&](const auto& pending) {
    if (!MayFind(choice, chosen)) return answer(pending, chosen);
    releases_.Await(
        std::move(choice), absl::FromChrono(context->deadline()),
        [answer, pending](const absl::StatusOr<Chosen>& found) { answer(pending, found); });
  });
}

grpc::ServerUnaryReactor* ScoringService::VerifyReceipt(grpc::CallbackServerContext* context,
                                                        const v1::VerifyReceiptRequest* request,
                                                        v1::VerifyReceiptResponse* response) {
  return verify_receipt_.HandleLater(*context, *request, [&](const auto& pending) {
    scoring::VerifyReceipt({releases_, clock_, pool_, trust_}, pending, *request,
                           absl::FromChrono(context->deadline()), *response);
  });
}

grpc::ServerUnaryReactor* ScoringService::GetStatus(grpc::CallbackServerContext* context,
                                                    const v1::GetStatusRequest* request,
                                                    v1::GetStatusResponse* response) {
  return get_status_.Handle(*context, *request, [&] {
    return AnswerGetStatus(*releases_.snapshot(), clock_.Steady(), *response);
  });
}

}  // namespace zhiping::scoring
