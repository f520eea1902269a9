#include "services/catalogue/signing.h"

#include <utility>

#include "common/releases/seed.h"
#include "common/releases/signed_release.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"

namespace zhiping::catalogue {
namespace {

using envelope::Purpose;

}  // namespace

absl::StatusOr<std::unique_ptr<Signing>> Signing::Open(const SigningOptions& options,
                                                       absl::Time now) {
  ASSIGN_OR_RETURN(const auto trust, releases::ReadTrustFile(options.trust_file));
  ASSIGN_OR_RETURN(auto activations,
                   envelope::TrustedSigners::Read(options.activation_keys, trust));
  ASSIGN_OR_RETURN(auto releases, envelope::TrustedSigners::Read(options.release_keys, trust));
  RETURN_IF_ERROR(activations.Probe(Purpose::ACTIVATION, "--activation-key", now));
  RETURN_IF_ERROR(releases.Probe(Purpose::RELEASE, "--release-key", now));
  RETURN_IF_ERROR(releases.Probe(Purpose::NOTES, "--release-key", now));
  return std::unique_ptr<Signing>(new Signing(std::move(activations), std::move(releases)));
}

absl::Status Signing::CheckProgramme(absl::string_view programme, absl::Time now) const {
  absl::Status probed = activations_.Sign(Purpose::ACTIVATION, "probe", programme, now).status();
  if (DetailOf(probed).reason() == Reason::KEY_NOT_FOR_PROGRAMME) return probed;
  return absl::OkStatus();
}

absl::StatusOr<std::string> Signing::SignState(const v1::ActivationState& state) const {
  return activations_.Sign(Purpose::ACTIVATION, state.SerializeAsString(), state.programme(),
                           FromTimestamp(state.confirmed_at()));
}

absl::StatusOr<std::string> Signing::SignRelease(absl::string_view bytes,
                                                 absl::string_view programme,
                                                 absl::Time instant) const {
  return releases_.Sign(Purpose::RELEASE, bytes, programme, instant);
}

absl::Status Signing::CheckRelease(absl::string_view envelope_json, absl::string_view digest,
                                   absl::string_view programme, absl::Time instant) const {
  ASSIGN_OR_RETURN(const envelope::Envelope envelope, envelope::ParseEnvelope(envelope_json));
  RETURN_IF_ERROR(releases::CheckDigest(envelope.payload, digest));
  return trust().Verify(envelope, Purpose::RELEASE, programme, instant).status();
}

absl::StatusOr<std::string> Signing::SignNotes(const v1::Notes& notes,
                                               absl::string_view programme) const {
  return releases_.Sign(Purpose::NOTES, notes.SerializeAsString(), programme,
                        FromTimestamp(notes.signed_at()));
}

}  // namespace zhiping::catalogue
