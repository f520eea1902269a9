// Submissions as enterprises, the platform and officials see them, and what enterprises and the
// platform do with them once they are made.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/call.h"
#include "services/assessment/environment.h"
#include "services/assessment/receipt_signing.h"
#include "services/assessment/submission_changes.h"
#include "zhiping/assessment/v1/assessment_service.pb.h"

namespace zhiping::assessment {

// Errors: as assessment_service.proto says. Thread-safe.
class SubmissionsOfEnterprises {
 public:
  // Both outlive this.
  SubmissionsOfEnterprises(const Environment& environment, const ReceiptSigning& signing)
      : environment_(environment), signing_(signing) {}

  absl::StatusOr<v1::WithdrawResponse> Withdraw(const v1::WithdrawRequest& request, rpc::Call& call,
                                                absl::Time deadline);
  absl::StatusOr<v1::CiteResponse> Cite(const v1::CiteRequest& request, rpc::Call& call,
                                        absl::Time deadline);
  absl::StatusOr<v1::UnciteResponse> Uncite(const v1::UnciteRequest& request, rpc::Call& call,
                                            absl::Time deadline);

  absl::StatusOr<v1::GetSubmissionResponse> Get(const v1::GetSubmissionRequest& request,
                                                rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::ListSubmissionsResponse> List(const v1::ListSubmissionsRequest& request,
                                                   rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::GetEffectiveResultResponse> GetEffectiveResult(
      const v1::GetEffectiveResultRequest& request, rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::GetReceiptResponse> GetReceipt(const v1::GetReceiptRequest& request,
                                                    rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::CountersignReceiptResponse> CountersignReceipt(
      const v1::CountersignReceiptRequest& request, rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::ListAccessesResponse> ListAccesses(const v1::ListAccessesRequest& request,
                                                        const rpc::Call& call, absl::Time deadline);

 private:
  // One act of a request with an id; the answer has the submission as it is afterwards.
  // `application`: for which it is done, audited if it changed anything; empty: for none.
  template <typename Response>
  absl::StatusOr<Response> DoOnce(
      const SubmissionCall& about, const sql::RequestKey& id, const std::string& application,
      absl::Time deadline, const std::function<absl::Status(const Act&, LockedSubmissions&)>& act);
  // Of its release; none while that cannot be had.
  template <typename Response>
  void AddTexts(const v1::SubmissionRecord& record, absl::Time deadline, Response& response) const;

  const Environment& environment_;
  const ReceiptSigning& signing_;
};

// What the caller gets of a submission: as its enterprise, or as an official.
v1::Submission ViewFor(const rpc::Call& call, const v1::SubmissionRecord& record, absl::Time now);

}  // namespace zhiping::assessment
