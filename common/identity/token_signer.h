// Signs tokens: for development issuers and tests. Production tokens come from the sign-on.
#pragma once

#include <cjose/jwk.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "zhiping/common/v1/identity.pb.h"

namespace zhiping::identity {

using common::v1::TokenAlgorithm;

// A private key of an issuer. Immutable and thread-safe.
class TokenSigner {
 public:
  // RSA keys get 2048 bits. The key's id is made from its public part (RFC 7638).
  static absl::StatusOr<TokenSigner> Generate(TokenAlgorithm::Value algorithm);
  // What PrivateJwk gave. Errors: MALFORMED.
  static absl::StatusOr<TokenSigner> Parse(absl::string_view private_jwk);

  // JSON Web Keys, one line each; the public one belongs into the issuer's key set.
  std::string PrivateJwk() const;
  nlohmann::json PublicJwk() const;

  // A token with the claims, in compact form. Errors: SIGNING_FAILED.
  absl::StatusOr<std::string> Sign(const nlohmann::json& claims) const;

 private:
  TokenSigner() = default;

  std::shared_ptr<cjose_jwk_t> key_;
  std::string key_id_;
  std::string algorithm_;
};

}  // namespace zhiping::identity
