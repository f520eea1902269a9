// A release from its envelope to criteria that may be scored under.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/criteria/criteria.h"
#include "common/envelope/trust.h"

namespace zhiping::releases {

// What an envelope is expected to hold; empty: anything.
struct ExpectedRelease {
  std::string digest = {};
  std::string programme = {};
  // RELEASE, or CANDIDATE for what is never answered from.
  envelope::Purpose::Value purpose = envelope::Purpose::RELEASE;
};

// Whether a release's bytes are those of the digest. Errors: DIGEST_MISMATCH (DATA_LOSS).
absl::Status CheckDigest(absl::string_view bytes, absl::string_view expected);

// Verifies the signatures of the envelope at `instant` (the present, for a release that nothing
// else names), reads and compiles the release, and scores its golden vectors.
//
// Errors: those of ParseEnvelope, Trust::Verify, criteria::ParseRelease and Criteria::Compile;
// DIGEST_MISMATCH; UNKNOWN_PROGRAMME; VECTOR_MISMATCH.
absl::StatusOr<std::shared_ptr<const criteria::Criteria>> OpenRelease(
    absl::string_view envelope_json, const ExpectedRelease& expected, const envelope::Trust& trust,
    absl::Time instant);

// Whether an error of OpenRelease is about bytes that were signed by whoever may: not about an
// envelope that was damaged or forged on its way.
bool IsGenuine(const absl::Status& status);

}  // namespace zhiping::releases
