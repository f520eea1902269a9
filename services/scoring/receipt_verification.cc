#include "services/scoring/receipt_verification.h"

#include <string>
#include <utility>

#include "common/receipts/receipt_no.h"
#include "common/receipts/signed_receipt.h"
#include "common/status/error.h"
#include "services/scoring/domain/receipt.h"

namespace zhiping::scoring {
namespace {

using receipts::SignedReceipt;
using releases::Chosen;

// What is wrong with the request's own fields, all at once; `receipt_no` as ReceiptNo writes it.
absl::StatusOr<SignedReceipt> ReadRequest(const v1::VerifyReceiptRequest& request,
                                          const envelope::Trust& trust, std::string& receipt_no) {
  Violations violations;
  if (!request.receipt_no().empty()) {
    auto parsed = receipts::ParseReceiptNo(request.receipt_no());
    if (parsed.ok()) {
      receipt_no = *std::move(parsed);
    } else {
      violations.AddAll(parsed.status(), "receiptNo");
    }
  }
  auto read = receipts::ReadReceipt(request.receipt(), trust);
  if (!read.ok() && IsRefusal(read.status()) && violations.empty()) return read;
  if (!read.ok() && !IsRefusal(read.status())) violations.AddAll(read.status(), "receipt");
  if (!violations.empty()) return violations.ToStatus();
  return read;
}

absl::Status Answer(const SignedReceipt& read, const std::string& receipt_no,
                    const absl::StatusOr<Chosen>& chosen, v1::VerifyReceiptResponse& response) {
  if (!chosen.ok()) return chosen.status();
  response = VerifyReceipt(read, *chosen->criteria, receipt_no);
  if (response.has_result()) response.mutable_result()->set_freshness(chosen->freshness);
  if (response.has_reviewed_result()) {
    response.mutable_reviewed_result()->set_freshness(chosen->freshness);
  }
  return absl::OkStatus();
}

void ReadAndAnswer(const ReceiptVerification& verification,
                   const std::shared_ptr<rpc::PendingCall>& pending,
                   const v1::VerifyReceiptRequest& request, absl::Time deadline,
                   v1::VerifyReceiptResponse& response) {
  std::string receipt_no;
  auto read = ReadRequest(request, verification.trust, receipt_no);
  if (!read.ok()) {
    if (!IsRefusal(read.status())) return pending->Finish(read.status());
    *response.mutable_refusal() = DetailOf(read.status());
    return pending->Finish(absl::OkStatus());
  }
  const auto& content = read->receipt.content();
  releases::Choice choice = {content.programme(), content.release_digest(), 0};
  const auto chosen = verification.releases.snapshot()->Choose(choice, verification.clock.Steady());
  if (chosen.ok() || !verification.releases.MayFind(choice, chosen.status())) {
    return pending->Finish(Answer(*read, receipt_no, chosen, response));
  }
  const auto shared = std::make_shared<const SignedReceipt>(*std::move(read));
  verification.releases.Await(std::move(choice), deadline,
                              [pool = &verification.pool, pending, shared, receipt_no,
                               &response](const absl::StatusOr<Chosen>& found) {
                                pending->RunIn(*pool, [shared, receipt_no, found, &response] {
                                  return Answer(*shared, receipt_no, found, response);
                                });
                              });
}

}  // namespace

void VerifyReceipt(const ReceiptVerification& verification,
                   const std::shared_ptr<rpc::PendingCall>& pending,
                   const v1::VerifyReceiptRequest& request, absl::Time deadline,
                   v1::VerifyReceiptResponse& response) {
  const absl::Status submitted =
      verification.pool.Submit([verification, pending, &request, deadline, &response] {
        if (const absl::Status waiting = pending->call().CheckWaiting(); !waiting.ok()) {
          return pending->Finish(waiting);
        }
        ReadAndAnswer(verification, pending, request, deadline, response);
      });
  if (!submitted.ok()) pending->Finish(submitted);
}

}  // namespace zhiping::scoring
