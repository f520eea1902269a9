#include "common/receipts/signed_receipt.h"

#include "absl/strings/str_cat.h"
#include "common/criteria/release.h"
#include "common/receipts/receipt_no.h"
#include "common/receipts/understood.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"

namespace zhiping::receipts {
namespace {

// Whether a signature fits the bytes and only does not count here, for this programme and instant:
// of bytes that cannot be read, neither is known.
bool IsGenuine(const absl::Status& status) {
  switch (DetailOf(status).reason()) {
    case Reason::KEY_NOT_FOR_PROGRAMME:
    case Reason::KEY_NOT_YET_VALID:
    case Reason::KEY_EXPIRED:
      return true;
    default:
      return status.ok();
  }
}

}  // namespace

absl::StatusOr<SignedReceipt> ReadReceipt(absl::string_view envelope_json,
                                          const envelope::Trust& trust) {
  if (envelope_json.size() > kMaxReceiptEnvelopeBytes) {
    return MakeError(
        absl::StatusCode::kInvalidArgument, Reason::TOO_LARGE,
        absl::StrCat("回执文件最大 ", kMaxReceiptEnvelopeBytes, " 字节。"),
        absl::StrCat("The file of a receipt has at most ", kMaxReceiptEnvelopeBytes, " bytes."));
  }
  ASSIGN_OR_RETURN(const envelope::Envelope envelope, envelope::ParseEnvelope(envelope_json));
  SignedReceipt read;
  const bool parsed = read.receipt.ParseFromArray(envelope.payload.data(),
                                                  static_cast<int>(envelope.payload.size()));
  // Whoever changed one bit hears of the signature, not of what the parser makes of it; programme
  // and instant, by which keys count, are only known after parsing.
  auto keys = trust.Verify(envelope, envelope::Purpose::RECEIPT,
                           parsed ? read.receipt.content().programme() : "",
                           parsed ? FromTimestamp(read.receipt.signed_at()) : absl::UnixEpoch());
  if (!parsed && IsGenuine(keys.status())) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::MALFORMED,
                     "回执的内容不完整或已损坏。", "The receipt's bytes are truncated or damaged.");
  }
  ASSIGN_OR_RETURN(read.key_ids, std::move(keys));
  RETURN_IF_ERROR(CheckUnderstood(read.receipt));
  read.receipt_no = ReceiptNo(envelope.payload);
  read.digest = criteria::DigestOf(envelope.payload);
  return read;
}

}  // namespace zhiping::receipts
