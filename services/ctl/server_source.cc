#include <utility>

#include "services/ctl/remote_service.h"
#include "services/ctl/scoring_source.h"
#include "zhiping/scoring/v1/scoring_service.grpc.pb.h"

namespace zhiping::ctl {
namespace {

using scoring::v1::PlanUpgradeRequest;
using scoring::v1::PlanUpgradeResponse;
using scoring::v1::ScoreRequest;
using scoring::v1::ScoreResponse;
using scoring::v1::ScoringService;

class ServerSource : public ScoringSource {
 public:
  explicit ServerSource(RemoteService service)
      : service_(std::move(service)),
        stub_(ScoringService::NewStub(ChannelTo(service_, {ScoringService::service_full_name()}))) {
  }

  absl::StatusOr<ScoreResponse> Score(const ScoreRequest& request) override {
    return Ask(service_, *stub_, &ScoringService::Stub::Score, request);
  }

  absl::StatusOr<PlanUpgradeResponse> PlanUpgrade(const PlanUpgradeRequest& request) override {
    return Ask(service_, *stub_, &ScoringService::Stub::PlanUpgrade, request);
  }

 private:
  const RemoteService service_;
  const std::unique_ptr<ScoringService::Stub> stub_;
};

}  // namespace

std::unique_ptr<ScoringSource> NewServerSource(RemoteService service) {
  return std::make_unique<ServerSource>(std::move(service));
}

}  // namespace zhiping::ctl
