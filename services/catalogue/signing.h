// What the catalogue signs, and with what. Whatever it signs is verified with the trust file at
// once: what no follower would accept is never given out.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/envelope/trusted_signers.h"
#include "zhiping/catalogue/v1/activation.pb.h"
#include "zhiping/catalogue/v1/notes.pb.h"

namespace zhiping::catalogue {

struct SigningOptions {
  // Files with private keys; each signs. At least one of each.
  std::vector<std::string> activation_keys;
  // For releases and notes.
  std::vector<std::string> release_keys;
  std::string trust_file;
};

// Thread-safe.
class Signing {
 public:
  // Reads the keys and signs a probe for each purpose. Errors: FILE_UNREADABLE, MALFORMED; those of
  // Trust::Verify if the trust file does not accept the probe, but for its programme and instant.
  static absl::StatusOr<std::unique_ptr<Signing>> Open(const SigningOptions& options,
                                                       absl::Time now);

  // Whether states of the programme may be signed at all, be it at another time. Errors:
  // KEY_NOT_FOR_PROGRAMME.
  absl::Status CheckProgramme(absl::string_view programme, absl::Time now) const;

  // Envelopes. Errors: those of TrustedSigners::Sign.
  absl::StatusOr<std::string> SignState(const v1::ActivationState& state) const;
  // `instant`: when the release comes into force.
  absl::StatusOr<std::string> SignRelease(absl::string_view bytes, absl::string_view programme,
                                          absl::Time instant) const;
  // Whether followers accept the envelope for the release then. Errors: DIGEST_MISMATCH, those of
  // ParseEnvelope and Trust::Verify.
  absl::Status CheckRelease(absl::string_view envelope_json, absl::string_view digest,
                            absl::string_view programme, absl::Time instant) const;
  // REQUIRES: signed_at is set.
  absl::StatusOr<std::string> SignNotes(const v1::Notes& notes, absl::string_view programme) const;

  const envelope::Trust& trust() const { return activations_.trust(); }

 private:
  Signing(envelope::TrustedSigners activations, envelope::TrustedSigners releases)
      : activations_(std::move(activations)), releases_(std::move(releases)) {}

  const envelope::TrustedSigners activations_, releases_;
};

}  // namespace zhiping::catalogue
