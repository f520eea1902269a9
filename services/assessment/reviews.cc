#include "services/assessment/reviews.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/requests/fields.h"
#include "common/rpc/page_token.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/assessment/administration.h"
#include "services/assessment/domain/decisions.h"
#include "services/assessment/domain/findings.h"
#include "services/assessment/domain/in_hand_acts.h"
#include "services/assessment/domain/objections.h"
#include "services/assessment/domain/reviewed_result.h"
#include "services/assessment/domain/stages.h"
#include "services/assessment/domain/texts.h"
#include "services/assessment/domain/views.h"
#include "services/assessment/locked_draft.h"
#include "services/assessment/people.h"
#include "services/assessment/requests.h"
#include "services/assessment/submissions.h"

namespace zhiping::assessment {
namespace {

constexpr int kMostFiles = 100;

void CheckFiles(int files, absl::string_view field, Violations& violations) {
  if (files == 0) {
    violations.Add(field, Reason::FIELD_REQUIRED, "至少要有一份提交件。",
                   "There should be at least one submission.");
  } else if (files > kMostFiles) {
    violations.Add(field, Reason::TOO_LARGE, "每次最多 100 份提交件。",
                   "There should be at most 100 submissions.");
  }
}

// Acts without an etag are based on whatever there is.
template <typename Request>
std::string EtagIn(const Request& request) {
  if constexpr (requires { request.etag(); }) {
    return request.etag();
  } else {
    return "";
  }
}

}  // namespace

absl::StatusOr<v1::SubmissionRecord> Reviews::FindFile(const SubmissionCall& about,
                                                       absl::Time deadline) const {
  ASSIGN_OR_RETURN(auto record, environment_.store.FindSubmission(deadline, about.key));
  v1::EnterpriseRecord enterprise;
  if (!record.has_value() || about.call.method_scope() == identity::Scope::FILE) {
    ASSIGN_OR_RETURN(auto found,
                     environment_.store.FindEnterprise(deadline, about.key.enterprise()));
    if (found.has_value()) enterprise = *std::move(found);
  }
  RETURN_IF_ERROR(CheckMay(about, enterprise, record.has_value() ? &*record : nullptr));
  return *std::move(record);
}

absl::StatusOr<CriteriaPtr> Reviews::CriteriaOf(const SubmissionCall& about,
                                                absl::Time deadline) const {
  ASSIGN_OR_RETURN(const v1::SubmissionRecord record, FindFile(about, deadline));
  const v1::SubmittedContent& content = record.submission().content();
  return environment_.criteria.Find(content.programme(), content.release_digest(), deadline);
}

absl::Status Reviews::MakeDecisionReceipt(StoreTransaction& transaction,
                                          const criteria::Criteria& criteria,
                                          const v1::SubmissionRecord& record,
                                          absl::Time now) const {
  ASSIGN_OR_RETURN(const IssuedReceipt receipt,
                   signing_.Sign(DecisionReceiptOf(record, criteria, {now, incarnation_})));
  return transaction.AddDecisionReceipt(record.submission().key(),
                                        record.submission().standing().decisions_size(),
                                        receipt.receipt_no, receipt.envelope);
}

absl::Status Reviews::DoIn(StoreTransaction& transaction, const SubmissionCall& about,
                           const CriteriaPtr& criteria, ActKind kind, absl::string_view reason,
                           const DomainAct& act, absl::Time now,
                           v1::SubmissionRecord& after) const {
  ASSIGN_OR_RETURN(LockedSubmissions locked, LockSubmissions(transaction, about.key));
  RETURN_IF_ERROR(CheckMay(about, locked));
  const Submissions before = locked.all;
  RETURN_IF_ERROR(act(ActOf(environment_, about, locked.all, now), *criteria, locked.all));
  for (size_t i = 0; i < locked.all.size(); ++i) {
    v1::SubmissionRecord& record = locked.all[i];
    if (record.version() == before[i].version()) continue;
    // Others of the assessment may be under another release: theirs is not made anew by this.
    if (record.submission().content().release_digest() == criteria->digest()) {
      RETURN_IF_ERROR(SetReviewedResult(*criteria, record));
    }
  }
  RETURN_IF_ERROR(SaveChanged(transaction, before, locked.all, now));
  after = locked.all[about.key.number() - 1];
  if (kind == ActKind::kInHand) return absl::OkStatus();
  if (kind == ActKind::kDecision) {
    RETURN_IF_ERROR(MakeDecisionReceipt(transaction, *criteria, after, now));
  }
  return AuditAct(transaction, about.call,
                  {"submission", NameOf(about.key), about.key.enterprise()}, reason, now,
                  kind == ActKind::kAssignment ? audit::AuditEntry::ADMINISTRATIVE
                                               : audit::AuditEntry::DECISION);
}

template <typename Response, typename Request>
absl::StatusOr<Response> Reviews::Decide(absl::string_view method, const Request& request,
                                         rpc::Call& call, absl::Time deadline, ActKind kind,
                                         absl::string_view reason, const DomainAct& act) const {
  RETURN_IF_ERROR(CheckId(request.request_id()));
  const v1::SubmissionKey key = Normalised(request.submission());
  const SubmissionCall about = {key, call, EtagIn(request)};
  ASSIGN_OR_RETURN(const CriteriaPtr criteria, CriteriaOf(about, deadline));
  // Of what is decided, whole files are shown.
  call.Reads({IsForEnterprise(call, key.enterprise()) ? ActedOn(FileOf(key)) : FileOf(key)});
  const absl::Time now = environment_.Now();
  return Once<Response>(
      environment_.store, deadline, now, KeyOf(method, NameOf(key), call, request), call,
      [&](StoreTransaction& transaction, Response& response) -> absl::Status {
        v1::SubmissionRecord after;
        RETURN_IF_ERROR(DoIn(transaction, about, criteria, kind, reason, act, now, after));
        *response.mutable_submission() = ViewFor(call, after, now);
        return absl::OkStatus();
      });
}

template <typename Response, typename Request>
absl::StatusOr<Response> Reviews::Handle(const Request& request, rpc::Call& call,
                                         absl::Time deadline, ActKind kind,
                                         absl::string_view reason, const DomainAct& act) const {
  const v1::SubmissionKey key = Normalised(request.submission());
  const SubmissionCall about = {key, call, EtagIn(request)};
  ASSIGN_OR_RETURN(const CriteriaPtr criteria, CriteriaOf(about, deadline));
  call.Reads({FileOf(key)});
  Response response;
  const absl::Status status =
      environment_.store.Change(deadline, [&](StoreTransaction& transaction) -> absl::Status {
        const absl::Time now = environment_.Now();
        v1::SubmissionRecord after;
        RETURN_IF_ERROR(DoIn(transaction, about, criteria, kind, reason, act, now, after));
        *response.mutable_submission() = ViewFor(call, after, now);
        return absl::OkStatus();
      });
  RETURN_IF_ERROR(status);
  return response;
}

absl::StatusOr<v1::ListQueueResponse> Reviews::ListQueue(const v1::ListQueueRequest& request,
                                                         rpc::Call& call, absl::Time deadline) {
  ASSIGN_OR_RETURN(const rpc::Page page, rpc::ReadPage(request, kQueuePosition));
  const identity::UnitsToday today = call.Today();
  const std::string own =
      call.caller().unauthenticated ? request.unit() : call.caller().review_unit;
  QueueQuery query;
  if (request.unit().empty()) {
    RETURN_IF_ERROR(call.CheckScopeOf(own));
    query.units = today.units.Below(own, today.day);
  } else {
    RETURN_IF_ERROR(call.CheckScopeOf(request.unit()));
    query.units = ActsFor(today.units, request.unit(), today.day);
    // It may have ended itself.
    if (query.units.empty()) query.units = {request.unit()};
  }
  query.campaign = request.campaign();
  query.stage = request.stage();
  query.free_only = request.free_only();
  if (request.mine_only()) query.taken_by = call.caller().person();
  query.objections = request.objections();
  query.now = environment_.Now();
  ASSIGN_OR_RETURN(auto listed, environment_.store.ListQueue(deadline, query, page));
  v1::ListQueueResponse response;
  std::vector<rpc::EnterpriseFile> files;
  for (const ListedSubmission& item : listed.items) {
    files.push_back(FileOf(item.record.submission().key()));
    *response.add_submissions() =
        SummaryOf(ViewFor(call, item.record, query.now), item.evidence_matches);
  }
  call.Reads(files);
  response.set_total_size(listed.total);
  if (!listed.next.empty()) {
    response.set_next_page_token(rpc::MakePageToken(request, listed.next));
  }
  return response;
}

absl::StatusOr<v1::TakeResponse> Reviews::Take(const v1::TakeRequest& request, rpc::Call& call,
                                               absl::Time deadline) {
  return Handle<v1::TakeResponse>(request, call, deadline, ActKind::kInHand, "",
                                  [](const Act& act, const criteria::Criteria&, Submissions& all) {
                                    return assessment::Take(act, all);
                                  });
}

absl::StatusOr<v1::ReleaseResponse> Reviews::Release(const v1::ReleaseRequest& request,
                                                     rpc::Call& call, absl::Time deadline) {
  return Handle<v1::ReleaseResponse>(
      request, call, deadline, ActKind::kInHand, "",
      [](const Act& act, const criteria::Criteria&, Submissions& all) {
        return assessment::Release(act, all);
      });
}

absl::StatusOr<v1::AssignResponse> Reviews::Assign(const v1::AssignRequest& request,
                                                   rpc::Call& call, absl::Time deadline) {
  v1::PersonRecord reviewer;
  reviewer.set_issuer(request.issuer());
  reviewer.set_subject(request.subject());
  reviewer.set_name(request.name());
  reviewer.set_unit(call.caller().review_unit);
  // Whose it is then is kept nowhere else once it was given back.
  const std::string who = absl::StrCat(request.issuer(), " ", request.subject());
  return Handle<v1::AssignResponse>(
      request, call, deadline, ActKind::kAssignment, who,
      [&reviewer](const Act& act, const criteria::Criteria&, Submissions& all) {
        return assessment::Assign(act, reviewer, all);
      });
}

absl::StatusOr<v1::RecordFindingsResponse> Reviews::RecordFindings(
    const v1::RecordFindingsRequest& request, rpc::Call& call, absl::Time deadline) {
  return Decide<v1::RecordFindingsResponse>(
      "RecordFindings", request, call, deadline, ActKind::kFindings, "",
      [&request](const Act& act, const criteria::Criteria& criteria, Submissions& all) {
        return assessment::RecordFindings(act, criteria, request.findings(), all);
      });
}

absl::StatusOr<v1::ApproveResponse> Reviews::Approve(const v1::ApproveRequest& request,
                                                     rpc::Call& call, absl::Time deadline) {
  return Decide<v1::ApproveResponse>(
      "Approve", request, call, deadline, ActKind::kDecision, request.reason(),
      [&request](const Act& act, const criteria::Criteria&, Submissions& all) {
        return assessment::Approve(act, request.reason(), all);
      });
}

absl::StatusOr<v1::BatchApproveResponse> Reviews::BatchApprove(
    const v1::BatchApproveRequest& request, rpc::Call& call, absl::Time deadline) {
  Violations violations;
  CheckRequestId(request.request_id(), violations);
  CheckFiles(request.files_size(), "files", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  // By enterprise, so that two batches lock in one order.
  std::vector<int> order(request.files_size());
  std::vector<CriteriaPtr> criteria;
  for (int i = 0; i < request.files_size(); ++i) {
    order[i] = i;
    const v1::SubmissionKey key = Normalised(request.files(i).submission());
    ASSIGN_OR_RETURN(criteria.emplace_back(), CriteriaOf({key, call, ""}, deadline));
    call.Reads({FileOf(key)});
  }
  std::stable_sort(order.begin(), order.end(), [&request](int left, int right) {
    return request.files(left).submission().enterprise() <
           request.files(right).submission().enterprise();
  });
  const absl::Time now = environment_.Now();
  return Once<v1::BatchApproveResponse>(
      environment_.store, deadline, now, KeyOf("BatchApprove", "", call, request), call,
      [&](StoreTransaction& transaction, v1::BatchApproveResponse& response) -> absl::Status {
        std::vector<v1::SubmissionRecord> after(request.files_size());
        for (const int i : order) {
          const v1::ApprovedFile& file = request.files(i);
          const v1::SubmissionKey key = Normalised(file.submission());
          RETURN_IF_ERROR(DoIn(
              transaction, {key, call, file.etag()}, criteria[i], ActKind::kDecision, "",
              [](const Act& act, const criteria::Criteria&, Submissions& all) {
                return ApproveInBatch(act, all);
              },
              now, after[i]));
        }
        for (const v1::SubmissionRecord& record : after) {
          *response.add_submissions() = SummaryOf(ViewFor(call, record, now), false);
        }
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::ReturnToEnterpriseResponse> Reviews::ReturnToEnterprise(
    const v1::ReturnToEnterpriseRequest& request, rpc::Call& call, absl::Time deadline) {
  return Decide<v1::ReturnToEnterpriseResponse>(
      "ReturnToEnterprise", request, call, deadline, ActKind::kDecision, request.reason(),
      [&request](const Act& act, const criteria::Criteria&, Submissions& all) {
        return assessment::ReturnToEnterprise(act, request.reason(), all);
      });
}

absl::StatusOr<v1::ReturnToPreviousStageResponse> Reviews::ReturnToPreviousStage(
    const v1::ReturnToPreviousStageRequest& request, rpc::Call& call, absl::Time deadline) {
  return Decide<v1::ReturnToPreviousStageResponse>(
      "ReturnToPreviousStage", request, call, deadline, ActKind::kDecision, request.reason(),
      [&request](const Act& act, const criteria::Criteria&, Submissions& all) {
        return assessment::ReturnToPreviousStage(act, request.reason(), all);
      });
}

absl::StatusOr<v1::RejectResponse> Reviews::Reject(const v1::RejectRequest& request,
                                                   rpc::Call& call, absl::Time deadline) {
  return Decide<v1::RejectResponse>(
      "Reject", request, call, deadline, ActKind::kDecision, request.reason(),
      [&request](const Act& act, const criteria::Criteria&, Submissions& all) {
        return assessment::Reject(act, request.reason(), all);
      });
}

absl::StatusOr<v1::RecallDecisionResponse> Reviews::RecallDecision(
    const v1::RecallDecisionRequest& request, rpc::Call& call, absl::Time deadline) {
  return Decide<v1::RecallDecisionResponse>(
      "RecallDecision", request, call, deadline, ActKind::kDecision, request.reason(),
      [&request](const Act& act, const criteria::Criteria&, Submissions& all) {
        return assessment::RecallDecision(act, request.reason(), all);
      });
}

absl::StatusOr<v1::RevokeResponse> Reviews::Revoke(const v1::RevokeRequest& request,
                                                   rpc::Call& call, absl::Time deadline) {
  return Decide<v1::RevokeResponse>(
      "Revoke", request, call, deadline, ActKind::kDecision, request.reason(),
      [&request](const Act& act, const criteria::Criteria&, Submissions& all) {
        return assessment::Revoke(act, request.reason(), all);
      });
}

absl::StatusOr<v1::AddCommentResponse> Reviews::AddComment(const v1::AddCommentRequest& request,
                                                           rpc::Call& call, absl::Time deadline) {
  return Decide<v1::AddCommentResponse>(
      "AddComment", request, call, deadline, ActKind::kInHand, "",
      [&request](const Act& act, const criteria::Criteria&, Submissions& all) {
        return assessment::AddComment(act, request.scenario(), request.text(), request.internal(),
                                      all);
      });
}

absl::StatusOr<v1::ResolveCommentResponse> Reviews::ResolveComment(
    const v1::ResolveCommentRequest& request, rpc::Call& call, absl::Time deadline) {
  return Handle<v1::ResolveCommentResponse>(
      request, call, deadline, ActKind::kInHand, "",
      [&request](const Act& act, const criteria::Criteria&, Submissions& all) {
        return assessment::ResolveComment(act, request.comment(), all);
      });
}

absl::StatusOr<v1::ObjectResponse> Reviews::Object(const v1::ObjectRequest& request,
                                                   rpc::Call& call, absl::Time deadline) {
  return Decide<v1::ObjectResponse>(
      "Object", request, call, deadline, ActKind::kInHand, "",
      [&request](const Act& act, const criteria::Criteria&, Submissions& all) {
        return assessment::Object(act, request.reason(), all);
      });
}

absl::StatusOr<v1::DecideObjectionResponse> Reviews::DecideObjection(
    const v1::DecideObjectionRequest& request, rpc::Call& call, absl::Time deadline) {
  return Decide<v1::DecideObjectionResponse>(
      "DecideObjection", request, call, deadline, ActKind::kDecision, request.reason(),
      [&request](const Act& act, const criteria::Criteria&, Submissions& all) {
        return assessment::DecideObjection(act, request.objection(), request.upheld(),
                                           request.reason(), all);
      });
}

absl::StatusOr<v1::ListEvidenceMatchesResponse> Reviews::ListEvidenceMatches(
    const v1::ListEvidenceMatchesRequest& request, rpc::Call& call, absl::Time deadline) {
  const v1::SubmissionKey key = Normalised(request.submission());
  ASSIGN_OR_RETURN(const v1::SubmissionRecord record, FindFile({key, call, ""}, deadline));
  const v1::Snapshot& snapshot = record.submission().content().snapshot();
  const identity::UnitsToday today = call.Today();
  const std::string above = call.caller().unauthenticated && snapshot.units_size() > 0
                                ? snapshot.units(snapshot.units_size() - 1)
                                : call.caller().review_unit;
  ASSIGN_OR_RETURN(const auto matches, environment_.store.MatchEvidence(
                                           deadline, record, today.units.Below(above, today.day)));
  v1::ListEvidenceMatchesResponse response;
  std::vector<rpc::EnterpriseFile> files = {FileOf(key)};
  const absl::Time now = environment_.Now();
  for (const EvidenceMatches& match : matches) {
    v1::EvidenceMatch& shown = *response.add_matches();
    for (const v1::SubmittedEvidence& evidence : record.submission().content().evidence()) {
      if (evidence.sha256() == match.sha256) *shown.mutable_evidence() = evidence;
    }
    for (const v1::SubmissionRecord& other : match.others) {
      files.push_back(FileOf(other.submission().key()));
      *shown.add_others() = SummaryOf(ViewFor(call, other, now), true);
    }
    shown.set_elsewhere(match.elsewhere);
  }
  call.Reads(files);
  return response;
}

absl::StatusOr<v1::ExportSubmissionsResponse> Reviews::ExportSubmissions(
    const v1::ExportSubmissionsRequest& request, rpc::Call& call, absl::Time deadline) {
  Violations violations;
  CheckFiles(request.submissions_size(), "submissions", violations);
  CheckRequiredText(request.purpose(), kMaxReasonCharacters, "purpose", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  v1::ExportSubmissionsResponse response;
  std::vector<rpc::EnterpriseFile> files;
  const absl::Time now = environment_.Now();
  for (int i = 0; i < request.submissions_size(); ++i) {
    const v1::SubmissionKey key = Normalised(request.submissions(i));
    ASSIGN_OR_RETURN(const auto record, environment_.store.FindSubmission(deadline, key));
    ASSIGN_OR_RETURN(const auto enterprise,
                     environment_.store.FindEnterprise(deadline, key.enterprise()));
    const auto file = CoordinatesOf(enterprise.value_or(v1::EnterpriseRecord()),
                                    record.value_or(v1::SubmissionRecord()));
    if (!call.CheckFile(file).ok() || !record.has_value()) return SubmissionNotFound(key);
    if (record->submission().content().snapshot().is_test()) {
      violations.Add(
          absl::StrCat("submissions[", i, "]"), Reason::INVALID_FIELD,
          absl::StrCat("提交件 ", NameOf(key), " 属于测试企业，不能导出；请去掉后再导出。"),
          absl::StrCat("The submission ", NameOf(key),
                       " is of a test enterprise, which is in no export: leave it out."));
    }
    *response.add_submissions() = ViewFor(call, *record, now);
    files.push_back(FileOf(key));
    files.back().purpose = request.purpose();
  }
  RETURN_IF_ERROR(violations.ToStatus());
  call.Reads(files);
  return response;
}

}  // namespace zhiping::assessment
