#include "services/assessment/drafts.h"

#include <algorithm>
#include <utility>

#include "common/rpc/page_token.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/assessment/domain/answer_updates.h"
#include "services/assessment/domain/carry_over.h"
#include "services/assessment/domain/criteria_texts.h"
#include "services/assessment/domain/draft.h"
#include "services/assessment/domain/draft_evidence.h"
#include "services/assessment/domain/draft_facts.h"
#include "services/assessment/domain/submission_content.h"
#include "services/assessment/domain/target.h"
#include "services/assessment/domain/window.h"
#include "services/assessment/opening.h"
#include "services/assessment/people.h"
#include "services/assessment/requests.h"

namespace zhiping::assessment {
namespace {

// Counts and etag as the shown draft has them.
template <typename Response>
void SetCounts(const v1::Assessment& shown, Response& response) {
  response.set_etag(shown.etag());
  response.set_answered(shown.answered());
  response.set_to_confirm(shown.to_confirm());
  response.set_missing(shown.missing());
}

absl::Status CheckOpen(const LockedDraft& draft, absl::Time now, absl::TimeZone zone) {
  return assessment::CheckOpen(
      draft.record, StateAt(draft.record, draft.campaign.campaign(), draft.submissions, now), zone);
}

v1::Assessment Shown(const LockedDraft& draft, absl::Time now) {
  return ShownDraft(draft.record, draft.campaign.campaign(), draft.submissions, draft.channel, now);
}

// Of what is carried over: a submission, or a draft for the number 0.
rpc::EnterpriseFile FileOfSource(const v1::SubmissionKey& key) {
  return key.number() > 0 ? FileOf(Normalised(key)) : FileOf(AssessmentOf(key));
}

}  // namespace

absl::StatusOr<v1::CreateAssessmentResponse> Drafts::Create(
    const v1::CreateAssessmentRequest& request, rpc::Call& call, absl::Time deadline) {
  const v1::AssessmentKey key = Normalised(request.key());
  RETURN_IF_ERROR(CheckId(request.request_id()));
  call.Reads({ActedOn(FileOf(key))});
  if (request.has_carry_over()) call.Reads({FileOfSource(request.carry_over())});
  const sql::RequestKey id = KeyOf("CreateAssessment", NameOf(key), call, request);
  ASSIGN_OR_RETURN(const auto before, AnsweredBefore<v1::CreateAssessmentResponse>(
                                          environment_.store, deadline, id, call));
  if (before.has_value()) return *before;
  ASSIGN_OR_RETURN(const Opening opening,
                   PrepareOpening(environment_, key, request, call, deadline));
  const auto now = environment_.Now();
  return Once<v1::CreateAssessmentResponse>(
      environment_.store, deadline, now, id, call,
      [&](StoreTransaction& transaction, v1::CreateAssessmentResponse& response) -> absl::Status {
        ASSIGN_OR_RETURN(*response.mutable_assessment(),
                         OpenAssessment(environment_, transaction, key, opening, call, now));
        return absl::OkStatus();
      });
}

absl::StatusOr<LockedDraft> Drafts::Read(const v1::AssessmentKey& key, rpc::Call& call,
                                         absl::Time deadline) {
  LockedDraft draft;
  ASSIGN_OR_RETURN(auto enterprise, environment_.store.FindEnterprise(deadline, key.enterprise()));
  // Before the campaign, which knows the draft's release then: meanwhile it may be repinned, and
  // the draft stored under its new release.
  ASSIGN_OR_RETURN(auto record, environment_.store.FindAssessment(deadline, key));
  ASSIGN_OR_RETURN(auto campaign, environment_.store.FindCampaign(deadline, key.campaign()));
  if (campaign.has_value()) draft.campaign = *std::move(campaign);
  const bool may = CheckFile(call, enterprise, draft.campaign.campaign().programme()).ok();
  if (!may || !enterprise.has_value()) return AssessmentNotFound(key);
  draft.enterprise = *std::move(enterprise);
  if (!record.has_value()) return AssessmentNotFound(key);
  draft.record = *std::move(record);
  ASSIGN_OR_RETURN(draft.submissions, environment_.store.SubmissionsOf(deadline, key));
  ASSIGN_OR_RETURN(const auto target, environment_.store.FindTarget(deadline, key));
  draft.channel = ChannelOf(target);
  ASSIGN_OR_RETURN(const DraftCriteria criteria,
                   CriteriaOfDraft(environment_, draft.record, draft.campaign, deadline));
  FollowCampaign(draft, criteria, environment_.Now());
  call.Reads({FileOf(key)});
  return draft;
}

absl::StatusOr<v1::GetAssessmentResponse> Drafts::Get(const v1::GetAssessmentRequest& request,
                                                      rpc::Call& call, absl::Time deadline) {
  ASSIGN_OR_RETURN(const LockedDraft draft, Read(Normalised(request.key()), call, deadline));
  v1::GetAssessmentResponse response;
  *response.mutable_assessment() = Shown(draft, environment_.Now());
  if (request.with_texts()) *response.mutable_texts() = MakeCriteriaTexts(*draft.criteria);
  return response;
}

absl::StatusOr<v1::ListAssessmentsResponse> Drafts::List(const v1::ListAssessmentsRequest& request,
                                                         rpc::Call& call, absl::Time deadline) {
  ASSIGN_OR_RETURN(const rpc::Page page, rpc::ReadPage(request, kAssessmentPosition));
  ASSIGN_OR_RETURN(const auto enterprise,
                   environment_.store.FindEnterprise(deadline, request.enterprise()));
  v1::ListAssessmentsResponse response;
  // Nobody else learns whether the enterprise exists.
  std::vector<rpc::EnterpriseFile> files;
  if (!CheckFile(call, enterprise, "").ok()) {
    call.Reads(files);
    return response;
  }
  ASSIGN_OR_RETURN(auto listed, environment_.store.ListAssessments(deadline, request.enterprise(),
                                                                   request.plant(), page));
  const absl::Time now = environment_.Now();
  for (const v1::AssessmentRecord& record : listed.items) {
    LockedDraft draft;
    draft.record = record;
    const v1::AssessmentKey& key = record.assessment().key();
    files.push_back(FileOf(key));
    ASSIGN_OR_RETURN(auto campaign, environment_.store.FindCampaign(deadline, key.campaign()));
    if (campaign.has_value()) draft.campaign = *std::move(campaign);
    ASSIGN_OR_RETURN(draft.submissions, environment_.store.SubmissionsOf(deadline, key));
    ASSIGN_OR_RETURN(const auto target, environment_.store.FindTarget(deadline, key));
    draft.channel = ChannelOf(target);
    v1::Assessment shown = Shown(draft, now);
    shown.clear_answers();
    shown.clear_facts();
    shown.clear_evidence();
    shown.clear_kept();
    *response.add_assessments() = std::move(shown);
  }
  call.Reads(files);
  response.set_total_size(listed.total);
  if (!listed.next.empty()) {
    response.set_next_page_token(rpc::MakePageToken(request, listed.next));
  }
  return response;
}

absl::StatusOr<v1::UpdateAnswersResponse> Drafts::UpdateAnswers(
    const v1::UpdateAnswersRequest& request, rpc::Call& call, absl::Time deadline) {
  v1::UpdateAnswersResponse response;
  const v1::AssessmentKey key = Normalised(request.key());
  call.Reads({ActedOn(FileOf(key))});
  const std::string who = PersonOf(call).name();
  const absl::Status status = ChangeDraft(
      environment_, key, call, deadline,
      [&](StoreTransaction&, LockedDraft& locked, absl::Time now) -> absl::Status {
        response.Clear();
        // Only what becomes of `locked` is stored.
        LockedDraft copy;
        if (request.validate_only()) copy = locked;
        LockedDraft& draft = request.validate_only() ? copy : locked;
        RETURN_IF_ERROR(CheckOpen(draft, now, environment_.zone));
        ASSIGN_OR_RETURN(
            const std::vector<int> set,
            assessment::UpdateAnswers(*draft.criteria, draft.record, request.updates(), who, now));
        const v1::Assessment shown = Shown(draft, now);
        for (const int scenario : set) *response.add_answers() = shown.answers(scenario);
        SetCounts(shown, response);
        return absl::OkStatus();
      });
  RETURN_IF_ERROR(status);
  return response;
}

absl::StatusOr<v1::SetFactsResponse> Drafts::SetFacts(const v1::SetFactsRequest& request,
                                                      rpc::Call& call, absl::Time deadline) {
  v1::SetFactsResponse response;
  const v1::AssessmentKey key = Normalised(request.key());
  call.Reads({ActedOn(FileOf(key))});
  const auto source = SetterOf(call, key.enterprise()).kind == Setter::kPlatform
                          ? v1::FactSource::IMPORTED
                          : v1::FactSource::DECLARED;
  const absl::Status status =
      ChangeDraft(environment_, key, call, deadline,
                  [&](StoreTransaction&, LockedDraft& draft, absl::Time now) -> absl::Status {
                    response.Clear();
                    RETURN_IF_ERROR(CheckOpen(draft, now, environment_.zone));
                    RETURN_IF_ERROR(CheckEtag(draft.record, request.base_etag()));
                    RETURN_IF_ERROR(assessment::SetFacts(*draft.criteria, draft.record,
                                                         request.facts(), source, now));
                    const v1::Assessment shown = Shown(draft, now);
                    *response.mutable_facts() = shown.facts();
                    response.set_etag(shown.etag());
                    return absl::OkStatus();
                  });
  RETURN_IF_ERROR(status);
  return response;
}

absl::StatusOr<v1::AddEvidenceResponse> Drafts::AddEvidence(const v1::AddEvidenceRequest& request,
                                                            rpc::Call& call, absl::Time deadline) {
  const v1::AssessmentKey key = Normalised(request.key());
  RETURN_IF_ERROR(CheckId(request.request_id()));
  call.Reads({ActedOn(FileOf(key))});
  const sql::RequestKey id = KeyOf("AddEvidence", NameOf(key), call, request);
  ASSIGN_OR_RETURN(const auto before,
                   AnsweredBefore<v1::AddEvidenceResponse>(environment_.store, deadline, id, call));
  if (before.has_value()) return *before;
  return ChangeDraftOnce<v1::AddEvidenceResponse>(
      environment_, key, id, call, deadline,
      [&](StoreTransaction&, LockedDraft& draft, absl::Time now,
          v1::AddEvidenceResponse& response) -> absl::Status {
        RETURN_IF_ERROR(CheckOpen(draft, now, environment_.zone));
        ASSIGN_OR_RETURN(
            *response.mutable_evidence(),
            assessment::AddEvidence(*draft.criteria, draft.record, request.evidence(), now));
        response.set_etag(EtagOf(draft.record));
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::RemoveEvidenceResponse> Drafts::RemoveEvidence(
    const v1::RemoveEvidenceRequest& request, rpc::Call& call, absl::Time deadline) {
  v1::RemoveEvidenceResponse response;
  const v1::AssessmentKey key = Normalised(request.key());
  call.Reads({ActedOn(FileOf(key))});
  const absl::Status status = ChangeDraft(
      environment_, key, call, deadline,
      [&](StoreTransaction&, LockedDraft& draft, absl::Time now) -> absl::Status {
        RETURN_IF_ERROR(CheckOpen(draft, now, environment_.zone));
        RETURN_IF_ERROR(assessment::RemoveEvidence(draft.record, request.evidence(), now));
        response.set_etag(EtagOf(draft.record));
        return absl::OkStatus();
      });
  RETURN_IF_ERROR(status);
  return response;
}

absl::StatusOr<v1::PreviewResponse> Drafts::Preview(const v1::PreviewRequest& request,
                                                    rpc::Call& call, absl::Time deadline) {
  ASSIGN_OR_RETURN(const LockedDraft draft, Read(Normalised(request.key()), call, deadline));
  const ScoreInput input = ScoreInputOf(draft.record);
  v1::PreviewResponse response;
  ASSIGN_OR_RETURN(*response.mutable_result(),
                   scoring_.Score(draft.campaign.campaign().programme(), draft.criteria->digest(),
                                  input.answers, input.facts, deadline, request.with_texts()));
  const Unanswered unanswered = UnansweredOf(draft.record);
  response.mutable_missing()->Add(unanswered.missing.begin(), unanswered.missing.end());
  response.mutable_to_confirm()->Add(unanswered.to_confirm.begin(), unanswered.to_confirm.end());
  for (std::string& fact : MissingFacts(*draft.criteria, draft.record)) {
    response.add_missing_facts(std::move(fact));
  }
  response.set_etag(EtagOf(draft.record));
  if (environment_.criteria.IsWithdrawn(draft.campaign.campaign().programme(),
                                        draft.criteria->digest())) {
    *response.add_warnings() =
        DetailOf(ReleaseWithdrawn(draft.record, draft.campaign.campaign())).message();
  }
  return response;
}

absl::StatusOr<v1::RebaseResponse> Drafts::Rebase(const v1::RebaseRequest& request, rpc::Call& call,
                                                  absl::Time deadline) {
  const v1::AssessmentKey key = Normalised(request.key());
  RETURN_IF_ERROR(CheckId(request.request_id()));
  call.Reads({ActedOn(FileOf(key))});
  const sql::RequestKey id = KeyOf("Rebase", NameOf(key), call, request);
  ASSIGN_OR_RETURN(const auto before,
                   AnsweredBefore<v1::RebaseResponse>(environment_.store, deadline, id, call));
  if (before.has_value()) return *before;
  // Without an end, to what is in force; with one, every change of a draft follows the campaign.
  ASSIGN_OR_RETURN(const auto campaign, environment_.store.FindCampaign(deadline, key.campaign()));
  CriteriaPtr in_force;
  if (campaign.has_value() && campaign->campaign().release_digest().empty()) {
    ASSIGN_OR_RETURN(in_force,
                     environment_.criteria.InForce(campaign->campaign().programme(), deadline));
  }
  return ChangeDraftOnce<v1::RebaseResponse>(
      environment_, key, id, call, deadline,
      [&](StoreTransaction&, LockedDraft& draft, absl::Time now,
          v1::RebaseResponse& response) -> absl::Status {
        RETURN_IF_ERROR(CheckOpen(draft, now, environment_.zone));
        RETURN_IF_ERROR(CheckEtag(draft.record, request.etag()));
        if (in_force != nullptr) {
          assessment::Rebase(*draft.criteria, *in_force, draft.record, v1::ReleaseChange::REBASE,
                             now);
          draft.criteria = in_force;
        }
        *response.mutable_assessment() = Shown(draft, now);
        return absl::OkStatus();
      });
}

}  // namespace zhiping::assessment
