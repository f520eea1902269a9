#include "services/assessment/enterprises.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/audit/entry.h"
#include "common/requests/fields.h"
#include "common/rpc/page_token.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/text/uscc.h"
#include "services/assessment/administration.h"
#include "services/assessment/domain/change_request.h"
#include "services/assessment/domain/enterprise.h"
#include "services/assessment/domain/etag.h"
#include "services/assessment/domain/texts.h"
#include "services/assessment/locked_draft.h"
#include "services/assessment/people.h"
#include "services/assessment/relations.h"
#include "services/assessment/requests.h"
#include "services/assessment/submission_changes.h"

namespace zhiping::assessment {
namespace {

constexpr size_t kMaxQueryCharacters = 100;

absl::Status ChangeNotFound(const std::string& uscc, int number) {
  return MakeError(absl::StatusCode::kNotFound, Reason::CHANGE_NOT_FOUND,
                   absl::StrCat("企业 ", uscc, " 没有第 ", number, " 号变更申请。"),
                   absl::StrCat("The enterprise ", uscc, " has no change request ", number, "."),
                   {{"enterprise", uscc}, {"number", absl::StrCat(number)}});
}

// The contact is whole for the enterprise itself and platforms that act for it; officials get it
// masked.
ContactView ViewOf(const rpc::Call& call, const v1::Enterprise& enterprise) {
  const identity::Caller& caller = call.caller();
  const bool itself =
      caller.roles.Has(identity::Role::ENTERPRISE) && caller.uscc == enterprise.uscc();
  return caller.unauthenticated || itself || IsEnrolledFor(call, enterprise) ? ContactView::kWhole
                                                                             : ContactView::kMasked;
}

v1::Enterprise ShownTo(const rpc::Call& call, const v1::EnterpriseRecord& record) {
  return ShownEnterprise(record, ViewOf(call, record.enterprise()));
}

// Whether the unit of the caller decides about the change, or would: without one the enterprise
// alone says so.
absl::Status CheckMay(const rpc::Call& call, const std::optional<v1::EnterpriseRecord>& enterprise,
                      const std::optional<v1::ChangeRequestRecord>& change) {
  if (change.has_value()) return call.CheckScopeOf(change->change_request().unit());
  return enterprise.has_value() ? call.CheckScopeOf(enterprise->enterprise().review_unit())
                                : call.CheckAbsent();
}

}  // namespace

absl::Status EnterpriseExists(const std::string& uscc) {
  return MakeError(absl::StatusCode::kAlreadyExists, Reason::ENTERPRISE_EXISTS,
                   absl::StrCat("企业 ", uscc, " 已经登记。"),
                   absl::StrCat("The enterprise ", uscc, " is registered already."),
                   {{"enterprise", uscc}});
}

absl::Status Enterprises::Save(StoreTransaction& transaction, const v1::Enterprise* present,
                               const v1::EnterpriseRecord& record, absl::Time now) {
  v1::AssessmentEvent event;
  *event.mutable_enterprise()->mutable_enterprise() = ShownEnterprise(record, ContactView::kNone);
  const v1::Enterprise& enterprise = record.enterprise();
  if (present != nullptr) RETURN_IF_ERROR(transaction.SaveEnterprise(record));
  if (present != nullptr && present->review_unit() != enterprise.review_unit()) {
    ASSIGN_OR_RETURN(const auto open, transaction.OpenChangeRequests(enterprise.uscc()));
    for (const v1::ChangeRequestRecord& request : open) {
      RETURN_IF_ERROR(transaction.SaveChangeRequest(Received(request, enterprise)));
    }
  }
  return transaction.Append(event, now);
}

absl::StatusOr<v1::RegisterEnterpriseResponse> Enterprises::RegisterEnterprise(
    const v1::RegisterEnterpriseRequest& request, const rpc::Call& call, absl::Time deadline) {
  RETURN_IF_ERROR(call.CheckFile(CoordinatesOfNew(call)));
  Violations violations;
  CheckRequestId(request.request_id(), violations);
  const absl::Time now = environment_.Now();
  auto record = assessment::RegisterEnterprise(
      request.enterprise(), SetterOf(call, request.enterprise().uscc()), environment_.At(now));
  if (!record.ok()) violations.AddAll(record.status());
  RETURN_IF_ERROR(violations.ToStatus());
  const std::string& uscc = record->enterprise().uscc();
  return Once<v1::RegisterEnterpriseResponse>(
      environment_.store, deadline, now, KeyOf("RegisterEnterprise", uscc, call, request), call,
      [&](StoreTransaction& transaction, v1::RegisterEnterpriseResponse& response) -> absl::Status {
        ASSIGN_OR_RETURN(const bool added, transaction.AddEnterprise(*record));
        if (!added) {
          // Audit has who asked about what is another's.
          ASSIGN_OR_RETURN(const auto present, transaction.FindEnterprise(uscc));
          if (present.has_value()) call.CheckFile(CoordinatesOf(*present, "")).IgnoreError();
          return EnterpriseExists(uscc);
        }
        RETURN_IF_ERROR(CheckRelations(transaction, nullptr, record->enterprise(), FilesOf(call),
                                       "enterprise."));
        RETURN_IF_ERROR(Save(transaction, nullptr, *record, now));
        RETURN_IF_ERROR(AuditAct(transaction, call, {"enterprise", uscc, uscc}, "", now));
        *response.mutable_enterprise() = ShownTo(call, *record);
        return absl::OkStatus();
      });
}

rpc::EnterpriseFile FileOf(const v1::Enterprise& enterprise) {
  return {enterprise.uscc(), "enterprise", enterprise.uscc()};
}

absl::StatusOr<v1::GetEnterpriseResponse> Enterprises::GetEnterprise(
    const v1::GetEnterpriseRequest& request, rpc::Call& call, absl::Time deadline) {
  const std::string& uscc = request.uscc();
  ASSIGN_OR_RETURN(const auto record, environment_.store.FindEnterprise(deadline, uscc));
  // Whoever reviews a file of it may have to ask, wherever the enterprise has gone since.
  std::vector<v1::SubmissionRecord> taken;
  if (!call.Files().units.empty()) {
    ASSIGN_OR_RETURN(taken, environment_.store.InHand(deadline, uscc, call.caller().person(),
                                                      environment_.Now()));
  }
  const bool in_hand = std::any_of(
      taken.begin(), taken.end(),
      [&](const v1::SubmissionRecord& submission) { return ReviewsFile(call, submission); });
  if (!in_hand && !CheckFile(call, record, "").ok()) return EnterpriseNotFound(uscc);
  if (!record.has_value()) return EnterpriseNotFound(uscc);
  call.Reads({FileOf(record->enterprise())});
  const ContactView view = in_hand ? ContactView::kWhole : ViewOf(call, record->enterprise());
  v1::GetEnterpriseResponse response;
  *response.mutable_enterprise() = ShownEnterprise(*record, view);
  return response;
}

absl::StatusOr<v1::UpdateEnterpriseResponse> Enterprises::UpdateEnterprise(
    const v1::UpdateEnterpriseRequest& request, const rpc::Call& call, absl::Time deadline) {
  const std::string& uscc = request.enterprise().uscc();
  const Setter setter = SetterOf(call, uscc);
  v1::UpdateEnterpriseResponse response;
  const absl::Status status =
      environment_.store.Change(deadline, [&](StoreTransaction& transaction) -> absl::Status {
        response.Clear();
        const absl::Time now = environment_.Now();
        ASSIGN_OR_RETURN(const auto present, transaction.LockEnterprise(uscc));
        if (!CheckFile(call, present, "").ok() || !present.has_value()) {
          return EnterpriseNotFound(uscc);
        }
        RETURN_IF_ERROR(
            CheckEtag(request.enterprise().etag(), present->version(), "enterprise.etag"));
        ASSIGN_OR_RETURN(
            const v1::EnterpriseRecord changed,
            assessment::UpdateEnterprise(*present, request.enterprise(), request.update_mask(),
                                         setter, environment_.At(now)));
        *response.mutable_enterprise() = ShownTo(call, changed);
        if (changed.version() == present->version()) return absl::OkStatus();
        RETURN_IF_ERROR(CheckRelations(transaction, &present->enterprise(), changed.enterprise(),
                                       FilesOf(call), "enterprise."));
        RETURN_IF_ERROR(Save(transaction, &present->enterprise(), changed, now));
        if (setter.kind == Setter::kEnterprise) return absl::OkStatus();
        return AuditAct(transaction, call, {"enterprise", uscc, uscc}, "", now);
      });
  RETURN_IF_ERROR(status);
  return response;
}

absl::StatusOr<v1::ListEnterprisesResponse> Enterprises::ListEnterprises(
    const v1::ListEnterprisesRequest& request, const rpc::Call& call, absl::Time deadline) {
  Violations violations;
  CheckText(request.query(), kMaxQueryCharacters, "query", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(const rpc::Page page, rpc::ReadPage(request, kEnterprisePosition));
  EnterpriseQuery query;
  query.reach = call.Files();
  const absl::CivilDay day = environment_.At(environment_.Now()).day();
  if (!request.review_unit().empty()) {
    query.units = environment_.reference.review_units().Below(request.review_unit(), day);
    if (query.units.empty()) query.units = {request.review_unit()};
  }
  for (const reference::Region& region : environment_.reference.regions().all()) {
    if (environment_.reference.regions().IsWithin(region.code, request.region())) {
      query.regions.push_back(region.code);
    }
  }
  if (!request.region().empty() && query.regions.empty()) query.regions = {request.region()};
  query.uscc_prefix = WriteUscc(request.query());
  query.name_part = request.query();
  query.with_tests = request.with_tests();
  ASSIGN_OR_RETURN(auto listed, environment_.store.ListEnterprises(deadline, query, page));
  v1::ListEnterprisesResponse response;
  for (const v1::EnterpriseRecord& record : listed.items) {
    *response.add_enterprises() = ShownEnterprise(record, ContactView::kNone);
  }
  response.set_total_size(listed.total);
  if (!listed.next.empty()) {
    response.set_next_page_token(rpc::MakePageToken(request, listed.next));
  }
  return response;
}

absl::StatusOr<v1::RequestChangeResponse> Enterprises::RequestChange(
    const v1::RequestChangeRequest& request, const rpc::Call& call, absl::Time deadline) {
  RETURN_IF_ERROR(CheckId(request.request_id()));
  const absl::Time now = environment_.Now();
  return Once<v1::RequestChangeResponse>(
      environment_.store, deadline, now, KeyOf("RequestChange", request.uscc(), call, request),
      call,
      [&](StoreTransaction& transaction, v1::RequestChangeResponse& response) -> absl::Status {
        ASSIGN_OR_RETURN(const auto enterprise, transaction.LockEnterprise(request.uscc()));
        if (!enterprise.has_value()) return EnterpriseNotFound(request.uscc());
        ASSIGN_OR_RETURN(
            ChangedEnterprise changed,
            assessment::RequestChange(*enterprise, request, PersonOf(call), environment_.At(now)));
        ASSIGN_OR_RETURN(const auto open, transaction.OpenChangeRequests(request.uscc()));
        for (const v1::ChangeRequestRecord& before : open) {
          RETURN_IF_ERROR(transaction.SaveChangeRequest(Replaced(before, now)));
        }
        RETURN_IF_ERROR(transaction.SaveEnterprise(changed.enterprise));
        RETURN_IF_ERROR(transaction.SaveChangeRequest(changed.request));
        *response.mutable_change_request() = changed.request.change_request();
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::AcceptChangeResponse> Enterprises::AcceptChange(
    const v1::AcceptChangeRequest& request, const rpc::Call& call, absl::Time deadline) {
  RETURN_IF_ERROR(CheckId(request.request_id()));
  const absl::Time now = environment_.Now();
  return Once<v1::AcceptChangeResponse>(
      environment_.store, deadline, now, KeyOf("AcceptChange", request.uscc(), call, request), call,
      [&](StoreTransaction& transaction, v1::AcceptChangeResponse& response) -> absl::Status {
        ASSIGN_OR_RETURN(const auto enterprise, transaction.LockEnterprise(request.uscc()));
        ASSIGN_OR_RETURN(const auto change,
                         transaction.FindChangeRequest(request.uscc(), request.number()));
        if (!CheckMay(call, enterprise, change).ok() || !enterprise.has_value() ||
            !change.has_value()) {
          return ChangeNotFound(request.uscc(), request.number());
        }
        ASSIGN_OR_RETURN(ChangedEnterprise changed,
                         assessment::AcceptChange(*enterprise, *change, request.note(),
                                                  PersonOf(call), environment_.At(now)));
        // The unit answers for the other enterprise too.
        const Reaches reaches = [&call](const v1::EnterpriseRecord& of) {
          return call.CheckScopeOf(of.enterprise().review_unit()).ok();
        };
        RETURN_IF_ERROR(CheckRelations(transaction, &enterprise->enterprise(),
                                       changed.enterprise.enterprise(), reaches, "proposed."));
        RETURN_IF_ERROR(Save(transaction, &enterprise->enterprise(), changed.enterprise, now));
        RETURN_IF_ERROR(transaction.SaveChangeRequest(changed.request));
        RETURN_IF_ERROR(AuditAct(transaction, call,
                                 {"change_request", absl::StrCat(request.number()), request.uscc()},
                                 request.note(), now));
        *response.mutable_change_request() = changed.request.change_request();
        *response.mutable_enterprise() = ShownTo(call, changed.enterprise);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::DeclineChangeResponse> Enterprises::DeclineChange(
    const v1::DeclineChangeRequest& request, const rpc::Call& call, absl::Time deadline) {
  RETURN_IF_ERROR(CheckId(request.request_id()));
  const absl::Time now = environment_.Now();
  return Once<v1::DeclineChangeResponse>(
      environment_.store, deadline, now, KeyOf("DeclineChange", request.uscc(), call, request),
      call,
      [&](StoreTransaction& transaction, v1::DeclineChangeResponse& response) -> absl::Status {
        ASSIGN_OR_RETURN(const auto enterprise, transaction.LockEnterprise(request.uscc()));
        ASSIGN_OR_RETURN(const auto change,
                         transaction.FindChangeRequest(request.uscc(), request.number()));
        if (!CheckMay(call, enterprise, change).ok() || !change.has_value()) {
          return ChangeNotFound(request.uscc(), request.number());
        }
        ASSIGN_OR_RETURN(const v1::ChangeRequestRecord declined,
                         assessment::DeclineChange(*change, request.note(), PersonOf(call), now));
        RETURN_IF_ERROR(transaction.SaveChangeRequest(declined));
        RETURN_IF_ERROR(AuditAct(transaction, call,
                                 {"change_request", absl::StrCat(request.number()), request.uscc()},
                                 request.note(), now));
        *response.mutable_change_request() = declined.change_request();
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::ListChangeRequestsResponse> Enterprises::ListChangeRequests(
    const v1::ListChangeRequestsRequest& request, const rpc::Call& call, absl::Time deadline) {
  ASSIGN_OR_RETURN(const rpc::Page page, rpc::ReadPage(request, kChangeRequestPosition));
  ChangeRequestQuery query;
  query.reach = call.Files();
  query.enterprise = request.uscc();
  query.open_only = request.open_only();
  ASSIGN_OR_RETURN(auto listed, environment_.store.ListChangeRequests(deadline, query, page));
  v1::ListChangeRequestsResponse response;
  for (v1::ChangeRequestRecord& record : listed.items) {
    *response.add_change_requests() = std::move(*record.mutable_change_request());
  }
  response.set_total_size(listed.total);
  if (!listed.next.empty()) {
    response.set_next_page_token(rpc::MakePageToken(request, listed.next));
  }
  return response;
}

}  // namespace zhiping::assessment
