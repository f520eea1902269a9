#include "services/assessment/submissions.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/envelope/envelope.h"
#include "common/receipts/receipt_no.h"
#include "common/rpc/page_token.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/assessment/administration.h"
#include "services/assessment/domain/criteria_texts.h"
#include "services/assessment/domain/submission_acts.h"
#include "services/assessment/domain/views.h"
#include "services/assessment/locked_draft.h"
#include "services/assessment/people.h"
#include "services/assessment/requests.h"

namespace zhiping::assessment {
namespace {

absl::Status ReceiptNotFound(const v1::SubmissionKey& key) {
  return MakeError(absl::StatusCode::kNotFound, Reason::SUBMISSION_NOT_FOUND,
                   absl::StrCat("提交件 ", NameOf(key), " 还没有审核回执：尚无审核决定。"),
                   absl::StrCat("The submission ", NameOf(key),
                                " has no receipt of a decision: nothing was decided yet."),
                   {{"submission", NameOf(key)}});
}

absl::Status ReceiptNotFound(const v1::SubmissionKey& key, const std::string& receipt_no) {
  return MakeError(
      absl::StatusCode::kNotFound, Reason::SUBMISSION_NOT_FOUND,
      absl::StrCat("提交件 ", NameOf(key), " 没有编号为 ", receipt_no, " 的回执。"),
      absl::StrCat("The submission ", NameOf(key), " has no receipt ", receipt_no, "."),
      {{"submission", NameOf(key)}, {"receiptNo", receipt_no}});
}

absl::Status NoEffectiveSubmission(const v1::AssessmentKey& key) {
  return MakeError(absl::StatusCode::kNotFound, Reason::SUBMISSION_NOT_FOUND,
                   absl::StrCat("自评测 ", NameOf(key), " 没有当前有效的提交件。"),
                   absl::StrCat("The assessment ", NameOf(key), " has no submission that counts."),
                   {{"assessment", NameOf(key)}});
}

}  // namespace

v1::Submission ViewFor(const rpc::Call& call, const v1::SubmissionRecord& record, absl::Time now) {
  return IsForEnterprise(call, record) ? ViewForEnterprise(record, now)
                                       : ViewForOfficials(record, PersonOf(call), now);
}

template <typename Response>
void SubmissionsOfEnterprises::AddTexts(const v1::SubmissionRecord& record, absl::Time deadline,
                                        Response& response) const {
  const v1::SubmittedContent& content = record.submission().content();
  const auto criteria =
      environment_.criteria.Find(content.programme(), content.release_digest(), deadline);
  // The file itself does not depend on the catalogue.
  if (criteria.ok()) *response.mutable_texts() = MakeCriteriaTexts(**criteria);
}

template <typename Response>
absl::StatusOr<Response> SubmissionsOfEnterprises::DoOnce(
    const SubmissionCall& about, const sql::RequestKey& id, const std::string& application,
    absl::Time deadline, const std::function<absl::Status(const Act&, LockedSubmissions&)>& act) {
  const absl::Time now = environment_.Now();
  return Once<Response>(environment_.store, deadline, now, id, about.call,
                        [&](StoreTransaction& transaction, Response& response) -> absl::Status {
                          ASSIGN_OR_RETURN(LockedSubmissions locked,
                                           LockSubmissions(transaction, about.key));
                          RETURN_IF_ERROR(CheckMay(about, locked));
                          const Submissions before = locked.all;
                          RETURN_IF_ERROR(act(ActOf(environment_, about, locked.all, now), locked));
                          RETURN_IF_ERROR(SaveChanged(transaction, before, locked.all, now));
                          const size_t index = about.key.number() - 1;
                          const v1::SubmissionRecord& after = locked.all[index];
                          *response.mutable_submission() = ViewFor(about.call, after, now);
                          if (application.empty() || after.version() == before[index].version()) {
                            return absl::OkStatus();
                          }
                          return AuditAct(transaction, about.call,
                                          {"submission", NameOf(about.key), about.key.enterprise()},
                                          application, now);
                        });
}

absl::StatusOr<v1::WithdrawResponse> SubmissionsOfEnterprises::Withdraw(
    const v1::WithdrawRequest& request, rpc::Call& call, absl::Time deadline) {
  RETURN_IF_ERROR(CheckId(request.request_id()));
  const v1::SubmissionKey key = Normalised(request.submission());
  call.Reads({ActedOn(FileOf(key))});
  return DoOnce<v1::WithdrawResponse>(
      {key, call, request.etag()}, KeyOf("Withdraw", NameOf(key), call, request), "", deadline,
      [&](const Act& act, LockedSubmissions& locked) {
        return assessment::Withdraw(act, request.reason(), locked.all);
      });
}

absl::StatusOr<v1::CiteResponse> SubmissionsOfEnterprises::Cite(const v1::CiteRequest& request,
                                                                rpc::Call& call,
                                                                absl::Time deadline) {
  RETURN_IF_ERROR(CheckId(request.request_id()));
  const v1::SubmissionKey key = Normalised(request.submission());
  call.Reads({ActedOn(FileOf(key))});
  return DoOnce<v1::CiteResponse>(
      {key, call, ""}, KeyOf("Cite", NameOf(key), call, request), request.application(), deadline,
      [&](const Act& act, LockedSubmissions& locked) {
        return assessment::Cite(act, locked.campaign.campaign(), request.application(), locked.all);
      });
}

absl::StatusOr<v1::UnciteResponse> SubmissionsOfEnterprises::Uncite(
    const v1::UnciteRequest& request, rpc::Call& call, absl::Time deadline) {
  RETURN_IF_ERROR(CheckId(request.request_id()));
  const v1::SubmissionKey key = Normalised(request.submission());
  call.Reads({ActedOn(FileOf(key))});
  return DoOnce<v1::UnciteResponse>(
      {key, call, ""}, KeyOf("Uncite", NameOf(key), call, request), request.application(), deadline,
      [&](const Act& act, LockedSubmissions& locked) {
        return assessment::Uncite(act, request.application(), locked.all);
      });
}

absl::StatusOr<v1::GetSubmissionResponse> SubmissionsOfEnterprises::Get(
    const v1::GetSubmissionRequest& request, rpc::Call& call, absl::Time deadline) {
  const v1::SubmissionKey key = Normalised(request.submission());
  ASSIGN_OR_RETURN(const auto record, FindFile(environment_.store, {key, call, ""}, deadline));
  call.Reads({FileOf(key)});
  v1::GetSubmissionResponse response;
  *response.mutable_submission() = ViewFor(call, record, environment_.Now());
  if (request.with_texts()) AddTexts(record, deadline, response);
  return response;
}

absl::StatusOr<v1::ListSubmissionsResponse> SubmissionsOfEnterprises::List(
    const v1::ListSubmissionsRequest& request, rpc::Call& call, absl::Time deadline) {
  ASSIGN_OR_RETURN(const rpc::Page page, rpc::ReadPage(request, kSubmissionPosition));
  SubmissionQuery query;
  query.reach = call.Files();
  query.enterprise = request.enterprise();
  query.plant = request.plant();
  query.campaign = request.campaign();
  query.state = request.state();
  query.effective_only = request.effective_only();
  if (!request.receipt_no().empty()) {
    ASSIGN_OR_RETURN(query.receipt_no, receipts::ParseReceiptNo(request.receipt_no()));
  }
  ASSIGN_OR_RETURN(auto listed, environment_.store.ListSubmissions(deadline, query, page));
  v1::ListSubmissionsResponse response;
  std::vector<rpc::EnterpriseFile> files;
  const absl::Time now = environment_.Now();
  for (const ListedSubmission& item : listed.items) {
    files.push_back(FileOf(item.record.submission().key()));
    *response.add_submissions() = SummaryOf(ViewFor(call, item.record, now), item.evidence_matches);
  }
  call.Reads(files);
  response.set_total_size(listed.total);
  if (!listed.next.empty()) {
    response.set_next_page_token(rpc::MakePageToken(request, listed.next));
  }
  return response;
}

absl::StatusOr<v1::GetEffectiveResultResponse> SubmissionsOfEnterprises::GetEffectiveResult(
    const v1::GetEffectiveResultRequest& request, rpc::Call& call, absl::Time deadline) {
  const v1::AssessmentKey key = assessment::Normalised(request.key());
  v1::SubmissionKey submission;
  submission.set_enterprise(key.enterprise());
  submission.set_plant(key.plant());
  submission.set_campaign(key.campaign());
  ASSIGN_OR_RETURN(const Submissions all, environment_.store.SubmissionsOf(deadline, key));
  const auto effective = std::find_if(all.begin(), all.end(), [](const auto& record) {
    return record.submission().standing().effective();
  });
  // None, of number 0, is found nowhere, and the caller's rights are asked for all the same.
  if (effective != all.end()) submission = effective->submission().key();
  const auto record = FindFile(environment_.store, {submission, call, ""}, deadline);
  if (absl::IsNotFound(record.status())) return NoEffectiveSubmission(key);
  RETURN_IF_ERROR(record.status());
  call.Reads({FileOf(submission)});
  v1::GetEffectiveResultResponse response;
  *response.mutable_submission() = ViewFor(call, *record, environment_.Now());
  const v1::Submission& shown = response.submission();
  *response.mutable_result() = shown.standing().has_reviewed_result()
                                   ? shown.standing().reviewed_result()
                                   : shown.content().result();
  response.set_assurance(shown.standing().assurance());
  if (request.with_texts()) AddTexts(*record, deadline, response);
  return response;
}

absl::StatusOr<v1::GetReceiptResponse> SubmissionsOfEnterprises::GetReceipt(
    const v1::GetReceiptRequest& request, rpc::Call& call, absl::Time deadline) {
  const v1::SubmissionKey key = Normalised(request.submission());
  std::string number;
  if (!request.receipt_no().empty()) {
    ASSIGN_OR_RETURN(number, receipts::ParseReceiptNo(request.receipt_no()));
  }
  ASSIGN_OR_RETURN(const v1::SubmissionRecord record,
                   FindFile(environment_.store, {key, call, ""}, deadline));
  call.Reads({FileOf(key)});
  std::optional<std::string> envelope;
  if (number.empty() || number == record.submission().receipt_no()) {
    const bool decision = number.empty() && request.decision();
    ASSIGN_OR_RETURN(envelope,
                     environment_.store.FindReceipt(
                         deadline, key, decision ? Receipt::kOfDecision : Receipt::kOfSubmission));
    if (!envelope.has_value()) return ReceiptNotFound(key);
  } else {
    ASSIGN_OR_RETURN(envelope, environment_.store.FindDecisionReceipt(deadline, key, number));
    if (!envelope.has_value()) return ReceiptNotFound(key, number);
  }
  v1::GetReceiptResponse response;
  ASSIGN_OR_RETURN(const auto parsed, envelope::ParseEnvelope(*envelope));
  response.set_receipt_no(receipts::ReceiptNo(parsed.payload));
  response.set_receipt(*std::move(envelope));
  return response;
}

absl::StatusOr<v1::CountersignReceiptResponse> SubmissionsOfEnterprises::CountersignReceipt(
    const v1::CountersignReceiptRequest& request, rpc::Call& call, absl::Time deadline) {
  const v1::SubmissionKey key = Normalised(request.submission());
  call.Reads({ActedOn(FileOf(key))});
  v1::CountersignReceiptResponse response;
  const absl::Status status =
      environment_.store.Change(deadline, [&](StoreTransaction& transaction) -> absl::Status {
        response.Clear();
        ASSIGN_OR_RETURN(const LockedSubmissions locked, LockSubmissions(transaction, key));
        RETURN_IF_ERROR(CheckMay({key, call, ""}, locked));
        ASSIGN_OR_RETURN(const auto envelope, transaction.FindReceipt(key, Receipt::kOfSubmission));
        if (!envelope.has_value()) return absl::InternalError("a submission without a receipt");
        ASSIGN_OR_RETURN(*response.mutable_receipt(),
                         signing_.Countersign(*envelope, request.key_id(), request.signature()));
        RETURN_IF_ERROR(transaction.KeepReceipt(key, response.receipt()));
        return AuditAct(transaction, call, {"submission", NameOf(key), key.enterprise()},
                        request.key_id(), environment_.Now());
      });
  RETURN_IF_ERROR(status);
  return response;
}

absl::StatusOr<v1::ListAccessesResponse> SubmissionsOfEnterprises::ListAccesses(
    const v1::ListAccessesRequest& request, const rpc::Call&, absl::Time deadline) {
  ASSIGN_OR_RETURN(const rpc::Page page, rpc::ReadPage(request, kAccessPosition));
  ASSIGN_OR_RETURN(auto listed,
                   environment_.store.ListAccesses(deadline, request.enterprise(), page));
  v1::ListAccessesResponse response;
  for (v1::FileAccess& access : listed.items) *response.add_accesses() = std::move(access);
  response.set_total_size(listed.total);
  if (!listed.next.empty()) {
    response.set_next_page_token(rpc::MakePageToken(request, listed.next));
  }
  return response;
}

}  // namespace zhiping::assessment
