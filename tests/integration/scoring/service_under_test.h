// The scoring service over real gRPC, in this process, with the 2026 edition in force.
#pragma once

#include <memory>

#include "common/audit/operations_service.h"
#include "common/rpc/channel.h"
#include "common/rpc/server.h"
#include "common/rpc/status.h"
#include "services/scoring/scoring_service.h"
#include "tests/edition_folder.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::scoring {

// Nobody has the private part of its key.
inline std::shared_ptr<const envelope::Trust> TrustInNobody() {
  const auto key = envelope::Key::Generate(envelope::KeyAlgorithm::ED25519);
  return *envelope::Trust::Parse(
      envelope::TrustEntry(*key, {envelope::Purpose::RECEIPT}, {"*"}, "nobody"));
}

class ServiceUnderTest {
 public:
  explicit ServiceUnderTest(std::vector<std::shared_ptr<const criteria::Criteria>> more = {},
                            const rpc::AccessOptions& access = {},
                            const rpc::ServerOptions& server = {},
                            std::shared_ptr<const envelope::Trust> trust = nullptr)
      : criteria_(*criteria::CompileEdition2026()),
        trust_(trust != nullptr ? std::move(trust) : TrustInNobody()),
        log_(rpc::Severity::kError),
        access_(*rpc::AccessControl::Open(access, SystemClock(), log_)),
        pool_(2, 64) {
    releases::Snapshot::Available available = {{criteria_->digest(), criteria_}};
    releases::Snapshot::InForce in_force;
    in_force[criteria_->edition().programme()].criteria = criteria_;
    for (auto& other : more) {
      available[other->digest()] = other;
      in_force[other->edition().programme()].criteria = other;
    }
    releases_ = std::make_unique<releases::FixedReleases>(
        std::make_shared<const releases::Snapshot>(std::move(available), std::move(in_force)));
    service_ = std::make_unique<ScoringService>(*releases_, SystemClock(), pool_, *trust_, calls_);
    operations_ = std::make_unique<audit::OperationsService>(nullptr, pool_, calls_);
    options_ = server;
    options_.listen = "127.0.0.1:0";
    Serve();
    stub_ = v1::ScoringService::NewStub(rpc::NewChannel(absl::StrCat("127.0.0.1:", server_->port()),
                                                        {v1::ScoringService::service_full_name()}));
  }

  const criteria::Criteria& criteria() const { return *criteria_; }
  int port() const { return server_->port(); }
  v1::ScoringService::Stub& stub() { return *stub_; }

  void CloseNow() { server_->CloseNow(); }
  // At the same address. REQUIRES: it was closed.
  void OpenAgain() {
    options_.listen = absl::StrCat("127.0.0.1:", server_->port());
    server_ = nullptr;
    Serve();
  }
  // What health answers.
  void SetReady(bool ready) { server_->SetReady(ready); }

  absl::StatusOr<v1::ScoreResponse> Score(const v1::ScoreRequest& request) {
    return Call<v1::ScoreResponse>(&v1::ScoringService::Stub::Score, request);
  }
  absl::StatusOr<v1::PlanUpgradeResponse> PlanUpgrade(const v1::PlanUpgradeRequest& request) {
    return Call<v1::PlanUpgradeResponse>(&v1::ScoringService::Stub::PlanUpgrade, request);
  }
  absl::StatusOr<v1::VerifyReceiptResponse> VerifyReceipt(const v1::VerifyReceiptRequest& request) {
    return Call<v1::VerifyReceiptResponse>(&v1::ScoringService::Stub::VerifyReceipt, request);
  }
  absl::StatusOr<v1::GetStatusResponse> GetStatus() {
    return Call<v1::GetStatusResponse>(&v1::ScoringService::Stub::GetStatus,
                                       v1::GetStatusRequest());
  }

 private:
  void Serve() {
    server_ = *rpc::Server::Start(
        options_,
        {{v1::ScoringService::service_full_name(), service_.get()},
         {common::v1::OperationsService::service_full_name(), operations_.get()}},
        &calls_);
    server_->SetReady(true);
  }

  template <typename Response, typename Method, typename Request>
  absl::StatusOr<Response> Call(Method method, const Request& request) {
    const auto context = rpc::NewContext(absl::Minutes(1));
    Response response;
    const absl::Status status =
        rpc::FromGrpcStatus(((*stub_).*method)(context.get(), request, &response));
    if (!status.ok()) return status;
    return response;
  }

  std::shared_ptr<const criteria::Criteria> criteria_;
  // Whose receipts are believed.
  const std::shared_ptr<const envelope::Trust> trust_;
  rpc::Metrics metrics_;
  rpc::Log log_;
  const std::unique_ptr<rpc::AccessControl> access_;
  const rpc::CallEnvironment calls_{metrics_, log_, *access_};
  rpc::BoundedPool pool_;
  std::unique_ptr<releases::FixedReleases> releases_;
  std::unique_ptr<ScoringService> service_;
  std::unique_ptr<audit::OperationsService> operations_;
  rpc::ServerOptions options_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<v1::ScoringService::Stub> stub_;
};

}  // namespace zhiping::scoring
