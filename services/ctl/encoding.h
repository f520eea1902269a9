// Text files in the encodings that Chinese office software writes.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace zhiping::ctl {

// Whether the bytes are UTF-8 throughout.
bool IsUtf8(absl::string_view bytes);

// The text as UTF-8 without BOM. Bytes that are not UTF-8 are read as GB18030.
// Errors: UNKNOWN_ENCODING for bytes that are neither, or that hold NUL as binary files do.
absl::StatusOr<std::string> DecodeText(absl::string_view bytes);

}  // namespace zhiping::ctl
