#include "services/assessment/locked_draft.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/criteria/diff.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/assessment/domain/carry_over.h"
#include "services/assessment/domain/draft.h"
#include "services/assessment/domain/release_path.h"
#include "services/assessment/domain/target.h"
#include "services/assessment/people.h"

namespace zhiping::assessment {
namespace {

// Between reading a draft and locking it, its release changes hardly once.
constexpr int kTries = 3;

// The releases from the draft's own to the one that it should be under, by digest.
std::vector<std::string> ReleasePath(const v1::AssessmentRecord& draft,
                                     const v1::CampaignRecord& campaign) {
  std::vector<std::string> path = LaterReleases(campaign, draft.assessment().release_digest());
  path.insert(path.begin(), draft.assessment().release_digest());
  return path;
}

bool SamePath(const DraftCriteria& criteria, const std::vector<std::string>& path) {
  return std::equal(criteria.path.begin(), criteria.path.end(), path.begin(), path.end(),
                    [](const CriteriaPtr& known, const std::string& digest) {
                      return known->digest() == digest;
                    });
}

absl::Status ReadAgain() {
  return MakeError(absl::StatusCode::kAborted, Reason::TRANSACTION_CONFLICT,
                   "同时有其他修改，请重试。",
                   "Somebody else changed the same records meanwhile: try again.");
}

// The criteria of a draft could not be had: whoever may not see it does not learn that it is there.
absl::Status WithoutCriteria(const Environment& environment, const v1::AssessmentKey& key,
                             const rpc::Call& call, absl::Time deadline, const absl::Status& why) {
  ASSIGN_OR_RETURN(const auto enterprise,
                   environment.store.FindEnterprise(deadline, key.enterprise()));
  return CheckFile(call, enterprise, "").ok() ? why : AssessmentNotFound(key);
}

// The body of ChangeDraft.
using Body = std::function<absl::Status(StoreTransaction&, LockedDraft&, absl::Time)>;

// `known`: the criteria of the first try.
absl::Status Change(const Environment& environment, const v1::AssessmentKey& key,
                    const rpc::Call* call, const sql::RequestKey* request,
                    const DraftCriteria* known, absl::Time deadline, const Body& body) {
  absl::Status status;
  for (int tried = 0; tried < kTries; ++tried) {
    absl::StatusOr<DraftCriteria> criteria =
        tried == 0 && known != nullptr ? *known : CriteriaOfDraft(environment, key, deadline);
    if (!criteria.ok() && call != nullptr) {
      return WithoutCriteria(environment, key, *call, deadline, criteria.status());
    }
    RETURN_IF_ERROR(criteria.status());
    status = environment.store.Change(deadline, [&](StoreTransaction& transaction) -> absl::Status {
      const absl::Time now = environment.Now();
      ASSIGN_OR_RETURN(LockedDraft draft,
                       LockDraft(transaction, key, *criteria, call, request, now));
      const int64_t version = draft.record.version();
      RETURN_IF_ERROR(body(transaction, draft, now));
      const bool changed = draft.record.version() != version;
      const bool followed = criteria->path.size() > 1;
      if (!changed && !followed) return absl::OkStatus();
      if (changed && call != nullptr) {
        AddPerson(PersonOf(*call), *draft.record.mutable_edited_by());
      }
      return transaction.SaveAssessment(draft.record);
    });
    if (DetailOf(status).reason() != Reason::TRANSACTION_CONFLICT) break;
  }
  return status;
}

}  // namespace

v1::AssessmentKey Normalised(v1::AssessmentKey key) {
  key.set_plant(PlantOf(key.plant()));
  return key;
}

v1::SubmissionKey Normalised(v1::SubmissionKey key) {
  key.set_plant(PlantOf(key.plant()));
  return key;
}

v1::AssessmentKey AssessmentOf(const v1::SubmissionKey& submission) {
  v1::AssessmentKey key;
  key.set_enterprise(submission.enterprise());
  key.set_plant(PlantOf(submission.plant()));
  key.set_campaign(submission.campaign());
  return key;
}

std::string NameOf(const v1::AssessmentKey& key) {
  return absl::StrCat(key.enterprise(), "/", PlantOf(key.plant()), "/", key.campaign());
}

std::string NameOf(const v1::SubmissionKey& key) {
  return absl::StrCat(NameOf(AssessmentOf(key)), "#", key.number());
}

rpc::EnterpriseFile FileOf(const v1::AssessmentKey& key) {
  return {key.enterprise(), "assessment", NameOf(key)};
}

rpc::EnterpriseFile FileOf(const v1::SubmissionKey& key) {
  return {key.enterprise(), "submission", NameOf(key)};
}

rpc::EnterpriseFile ActedOn(rpc::EnterpriseFile file) {
  file.acted_on = true;
  return file;
}

absl::Status EnterpriseNotFound(const std::string& uscc) {
  return MakeError(absl::StatusCode::kNotFound, Reason::ENTERPRISE_NOT_FOUND,
                   absl::StrCat("没有登记企业 ", uscc, "。"),
                   absl::StrCat("The enterprise ", uscc, " is not registered."),
                   {{"enterprise", uscc}});
}

absl::Status AssessmentNotFound(const v1::AssessmentKey& key) {
  return MakeError(absl::StatusCode::kNotFound, Reason::ASSESSMENT_NOT_FOUND,
                   absl::StrCat("没有自评测 ", NameOf(key), "。"),
                   absl::StrCat("There is no assessment ", NameOf(key), "."),
                   {{"assessment", NameOf(key)}});
}

absl::Status CampaignNotFound(const std::string& campaign) {
  return MakeError(absl::StatusCode::kNotFound, Reason::CAMPAIGN_NOT_FOUND,
                   absl::StrCat("没有批次 ", campaign, "。"),
                   absl::StrCat("There is no campaign ", campaign, "."), {{"campaign", campaign}});
}

absl::Status SubmissionNotFound(const v1::SubmissionKey& key) {
  return MakeError(absl::StatusCode::kNotFound, Reason::SUBMISSION_NOT_FOUND,
                   absl::StrCat("没有提交件 ", NameOf(key), "。"),
                   absl::StrCat("There is no submission ", NameOf(key), "."),
                   {{"submission", NameOf(key)}});
}

absl::StatusOr<DraftCriteria> CriteriaOfDraft(const Environment& environment,
                                              const v1::AssessmentKey& key, absl::Time deadline) {
  ASSIGN_OR_RETURN(const auto draft, environment.store.FindAssessment(deadline, key));
  if (!draft.has_value()) return AssessmentNotFound(key);
  ASSIGN_OR_RETURN(const auto campaign, environment.store.FindCampaign(deadline, key.campaign()));
  if (!campaign.has_value()) return CampaignNotFound(key.campaign());
  return CriteriaOfDraft(environment, *draft, *campaign, deadline);
}

absl::StatusOr<DraftCriteria> CriteriaOfDraft(const Environment& environment,
                                              const v1::AssessmentRecord& draft,
                                              const v1::CampaignRecord& campaign,
                                              absl::Time deadline) {
  DraftCriteria criteria;
  for (const std::string& digest : ReleasePath(draft, campaign)) {
    ASSIGN_OR_RETURN(criteria.path.emplace_back(),
                     environment.criteria.Find(campaign.campaign().programme(), digest, deadline));
  }
  return criteria;
}

void FollowCampaign(LockedDraft& draft, const DraftCriteria& criteria, absl::Time now) {
  for (size_t i = 1; i < criteria.path.size(); ++i) {
    const criteria::Criteria& from = *criteria.path[i - 1];
    const criteria::Criteria& to = *criteria.path[i];
    Rebase(
        from, to, draft.record,
        criteria::IsCorrection(from, to) ? v1::ReleaseChange::CORRECTION : v1::ReleaseChange::REPIN,
        now);
  }
  draft.criteria = criteria.path.back();
}

absl::StatusOr<LockedDraft> LockDraft(StoreTransaction& transaction, const v1::AssessmentKey& key,
                                      const rpc::Call* call, const sql::RequestKey* request) {
  ASSIGN_OR_RETURN(AssessmentRows rows, transaction.LockAssessment(key, request));
  if (!rows.enterprise.has_value() || !rows.campaign.has_value() || !rows.assessment.has_value()) {
    return AssessmentNotFound(key);
  }
  LockedDraft draft;
  draft.enterprise = *std::move(rows.enterprise);
  draft.campaign = *std::move(rows.campaign);
  draft.record = *std::move(rows.assessment);
  draft.submissions = std::move(rows.submissions);
  draft.channel = ChannelOf(rows.target);
  draft.response = std::move(rows.request.response);
  const auto file = CoordinatesOf(draft.enterprise, draft.campaign.campaign().programme());
  if (call != nullptr && !call->CheckFile(file).ok()) return AssessmentNotFound(key);
  return draft;
}

absl::StatusOr<LockedDraft> LockDraft(StoreTransaction& transaction, const v1::AssessmentKey& key,
                                      const DraftCriteria& criteria, const rpc::Call* call,
                                      const sql::RequestKey* request, absl::Time now) {
  ASSIGN_OR_RETURN(LockedDraft draft, LockDraft(transaction, key, call, request));
  if (!SamePath(criteria, ReleasePath(draft.record, draft.campaign))) return ReadAgain();
  FollowCampaign(draft, criteria, now);
  return draft;
}

absl::Status ChangeDraft(
    const Environment& environment, const v1::AssessmentKey& key, const rpc::Call& call,
    absl::Time deadline,
    const std::function<absl::Status(StoreTransaction&, LockedDraft&, absl::Time)>& body,
    const sql::RequestKey* request, const DraftCriteria* criteria) {
  return Change(environment, key, &call, request, criteria, deadline, body);
}

absl::Status FollowCampaign(const Environment& environment, const v1::AssessmentKey& key,
                            absl::Time deadline) {
  return Change(environment, key, nullptr, nullptr, nullptr, deadline,
                [](StoreTransaction&, LockedDraft&, absl::Time) { return absl::OkStatus(); });
}

}  // namespace zhiping::assessment
