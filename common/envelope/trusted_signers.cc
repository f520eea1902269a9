#include "common/envelope/trusted_signers.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace zhiping::envelope {

absl::StatusOr<TrustedSigners> TrustedSigners::Read(const std::vector<std::string>& key_files,
                                                    std::shared_ptr<const Trust> trust) {
  TrustedSigners signers;
  signers.trust_ = std::move(trust);
  for (const std::string& path : key_files) {
    ASSIGN_OR_RETURN(signers.signers_.emplace_back(), ReadKeyFile(path));
  }
  return signers;
}

absl::StatusOr<std::string> TrustedSigners::Sign(Purpose::Value purpose, absl::string_view payload,
                                                 absl::string_view programme,
                                                 absl::Time instant) const {
  std::vector<const Signer*> signers;
  for (const auto& signer : signers_) signers.push_back(signer.get());
  ASSIGN_OR_RETURN(const Envelope envelope, SignPayload(purpose, payload, signers));
  const auto counts = trust_->Verify(envelope, purpose, programme, instant);
  if (!counts.ok()) {
    return MakeError(absl::StatusCode::kFailedPrecondition, DetailOf(counts.status()));
  }
  return SerializeEnvelope(envelope);
}

absl::Status TrustedSigners::Probe(Purpose::Value purpose, absl::string_view flag,
                                   absl::Time now) const {
  const auto signed_probe = Sign(purpose, "probe", "", now);
  if (signed_probe.ok()) return absl::OkStatus();
  ErrorDetail detail = DetailOf(signed_probe.status());
  if (detail.reason() == Reason::KEY_NOT_FOR_PROGRAMME ||
      detail.reason() == Reason::KEY_NOT_YET_VALID || detail.reason() == Reason::KEY_EXPIRED) {
    return absl::OkStatus();
  }
  *detail.mutable_message() =
      MakeText(absl::StrCat(flag, "：信任文件不接受它对 ", Purpose::Value_Name(purpose),
                            " 的签名：", detail.message().zh()),
               absl::StrCat(flag, ": the trust file does not accept what it signs for ",
                            Purpose::Value_Name(purpose), ": ", detail.message().en()));
  return MakeError(signed_probe.status().code(), detail);
}

}  // namespace zhiping::envelope
