#include "common/audit/signed_head.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/files/file.h"
#include "common/sql/log_chain.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"

namespace zhiping::audit {
namespace {

using common::v1::Purpose;

constexpr size_t kMaxTrustFileBytes = 1 << 20;
constexpr size_t kLogIdDigits = 32;
// Of no programme in particular.
constexpr char kNoProgramme[] = "";

}  // namespace

absl::StatusOr<AuditHead> ReadHead(absl::string_view envelope_json) {
  ASSIGN_OR_RETURN(const envelope::Envelope envelope, envelope::ParseEnvelope(envelope_json));
  AuditHead head;
  head.ParseFromString(envelope.payload);
  return head;
}

absl::StatusOr<AuditHead> OpenHead(absl::string_view envelope_json, const envelope::Trust& trust) {
  ASSIGN_OR_RETURN(const envelope::Envelope envelope, envelope::ParseEnvelope(envelope_json));
  AuditHead head;
  const bool parsed = head.ParseFromString(envelope.payload);
  // A key may end later: what counts is when it signed.
  RETURN_IF_ERROR(
      trust.Verify(envelope, Purpose::AUDIT, kNoProgramme, FromTimestamp(head.signed_at()))
          .status());
  if (parsed && head.position() >= 0 && head.hash().size() == sql::FirstHash().size() &&
      head.log().size() == kLogIdDigits) {
    return head;
  }
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::MALFORMED,
                   "签名有效，但内容不是审计日志头。",
                   "The signature counts, but what is signed is no head of an audit log.");
}

absl::StatusOr<std::shared_ptr<const envelope::Trust>> ReadTrust(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMaxTrustFileBytes));
  return envelope::Trust::Parse(text);
}

absl::StatusOr<std::unique_ptr<HeadSigner>> HeadSigner::Open(
    const std::vector<std::string>& keys, std::shared_ptr<const envelope::Trust> trust,
    const std::string& service, absl::Time now) {
  std::unique_ptr<HeadSigner> signer(new HeadSigner());
  signer->service_ = service;
  signer->trust_ = std::move(trust);
  for (const std::string& path : keys) {
    ASSIGN_OR_RETURN(signer->signers_.emplace_back(), envelope::ReadKeyFile(path));
  }
  const auto probe = signer->Sign(AuditHead(), now);
  if (probe.ok()) return signer;
  ErrorDetail detail = DetailOf(probe.status());
  *detail.mutable_message() = MakeText(
      absl::StrCat("--audit-key：信任文件不接受它对审计日志头（AUDIT，评测体系 *）的签名：",
                   detail.message().zh()),
      absl::StrCat("--audit-key: the trust file does not accept what it signs for heads "
                   "of audit logs (AUDIT, programme *): ",
                   detail.message().en()));
  return MakeError(probe.status().code(), detail);
}

absl::StatusOr<std::string> HeadSigner::Sign(AuditHead head, absl::Time now) const {
  head.set_service(service_);
  *head.mutable_signed_at() = ToTimestamp(now);
  std::vector<const envelope::Signer*> signers;
  for (const auto& signer : signers_) signers.push_back(signer.get());
  ASSIGN_OR_RETURN(const envelope::Envelope envelope,
                   envelope::SignPayload(Purpose::AUDIT, head.SerializeAsString(), signers));
  RETURN_IF_ERROR(trust_->Verify(envelope, Purpose::AUDIT, kNoProgramme, now).status());
  return envelope::SerializeEnvelope(envelope);
}

}  // namespace zhiping::audit
