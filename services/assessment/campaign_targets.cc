// Campaigns: their target lists (应报名单).
#include "absl/strings/str_cat.h"
#include "common/rpc/page_token.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/assessment/administration.h"
#include "services/assessment/campaigns.h"
#include "services/assessment/domain/enterprise.h"
#include "services/assessment/domain/target.h"
#include "services/assessment/locked_draft.h"

namespace zhiping::assessment {
namespace {

absl::Status NoSuchPlant(const v1::Target& target) {
  Violations violations;
  violations.Add(
      "enterprise", Reason::UNKNOWN_PLANT,
      absl::StrCat("没有登记企业 ", target.enterprise(), " 的工厂 ", target.plant(),
                   "，请先导入企业。"),
      absl::StrCat("The plant ", target.plant(), " of the enterprise ", target.enterprise(),
                   " is not registered: import the enterprise "
                   "first."));
  return violations.ToStatus();
}

// One row of a target list; what was added or changed goes into the event, and is audited.
absl::Status ImportTarget(StoreTransaction& transaction, const v1::ImportTargetsRequest& request,
                          const v1::Target& row, const rpc::Call& call, absl::Time now,
                          v1::TargetsChanged& changed, v1::ImportedRow& imported) {
  const auto target = NormaliseTarget(row);
  if (!target.ok()) {
    RefuseRow(target.status(), "enterprise", imported);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const auto enterprise, transaction.FindEnterprise(target->enterprise()));
  if (!enterprise.has_value() || FindPlant(enterprise->enterprise(), target->plant()) == nullptr) {
    RefuseRow(NoSuchPlant(*target), "enterprise", imported);
    return absl::OkStatus();
  }
  v1::AssessmentKey key;
  key.set_enterprise(target->enterprise());
  key.set_plant(target->plant());
  key.set_campaign(request.campaign());
  ASSIGN_OR_RETURN(const auto present, transaction.FindTarget(key));
  imported.set_outcome(!present.has_value()                      ? v1::ImportedRow::ADDED
                       : present->channel() == target->channel() ? v1::ImportedRow::UNCHANGED
                                                                 : v1::ImportedRow::CHANGED);
  if (imported.outcome() == v1::ImportedRow::UNCHANGED) return absl::OkStatus();
  *changed.add_targets() = *target;
  if (request.validate_only()) return absl::OkStatus();
  RETURN_IF_ERROR(transaction.UpsertTarget(request.campaign(), *target));
  return AuditAct(transaction, call, {"target", NameOf(key), target->enterprise()}, "", now);
}

}  // namespace

absl::StatusOr<v1::ImportTargetsResponse> Campaigns::ImportTargets(
    const v1::ImportTargetsRequest& request, const rpc::Call& call, absl::Time deadline) {
  RETURN_IF_ERROR(CheckRows(request.targets_size(), "targets"));
  v1::ImportTargetsResponse response;
  const absl::Status status =
      environment_.store.Change(deadline, [&](StoreTransaction& transaction) -> absl::Status {
        response.Clear();
        const absl::Time now = environment_.Now();
        RETURN_IF_ERROR(Lock(transaction, request.campaign(), call).status());
        v1::AssessmentEvent event;
        event.mutable_targets()->set_campaign(request.campaign());
        for (const v1::Target& row : request.targets()) {
          RETURN_IF_ERROR(ImportTarget(transaction, request, row, call, now,
                                       *event.mutable_targets(), *response.add_rows()));
        }
        if (request.validate_only() || event.targets().targets().empty()) return absl::OkStatus();
        return transaction.Append(event, now);
      });
  RETURN_IF_ERROR(status);
  return response;
}

absl::StatusOr<v1::ListTargetsResponse> Campaigns::ListTargets(
    const v1::ListTargetsRequest& request, const rpc::Call& call, absl::Time deadline) {
  ASSIGN_OR_RETURN(const rpc::Page page, rpc::ReadPage(request, kTargetPosition));
  ASSIGN_OR_RETURN(const auto record,
                   environment_.store.FindCampaign(deadline, request.campaign()));
  if (!CheckMay(call, record).ok() || !record.has_value() || record->deleted()) {
    return CampaignNotFound(request.campaign());
  }
  ASSIGN_OR_RETURN(auto listed, environment_.store.ListTargets(deadline, request.campaign(), page));
  v1::ListTargetsResponse response;
  for (v1::Target& target : listed.items) *response.add_targets() = std::move(target);
  response.set_total_size(listed.total);
  if (!listed.next.empty()) {
    response.set_next_page_token(rpc::MakePageToken(request, listed.next));
  }
  return response;
}

}  // namespace zhiping::assessment
