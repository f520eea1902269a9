// The province closes assessments and reopens them: acts of campaign officers on an enterprise's
// file, each one transaction.
#pragma once

#include <functional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/call.h"
#include "services/assessment/environment.h"
#include "services/assessment/locked_draft.h"
#include "zhiping/assessment/v1/assessment_service.pb.h"

namespace zhiping::assessment {

// Errors: as assessment_service.proto says. Thread-safe.
class Closing {
 public:
  // Outlives this.
  explicit Closing(const Environment& environment) : environment_(environment) {}

  absl::StatusOr<v1::CloseAssessmentResponse> Close(const v1::CloseAssessmentRequest& request,
                                                    rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::ReopenAssessmentResponse> Reopen(const v1::ReopenAssessmentRequest& request,
                                                      rpc::Call& call, absl::Time deadline);

 private:
  // Answers key and state: officials do not read drafts.
  template <typename Response, typename Request>
  absl::StatusOr<Response> Do(
      absl::string_view method, const Request& request, rpc::Call& call, absl::Time deadline,
      const std::function<absl::Status(LockedDraft&, absl::Time now)>& act) const;

  const Environment& environment_;
};

}  // namespace zhiping::assessment
