// Signed envelopes: DSSE version 1 as JSON text. What an envelope holds may only be used after
// Trust::Verify (trust.h) accepted it.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "zhiping/common/v1/trust.pb.h"

namespace zhiping::envelope {

using common::v1::Purpose;

// The largest payload, in bytes.
inline constexpr size_t kMaxPayloadBytes = 64 << 20;
inline constexpr size_t kMaxSignatures = 16;

struct Signature {
  std::string key_id;
  // Raw bytes.
  std::string bytes;
};

struct Envelope {
  std::string payload_type;
  // Raw bytes, not yet trusted.
  std::string payload;
  // 1 … kMaxSignatures; no key id twice.
  std::vector<Signature> signatures;
};

// `application/vnd.zhiping.<purpose>.v1`.
std::string PayloadType(Purpose::Value purpose);

// The purpose with that payload type; PURPOSE_UNSPECIFIED if there is none.
Purpose::Value PurposeOf(absl::string_view payload_type);

// What is signed: DSSE's pre-authentication encoding.
std::string PreAuthEncoding(absl::string_view payload_type, absl::string_view payload);

// Errors: TOO_LARGE; MALFORMED for anything that is not exactly such an envelope: other members,
// base64 that is not the standard one with padding, no or too
// many signatures, a key id or a member twice.
absl::StatusOr<Envelope> ParseEnvelope(absl::string_view json);

// The same bytes for the same envelope.
std::string SerializeEnvelope(const Envelope& envelope);

}  // namespace zhiping::envelope
