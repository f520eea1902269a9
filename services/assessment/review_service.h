// zhiping.assessment.v1.ReviewService: Reviews and ReviewLists.
#pragma once

#include "common/rpc/pooled_method.h"
#include "services/assessment/review_lists.h"
#include "services/assessment/reviews.h"
#include "zhiping/assessment/v1/review_service.grpc.pb.h"

namespace zhiping::assessment {

// Thread-safe.
class ReviewService final : public v1::ReviewService::CallbackService {
 public:
  // All outlive the service, but `on` itself.
  ReviewService(Reviews& reviews, ReviewLists& lists, const rpc::PooledService& on);

  grpc::ServerUnaryReactor* ListQueue(grpc::CallbackServerContext* context,
                                      const v1::ListQueueRequest* request,
                                      v1::ListQueueResponse* response) override {
    return list_queue_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* Take(grpc::CallbackServerContext* context,
                                 const v1::TakeRequest* request,
                                 v1::TakeResponse* response) override {
    return take_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* Release(grpc::CallbackServerContext* context,
                                    const v1::ReleaseRequest* request,
                                    v1::ReleaseResponse* response) override {
    return release_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* Assign(grpc::CallbackServerContext* context,
                                   const v1::AssignRequest* request,
                                   v1::AssignResponse* response) override {
    return assign_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* RecordFindings(grpc::CallbackServerContext* context,
                                           const v1::RecordFindingsRequest* request,
                                           v1::RecordFindingsResponse* response) override {
    return record_findings_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* Approve(grpc::CallbackServerContext* context,
                                    const v1::ApproveRequest* request,
                                    v1::ApproveResponse* response) override {
    return approve_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* BatchApprove(grpc::CallbackServerContext* context,
                                         const v1::BatchApproveRequest* request,
                                         v1::BatchApproveResponse* response) override {
    return batch_approve_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* ReturnToEnterprise(grpc::CallbackServerContext* context,
                                               const v1::ReturnToEnterpriseRequest* request,
                                               v1::ReturnToEnterpriseResponse* response) override {
    return return_to_enterprise_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* ReturnToPreviousStage(
      grpc::CallbackServerContext* context, const v1::ReturnToPreviousStageRequest* request,
      v1::ReturnToPreviousStageResponse* response) override {
    return return_to_previous_stage_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* Reject(grpc::CallbackServerContext* context,
                                   const v1::RejectRequest* request,
                                   v1::RejectResponse* response) override {
    return reject_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* RecallDecision(grpc::CallbackServerContext* context,
                                           const v1::RecallDecisionRequest* request,
                                           v1::RecallDecisionResponse* response) override {
    return recall_decision_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* Revoke(grpc::CallbackServerContext* context,
                                   const v1::RevokeRequest* request,
                                   v1::RevokeResponse* response) override {
    return revoke_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* AddComment(grpc::CallbackServerContext* context,
                                       const v1::AddCommentRequest* request,
                                       v1::AddCommentResponse* response) override {
    return add_comment_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* ResolveComment(grpc::CallbackServerContext* context,
                                           const v1::ResolveCommentRequest* request,
                                           v1::ResolveCommentResponse* response) override {
    return resolve_comment_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* Object(grpc::CallbackServerContext* context,
                                   const v1::ObjectRequest* request,
                                   v1::ObjectResponse* response) override {
    return object_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* DecideObjection(grpc::CallbackServerContext* context,
                                            const v1::DecideObjectionRequest* request,
                                            v1::DecideObjectionResponse* response) override {
    return decide_objection_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* ListEvidenceMatches(
      grpc::CallbackServerContext* context, const v1::ListEvidenceMatchesRequest* request,
      v1::ListEvidenceMatchesResponse* response) override {
    return list_evidence_matches_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* ExportSubmissions(grpc::CallbackServerContext* context,
                                              const v1::ExportSubmissionsRequest* request,
                                              v1::ExportSubmissionsResponse* response) override {
    return export_submissions_.Handle(*context, *request, *response);
  }

 private:
  const rpc::PooledMethod<v1::ListQueueRequest, v1::ListQueueResponse> list_queue_;
  const rpc::PooledMethod<v1::TakeRequest, v1::TakeResponse> take_;
  const rpc::PooledMethod<v1::ReleaseRequest, v1::ReleaseResponse> release_;
  const rpc::PooledMethod<v1::AssignRequest, v1::AssignResponse> assign_;
  const rpc::PooledMethod<v1::RecordFindingsRequest, v1::RecordFindingsResponse> record_findings_;
  const rpc::PooledMethod<v1::ApproveRequest, v1::ApproveResponse> approve_;
  const rpc::PooledMethod<v1::BatchApproveRequest, v1::BatchApproveResponse> batch_approve_;
  const rpc::PooledMethod<v1::ReturnToEnterpriseRequest, v1::ReturnToEnterpriseResponse>
      return_to_enterprise_;
  const rpc::PooledMethod<v1::ReturnToPreviousStageRequest, v1::ReturnToPreviousStageResponse>
      return_to_previous_stage_;
  const rpc::PooledMethod<v1::RejectRequest, v1::RejectResponse> reject_;
  const rpc::PooledMethod<v1::RecallDecisionRequest, v1::RecallDecisionResponse> recall_decision_;
  const rpc::PooledMethod<v1::RevokeRequest, v1::RevokeResponse> revoke_;
  const rpc::PooledMethod<v1::AddCommentRequest, v1::AddCommentResponse> add_comment_;
  const rpc::PooledMethod<v1::ResolveCommentRequest, v1::ResolveCommentResponse> resolve_comment_;
  const rpc::PooledMethod<v1::ObjectRequest, v1::ObjectResponse> object_;
  const rpc::PooledMethod<v1::DecideObjectionRequest, v1::DecideObjectionResponse>
      decide_objection_;
  const rpc::PooledMethod<v1::ListEvidenceMatchesRequest, v1::ListEvidenceMatchesResponse>
      list_evidence_matches_;
  const rpc::PooledMethod<v1::ExportSubmissionsRequest, v1::ExportSubmissionsResponse>
      export_submissions_;
};

}  // namespace zhiping::assessment
