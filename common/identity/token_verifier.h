// Says who is calling, from a bearer token.
//
//   const auto verifier = TokenVerifier::Open(options, clock, observer);
//   const auto caller = (*verifier)->Verify(token);
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/identity/caller.h"
#include "common/identity/issuer_keys.h"
#include "common/identity/issuer_rules.h"
#include "common/identity/token_cache.h"
#include "common/time/clock.h"

namespace zhiping::identity {

// gRPC limits all metadata of a call to 8 KiB.
inline constexpr size_t kMaxTokenBytes = 6 << 10;

struct TokenOptions {
  // A common.v1.Identity in text format.
  std::string identity_file;
  // Of verified tokens: each takes one to two KiB.
  size_t cached_tokens = 10'000;
};

// Thread-safe.
class TokenVerifier {
 public:
  // Reads the settings, and the keys that are in files. Errors: those of the files. A key set
  // behind a URL may be slow or away, and is not waited for: its issuer's tokens are
  // ISSUER_KEYS_UNAVAILABLE until it is there. REQUIRES: clock outlives this.
  static absl::StatusOr<std::unique_ptr<TokenVerifier>> Open(const TokenOptions& options,
                                                             const Clock& clock,
                                                             const KeysObserver& observer);

  // Takes microseconds and never blocks. Errors, UNAUTHENTICATED: TOO_LARGE, TOKEN_MALFORMED,
  // TOKEN_ALGORITHM_REFUSED, UNKNOWN_ISSUER, UNKNOWN_TOKEN_KEY, TOKEN_BAD_SIGNATURE,
  // TOKEN_WRONG_AUDIENCE, TOKEN_CLAIM_INVALID, TOKEN_NOT_YET_VALID, TOKEN_EXPIRED; UNAVAILABLE:
  // ISSUER_KEYS_UNAVAILABLE. Roles that exclude one another are no error here: CheckSeparation.
  absl::StatusOr<std::shared_ptr<const Caller>> Verify(absl::string_view token);

  // Grows whenever other keys of an issuer take the place of those that counted.
  int64_t generation() const;

 private:
  struct Issuer {
    IssuerRules rules;
    std::unique_ptr<IssuerKeys> keys;
  };

  TokenVerifier(const TokenOptions& options, const Clock& clock)
      : clock_(clock), cache_(options.cached_tokens) {}

  // The same without the cache, and without the token's times.
  absl::StatusOr<VerifiedToken> VerifyNew(absl::string_view token);
  absl::Status VerifySignature(const SignedToken& token, Issuer& issuer,
                               const IssuerKeys::Current& keys) const;

  const Clock& clock_;
  std::vector<Issuer> issuers_;
  TokenCache cache_;
};

}  // namespace zhiping::identity
