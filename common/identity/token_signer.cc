#include "common/identity/token_signer.h"

#include <cjose/cjose.h>
#include <openssl/sha.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/identity/jose.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/text/strict_json.h"

namespace zhiping::identity {
namespace {

constexpr size_t kRsaBits = 2048;

absl::Status SigningFailed(const cjose_err& error) {
  return MakeError(absl::StatusCode::kInternal, Reason::SIGNING_FAILED, "令牌签名失败。",
                   absl::StrCat("Signing the token failed: ",
                                error.message == nullptr ? "?" : error.message, "."));
}

cjose_jwk_t* NewKey(TokenAlgorithm::Value algorithm, cjose_err* error) {
  switch (algorithm) {
    case TokenAlgorithm::ES256:
      return cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, error);
    case TokenAlgorithm::ES384:
      return cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_384, error);
    case TokenAlgorithm::ES512:
      return cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_521, error);
    default:
      constexpr uint8_t kExponent[] = {1, 0, 1};
      return cjose_jwk_create_RSA_random(kRsaBits, kExponent, sizeof kExponent, error);
  }
}

nlohmann::json JwkOf(const cjose_jwk_t* key, bool with_private) {
  cjose_err error{};
  char* text = cjose_jwk_to_json(key, with_private, &error);
  nlohmann::json jwk = nlohmann::json::parse(text == nullptr ? "{}" : text, nullptr, false);
  cjose_get_dealloc()(text);
  return jwk;
}

// The thumbprint of RFC 7638: of the members that make the key, in the order of their names.
std::string Thumbprint(const nlohmann::json& jwk) {
  nlohmann::json members;
  for (const char* name : {"crv", "e", "kty", "n", "x", "y"}) {
    if (jwk.contains(name)) members[name] = jwk[name];
  }
  const std::string text = members.dump();
  uint8_t digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const uint8_t*>(text.data()), text.size(), digest);
  char* encoded = nullptr;
  size_t size = 0;
  cjose_err error{};
  if (!cjose_base64url_encode(digest, sizeof digest, &encoded, &size, &error)) return "";
  std::string thumbprint(encoded, size);
  cjose_get_dealloc()(encoded);
  return thumbprint;
}

}  // namespace

absl::StatusOr<TokenSigner> TokenSigner::Generate(TokenAlgorithm::Value algorithm) {
  TokenSigner signer;
  cjose_err error{};
  signer.key_ = OwnJwk(NewKey(algorithm, &error));
  if (signer.key_ == nullptr) return SigningFailed(error);
  signer.algorithm_ = TokenAlgorithm::Value_Name(algorithm);
  signer.key_id_ = Thumbprint(JwkOf(signer.key_.get(), false));
  return signer;
}

absl::StatusOr<TokenSigner> TokenSigner::Parse(absl::string_view private_jwk) {
  const absl::Status malformed =
      MakeError(absl::StatusCode::kInvalidArgument, Reason::MALFORMED,
                "签发令牌的密钥应为含私钥、kid 与 alg 的 JWK。",
                "The key that signs tokens should be a JWK with its private part, kid and alg.");
  const absl::StatusOr<nlohmann::json> jwk = ParseStrictJson(private_jwk);
  TokenAlgorithm::Value algorithm;
  if (!jwk.ok() || !jwk->is_object() || !jwk->contains("d") ||
      !TokenAlgorithm::Value_Parse(jwk->value("alg", ""), &algorithm)) {
    return malformed;
  }
  TokenSigner signer;
  signer.key_ = ImportJwk(*jwk);
  if (signer.key_ == nullptr) return malformed;
  signer.algorithm_ = TokenAlgorithm::Value_Name(algorithm);
  signer.key_id_ = jwk->value("kid", "");
  return signer;
}

std::string TokenSigner::PrivateJwk() const {
  nlohmann::json jwk = JwkOf(key_.get(), true);
  jwk["kid"] = key_id_;
  jwk["alg"] = algorithm_;
  return jwk.dump();
}

nlohmann::json TokenSigner::PublicJwk() const {
  nlohmann::json jwk = JwkOf(key_.get(), false);
  jwk["kid"] = key_id_;
  jwk["alg"] = algorithm_;
  jwk["use"] = "sig";
  return jwk;
}

absl::StatusOr<std::string> TokenSigner::Sign(const nlohmann::json& claims) const {
  cjose_err error{};
  const std::unique_ptr<cjose_header_t, void (*)(cjose_header_t*)> header(cjose_header_new(&error),
                                                                          cjose_header_release);
  const bool set = header != nullptr &&
                   cjose_header_set(header.get(), CJOSE_HDR_ALG, algorithm_.c_str(), &error) &&
                   cjose_header_set(header.get(), CJOSE_HDR_KID, key_id_.c_str(), &error) &&
                   cjose_header_set(header.get(), "typ", "JWT", &error);
  if (!set) return SigningFailed(error);
  const std::string payload = claims.dump();
  const std::unique_ptr<cjose_jws_t, void (*)(cjose_jws_t*)> token(
      cjose_jws_sign(key_.get(), header.get(), reinterpret_cast<const uint8_t*>(payload.data()),
                     payload.size(), &error),
      cjose_jws_release);
  const char* compact = nullptr;
  if (token == nullptr || !cjose_jws_export(token.get(), &compact, &error)) {
    return SigningFailed(error);
  }
  return std::string(compact);
}

}  // namespace zhiping::identity
