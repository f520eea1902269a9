// Reviews: files in hand, findings, decisions and objections.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/rpc/call.h"
#include "services/assessment/environment.h"
#include "services/assessment/receipt_signing.h"
#include "services/assessment/submission_changes.h"
#include "zhiping/assessment/v1/review_service.pb.h"

namespace zhiping::assessment {

// Errors: as review_service.proto says. Thread-safe.
class Reviews {
 public:
  // All outlive this. `incarnation`: of the store, 32 hex digits.
  Reviews(const Environment& environment, const ReceiptSigning& signing, std::string incarnation)
      : environment_(environment), signing_(signing), incarnation_(std::move(incarnation)) {}

  absl::StatusOr<v1::TakeResponse> Take(const v1::TakeRequest& request, rpc::Call& call,
                                        absl::Time deadline);
  absl::StatusOr<v1::ReleaseResponse> Release(const v1::ReleaseRequest& request, rpc::Call& call,
                                              absl::Time deadline);
  absl::StatusOr<v1::AssignResponse> Assign(const v1::AssignRequest& request, rpc::Call& call,
                                            absl::Time deadline);
  absl::StatusOr<v1::RecordFindingsResponse> RecordFindings(
      const v1::RecordFindingsRequest& request, rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::ApproveResponse> Approve(const v1::ApproveRequest& request, rpc::Call& call,
                                              absl::Time deadline);
  absl::StatusOr<v1::BatchApproveResponse> BatchApprove(const v1::BatchApproveRequest& request,
                                                        rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::ReturnToEnterpriseResponse> ReturnToEnterprise(
      const v1::ReturnToEnterpriseRequest& request, rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::ReturnToPreviousStageResponse> ReturnToPreviousStage(
      const v1::ReturnToPreviousStageRequest& request, rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::RejectResponse> Reject(const v1::RejectRequest& request, rpc::Call& call,
                                            absl::Time deadline);
  absl::StatusOr<v1::RecallDecisionResponse> RecallDecision(
      const v1::RecallDecisionRequest& request, rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::RevokeResponse> Revoke(const v1::RevokeRequest& request, rpc::Call& call,
                                            absl::Time deadline);
  absl::StatusOr<v1::AddCommentResponse> AddComment(const v1::AddCommentRequest& request,
                                                    rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::ResolveCommentResponse> ResolveComment(
      const v1::ResolveCommentRequest& request, rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::ObjectResponse> Object(const v1::ObjectRequest& request, rpc::Call& call,
                                            absl::Time deadline);
  absl::StatusOr<v1::DecideObjectionResponse> DecideObjection(
      const v1::DecideObjectionRequest& request, rpc::Call& call, absl::Time deadline);

 private:
  // An act on one submission, as the domain knows it.
  using DomainAct =
      std::function<absl::Status(const Act&, const criteria::Criteria&, Submissions&)>;
  // What kind of act it is: all but those in hand are audited, comments if they changed anything,
  // and decisions have receipts.
  enum class ActKind { kInHand, kAssignment, kComment, kFindings, kDecision };

  // Does the act, makes the reviewed result and the receipt of a decision, stores, logs and audits.
  // `reason`: for audit; read after the act.
  absl::Status DoIn(StoreTransaction& transaction, const SubmissionCall& about,
                    const CriteriaPtr& criteria, ActKind kind, const std::string& reason,
                    const DomainAct& act, absl::Time now, v1::SubmissionRecord& after) const;
  template <typename Response, typename Request>
  absl::StatusOr<Response> Decide(absl::string_view method, const Request& request, rpc::Call& call,
                                  absl::Time deadline, ActKind kind, const std::string& reason,
                                  const DomainAct& act) const;
  // The same without a request id: what may be repeated.
  template <typename Response, typename Request>
  absl::StatusOr<Response> Handle(const Request& request, rpc::Call& call, absl::Time deadline,
                                  ActKind kind, const std::string& reason,
                                  const DomainAct& act) const;
  // Of its release, which may have to be fetched: nobody else learns even that. Errors: those of
  // FindFile.
  absl::StatusOr<CriteriaPtr> CriteriaOf(const SubmissionCall& about, absl::Time deadline) const;
  absl::Status MakeDecisionReceipt(StoreTransaction& transaction,
                                   const criteria::Criteria& criteria,
                                   const v1::SubmissionRecord& record, absl::Time now) const;

  const Environment& environment_;
  const ReceiptSigning& signing_;
  const std::string incarnation_;
};

}  // namespace zhiping::assessment
