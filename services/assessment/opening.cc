#include "services/assessment/opening.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/assessment/domain/draft.h"
#include "services/assessment/domain/enterprise.h"
#include "services/assessment/domain/release_path.h"
#include "services/assessment/domain/target.h"
#include "services/assessment/domain/window.h"
#include "services/assessment/locked_draft.h"
#include "services/assessment/people.h"

namespace zhiping::assessment {
namespace {

absl::Status NothingToCarry(const v1::SubmissionKey& key) {
  return MakeError(
      absl::StatusCode::kNotFound, Reason::NOTHING_TO_CARRY,
      absl::StrCat("没有可沿用的自评测 ", NameOf(key),
                   "：只能沿用本企业或其承继企业的自评测；平台代办时，须也为承继企业登记。"),
      absl::StrCat(
          "There is nothing to carry over from ", NameOf(key),
          ": only assessments of the enterprise itself and of the one that it took over can "
          "be, by a platform only if it is enrolled for both."),
      {{"carryOver", NameOf(key)}});
}

absl::Status UnknownPlant(const v1::AssessmentKey& key) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, Reason::UNKNOWN_PLANT,
      absl::StrCat("企业 ", key.enterprise(), " 没有工厂 ", key.plant(), "。"),
      absl::StrCat("The enterprise ", key.enterprise(), " has no plant ", key.plant(), "."),
      {{"plant", key.plant()}});
}

absl::Status NotATarget(const v1::AssessmentKey& key) {
  return MakeError(absl::StatusCode::kFailedPrecondition, Reason::NOT_A_TARGET,
                   absl::StrCat("批次 ", key.campaign(), " 只面向应报名单，名单中没有 ",
                                key.enterprise(), "/", key.plant(), "。"),
                   absl::StrCat("The campaign ", key.campaign(), " is for its target list alone; ",
                                key.enterprise(), "/", key.plant(), " is not on it."),
                   {{"campaign", key.campaign()}});
}

absl::Status AssessmentExists(const v1::AssessmentKey& key) {
  return MakeError(
      absl::StatusCode::kAlreadyExists, Reason::ASSESSMENT_EXISTS,
      absl::StrCat("自评测 ", NameOf(key), " 已经存在，请继续填报。"),
      absl::StrCat("The assessment ", NameOf(key), " is there already: go on with it."),
      {{"assessment", NameOf(key)}});
}

struct Found {
  CarrySource source;
  std::string release_digest;
};

// A submission, or the draft for the number 0.
absl::StatusOr<Found> FindSource(const Environment& environment, const v1::SubmissionKey& key,
                                 absl::Time deadline) {
  if (key.number() > 0) {
    ASSIGN_OR_RETURN(auto record, environment.store.FindSubmission(deadline, key));
    if (!record.has_value()) return NothingToCarry(key);
    v1::AssessmentRecord draft;
    if (LacksKept(*record)) {
      ASSIGN_OR_RETURN(auto of_draft,
                       environment.store.FindAssessment(deadline, AssessmentOf(key)));
      if (of_draft.has_value()) draft = *std::move(of_draft);
    }
    return Found{SourceOf(*record, draft), record->submission().content().release_digest()};
  }
  ASSIGN_OR_RETURN(auto record, environment.store.FindAssessment(deadline, AssessmentOf(key)));
  if (!record.has_value()) return NothingToCarry(key);
  return Found{SourceOf(*record), record->assessment().release_digest()};
}

// Whether the caller may have what the enterprise took over from `source`. Its predecessor was set
// by whoever reached that one; a platform of its own need not be that one's.
bool MayTakeOver(const rpc::Call& call, const v1::Enterprise& enterprise,
                 const v1::EnterpriseRecord& source) {
  const identity::Caller& caller = call.caller();
  const bool itself =
      caller.roles.Has(identity::Role::ENTERPRISE) && caller.uscc == enterprise.uscc();
  return enterprise.predecessor() == source.enterprise().uscc() &&
         (itself || call.CheckFile(CoordinatesOf(source, "")).ok());
}

