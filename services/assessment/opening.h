// Opening an assessment: what has to be known before, and what is done in the transaction.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/call.h"
#include "services/assessment/domain/carry_over.h"
#include "services/assessment/environment.h"
#include "zhiping/assessment/v1/assessment_service.pb.h"

namespace zhiping::assessment {

struct Opening {
  v1::CampaignRecord campaign;
  // From the source's release to the new draft's; the draft's alone if nothing is carried over.
  std::vector<CriteriaPtr> path;
  // Absent: begins empty.
  std::optional<CarrySource> source;
};

// Finds the criteria, and what is carried over. Errors: CAMPAIGN_NOT_FOUND, NOTHING_TO_CARRY,
// CRITERIA_EXPIRED, NO_ACTIVE_RELEASE, and those of PublishedCriteria. Of another enterprise than
// the key's and its predecessor, or one for which the caller's platform is not enrolled, nothing is
// read.
absl::StatusOr<Opening> PrepareOpening(const Environment& environment, const v1::AssessmentKey& key,
                                       const v1::CreateAssessmentRequest& request,
                                       const rpc::Call& call, absl::Time deadline);

// Opens it, and logs that. Errors: ENTERPRISE_NOT_FOUND, also outside of the caller's scope;
// OUTSIDE_WINDOW, NOT_A_TARGET, UNKNOWN_PLANT, ASSESSMENT_EXISTS; TRANSACTION_CONFLICT if the
// campaign has changed meanwhile.
absl::StatusOr<v1::Assessment> OpenAssessment(const Environment& environment,
                                              StoreTransaction& transaction,
                                              const v1::AssessmentKey& key, const Opening& opening,
                                              const rpc::Call& call, absl::Time now);

}  // namespace zhiping::assessment
