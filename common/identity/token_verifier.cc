#include "common/identity/token_verifier.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/files/file.h"
#include "common/identity/jose.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/text/utf8.h"

namespace zhiping::identity {
namespace {

constexpr size_t kMaxIdentityBytes = 1 << 20;
// Of what a refused token says, so much is quoted.
constexpr size_t kQuotedBytes = 100;

absl::Status Unauthenticated(Reason::Value reason, absl::string_view zh, absl::string_view en,
                             const ErrorValues& values = {}) {
  return MakeError(absl::StatusCode::kUnauthenticated, reason, zh, en, values);
}

// A NumericDate (RFC 7519): seconds since 1970, possibly with a fraction.
absl::StatusOr<absl::Time> InstantOf(const nlohmann::json& claims, const char* name) {
  const auto claim = claims.find(name);
  if (claim == claims.end()) {
    return Unauthenticated(Reason::TOKEN_CLAIM_INVALID,
                           absl::StrCat("令牌缺少声明 /", name, "，应为自 1970 年起的秒数。"),
                           absl::StrCat("The token has no claim /", name,
                                        "; it should be a number of seconds since 1970."),
                           {{"claim", absl::StrCat("/", name)}});
  }
  const double seconds = claim->is_number() ? claim->get<double>() : -1;
  // Until the year 9999.
  if (!(seconds >= 0 && seconds <= 253'402'300'799.0)) {
    return Unauthenticated(
        Reason::TOKEN_CLAIM_INVALID,
        absl::StrCat("令牌的声明 /", name, " 应为自 1970 年起的秒数。"),
        absl::StrCat("The token's claim /", name, " should be a number of seconds since 1970."),
        {{"claim", absl::StrCat("/", name)}});
  }
  return absl::FromUnixMillis(std::llround(seconds * 1000));
}

absl::Status CheckAudience(const nlohmann::json& claims, const std::vector<std::string>& accepted) {
  const auto is_accepted = [&](const nlohmann::json& name) {
    return name.is_string() &&
           std::find(accepted.begin(), accepted.end(), name.get<std::string>()) != accepted.end();
  };
  const auto claim = claims.find("aud");
  if (claim != claims.end() &&
      (is_accepted(*claim) ||
       (claim->is_array() && std::any_of(claim->begin(), claim->end(), is_accepted)))) {
    return absl::OkStatus();
  }
  const std::string names = absl::StrJoin(accepted, ", ");
  return Unauthenticated(
      Reason::TOKEN_WRONG_AUDIENCE, absl::StrCat("令牌不是签发给本系统的：aud 应含 ", names, "。"),
      absl::StrCat("The token is not for this system: aud should name ", names, "."),
      {{"audience", names}});
}

absl::Status CheckTimes(const VerifiedToken& verified, absl::Time now) {
  if (now < verified.not_before) {
    return Unauthenticated(Reason::TOKEN_NOT_YET_VALID, "令牌尚未生效，请核对时钟。",
                           "The token is not valid yet: check the clocks.");
  }
  if (now >= verified.caller->expires) {
    return Unauthenticated(Reason::TOKEN_EXPIRED, "令牌已过期，请重新登录或换用新令牌。",
                           "The token has expired: sign in again, or use a new one.");
  }
  return absl::OkStatus();
}

std::unique_ptr<KeySource> SourceOf(const IssuerRules& rules) {
  if (!rules.jwks_file.empty()) return NewFileKeySource(rules.jwks_file);
  return NewUrlKeySource(rules.jwks_url, rules.jwks_ca_file);
}

}  // namespace

absl::StatusOr<std::unique_ptr<TokenVerifier>> TokenVerifier::Open(const TokenOptions& options,
                                                                   const Clock& clock,
                                                                   const KeysObserver& observer) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(options.identity_file, kMaxIdentityBytes));
  ASSIGN_OR_RETURN(
      std::vector<IssuerRules> issuers,
      ReadIdentity(text, std::filesystem::path(options.identity_file).parent_path().string()));
  std::unique_ptr<TokenVerifier> verifier(new TokenVerifier(options, clock));
  for (IssuerRules& rules : issuers) {
    auto keys =
        std::make_unique<IssuerKeys>(rules.issuer, SourceOf(rules), rules.refresh, clock, observer);
    if (!rules.jwks_file.empty()) RETURN_IF_ERROR(keys->FirstRead());
    verifier->issuers_.push_back({std::move(rules), std::move(keys)});
  }
  return verifier;
}

