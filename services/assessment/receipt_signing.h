// Signed receipts.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/envelope/trusted_signers.h"
#include "zhiping/assessment/v1/receipt.pb.h"

namespace zhiping::assessment {

struct ReceiptSigningOptions {
  // Files with private keys; each signs. At least one.
  std::vector<std::string> keys;
  std::string trust_file;
};

struct IssuedReceipt {
  // DSSE version 1 as JSON text.
  std::string envelope;
  // `7K3QD-8M2XV`.
  std::string receipt_no;
};

// Thread-safe.
class ReceiptSigning {
 public:
  // Errors: FILE_UNREADABLE, MALFORMED; those of TrustedSigners::Probe.
  static absl::StatusOr<std::unique_ptr<ReceiptSigning>> Open(const ReceiptSigningOptions& options,
                                                              absl::Time now);

  // Errors: SIGNING_FAILED; those of Trust::Verify.
  absl::StatusOr<IssuedReceipt> Sign(const v1::Receipt& receipt) const;

  // The envelope with one more signature over the same bytes, in the place of one by the same key.
  // Errors: those of Trust::Verify for this signature alone; TOO_LARGE for too many.
  absl::StatusOr<std::string> Countersign(absl::string_view envelope, const std::string& key_id,
                                          const std::string& signature) const;

 private:
  explicit ReceiptSigning(envelope::TrustedSigners signers) : signers_(std::move(signers)) {}

  const envelope::TrustedSigners signers_;
};

}  // namespace zhiping::assessment
