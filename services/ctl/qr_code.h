// QR codes as drawings that print sharply in any size.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace zhiping::ctl {

// An inline <svg> in black with the white margin that readers need; of 15 % of damage it can still
// be read. Errors: TOO_LARGE for more than 2,000 bytes.
absl::StatusOr<std::string> QrCodeSvg(absl::string_view text);

}  // namespace zhiping::ctl
