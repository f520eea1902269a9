// A draft with all that its changes depend on, in a transaction that has locked its enterprise.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/call.h"
#include "common/status/status_macros.h"
#include "services/assessment/domain/act.h"
#include "services/assessment/environment.h"
#include "services/assessment/requests.h"
#include "zhiping/assessment/v1/record.pb.h"

namespace zhiping::assessment {

struct LockedDraft {
  v1::EnterpriseRecord enterprise;
  v1::CampaignRecord campaign;
  v1::AssessmentRecord record;
  Submissions submissions;
  // As the target list says now.
  v1::Channel::Value channel = v1::Channel::STAGED;
  // Of the record's release: the campaign's, if that pins one.
  CriteriaPtr criteria;
  // What the request was answered before, if it was.
  std::optional<std::string> response;
};

// `main` in place of an empty plant.
v1::AssessmentKey Normalised(v1::AssessmentKey key);
v1::SubmissionKey Normalised(v1::SubmissionKey key);
v1::AssessmentKey AssessmentOf(const v1::SubmissionKey& submission);
// For people and for logs: `91320000…/main/jiangsu-ai-2026`, with `#n` for a submission.
std::string NameOf(const v1::AssessmentKey& key);
std::string NameOf(const v1::SubmissionKey& key);

// What is recorded when somebody else reads it.
rpc::EnterpriseFile FileOf(const v1::AssessmentKey& key);
rpc::EnterpriseFile FileOf(const v1::SubmissionKey& key);
// When somebody else does something with it, for its enterprise.
rpc::EnterpriseFile ActedOn(rpc::EnterpriseFile file);

// Errors: ENTERPRISE_NOT_FOUND, ASSESSMENT_NOT_FOUND, CAMPAIGN_NOT_FOUND, SUBMISSION_NOT_FOUND
// (NOT_FOUND). Callers get the same for what is outside of their scope.
absl::Status EnterpriseNotFound(const std::string& uscc);
absl::Status AssessmentNotFound(const v1::AssessmentKey& key);
absl::Status CampaignNotFound(const std::string& campaign);
absl::Status SubmissionNotFound(const v1::SubmissionKey& key);

// Where a draft is read: its release, the campaign's, and those in between.
struct DraftCriteria {
  // From the draft's own to the one that it should have; one if they are the same.
  std::vector<CriteriaPtr> path;
};
// The criteria that the draft needs, before anything is locked: they may have to be fetched.
// Errors: as LockDraft; RELEASE_NOT_FOUND.
absl::StatusOr<DraftCriteria> CriteriaOfDraft(const Environment& environment,
                                              const v1::AssessmentKey& key, absl::Time deadline);

// The same of what was read already.
absl::StatusOr<DraftCriteria> CriteriaOfDraft(const Environment& environment,
                                              const v1::AssessmentRecord& draft,
                                              const v1::CampaignRecord& campaign,
                                              absl::Time deadline);

// Locks the enterprise and reads everything but the criteria; checks that the caller may, unless it
// is null. Errors: ASSESSMENT_NOT_FOUND. `request`: about the draft, with the answer kept that it
// got; may be null.
absl::StatusOr<LockedDraft> LockDraft(StoreTransaction& transaction, const v1::AssessmentKey& key,
                                      const rpc::Call* call, const sql::RequestKey* request);

// The same, with its criteria; and takes the draft along the campaign's releases, if that was
// repinned, which is stored with the next SaveDraft. ABORTED TRANSACTION_CONFLICT if the draft or
// the campaign has another release than `criteria` says: read them again.
absl::StatusOr<LockedDraft> LockDraft(StoreTransaction& transaction, const v1::AssessmentKey& key,
                                      const DraftCriteria& criteria, const rpc::Call* call,
                                      const sql::RequestKey* request, absl::Time now);

// Takes a draft that was read to the last of its criteria.
void FollowCampaign(LockedDraft& draft, const DraftCriteria& criteria, absl::Time now);

// The same, stored: nobody calls for it. Nothing happens if it is there already.
absl::Status FollowCampaign(const Environment& environment, const v1::AssessmentKey& key,
                            absl::Time deadline);

// Runs a body on a draft that is to be changed, and stores the draft if its version has grown. The
// body may run again. `request`: as LockDraft; `criteria`: as CriteriaOfDraft gave them a moment
// before, if they are known.
absl::Status ChangeDraft(
    const Environment& environment, const v1::AssessmentKey& key, const rpc::Call& call,
    absl::Time deadline,
    const std::function<absl::Status(StoreTransaction&, LockedDraft&, absl::Time now)>& body,
    const sql::RequestKey* request = nullptr, const DraftCriteria* criteria = nullptr);

// The same for a request with an id: its answer is kept, and a retry gets it again. Nothing is
// claimed: the enterprise's lock keeps two requests of one id apart.
template <typename Response>
absl::StatusOr<Response> ChangeDraftOnce(
    const Environment& environment, const v1::AssessmentKey& key, const sql::RequestKey& id,
    const rpc::Call& call, absl::Time deadline,
    const std::function<absl::Status(StoreTransaction&, LockedDraft&, absl::Time now, Response&)>&
        body,
    const DraftCriteria* criteria = nullptr) {
  Response response;
  const auto answer = [&](StoreTransaction& transaction, LockedDraft& draft,
                          absl::Time now) -> absl::Status {
    response.Clear();
    if (draft.response.has_value()) return AnswerAgain(*draft.response, call, response);
    RETURN_IF_ERROR(body(transaction, draft, now, response));
    transaction.AddResponse(id, call.caller().subject, response.SerializeAsString(), now);
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(ChangeDraft(environment, key, call, deadline, answer, &id, criteria));
  return response;
}

}  // namespace zhiping::assessment
