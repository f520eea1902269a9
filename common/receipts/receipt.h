// Receipts (回执) as messages and as bytes: what is signed about a submission, or about the latest
// decision.
//
//   const Receipt receipt = MakeReceipt(Receipt::SUBMISSION, submission, criteria, origin);
//   const auto envelope = SignPayload(Purpose::RECEIPT, SerializeReceipt(receipt), signers);
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/criteria/criteria.h"
#include "zhiping/assessment/v1/receipt.pb.h"
#include "zhiping/assessment/v1/submission.pb.h"

namespace zhiping::receipts {

using assessment::v1::Receipt;

// Where and when a receipt is made.
struct Origin {
  absl::Time signed_at;
  // Of the store: 32 hex digits.
  std::string incarnation;
};

// The receipt of a submission as it was handed in, or, under DECISION, with what became of it: then
// without the names of those who decided. Of `submission`, `receipt_no` is not used.
// REQUIRES: kind is SUBMISSION or DECISION; `criteria` is the release of the submission; under
// DECISION it has the findings that count and no others.
Receipt MakeReceipt(Receipt::Kind kind, const assessment::v1::Submission& submission,
                    const criteria::Criteria& criteria, const Origin& origin);

// The bytes that are signed: the same for equal messages within one build.
std::string SerializeReceipt(const Receipt& receipt);

// The edition's official title, with the year as printed.
std::string EditionTitle(const criteria::Criteria& criteria);

// `2026-1` in words: 2026年版第1次发布. A label that is none stays as it is.
std::string ReleaseText(absl::string_view label);

}  // namespace zhiping::receipts
