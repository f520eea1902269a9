#include "services/scoring/domain/receipt.h"

#include <utility>

#include "common/receipts/recompute.h"
#include "common/status/error.h"

namespace zhiping::scoring {

v1::VerifyReceiptResponse VerifyReceipt(const receipts::SignedReceipt& signed_receipt,
                                        const criteria::Criteria& criteria,
                                        const std::string& receipt_no) {
  receipts::Recomputed recomputed = receipts::Recompute(signed_receipt, criteria, receipt_no);
  v1::VerifyReceiptResponse response;
  response.set_valid(recomputed.differences.empty());
  for (const auto& key_id : signed_receipt.key_ids) response.add_key_ids(key_id);
  response.set_receipt_no(signed_receipt.receipt_no);
  *response.mutable_receipt() = signed_receipt.receipt;
  response.set_compared(recomputed.compared);
  for (auto& difference : recomputed.differences) {
    *response.add_differences() = std::move(difference);
  }
  if (recomputed.result) *response.mutable_result() = *std::move(recomputed.result);
  if (recomputed.reviewed_result) {
    *response.mutable_reviewed_result() = *std::move(recomputed.reviewed_result);
  }
  return response;
}

bool IsRefusal(const absl::Status& status) {
  return absl::IsPermissionDenied(status) || DetailOf(status).reason() == Reason::UNKNOWN_FIELD;
}

}  // namespace zhiping::scoring
