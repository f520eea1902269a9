// Keys that sign and keys that verify: Ed25519, and SM2 with SM3, both by OpenSSL.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "zhiping/common/v1/trust.pb.h"

struct evp_pkey_st;

namespace zhiping::envelope {

using common::v1::KeyAlgorithm;

// A key pair, or a public key alone. Immutable and thread-safe.
class Key {
 public:
  static absl::StatusOr<Key> Generate(KeyAlgorithm::Value algorithm);

  // PKCS #8 in PEM. Errors: MALFORMED if it is not a key of a known algorithm.
  static absl::StatusOr<Key> FromPrivatePem(absl::string_view pem);

  // DER SubjectPublicKeyInfo in base64. Errors: MALFORMED.
  static absl::StatusOr<Key> FromPublicBase64(absl::string_view base64);

  KeyAlgorithm::Value algorithm() const { return algorithm_; }
  // As TrustedKey.key_id says.
  const std::string& id() const { return id_; }
  // DER SubjectPublicKeyInfo in base64.
  const std::string& public_base64() const { return public_base64_; }

  // REQUIRES: has a private part.
  std::string PrivatePem() const;
  // REQUIRES: has a private part. Errors: SIGNING_FAILED.
  absl::StatusOr<std::string> Sign(absl::string_view message) const;

  bool Verify(absl::string_view message, absl::string_view signature) const;

 private:
  using Handle = std::shared_ptr<evp_pkey_st>;
  Key() = default;
  static absl::StatusOr<Key> FromHandle(Handle handle);

  Handle handle_;
  KeyAlgorithm::Value algorithm_ = KeyAlgorithm::KEY_ALGORITHM_UNSPECIFIED;
  std::string id_;
  std::string public_base64_;
};

}  // namespace zhiping::envelope
