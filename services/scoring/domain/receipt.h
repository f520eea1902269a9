// What VerifyReceipt answers: the same here and offline.
#pragma once

#include <string>

#include "common/criteria/criteria.h"
#include "common/receipts/signed_receipt.h"
#include "zhiping/scoring/v1/scoring_service.pb.h"

namespace zhiping::scoring {

// Recomputes the receipt. `receipt_no`: as ReceiptNo writes it; empty: any.
v1::VerifyReceiptResponse VerifyReceipt(const receipts::SignedReceipt& signed_receipt,
                                        const criteria::Criteria& criteria,
                                        const std::string& receipt_no);

// Whether this error of ReadReceipt says that a receipt is not believed, and not that what was
// given is none: it is an answer, with `refusal`.
bool IsRefusal(const absl::Status& status);

}  // namespace zhiping::scoring
