#include "common/identity/jose.h"

#include <cjose/cjose.h>

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/text/strict_json.h"

namespace zhiping::identity {
namespace {

constexpr size_t kMinRsaBits = 2048;
// Verifying takes time with the square of it.
constexpr size_t kMaxRsaBits = 8192;

absl::Status BadKey(absl::string_view zh, absl::string_view en) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::KEY_SET_INVALID,
                   absl::StrCat("密钥集中的一把密钥", zh, "。"),
                   absl::StrCat("A key of the key set ", en, "."));
}

absl::Status BadToken(absl::string_view zh, absl::string_view en) {
  return MakeError(absl::StatusCode::kUnauthenticated, Reason::TOKEN_MALFORMED,
                   absl::StrCat("令牌格式不正确：", zh, "。"),
                   absl::StrCat("The token is malformed: ", en, "."));
}

// base64url without padding (RFC 7515). cjose asserts on what has the length of none.
bool IsBase64Url(absl::string_view text) {
  return text.size() % 4 != 1 && absl::c_all_of(text, [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
         });
}

// A member that is a text; empty if it is not there or is something else.
std::string TextOf(const nlohmann::json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : "";
}

// What a key has to be for an algorithm: `RSA`, or the name of the curve.
absl::string_view KindFor(TokenAlgorithm::Value algorithm) {
  switch (algorithm) {
    case TokenAlgorithm::ES256:
      return "P-256";
    case TokenAlgorithm::ES384:
      return "P-384";
    case TokenAlgorithm::ES512:
      return "P-521";
    default:
      return "RSA";
  }
}

// Of a signature (RFC 7518, 3.4), which cjose does not look at; 0: the key says how many it has.
size_t SignatureBytes(TokenAlgorithm::Value algorithm) {
  switch (algorithm) {
    case TokenAlgorithm::ES256:
      return 64;
    case TokenAlgorithm::ES384:
      return 96;
    case TokenAlgorithm::ES512:
      return 132;
    default:
      return 0;
  }
}

bool IsToVerify(const nlohmann::json& jwk) {
  const std::string use = TextOf(jwk, "use");
  if (!use.empty() && use != "sig") return false;
  const auto operations = jwk.find("key_ops");
  if (operations == jwk.end() || !operations->is_array()) return true;
  for (const auto& operation : *operations) {
    if (operation.is_string() && operation.get<std::string>() == "verify") return true;
  }
  return false;
}

}  // namespace

std::shared_ptr<cjose_jwk_t> OwnJwk(cjose_jwk_t* key) {
  return {key, [](cjose_jwk_t* owned) {
            if (owned != nullptr) cjose_jwk_release(owned);
          }};
}

std::shared_ptr<cjose_jwk_t> ImportJwk(const nlohmann::json& jwk) {
  for (const char* number : {"n", "e", "d", "p", "q", "dp", "dq", "qi", "x", "y", "k"}) {
    if (!IsBase64Url(TextOf(jwk, number))) return nullptr;
  }
  const std::string text = jwk.dump();
  cjose_err error{};
  return OwnJwk(cjose_jwk_import(text.data(), text.size(), &error));
}

absl::StatusOr<PublicKey> PublicKey::FromJwk(const nlohmann::json& jwk) {
  if (!jwk.is_object()) return BadKey("不是 JSON 对象", "is no JSON object");
  if (jwk.contains("d")) {
    return BadKey("含有私钥部分，须立即作废", "has its private part: it has to be revoked at once");
  }
  PublicKey key;
  key.id_ = TextOf(jwk, "kid");
  key.algorithm_ = TextOf(jwk, "alg");
  const std::string type = TextOf(jwk, "kty");
  key.kind_ = type == "EC" ? TextOf(jwk, "crv") : type;
  if (!IsToVerify(jwk)) return BadKey("不是用于验证签名的", "is not for verifying signatures");
  if (key.kind_ != "RSA" && key.kind_ != "P-256" && key.kind_ != "P-384" && key.kind_ != "P-521") {
    return BadKey("应为 RSA，或 P-256、P-384、P-521 曲线",
                  "should be RSA, or on the curve P-256, P-384 or P-521");
  }
  key.key_ = ImportJwk(jwk);
  if (key.key_ == nullptr) return BadKey("不是有效的公钥", "is no valid public key");
  cjose_err error{};
  const size_t bits = cjose_jwk_get_keysize(key.key_.get(), &error);
  if (key.kind_ == "RSA" && (bits < kMinRsaBits || bits > kMaxRsaBits)) {
    return BadKey(
        absl::StrCat("有 ", bits, " 位，应为 ", kMinRsaBits, " 至 ", kMaxRsaBits, " 位"),
        absl::StrCat("has ", bits, " bits; it should have ", kMinRsaBits, " to ", kMaxRsaBits));
  }
  return key;
}

