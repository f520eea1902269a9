// A release from its envelope to criteria that may be scored under.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/criteria/criteria.h"
#include "common/envelope/trust.h"

namespace zhiping::releases {

// Verifies the signatures of the envelope at `instant` (the present, for a release that nothing
// else names), reads and compiles the release, and scores its golden vectors.
//
// Errors: those of ParseEnvelope, Trust::Verify, criteria::ParseRelease and Criteria::Compile;
// VECTOR_MISMATCH.
absl::StatusOr<std::shared_ptr<const criteria::Criteria>> OpenRelease(
    absl::string_view envelope_json, const envelope::Trust& trust, absl::Time instant);

}  // namespace zhiping::releases
