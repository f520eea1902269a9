// zhiping.assessment.v1.AssessmentService: Self-assessments and submissions.
#pragma once

#include "common/rpc/pooled_method.h"
#include "services/assessment/closing.h"
#include "services/assessment/drafts.h"
#include "services/assessment/submissions.h"
#include "services/assessment/submitting.h"
#include "zhiping/assessment/v1/assessment_service.grpc.pb.h"

namespace zhiping::assessment {

// Thread-safe.
class AssessmentService final : public v1::AssessmentService::CallbackService {
 public:
  // All outlive the service, but `on` itself.
  AssessmentService(Drafts& drafts, Submitting& submitting, Closing& closing,
                    SubmissionsOfEnterprises& submissions, const rpc::PooledService& on);

  grpc::ServerUnaryReactor* CreateAssessment(grpc::CallbackServerContext* context,
                                             const v1::CreateAssessmentRequest* request,
                                             v1::CreateAssessmentResponse* response) override {
    return create_assessment_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* GetAssessment(grpc::CallbackServerContext* context,
                                          const v1::GetAssessmentRequest* request,
                                          v1::GetAssessmentResponse* response) override {
    return get_assessment_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* ListAssessments(grpc::CallbackServerContext* context,
                                            const v1::ListAssessmentsRequest* request,
                                            v1::ListAssessmentsResponse* response) override {
    return list_assessments_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* UpdateAnswers(grpc::CallbackServerContext* context,
                                          const v1::UpdateAnswersRequest* request,
                                          v1::UpdateAnswersResponse* response) override {
    return update_answers_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* SetFacts(grpc::CallbackServerContext* context,
                                     const v1::SetFactsRequest* request,
                                     v1::SetFactsResponse* response) override {
    return set_facts_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* AddEvidence(grpc::CallbackServerContext* context,
                                        const v1::AddEvidenceRequest* request,
                                        v1::AddEvidenceResponse* response) override {
    return add_evidence_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* RemoveEvidence(grpc::CallbackServerContext* context,
                                           const v1::RemoveEvidenceRequest* request,
                                           v1::RemoveEvidenceResponse* response) override {
    return remove_evidence_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* Preview(grpc::CallbackServerContext* context,
                                    const v1::PreviewRequest* request,
                                    v1::PreviewResponse* response) override {
    return preview_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* Submit(grpc::CallbackServerContext* context,
                                   const v1::SubmitRequest* request,
                                   v1::SubmitResponse* response) override {
    return submit_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* Withdraw(grpc::CallbackServerContext* context,
                                     const v1::WithdrawRequest* request,
                                     v1::WithdrawResponse* response) override {
    return withdraw_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* Rebase(grpc::CallbackServerContext* context,
                                   const v1::RebaseRequest* request,
                                   v1::RebaseResponse* response) override {
    return rebase_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* CloseAssessment(grpc::CallbackServerContext* context,
                                            const v1::CloseAssessmentRequest* request,
                                            v1::CloseAssessmentResponse* response) override {
    return close_assessment_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* ReopenAssessment(grpc::CallbackServerContext* context,
                                             const v1::ReopenAssessmentRequest* request,
                                             v1::ReopenAssessmentResponse* response) override {
    return reopen_assessment_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* Cite(grpc::CallbackServerContext* context,
                                 const v1::CiteRequest* request,
                                 v1::CiteResponse* response) override {
    return cite_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* Uncite(grpc::CallbackServerContext* context,
                                   const v1::UnciteRequest* request,
                                   v1::UnciteResponse* response) override {
    return uncite_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* GetSubmission(grpc::CallbackServerContext* context,
                                          const v1::GetSubmissionRequest* request,
                                          v1::GetSubmissionResponse* response) override {
    return get_submission_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* ListSubmissions(grpc::CallbackServerContext* context,
                                            const v1::ListSubmissionsRequest* request,
                                            v1::ListSubmissionsResponse* response) override {
    return list_submissions_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* GetEffectiveResult(grpc::CallbackServerContext* context,
                                               const v1::GetEffectiveResultRequest* request,
                                               v1::GetEffectiveResultResponse* response) override {
    return get_effective_result_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* GetReceipt(grpc::CallbackServerContext* context,
                                       const v1::GetReceiptRequest* request,
                                       v1::GetReceiptResponse* response) override {
    return get_receipt_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* CountersignReceipt(grpc::CallbackServerContext* context,
                                               const v1::CountersignReceiptRequest* request,
                                               v1::CountersignReceiptResponse* response) override {
    return countersign_receipt_.Handle(*context, *request, *response);
  }
  grpc::ServerUnaryReactor* ListAccesses(grpc::CallbackServerContext* context,
                                         const v1::ListAccessesRequest* request,
                                         v1::ListAccessesResponse* response) override {
    return list_accesses_.Handle(*context, *request, *response);
  }

 private:
  const rpc::PooledMethod<v1::CreateAssessmentRequest, v1::CreateAssessmentResponse>
      create_assessment_;
  const rpc::PooledMethod<v1::GetAssessmentRequest, v1::GetAssessmentResponse> get_assessment_;
  const rpc::PooledMethod<v1::ListAssessmentsRequest, v1::ListAssessmentsResponse>
      list_assessments_;
  const rpc::PooledMethod<v1::UpdateAnswersRequest, v1::UpdateAnswersResponse> update_answers_;
  const rpc::PooledMethod<v1::SetFactsRequest, v1::SetFactsResponse> set_facts_;
  const rpc::PooledMethod<v1::AddEvidenceRequest, v1::AddEvidenceResponse> add_evidence_;
  const rpc::PooledMethod<v1::RemoveEvidenceRequest, v1::RemoveEvidenceResponse> remove_evidence_;
  const rpc::PooledMethod<v1::PreviewRequest, v1::PreviewResponse> preview_;
  const rpc::PooledMethod<v1::SubmitRequest, v1::SubmitResponse> submit_;
  const rpc::PooledMethod<v1::WithdrawRequest, v1::WithdrawResponse> withdraw_;
  const rpc::PooledMethod<v1::RebaseRequest, v1::RebaseResponse> rebase_;
  const rpc::PooledMethod<v1::CloseAssessmentRequest, v1::CloseAssessmentResponse>
      close_assessment_;
  const rpc::PooledMethod<v1::ReopenAssessmentRequest, v1::ReopenAssessmentResponse>
      reopen_assessment_;
  const rpc::PooledMethod<v1::CiteRequest, v1::CiteResponse> cite_;
  const rpc::PooledMethod<v1::UnciteRequest, v1::UnciteResponse> uncite_;
  const rpc::PooledMethod<v1::GetSubmissionRequest, v1::GetSubmissionResponse> get_submission_;
  const rpc::PooledMethod<v1::ListSubmissionsRequest, v1::ListSubmissionsResponse>
      list_submissions_;
  const rpc::PooledMethod<v1::GetEffectiveResultRequest, v1::GetEffectiveResultResponse>
      get_effective_result_;
  const rpc::PooledMethod<v1::GetReceiptRequest, v1::GetReceiptResponse> get_receipt_;
  const rpc::PooledMethod<v1::CountersignReceiptRequest, v1::CountersignReceiptResponse>
      countersign_receipt_;
  const rpc::PooledMethod<v1::ListAccessesRequest, v1::ListAccessesResponse> list_accesses_;
};

}  // namespace zhiping::assessment
