// Drafts (草稿): opened, filled in, looked at and taken to other releases. Each call is one
// transaction, or one reading.
#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/call.h"
#include "services/assessment/environment.h"
#include "services/assessment/locked_draft.h"
#include "services/assessment/scoring_client.h"
#include "zhiping/assessment/v1/assessment_service.pb.h"

namespace zhiping::assessment {

// Errors: as assessment_service.proto says. Thread-safe.
class Drafts {
 public:
  // All outlive this.
  Drafts(const Environment& environment, const ScoringClient& scoring)
      : environment_(environment), scoring_(scoring) {}

  absl::StatusOr<v1::CreateAssessmentResponse> Create(const v1::CreateAssessmentRequest& request,
                                                      rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::GetAssessmentResponse> Get(const v1::GetAssessmentRequest& request,
                                                rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::ListAssessmentsResponse> List(const v1::ListAssessmentsRequest& request,
                                                   rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::UpdateAnswersResponse> UpdateAnswers(const v1::UpdateAnswersRequest& request,
                                                          rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::SetFactsResponse> SetFacts(const v1::SetFactsRequest& request, rpc::Call& call,
                                                absl::Time deadline);
  absl::StatusOr<v1::AddEvidenceResponse> AddEvidence(const v1::AddEvidenceRequest& request,
                                                      rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::RemoveEvidenceResponse> RemoveEvidence(
      const v1::RemoveEvidenceRequest& request, rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::PreviewResponse> Preview(const v1::PreviewRequest& request, rpc::Call& call,
                                              absl::Time deadline);
  absl::StatusOr<v1::RebaseResponse> Rebase(const v1::RebaseRequest& request, rpc::Call& call,
                                            absl::Time deadline);

 private:
  // Reads a draft, as it would be if it were changed now. Records who reads.
  absl::StatusOr<LockedDraft> Read(const v1::AssessmentKey& key, rpc::Call& call,
                                   absl::Time deadline);

  const Environment& environment_;
  const ScoringClient& scoring_;
};

}  // namespace zhiping::assessment
