#include "services/assessment/receipt_signing.h"

#include <algorithm>

#include "common/envelope/envelope.h"
#include "common/receipts/receipt.h"
#include "common/receipts/receipt_no.h"
#include "common/releases/seed.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"

namespace zhiping::assessment {

using envelope::Envelope;
using envelope::Purpose;

absl::StatusOr<std::unique_ptr<ReceiptSigning>> ReceiptSigning::Open(
    const ReceiptSigningOptions& options, absl::Time now) {
  ASSIGN_OR_RETURN(const auto trust, releases::ReadTrustFile(options.trust_file));
  ASSIGN_OR_RETURN(auto signers, envelope::TrustedSigners::Read(options.keys, trust));
  RETURN_IF_ERROR(signers.Probe(Purpose::RECEIPT, "--receipt-key", now));
  return std::unique_ptr<ReceiptSigning>(new ReceiptSigning(std::move(signers)));
}

absl::StatusOr<IssuedReceipt> ReceiptSigning::Sign(const v1::Receipt& receipt) const {
  const std::string payload = receipts::SerializeReceipt(receipt);
  IssuedReceipt issued;
  issued.receipt_no = receipts::ReceiptNo(payload);
  ASSIGN_OR_RETURN(issued.envelope,
                   signers_.Sign(Purpose::RECEIPT, payload, receipt.content().programme(),
                                 FromTimestamp(receipt.signed_at())));
  return issued;
}

absl::StatusOr<std::string> ReceiptSigning::Countersign(absl::string_view json,
                                                        const std::string& key_id,
                                                        const std::string& signature) const {
  ASSIGN_OR_RETURN(Envelope envelope, envelope::ParseEnvelope(json));
  v1::Receipt receipt;
  if (!receipt.ParseFromString(envelope.payload)) {
    return absl::InternalError("a kept receipt is damaged");
  }
  Envelope alone = envelope;
  alone.signatures = {{key_id, signature}};
  RETURN_IF_ERROR(signers_.trust()
                      .Verify(alone, Purpose::RECEIPT, receipt.content().programme(),
                              FromTimestamp(receipt.signed_at()))
                      .status());
  std::erase_if(envelope.signatures,
                [&](const envelope::Signature& by) { return by.key_id == key_id; });
  if (envelope.signatures.size() == envelope::kMaxSignatures) {
    return MakeError(absl::StatusCode::kFailedPrecondition, Reason::TOO_MANY,
                     "回执上的签名已达上限。", "The receipt has as many signatures as it may.");
  }
  envelope.signatures.push_back({key_id, signature});
  return envelope::SerializeEnvelope(envelope);
}

}  // namespace zhiping::assessment
