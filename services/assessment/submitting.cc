#include "services/assessment/submitting.h"

#include <utility>

#include "absl/time/clock.h"
#include "common/receipts/receipt.h"
#include "common/requests/fields.h"
#include "common/rpc/wait.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/assessment/domain/carry_over.h"
#include "services/assessment/domain/closure.h"
#include "services/assessment/domain/draft.h"
#include "services/assessment/domain/snapshot.h"
#include "services/assessment/domain/stages.h"
#include "services/assessment/domain/submission_acts.h"
#include "services/assessment/domain/submission_content.h"
#include "services/assessment/domain/views.h"
#include "services/assessment/people.h"
#include "services/assessment/requests.h"
#include "services/assessment/submission_changes.h"

namespace zhiping::assessment {
namespace {

// How long a request that could not be carried out counts as made when it came first.
constexpr absl::Duration kReceivedFor = absl::Hours(24);
// What noting that takes at most, behind the answer, and how long after it is tried again.
constexpr absl::Duration kNoting = absl::Seconds(1);
// Of requests that wait to be noted: more than fail while a database is away for a minute.
constexpr size_t kMostNotes = 10'000;

// What a caller may do about it is to try the same again: it is not known to be wrong.
bool MayBeRetried(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status) ||
         absl::IsDeadlineExceeded(status) ||
         DetailOf(status).reason() == Reason::TRANSACTION_CONFLICT;
}

}  // namespace

Submitting::Submitting(const Environment& environment, const ScoringClient& scoring,
                       const ReceiptSigning& signing, std::string incarnation)
    : environment_(environment),
      scoring_(scoring),
      signing_(signing),
      incarnation_(std::move(incarnation)),
      noting_(std::make_unique<Periodic>(kNoting, [this] { Note(); })) {}

