#include "services/catalogue/signing.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/releases/seed.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"

namespace zhiping::catalogue {
namespace {

using envelope::Purpose;

}  // namespace

absl::StatusOr<std::unique_ptr<Signing>> Signing::Open(const SigningOptions& options,
                                                       absl::Time now) {
  auto signing = std::unique_ptr<Signing>(new Signing());
  ASSIGN_OR_RETURN(signing->trust_, releases::ReadTrustFile(options.trust_file));
  for (const std::string& path : options.activation_keys) {
    ASSIGN_OR_RETURN(signing->activation_signers_.emplace_back(), envelope::ReadKeyFile(path));
  }
  for (const std::string& path : options.release_keys) {
    ASSIGN_OR_RETURN(signing->release_signers_.emplace_back(), envelope::ReadKeyFile(path));
  }
  RETURN_IF_ERROR(signing->Probe(Purpose::ACTIVATION, "--activation-key", now));
  RETURN_IF_ERROR(signing->Probe(Purpose::RELEASE, "--release-key", now));
  RETURN_IF_ERROR(signing->Probe(Purpose::NOTES, "--release-key", now));
  return signing;
}

absl::StatusOr<std::string> Signing::Sign(Purpose::Value purpose, absl::string_view payload,
                                          absl::string_view programme, absl::Time instant) const {
  std::vector<const envelope::Signer*> signers;
  for (const auto& signer :
       purpose == Purpose::ACTIVATION ? activation_signers_ : release_signers_) {
    signers.push_back(signer.get());
  }
  ASSIGN_OR_RETURN(const envelope::Envelope envelope,
                   envelope::SignPayload(purpose, payload, signers));
  RETURN_IF_ERROR(trust_->Verify(envelope, purpose, programme, instant).status());
  return envelope::SerializeEnvelope(envelope);
}

absl::Status Signing::Probe(Purpose::Value purpose, const char* flag, absl::Time now) const {
  const auto signed_probe = Sign(purpose, "probe", "", now);
  if (signed_probe.ok()) return absl::OkStatus();
  ErrorDetail detail = DetailOf(signed_probe.status());
  // Keys may be for some programmes only, and their time may come.
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

absl::StatusOr<std::string> Signing::SignState(const v1::ActivationState& state) const {
  return Sign(Purpose::ACTIVATION, state.SerializeAsString(), state.programme(),
              FromTimestamp(state.confirmed_at()));
}

absl::StatusOr<std::string> Signing::SignRelease(absl::string_view bytes,
                                                 absl::string_view programme,
                                                 absl::Time instant) const {
  return Sign(Purpose::RELEASE, bytes, programme, instant);
}

absl::Status Signing::CheckRelease(absl::string_view envelope_json, absl::string_view programme,
                                   absl::Time instant) const {
  ASSIGN_OR_RETURN(const envelope::Envelope envelope, envelope::ParseEnvelope(envelope_json));
  return trust_->Verify(envelope, Purpose::RELEASE, programme, instant).status();
}

absl::StatusOr<std::string> Signing::SignNotes(const v1::Notes& notes,
                                               absl::string_view programme) const {
  return Sign(Purpose::NOTES, notes.SerializeAsString(), programme,
              FromTimestamp(notes.signed_at()));
}

}  // namespace zhiping::catalogue
