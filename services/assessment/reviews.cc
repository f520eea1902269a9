#include "services/assessment/reviews.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/assessment/administration.h"
#include "services/assessment/domain/decisions.h"
#include "services/assessment/domain/findings.h"
#include "services/assessment/domain/in_hand_acts.h"
#include "services/assessment/domain/objections.h"
#include "services/assessment/domain/reviewed_result.h"
#include "services/assessment/domain/stages.h"
#include "services/assessment/domain/views.h"
#include "services/assessment/locked_draft.h"
#include "services/assessment/people.h"
#include "services/assessment/refused_batch.h"
#include "services/assessment/requests.h"
#include "services/assessment/submissions.h"

namespace zhiping::assessment {
namespace {

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

absl::StatusOr<CriteriaPtr> Reviews::CriteriaOf(const SubmissionCall& about,
                                                absl::Time deadline) const {
  ASSIGN_OR_RETURN(const v1::SubmissionRecord record,
                   FindFile(environment_.store, about, deadline));
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
                           const CriteriaPtr& criteria, ActKind kind, const std::string& reason,
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
  const bool changed = after.version() != before[about.key.number() - 1].version();
  if (kind == ActKind::kInHand || (kind == ActKind::kComment && !changed)) return absl::OkStatus();
  if (kind == ActKind::kDecision) {
    RETURN_IF_ERROR(MakeDecisionReceipt(transaction, *criteria, after, now));
  }
  return AuditAct(transaction, about.call,
                  {"submission", NameOf(about.key), about.key.enterprise()}, reason, now,
                  kind == ActKind::kAssignment || kind == ActKind::kComment
                      ? audit::AuditEntry::ADMINISTRATIVE
                      : audit::AuditEntry::DECISION);
}

template <typename Response, typename Request>
absl::StatusOr<Response> Reviews::Decide(absl::string_view method, const Request& request,
                                         rpc::Call& call, absl::Time deadline, ActKind kind,
                                         const std::string& reason, const DomainAct& act) const {
  RETURN_IF_ERROR(CheckId(request.request_id()));
  const v1::SubmissionKey key = Normalised(request.submission());
  const SubmissionCall about = {key, call, EtagIn(request)};
  ASSIGN_OR_RETURN(const CriteriaPtr criteria, CriteriaOf(about, deadline));
  // Of what is decided, whole files are shown; Object alone is the enterprise's.
  const bool objects = call.method_scope() == identity::Scope::FILE;
  call.Reads({objects ? ActedOn(FileOf(key)) : FileOf(key)});
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
                                         const std::string& reason, const DomainAct& act) const {
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
  std::map<int, absl::Status> absent;
  for (int i = 0; i < request.files_size(); ++i) {
    order[i] = i;
    const v1::SubmissionKey key = Normalised(request.files(i).submission());
    call.Reads({FileOf(key)});
    auto of_file = CriteriaOf({key, call, ""}, deadline);
    if (of_file.ok()) {
      criteria.push_back(*std::move(of_file));
      continue;
    }
    if (!IsAboutFile(of_file.status())) return of_file.status();
    absent.emplace(i, of_file.status());
    criteria.push_back(nullptr);
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
        std::map<int, absl::Status> refused = absent;
        for (const int i : order) {
          if (criteria[i] == nullptr) continue;
          const v1::ApprovedFile& file = request.files(i);
          const v1::SubmissionKey key = Normalised(file.submission());
          absl::Status done = DoIn(
              transaction, {key, call, file.etag()}, criteria[i], ActKind::kDecision, "",
              [](const Act& act, const criteria::Criteria&, Submissions& all) {
                return ApproveInBatch(act, all);
              },
              now, after[i]);
          if (done.ok()) continue;
          if (!IsAboutFile(done)) return done;
          refused.emplace(i, done);
        }
        if (!refused.empty()) return RefusedBatch(refused, request);
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
  std::string which;
  return Decide<v1::AddCommentResponse>(
      "AddComment", request, call, deadline, ActKind::kComment, which,
      [&](const Act& act, const criteria::Criteria&, Submissions& all) -> absl::Status {
        RETURN_IF_ERROR(assessment::AddComment(act, request.scenario(), request.text(),
                                               request.internal(), all));
        const auto& standing = all[act.submission - 1].submission().standing();
        which = absl::StrCat("comment ", standing.comments_size());
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::ResolveCommentResponse> Reviews::ResolveComment(
    const v1::ResolveCommentRequest& request, rpc::Call& call, absl::Time deadline) {
  return Handle<v1::ResolveCommentResponse>(
      request, call, deadline, ActKind::kComment, absl::StrCat("comment ", request.comment()),
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

}  // namespace zhiping::assessment
