// A receipt from its envelope.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/envelope/trust.h"
#include "zhiping/assessment/v1/receipt.pb.h"

namespace zhiping::receipts {

// The largest receipt, in bytes; and its envelope, which writes four characters for three bytes.
inline constexpr size_t kMaxReceiptBytes = 8 << 20;
inline constexpr size_t kMaxReceiptEnvelopeBytes = kMaxReceiptBytes / 3 * 4 + (64 << 10);

struct SignedReceipt {
  assessment::v1::Receipt receipt;
  // `7K3QD-8M2XV`.
  std::string receipt_no;
  // `sha256:…` of what is signed.
  std::string digest;
  // Whose signatures count; never empty.
  std::vector<std::string> key_ids;
};

// Verifies the signatures at the receipt's own signed_at, for its programme, and understands all
// that was signed. Whether what it says comes out again is for Recompute (recompute.h).
//
// Errors: those of ParseEnvelope, Trust::Verify and CheckUnderstood; TOO_LARGE; MALFORMED.
absl::StatusOr<SignedReceipt> ReadReceipt(absl::string_view envelope_json,
                                          const envelope::Trust& trust);

}  // namespace zhiping::receipts
