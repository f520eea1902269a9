// Text files in the encodings that Chinese office software writes.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace zhiping::ctl {

// The text as UTF-8 without BOM. Bytes that are not UTF-8 are read as GB18030.
// Errors: MALFORMED for a text that ends within a character; UNKNOWN_ENCODING for UTF-16, for bytes
// that are in no encoding, and for NUL, which binary files hold.
absl::StatusOr<std::string> DecodeText(absl::string_view bytes);

}  // namespace zhiping::ctl
