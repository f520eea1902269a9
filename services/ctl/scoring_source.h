// Where scores and plans come from: a service, or an edition or release at hand.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/criteria/criteria.h"
#include "services/ctl/remote_service.h"
#include "zhiping/scoring/v1/scoring_service.pb.h"

namespace zhiping::ctl {

// As scoring.v1 ScoringService, whose errors it gives.
class ScoringSource {
 public:
  virtual ~ScoringSource() = default;
  virtual absl::StatusOr<scoring::v1::ScoreResponse> Score(
      const scoring::v1::ScoreRequest& request) = 0;
  virtual absl::StatusOr<scoring::v1::PlanUpgradeResponse> PlanUpgrade(
      const scoring::v1::PlanUpgradeRequest& request) = 0;
};

// Answers from these criteria, with freshness OFFLINE and revision 0. A request for another
// programme or release is refused: UNKNOWN_PROGRAMME, RELEASE_NOT_FOUND. A plan that takes longer
// than `timeout` ends with DEADLINE_PASSED.
std::unique_ptr<ScoringSource> NewOfflineSource(std::shared_ptr<const criteria::Criteria> criteria,
                                                absl::Duration timeout);

// Asks the service. Errors: the service's, explained.
std::unique_ptr<ScoringSource> NewServerSource(RemoteService service);

}  // namespace zhiping::ctl