bool PublicKey::IsFor(TokenAlgorithm::Value algorithm) const {
  return kind_ == KindFor(algorithm) &&
         (algorithm_.empty() || algorithm_ == TokenAlgorithm::Value_Name(algorithm));
}

absl::StatusOr<SignedToken> SignedToken::Parse(absl::string_view compact) {
  const absl::Status no_token =
      BadToken("应为三段以“.”相连的 base64url（JWT）",
               "it should be a JWT, three parts of base64url joined by '.'");
  const std::vector<absl::string_view> parts = absl::StrSplit(compact, '.');
  if (parts.size() != 3 || !absl::c_all_of(parts, IsBase64Url)) return no_token;
  cjose_err error{};
  SignedToken token(
      {cjose_jws_import(compact.data(), compact.size(), &error), [](cjose_jws_t* imported) {
         if (imported != nullptr) cjose_jws_release(imported);
       }});
  if (token.token_ == nullptr) return no_token;
  token.signature_bytes_ = parts[2].size() * 3 / 4;
  // What cjose verifies by is read through cjose: two readers of one header could differ.
  cjose_header_t* header = cjose_jws_get_protected(token.token_.get());
  const auto text = [&](const char* name) {
    const char* value = cjose_header_get(header, name, &error);
    return value == nullptr ? std::string() : std::string(value);
  };
  const std::string algorithm = text(CJOSE_HDR_ALG);
  if (!TokenAlgorithm::Value_Parse(algorithm, &token.algorithm_) ||
      token.algorithm_ == TokenAlgorithm::TOKEN_ALGORITHM_UNSPECIFIED) {
    return MakeError(absl::StatusCode::kUnauthenticated, Reason::TOKEN_ALGORITHM_REFUSED,
                     "令牌的签名算法不被接受。",
                     "The token's signature algorithm is not accepted.");
  }
  if (char* critical = cjose_header_get_raw(header, "crit", &error); critical != nullptr) {
    cjose_get_dealloc()(critical);
    return MakeError(absl::StatusCode::kUnauthenticated, Reason::TOKEN_ALGORITHM_REFUSED,
                     "令牌要求使用不支持的扩展（crit）。",
                     "The token asks for extensions (crit) that are not supported.");
  }
  token.key_id_ = text(CJOSE_HDR_KID);
  uint8_t* bytes = nullptr;
  size_t size = 0;
  if (!cjose_jws_get_plaintext(token.token_.get(), &bytes, &size, &error)) {
    return BadToken("读不出声明", "its claims cannot be read");
  }
  const absl::string_view text_of_claims(reinterpret_cast<const char*>(bytes), size);
  absl::StatusOr<nlohmann::json> claims = ParseStrictJson(text_of_claims);
  if (!claims.ok() && nlohmann::json::accept(text_of_claims)) {
    // JSON, but too deep, or with a name twice.
    const common::v1::LocalText why = DetailOf(claims.status()).message();
    return BadToken(absl::StrCat("声明中，", absl::StripSuffix(why.zh(), "。")),
                    absl::StrCat("in its claims: ", absl::StripSuffix(why.en(), ".")));
  }
  if (!claims.ok() || !claims->is_object()) {
    return BadToken("声明应为一个 JSON 对象", "its claims should be a JSON object");
  }
  token.claims_ = *std::move(claims);
  return token;
}

bool SignedToken::Verify(const PublicKey& key) const {
  const size_t expected = SignatureBytes(algorithm_);
  if (expected != 0 && signature_bytes_ != expected) return false;
  cjose_err error{};
  return cjose_jws_verify(token_.get(), key.key_.get(), &error);
}

}  // namespace zhiping::identity
