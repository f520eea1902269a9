// Whose signatures count, for what, and when.
//
//   const auto trust = Trust::Parse(text);
//   const auto envelope = ParseEnvelope(json);
//   … programme and instant from envelope->payload, not yet trusted …
//   const auto keys = (*trust)->Verify(*envelope, Purpose::RELEASE, programme, instant);
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

// A trust file. Immutable and thread-safe.
class Trust {
 public:
  // Reads a common.v1.Trust in text format. Errors, all at once: MALFORMED with the line;
  // violations with fields such as `keys[1].purposes`.
  static absl::StatusOr<std::shared_ptr<const Trust>> Parse(absl::string_view text);

  // The ids of the keys whose signatures count; never empty. `instant` is what the payload carries,
  // or the present (design: envelopes).
  //
  // Errors, PERMISSION_DENIED: WRONG_PAYLOAD_TYPE; or, if too few signatures count, what is wrong
  // with each: UNKNOWN_KEY, BAD_SIGNATURE, KEY_REVOKED, KEY_NOT_FOR_PURPOSE,
  // KEY_NOT_FOR_PROGRAMME, KEY_NOT_YET_VALID, KEY_EXPIRED. The reason is the first that is not
  // UNKNOWN_KEY.
  absl::StatusOr<std::vector<std::string>> Verify(const Envelope& envelope, Purpose::Value purpose,
                                                  absl::string_view programme,
                                                  absl::Time instant) const;

 private:
  struct TrustedKey {
    Key key;
    std::vector<Purpose::Value> purposes;
    std::vector<std::string> programmes;
    absl::Time not_before;
    absl::Time not_after;
    bool revoked;
  };
  // What an envelope is verified for.
  struct Claim {
    Purpose::Value purpose;
    absl::string_view programme;
    absl::Time instant;
  };
  friend class TrustReader;

  Trust() = default;
  // OK if the key may sign for that.
  static absl::Status Check(const TrustedKey& trusted, const Claim& claim);
  absl::Status CheckSignature(const Signature& signature, absl::string_view message,
                              const Claim& claim) const;
  const TrustedKey* Find(absl::string_view key_id) const;

  bool all_algorithms_ = false;
  std::vector<TrustedKey> keys_;
};

// An entry for a trust file: the key may sign for the purposes and programmes without bounds in
// time. As text, it can be appended to one.
std::string TrustEntry(const Key& key, const std::vector<Purpose::Value>& purposes,
                       const std::vector<std::string>& programmes, absl::string_view comment);

}  // namespace zhiping::envelope
