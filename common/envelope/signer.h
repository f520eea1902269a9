// Who signs: a key in a file, or a command that asks a key we never see.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/envelope/envelope.h"
#include "common/envelope/key.h"

namespace zhiping::envelope {

// Thread-safe.
class Signer {
 public:
  virtual ~Signer() = default;
  virtual const std::string& key_id() const = 0;
  // The signature of these bytes. Errors: SIGNING_FAILED.
  virtual absl::StatusOr<std::string> Sign(absl::string_view message) const = 0;
};

// Reads a private key. Errors: FILE_UNREADABLE, also if anybody but the file's owner may read it;
// MALFORMED.
absl::StatusOr<std::unique_ptr<Signer>> ReadKeyFile(const std::string& path);

// Writes a private key that only the owner may read. Errors: FILE_UNWRITABLE, also if the file
// exists already.
absl::Status WriteKeyFile(const Key& key, const std::string& path);

// Signs by running a command: what is to be signed (PreAuthEncoding) goes to its standard input,
// and its standard output is the signature in base64. It is ended, with all that it started, after
// `timeout`. Its signatures are checked against the public key before they are used.
// REQUIRES: command is a program, searched in PATH, and its arguments; there is no shell.
std::unique_ptr<Signer> NewCommandSigner(std::vector<std::string> command, Key public_key,
                                         absl::Duration timeout);

// An envelope with a signature of each signer, which ParseEnvelope reads. Errors: SIGNING_FAILED;
// TOO_LARGE, also for more than kMaxSignatures; DUPLICATE_ID for a key that is there twice.
// REQUIRES: there is a signer.
absl::StatusOr<Envelope> SignPayload(Purpose::Value purpose, absl::string_view payload,
                                     const std::vector<const Signer*>& signers);

}  // namespace zhiping::envelope
