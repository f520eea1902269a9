// Signed tokens and public keys as RFC 7515, 7517 and 7518 have them, by the library cjose.
#pragma once

#include <cjose/jwk.h>
#include <cjose/jws.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "zhiping/common/v1/identity.pb.h"

namespace zhiping::identity {

using common::v1::TokenAlgorithm;

// Null stays null.
std::shared_ptr<cjose_jwk_t> OwnJwk(cjose_jwk_t* key);

// The key of a JWK, public or private; null if it is none.
std::shared_ptr<cjose_jwk_t> ImportJwk(const nlohmann::json& jwk);

// A public key of an issuer. Immutable and thread-safe.
class PublicKey {
 public:
  // One member of `keys` of a key set. Errors, KEY_SET_INVALID: not an RSA key of 2048 to 8192
  // bits, nor an EC key on P-256, P-384 or P-521; has a private part.
  static absl::StatusOr<PublicKey> FromJwk(const nlohmann::json& jwk);

  // Empty if the key has none.
  const std::string& id() const { return id_; }
  // Whether the key is of the algorithm's kind and curve, and does not say that it is for another.
  bool IsFor(TokenAlgorithm::Value algorithm) const;

 private:
  friend class SignedToken;
  PublicKey() = default;

  std::shared_ptr<cjose_jwk_t> key_;
  std::string id_;
  // `RSA`, or the name of the curve.
  std::string kind_;
  // The only algorithm it is for, or empty.
  std::string algorithm_;
};

// A token in compact form. Nothing that it says may be believed before Verify.
class SignedToken {
 public:
  // Errors, UNAUTHENTICATED: TOKEN_MALFORMED; TOKEN_ALGORITHM_REFUSED if it is not signed by an
  // algorithm of TokenAlgorithm (`none`, a shared secret) or asks for extensions (`crit`).
  static absl::StatusOr<SignedToken> Parse(absl::string_view compact);

  TokenAlgorithm::Value algorithm() const { return algorithm_; }
  // `kid`, or empty.
  const std::string& key_id() const { return key_id_; }
  // The claims: an object.
  const nlohmann::json& claims() const { return claims_; }

  // Whether the key made the signature. REQUIRES: key.IsFor(algorithm()).
  bool Verify(const PublicKey& key) const;

 private:
  explicit SignedToken(std::shared_ptr<cjose_jws_t> token) : token_(std::move(token)) {}

  std::shared_ptr<cjose_jws_t> token_;
  TokenAlgorithm::Value algorithm_ = TokenAlgorithm::TOKEN_ALGORITHM_UNSPECIFIED;
  std::string key_id_;
  size_t signature_bytes_ = 0;
  nlohmann::json claims_;
};

}  // namespace zhiping::identity