absl::StatusOr<std::shared_ptr<const Caller>> TokenVerifier::Verify(absl::string_view token) {
  if (token.size() > kMaxTokenBytes) {
    return Unauthenticated(Reason::TOO_LARGE, absl::StrCat("令牌超过 ", kMaxTokenBytes, " 字节。"),
                           absl::StrCat("The token has more than ", kMaxTokenBytes, " bytes."));
  }
  std::optional<VerifiedToken> verified = cache_.Find(token);
  if (!verified.has_value() ||
      issuers_[verified->issuer].keys->Get().generation != verified->generation) {
    absl::StatusOr<VerifiedToken> now_verified = VerifyNew(token);
    if (!now_verified.ok()) {
      if (verified.has_value()) cache_.Drop(token);
      return now_verified.status();
    }
    verified = *std::move(now_verified);
    RETURN_IF_ERROR(CheckTimes(*verified, clock_.Now()));
    cache_.Keep(token, *verified);
    return verified->caller;
  }
  RETURN_IF_ERROR(CheckTimes(*verified, clock_.Now()));
  return verified->caller;
}

int64_t TokenVerifier::generation() const {
  int64_t generation = 0;
  for (const Issuer& issuer : issuers_) generation += issuer.keys->Get().generation;
  return generation;
}

absl::StatusOr<VerifiedToken> TokenVerifier::VerifyNew(absl::string_view token) {
  ASSIGN_OR_RETURN(const SignedToken parsed, SignedToken::Parse(token));
  const nlohmann::json& claims = parsed.claims();
  const auto name = claims.find("iss");
  const auto issuer = std::find_if(issuers_.begin(), issuers_.end(), [&](const Issuer& candidate) {
    return name != claims.end() && *name == candidate.rules.issuer;
  });
  if (issuer == issuers_.end()) {
    const std::string quoted = Clip(
        name != claims.end() && name->is_string() ? name->get<std::string>() : "", kQuotedBytes);
    return Unauthenticated(Reason::UNKNOWN_ISSUER,
                           absl::StrCat("不接受签发者“", quoted, "”的令牌。"),
                           absl::StrCat("Tokens of the issuer \"", quoted, "\" are not accepted."));
  }
  const IssuerKeys::Current keys = issuer->keys->Get();
  RETURN_IF_ERROR(VerifySignature(parsed, *issuer, keys));
  RETURN_IF_ERROR(CheckAudience(claims, issuer->rules.audiences));
  ASSIGN_OR_RETURN(const absl::Time expires, InstantOf(claims, "exp"));
  absl::Time not_before = absl::InfinitePast();
  if (claims.contains("nbf")) {
    ASSIGN_OR_RETURN(not_before, InstantOf(claims, "nbf"));
  }
  ASSIGN_OR_RETURN(Caller caller, ReadCaller(issuer->rules, claims));
  caller.expires = expires + issuer->rules.skew;
  VerifiedToken verified;
  verified.caller = std::make_shared<const Caller>(std::move(caller));
  verified.not_before = not_before - issuer->rules.skew;
  verified.issuer = static_cast<int>(issuer - issuers_.begin());
  verified.generation = keys.generation;
  return verified;
}

absl::Status TokenVerifier::VerifySignature(const SignedToken& token, Issuer& issuer,
                                            const IssuerKeys::Current& keys) const {
  const std::vector<TokenAlgorithm::Value>& accepted = issuer.rules.algorithms;
  if (std::find(accepted.begin(), accepted.end(), token.algorithm()) == accepted.end()) {
    return Unauthenticated(Reason::TOKEN_ALGORITHM_REFUSED, "令牌的签名算法不被接受。",
                           "The token's signature algorithm is not accepted.");
  }
  if (keys.keys == nullptr) {
    issuer.keys->ReadSoon();
    return MakeError(absl::StatusCode::kUnavailable, Reason::ISSUER_KEYS_UNAVAILABLE,
                     "签发者的密钥尚未读取到，请稍后重试。",
                     "The keys of the issuer could not be read yet: try again later.",
                     {{kRetryDelayMilliseconds, "1000"}});
  }
  const std::vector<const PublicKey*> candidates =
      keys.keys->Find(token.algorithm(), token.key_id());
  if (candidates.empty()) {
    issuer.keys->ReadSoon();
    return Unauthenticated(Reason::UNKNOWN_TOKEN_KEY, "签名令牌的密钥不在签发者的密钥集中。",
                           "The key that signed the token is not in the issuer's key set.");
  }
  for (const PublicKey* key : candidates) {
    if (token.Verify(*key)) return absl::OkStatus();
  }
  return Unauthenticated(Reason::TOKEN_BAD_SIGNATURE, "令牌的签名不正确。",
                         "The token's signature is wrong.");
}

}  // namespace zhiping::identity
