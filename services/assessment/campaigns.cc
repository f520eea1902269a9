#include "services/assessment/campaigns.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/requests/fields.h"
#include "common/rpc/page_token.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/assessment/administration.h"
#include "services/assessment/domain/campaign.h"
#include "services/assessment/domain/etag.h"
#include "services/assessment/domain/period.h"
#include "services/assessment/domain/repin.h"
#include "services/assessment/domain/texts.h"
#include "services/assessment/locked_draft.h"
#include "services/assessment/people.h"
#include "services/assessment/requests.h"

namespace zhiping::assessment {
namespace {

absl::Status CampaignExists(const std::string& campaign) {
  return MakeError(absl::StatusCode::kAlreadyExists, Reason::CAMPAIGN_EXISTS,
                   absl::StrCat("批次标识 ", campaign, " 已被使用（含已删除的批次），请换一个。"),
                   absl::StrCat("The id ", campaign,
                                " was given to a campaign before, perhaps a deleted one: choose "
                                "another."),
                   {{"campaign", campaign}});
}

absl::Status PeriodClosed(const std::string& period) {
  return MakeError(absl::StatusCode::kAlreadyExists, Reason::PERIOD_CLOSED,
                   absl::StrCat("期次 ", period, " 已经关闭。"),
                   absl::StrCat("The period ", period, " is closed already."),
                   {{"period", period}});
}

// Errors: RELEASE_WITHDRAWN.
absl::Status CheckNotWithdrawn(const Environment& environment, const std::string& programme,
                               const PinnedRelease& release) {
  if (!environment.criteria.IsWithdrawn(programme, release.digest)) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kFailedPrecondition, Reason::RELEASE_WITHDRAWN,
      absl::StrCat("发布版 ", release.label, " 已被撤回，批次不能使用，请改选其他发布版。"),
      absl::StrCat("Release ", release.label,
                   " was withdrawn: no campaign can have it. Choose another."),
      {{"digest", release.digest}});
}

// A release that a campaign may have.
absl::StatusOr<PinnedRelease> Usable(const Environment& environment, const std::string& programme,
                                     const std::string& digest, absl::Time deadline) {
  ASSIGN_OR_RETURN(const CriteriaPtr criteria,
                   environment.criteria.Find(programme, digest, deadline));
  PinnedRelease release = {criteria->digest(), criteria->release().label()};
  RETURN_IF_ERROR(CheckNotWithdrawn(environment, programme, release));
  return release;
}

}  // namespace

absl::Status Campaigns::CheckMay(const rpc::Call& call,
                                 const std::optional<v1::CampaignRecord>& campaign) {
  return campaign.has_value() ? call.CheckScopeOf(campaign->campaign().programme())
                              : call.CheckAbsent();
}

absl::StatusOr<v1::CampaignRecord> Campaigns::Lock(StoreTransaction& transaction,
                                                   const std::string& id,
                                                   const rpc::Call& call) const {
  ASSIGN_OR_RETURN(auto record, transaction.LockCampaign(id));
  // Of what they may not change, callers do not learn whether it exists; everybody may read it.
  if (!CheckMay(call, record).ok() || !record.has_value() || record->deleted()) {
    return CampaignNotFound(id);
  }
  return *std::move(record);
}

absl::Status Campaigns::Save(StoreTransaction& transaction, const v1::CampaignRecord& record,
                             const rpc::Call& call, absl::string_view reason,
                             absl::Time now) const {
  if (record.version() > 1) RETURN_IF_ERROR(transaction.SaveCampaign(record));
  RETURN_IF_ERROR(LogCampaign(transaction, record, now));
  return AuditAct(transaction, call, {"campaign", record.campaign().campaign(), ""}, reason, now);
}

