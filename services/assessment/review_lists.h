// What reviewers read: queues, files that several have handed in, exports.
#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/call.h"
#include "services/assessment/environment.h"
#include "zhiping/assessment/v1/review_service.pb.h"

namespace zhiping::assessment {

// Errors: as review_service.proto says. Thread-safe.
class ReviewLists {
 public:
  // It outlives this.
  explicit ReviewLists(const Environment& environment) : environment_(environment) {}

  absl::StatusOr<v1::ListQueueResponse> ListQueue(const v1::ListQueueRequest& request,
                                                  rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::ListEvidenceMatchesResponse> ListEvidenceMatches(
      const v1::ListEvidenceMatchesRequest& request, rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::ExportSubmissionsResponse> ExportSubmissions(
      const v1::ExportSubmissionsRequest& request, rpc::Call& call, absl::Time deadline);

 private:
  const Environment& environment_;
};

}  // namespace zhiping::assessment
