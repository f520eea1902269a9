// Checks of fields that callers of any service send. What is wrong is added to the violations,
// under the JSON name of the field, which the sentences begin with.
#pragma once

#include <cstddef>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/status/error.h"
#include "google/protobuf/timestamp.pb.h"

namespace zhiping {

// How many characters a text has. REQUIRES: it is UTF-8.
size_t Characters(absl::string_view text);

// FIELD_REQUIRED.
void Require(absl::string_view field, Violations& violations);
// TOO_LARGE if the text has more than `most` characters. Returns whether it has not.
bool CheckLength(absl::string_view text, size_t most, absl::string_view field,
                 Violations& violations);
// `requestId`: a UUID of version 4 in lower case. FIELD_REQUIRED, INVALID_FIELD.
void CheckRequestId(absl::string_view request_id, Violations& violations);
// Lower-case letters, digits and `-`, 1 … 64. FIELD_REQUIRED, INVALID_FIELD.
void CheckSlug(absl::string_view slug, absl::string_view field, Violations& violations);
// `sha256:` and 64 hex digits. FIELD_REQUIRED, INVALID_FIELD.
void CheckDigest(absl::string_view digest, absl::string_view field, Violations& violations);
// The instant; absent if the message is. INVALID_FIELD if it is no instant of the years 1 … 9999.
std::optional<absl::Time> ReadInstant(bool present, const google::protobuf::Timestamp& instant,
                                      absl::string_view field, Violations& violations);

}  // namespace zhiping