absl::StatusOr<v1::SubmitResponse> Submitting::Submit(const v1::SubmitRequest& request,
                                                      rpc::Call& call, absl::Time deadline) {
  const v1::AssessmentKey key = Normalised(request.key());
  Violations violations;
  CheckRequestId(request.request_id(), violations);
  if (request.etag().empty()) Require("etag", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  const sql::RequestKey id = KeyOf("Submit", NameOf(key), call, request);
  ASSIGN_OR_RETURN(const AssessmentRows found,
                   environment_.store.FindAssessment(deadline, key, id));
  if (found.request.response.has_value()) {
    // What the same caller was answered before, also while scoring is away.
    v1::SubmitResponse response;
    RETURN_IF_ERROR(AnswerAgain(*found.request.response, call, response));
    call.Reads({ActedOn(FileOf(response.submission().key()))});
    return response;
  }
  const absl::Time now = environment_.Now();
  absl::Time received = found.request.received.value_or(now);
  if (now - received > kReceivedFor) received = now;
  auto response = SubmitFound(request, key, id, found, received, call, deadline);
  if (!response.ok() && MayBeRetried(response.status()) && received == now) {
    NoteLater(id, received);
  }
  if (response.ok()) call.Reads({ActedOn(FileOf(response->submission().key()))});
  return response;
}

void Submitting::NoteLater(const sql::RequestKey& id, absl::Time received) {
  {
    absl::MutexLock lock(&mutex_);
    if (notes_.size() == kMostNotes) return;
    notes_.push_back({id, received});
  }
  noting_->Wake();
}

void Submitting::Note() {
  while (true) {
    ReceivedRequest next;
    {
      absl::MutexLock lock(&mutex_);
      if (notes_.empty()) return;
      next = notes_.front();
    }
    const absl::Status noted =
        environment_.store.NoteReceived(absl::Now() + kNoting, next.id, next.at);
    if (MayBeRetried(noted)) return;
    absl::MutexLock lock(&mutex_);
    notes_.pop_front();
  }
}

absl::StatusOr<v1::SubmitResponse> Submitting::SubmitFound(
    const v1::SubmitRequest& request, const v1::AssessmentKey& key, const sql::RequestKey& id,
    const AssessmentRows& found, absl::Time received, const rpc::Call& call, absl::Time deadline) {
  // Nobody else learns whether it exists, nor its etag.
  const std::string programme =
      found.assessment.has_value() ? found.assessment->assessment().programme() : "";
  if (!CheckFile(call, found.enterprise, programme).ok() || !found.assessment.has_value()) {
    return AssessmentNotFound(key);
  }
  if (!found.campaign.has_value()) return CampaignNotFound(key.campaign());
  // For its own sake, also while scoring is away: else it would be tried again and again.
  RETURN_IF_ERROR(CheckNotClosed(*found.assessment, environment_.zone));
  // Other services do not get all of the time, so that what became of it is answered in time.
  const absl::Time others = rpc::WaitUntil(deadline, absl::InfiniteDuration());
  ASSIGN_OR_RETURN(const DraftCriteria criteria,
                   CriteriaOfDraft(environment_, *found.assessment, *found.campaign, others));
  ASSIGN_OR_RETURN(const auto result, Score(request, *found.assessment, criteria, others));
  return ChangeDraftOnce<v1::SubmitResponse>(
      environment_, key, id, call, deadline,
      [&](StoreTransaction& transaction, LockedDraft& draft, absl::Time now,
          v1::SubmitResponse& response) {
        return SubmitIn(transaction, draft, request, result, received, call, now, response);
      },
      &criteria);
}

absl::StatusOr<common::v1::ScoreResult> Submitting::Score(const v1::SubmitRequest& request,
                                                          const v1::AssessmentRecord& record,
                                                          const DraftCriteria& criteria,
                                                          absl::Time deadline) const {
  LockedDraft draft;
  draft.record = record;
  // Where the campaign was repinned, the caller has seen the draft as it is taken along.
  FollowCampaign(draft, criteria, environment_.Now());
  RETURN_IF_ERROR(CheckEtag(draft.record, request.etag()));
  const ScoreInput input = ScoreInputOf(draft.record);
  const v1::Assessment& assessment = draft.record.assessment();
  return scoring_.Score(assessment.programme(), assessment.release_digest(), input.answers,
                        input.facts, deadline);
}

absl::Status Submitting::SubmitIn(StoreTransaction& transaction, LockedDraft& draft,
                                  const v1::SubmitRequest& request,
                                  const common::v1::ScoreResult& result, absl::Time received,
                                  const rpc::Call& call, absl::Time now,
                                  v1::SubmitResponse& response) const {
  const v1::Campaign& campaign = draft.campaign.campaign();
  const v1::AssessmentKey& key = draft.record.assessment().key();
  // Whenever it came: what the province has closed meanwhile is closed.
  RETURN_IF_ERROR(CheckOpen(draft.record,
                            StateAt(draft.record, campaign, draft.submissions, received),
                            environment_.zone));
  // The result is of this very draft.
  RETURN_IF_ERROR(CheckEtag(draft.record, request.etag()));
  const std::string& digest = draft.record.assessment().release_digest();
  if (environment_.criteria.IsWithdrawn(campaign.programme(), digest)) {
    return ReleaseWithdrawn(draft.record, campaign);
  }
  RETURN_IF_ERROR(CheckSubmittable(*draft.criteria, draft.record, request, campaign.commitment()));
  const Context context = environment_.At(now);
  const v1::Enterprise& enterprise = draft.enterprise.enterprise();
  NewSubmission submitted;
  submitted.key = key;
  ASSIGN_OR_RETURN(submitted.stages,
                   StagesOf(environment_.reference.review_units(), enterprise.review_unit(),
                            context.day(), draft.channel));
  submitted.filled_in_by = draft.record.edited_by();
  submitted.kept_beside = KeptBesideOf(draft.record);
  const v1::PersonRecord person = PersonOf(call);
  submitted.content =
      ContentOf(*draft.criteria, draft.record,
                SnapshotOf(enterprise, key.plant(), draft.channel, person, context),
                GivenCommitmentOf(request, campaign.commitment(), now), result, now);
  const Submissions before = draft.submissions;
  const Act act = {ActorOf(call), 0, "", now, environment_.zone};
  RETURN_IF_ERROR(assessment::Submit(act, campaign, std::move(submitted), draft.submissions));
  v1::SubmissionRecord& record = draft.submissions.back();
  ASSIGN_OR_RETURN(const IssuedReceipt receipt,
                   signing_.Sign(receipts::MakeReceipt(v1::Receipt::SUBMISSION, record.submission(),
                                                       *draft.criteria, {now, incarnation_})));
  record.mutable_submission()->set_receipt_no(receipt.receipt_no);
  RETURN_IF_ERROR(SaveChanged(transaction, before, draft.submissions, now, receipt.envelope));
  // The draft says which is its latest; what it is made of stays as it is, and so does its etag.
  draft.record.mutable_assessment()->set_latest_submission(record.submission().key().number());
  RETURN_IF_ERROR(transaction.SaveAssessment(draft.record));
  *response.mutable_submission() = ViewForEnterprise(record, now);
  response.set_receipt(receipt.envelope);
  return absl::OkStatus();
}

}  // namespace zhiping::assessment