absl::Status PrepareSource(const Environment& environment, const v1::AssessmentKey& key,
                           v1::SubmissionKey from, const rpc::Call& call, absl::Time deadline,
                           Opening& opening) {
  from.set_plant(AssessmentOf(from).plant());
  ASSIGN_OR_RETURN(const auto enterprise,
                   environment.store.FindEnterprise(deadline, key.enterprise()));
  // Whoever may not open it does not learn what there is to carry over.
  if (!CheckFile(call, enterprise, opening.campaign.campaign().programme()).ok()) {
    return EnterpriseNotFound(key.enterprise());
  }
  if (from.enterprise() != key.enterprise()) {
    ASSIGN_OR_RETURN(const auto source,
                     environment.store.FindEnterprise(deadline, from.enterprise()));
    if (!enterprise.has_value() || !source.has_value() ||
        !MayTakeOver(call, enterprise->enterprise(), *source)) {
      return NothingToCarry(from);
    }
  }
  ASSIGN_OR_RETURN(Found found, FindSource(environment, from, deadline));
  ASSIGN_OR_RETURN(const auto campaign, environment.store.FindCampaign(deadline, from.campaign()));
  if (!campaign.has_value()) return NothingToCarry(from);
  std::vector<std::string> digests = {found.release_digest};
  for (std::string& digest : LaterReleases(*campaign, found.release_digest)) {
    digests.push_back(std::move(digest));
  }
  if (digests.back() == opening.path.front()->digest()) digests.pop_back();
  std::vector<CriteriaPtr> path;
  for (const std::string& digest : digests) {
    ASSIGN_OR_RETURN(path.emplace_back(),
                     environment.criteria.Find(campaign->campaign().programme(), digest, deadline));
  }
  opening.path.insert(opening.path.begin(), path.begin(), path.end());
  opening.source = std::move(found.source);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Opening> PrepareOpening(const Environment& environment, const v1::AssessmentKey& key,
                                       const v1::CreateAssessmentRequest& request,
                                       const rpc::Call& call, absl::Time deadline) {
  Opening opening;
  ASSIGN_OR_RETURN(auto campaign, environment.store.FindCampaign(deadline, key.campaign()));
  if (!campaign.has_value() || campaign->deleted()) return CampaignNotFound(key.campaign());
  opening.campaign = *std::move(campaign);
  const v1::Campaign& shown = opening.campaign.campaign();
  RETURN_IF_ERROR(environment.criteria.CheckFresh(shown.programme()));
  const auto criteria =
      shown.release_digest().empty()
          ? environment.criteria.InForce(shown.programme(), deadline)
          : environment.criteria.Find(shown.programme(), shown.release_digest(), deadline);
  RETURN_IF_ERROR(criteria.status());
  opening.path.push_back(*criteria);
  if (request.has_carry_over()) {
    RETURN_IF_ERROR(PrepareSource(environment, key, request.carry_over(), call, deadline, opening));
  }
  return opening;
}

absl::StatusOr<v1::Assessment> OpenAssessment(const Environment& environment,
                                              StoreTransaction& transaction,
                                              const v1::AssessmentKey& key, const Opening& opening,
                                              const rpc::Call& call, absl::Time now) {
  ASSIGN_OR_RETURN(const auto enterprise, transaction.LockEnterprise(key.enterprise()));
  const v1::Campaign& campaign = opening.campaign.campaign();
  if (!CheckFile(call, enterprise, campaign.programme()).ok() || !enterprise.has_value()) {
    return EnterpriseNotFound(key.enterprise());
  }
  if (FindPlant(enterprise->enterprise(), key.plant()) == nullptr) return UnknownPlant(key);
  ASSIGN_OR_RETURN(const auto present, transaction.FindCampaign(key.campaign()));
  if (!present.has_value() || present->version() != opening.campaign.version()) {
    return MakeError(absl::StatusCode::kAborted, Reason::TRANSACTION_CONFLICT,
                     "批次刚刚被修改，请重试。", "The campaign was changed just now: try again.");
  }
  // Before the window: what was returned is filled in after it too.
  ASSIGN_OR_RETURN(const auto existing, transaction.FindAssessment(key));
  if (existing.has_value()) return AssessmentExists(key);
  RETURN_IF_ERROR(CheckWindow(campaign, now, environment.zone));
  ASSIGN_OR_RETURN(const auto target, transaction.FindTarget(key));
  if (campaign.targets_only() && !target.has_value()) return NotATarget(key);
  const criteria::Criteria& criteria = *opening.path.back();
  v1::AssessmentRecord record = NewDraft(key, criteria, now);
  if (opening.source.has_value()) {
    std::vector<const criteria::Criteria*> path;
    for (const CriteriaPtr& step : opening.path) path.push_back(step.get());
    CarryOver(path, *opening.source, now, record);
  }
  AddPerson(PersonOf(call), *record.mutable_edited_by());
  RETURN_IF_ERROR(transaction.SaveAssessment(record));
  v1::AssessmentEvent event;
  auto& opened = *event.mutable_assessment_opened();
  *opened.mutable_key() = key;
  opened.set_programme(campaign.programme());
  opened.set_release_digest(criteria.digest());
  RETURN_IF_ERROR(transaction.Append(event, now));
  return ShownDraft(record, campaign, {}, ChannelOf(target), now);
}

}  // namespace zhiping::assessment
