// Submitting: from a draft to an immutable, scored and signed submission.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/rpc/call.h"
#include "common/time/periodic.h"
#include "services/assessment/environment.h"
#include "services/assessment/locked_draft.h"
#include "services/assessment/receipt_signing.h"
#include "services/assessment/scoring_client.h"
#include "zhiping/assessment/v1/assessment_service.pb.h"

namespace zhiping::assessment {

// Thread-safe.
class Submitting {
 public:
  // All outlive this. `incarnation`: of the store, 32 hex digits.
  Submitting(const Environment& environment, const ScoringClient& scoring,
             const ReceiptSigning& signing, std::string incarnation);

  // Scores first, and then stores submission, receipt and entry of the log in one transaction, if
  // the draft is still the one that was scored. A request that came inside the window and could not
  // be carried out is accepted on a retry, also after the window. Errors: as
  // assessment_service.proto says.
  absl::StatusOr<v1::SubmitResponse> Submit(const v1::SubmitRequest& request, rpc::Call& call,
                                            absl::Time deadline);

 private:
  struct ReceivedRequest {
    sql::RequestKey id;
    absl::Time at;
  };

  // Notes that it came then, behind the answer: what failed for want of time, or of the database,
  // has none left for it. Lost if the service ends before.
  void NoteLater(const sql::RequestKey& id, absl::Time received);
  // Those that wait, until the database is away.
  void Note();
  // `found`: before anything is locked.
  absl::StatusOr<v1::SubmitResponse> SubmitFound(const v1::SubmitRequest& request,
                                                 const v1::AssessmentKey& key,
                                                 const sql::RequestKey& id,
                                                 const AssessmentRows& found, absl::Time received,
                                                 const rpc::Call& call, absl::Time deadline);
  // The draft scored as the request knows it. Errors: STALE_ETAG.
  absl::StatusOr<common::v1::ScoreResult> Score(const v1::SubmitRequest& request,
                                                const v1::AssessmentRecord& record,
                                                const DraftCriteria& criteria,
                                                absl::Time deadline) const;
  absl::Status SubmitIn(StoreTransaction& transaction, LockedDraft& draft,
                        const v1::SubmitRequest& request, const common::v1::ScoreResult& result,
                        absl::Time received, const rpc::Call& call, absl::Time now,
                        v1::SubmitResponse& response) const;

  const Environment& environment_;
  const ScoringClient& scoring_;
  const ReceiptSigning& signing_;
  const std::string incarnation_;
  absl::Mutex mutex_;
  // The oldest first.
  std::deque<ReceivedRequest> notes_ ABSL_GUARDED_BY(mutex_);
  // Ends first.
  std::unique_ptr<Periodic> noting_;
};

}  // namespace zhiping::assessment