absl::StatusOr<v1::CreateCampaignResponse> Campaigns::CreateCampaign(
    const v1::CreateCampaignRequest& request, const rpc::Call& call, absl::Time deadline) {
  Violations violations;
  CheckRequestId(request.request_id(), violations);
  const absl::Time now = environment_.Now();
  auto record = assessment::CreateCampaign(request.campaign(), PersonOf(call), now);
  if (!record.ok()) violations.AddAll(record.status());
  RETURN_IF_ERROR(violations.ToStatus());
  v1::Campaign& campaign = *record->mutable_campaign();
  const sql::RequestKey id = KeyOf("CreateCampaign", campaign.campaign(), call, request);
  ASSIGN_OR_RETURN(const auto before, AnsweredBefore<v1::CreateCampaignResponse>(
                                          environment_.store, deadline, id, call));
  if (before.has_value()) return *before;
  if (campaign.release_digest().empty()) {
    // It has none of its own; there has to be one to fill in under, or to come.
    const auto in_force = environment_.criteria.InForce(campaign.programme(), deadline);
    if (!in_force.ok() && DetailOf(in_force.status()).reason() != Reason::NO_ACTIVE_RELEASE) {
      return in_force.status();
    }
  } else {
    ASSIGN_OR_RETURN(const PinnedRelease release, Usable(environment_, campaign.programme(),
                                                         campaign.release_digest(), deadline));
    campaign.set_release_label(release.label);
  }
  return Once<v1::CreateCampaignResponse>(
      environment_.store, deadline, now, id, call,
      [&](StoreTransaction& transaction, v1::CreateCampaignResponse& response) -> absl::Status {
        ASSIGN_OR_RETURN(const bool added, transaction.AddCampaign(*record));
        if (!added) return CampaignExists(campaign.campaign());
        RETURN_IF_ERROR(Save(transaction, *record, call, "", now));
        *response.mutable_campaign() = ShownCampaign(*record);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::GetCampaignResponse> Campaigns::GetCampaign(
    const v1::GetCampaignRequest& request, const rpc::Call&, absl::Time deadline) {
  ASSIGN_OR_RETURN(const auto record,
                   environment_.store.FindCampaign(deadline, request.campaign()));
  if (!record.has_value() || record->deleted()) return CampaignNotFound(request.campaign());
  v1::GetCampaignResponse response;
  *response.mutable_campaign() = ShownCampaign(*record);
  return response;
}

absl::StatusOr<v1::ListCampaignsResponse> Campaigns::ListCampaigns(
    const v1::ListCampaignsRequest& request, const rpc::Call&, absl::Time deadline) {
  ASSIGN_OR_RETURN(const rpc::Page page, rpc::ReadPage(request, kCampaignPosition));
  CampaignQuery query;
  query.programme = request.programme();
  if (request.open_only()) query.open_at = environment_.Now();
  ASSIGN_OR_RETURN(auto listed, environment_.store.ListCampaigns(deadline, query, page));
  v1::ListCampaignsResponse response;
  for (const v1::CampaignRecord& record : listed.items) {
    *response.add_campaigns() = ShownCampaign(record);
  }
  response.set_total_size(listed.total);
  if (!listed.next.empty()) {
    response.set_next_page_token(rpc::MakePageToken(request, listed.next));
  }
  return response;
}

absl::StatusOr<v1::UpdateCampaignResponse> Campaigns::UpdateCampaign(
    const v1::UpdateCampaignRequest& request, const rpc::Call& call, absl::Time deadline) {
  const std::string& id = request.campaign().campaign();
  v1::UpdateCampaignResponse response;
  const absl::Status status =
      environment_.store.Change(deadline, [&](StoreTransaction& transaction) -> absl::Status {
        response.Clear();
        const absl::Time now = environment_.Now();
        ASSIGN_OR_RETURN(const v1::CampaignRecord present, Lock(transaction, id, call));
        RETURN_IF_ERROR(CheckEtag(request.campaign().etag(), present.version(), "campaign.etag"));
        ASSIGN_OR_RETURN(const CampaignUse use, transaction.UseOfCampaign(id));
        ASSIGN_OR_RETURN(const v1::CampaignRecord changed,
                         assessment::UpdateCampaign(present, request.campaign(),
                                                    request.update_mask(), use, now));
        *response.mutable_campaign() = ShownCampaign(changed);
        if (changed.version() == present.version()) return absl::OkStatus();
        return Save(transaction, changed, call, "", now);
      });
  RETURN_IF_ERROR(status);
  return response;
}

absl::StatusOr<v1::DeleteCampaignResponse> Campaigns::DeleteCampaign(
    const v1::DeleteCampaignRequest& request, const rpc::Call& call, absl::Time deadline) {
  const absl::Status status =
      environment_.store.Change(deadline, [&](StoreTransaction& transaction) -> absl::Status {
        const absl::Time now = environment_.Now();
        ASSIGN_OR_RETURN(const v1::CampaignRecord present,
                         Lock(transaction, request.campaign(), call));
        RETURN_IF_ERROR(CheckEtag(request.etag(), present.version(), "etag"));
        ASSIGN_OR_RETURN(const CampaignUse use, transaction.UseOfCampaign(request.campaign()));
        ASSIGN_OR_RETURN(const v1::CampaignRecord deleted,
                         assessment::DeleteCampaign(present, use, now));
        return Save(transaction, deleted, call, "", now);
      });
  RETURN_IF_ERROR(status);
  return v1::DeleteCampaignResponse();
}

absl::StatusOr<v1::RepinCampaignResponse> Campaigns::RepinCampaign(
    const v1::RepinCampaignRequest& request, const rpc::Call& call, absl::Time deadline) {
  ASSIGN_OR_RETURN(const auto found, environment_.store.FindCampaign(deadline, request.campaign()));
  if (!CheckMay(call, found).ok() || !found.has_value()) {
    return CampaignNotFound(request.campaign());
  }
  const std::string& programme = found->campaign().programme();
  Violations violations;
  CheckRequestId(request.request_id(), violations);
  // An empty one would be the release in force.
  CheckDigest(request.release_digest(), "releaseDigest", violations);
  CheckRequiredText(request.reason(), kMaxReasonCharacters, "reason", violations, Lines::kMany);
  RETURN_IF_ERROR(violations.ToStatus());
  const sql::RequestKey id = KeyOf("RepinCampaign", request.campaign(), call, request);
  ASSIGN_OR_RETURN(const auto before, AnsweredBefore<v1::RepinCampaignResponse>(
                                          environment_.store, deadline, id, call));
  if (before.has_value()) return *before;
  ASSIGN_OR_RETURN(const PinnedRelease release,
                   Usable(environment_, programme, request.release_digest(), deadline));
  const absl::Time now = environment_.Now();
  return Once<v1::RepinCampaignResponse>(
      environment_.store, deadline, now, id, call,
      [&](StoreTransaction& transaction, v1::RepinCampaignResponse& response) -> absl::Status {
        ASSIGN_OR_RETURN(const v1::CampaignRecord present,
                         Lock(transaction, request.campaign(), call));
        ASSIGN_OR_RETURN(const v1::CampaignRecord asked,
                         RequestRepin(present, release, request.reason(), PersonOf(call), now));
        RETURN_IF_ERROR(Save(transaction, asked, call, request.reason(), now));
        *response.mutable_campaign() = ShownCampaign(asked);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::ApproveRepinResponse> Campaigns::ApproveRepin(
    const v1::ApproveRepinRequest& request, const rpc::Call& call, absl::Time deadline) {
  RETURN_IF_ERROR(CheckId(request.request_id()));
  const absl::Time now = environment_.Now();
  return Once<v1::ApproveRepinResponse>(
      environment_.store, deadline, now, KeyOf("ApproveRepin", request.campaign(), call, request),
      call, [&](StoreTransaction& transaction, v1::ApproveRepinResponse& response) -> absl::Status {
        ASSIGN_OR_RETURN(const v1::CampaignRecord present,
                         Lock(transaction, request.campaign(), call));
        ASSIGN_OR_RETURN(
            const v1::CampaignRecord repinned,
            assessment::ApproveRepin(present, request.release_digest(), call.caller(), now));
        // It may have been since it was asked for.
        const v1::Campaign& approved = repinned.campaign();
        RETURN_IF_ERROR(CheckNotWithdrawn(environment_, approved.programme(),
                                          {approved.release_digest(), approved.release_label()}));
        RETURN_IF_ERROR(
            Save(transaction, repinned, call, present.campaign().pending_repin().reason(), now));
        *response.mutable_campaign() = ShownCampaign(repinned);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::ClosePeriodResponse> Campaigns::ClosePeriod(
    const v1::ClosePeriodRequest& request, const rpc::Call& call, absl::Time deadline) {
  RETURN_IF_ERROR(CheckId(request.request_id()));
  const absl::Time now = environment_.Now();
  return Once<v1::ClosePeriodResponse>(
      environment_.store, deadline, now, KeyOf("ClosePeriod", request.campaign(), call, request),
      call, [&](StoreTransaction& transaction, v1::ClosePeriodResponse& response) -> absl::Status {
        ASSIGN_OR_RETURN(const v1::CampaignRecord campaign,
                         Lock(transaction, request.campaign(), call));
        ASSIGN_OR_RETURN(const v1::PeriodClosed period,
                         PeriodOf(campaign.campaign(), request, now, environment_.zone));
        ASSIGN_OR_RETURN(const bool added,
                         transaction.AddPeriod(request.campaign(), period.period(), now));
        if (!added) return PeriodClosed(period.period());
        v1::AssessmentEvent event;
        *event.mutable_period_closed() = period;
        RETURN_IF_ERROR(transaction.Append(event, now));
        RETURN_IF_ERROR(AuditAct(transaction, call, {"period", period.period(), ""}, "", now));
        *response.mutable_period() = period;
        return absl::OkStatus();
      });
}

}  // namespace zhiping::assessment
