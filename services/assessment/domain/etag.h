// Etags: the version of a record, which grows with every change.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace zhiping::assessment {

std::string EtagOf(int64_t version);

// Whether a change is based on the present version. Errors: FIELD_REQUIRED (INVALID_ARGUMENT)
// without an etag; STALE_ETAG (ABORTED) with the present one as `etag`. `field`: its JSON name.
absl::Status CheckEtag(absl::string_view etag, int64_t version, absl::string_view field);

}  // namespace zhiping::assessment
