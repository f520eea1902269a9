// The public keys of an issuer: a JSON Web Key Set (RFC 7517).
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/identity/jose.h"

namespace zhiping::identity {

inline constexpr size_t kMaxKeySetBytes = 256 << 10;
inline constexpr int kMaxKeys = 100;

// Immutable and thread-safe.
class KeySet {
 public:
  // Keys that are not for verifying signatures, or of a kind that no TokenAlgorithm has, are left
  // out. Errors, KEY_SET_INVALID: too large, no JSON, too many keys, a private key, or no key left.
  static absl::StatusOr<KeySet> Parse(absl::string_view json);

  // The keys that a token of the algorithm may be signed by. A token without a key id counts only
  // if there is one such key.
  std::vector<const PublicKey*> Find(TokenAlgorithm::Value algorithm,
                                     absl::string_view key_id) const;
  int size() const { return static_cast<int>(keys_.size()); }

 private:
  KeySet() = default;

  std::vector<PublicKey> keys_;
};

}  // namespace zhiping::identity
