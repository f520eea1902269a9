// The release of a campaign is changed: one person asks for it, another approves it.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/identity/caller.h"
#include "zhiping/assessment/v1/record.pb.h"

namespace zhiping::assessment {

// A published release.
struct PinnedRelease {
  std::string digest;
  std::string label;
};

// The campaign with a repin that waits for the second person, in the place of one that waits
// already. Whether the release exists and was not withdrawn is for the caller to ask.
//
// Errors, all at once: violations for `releaseDigest` (FIELD_REQUIRED; INVALID_FIELD if it is the
// present one, or the campaign has no end and pins none) and `reason` (FIELD_REQUIRED, TOO_LARGE,
// CHARACTER_NOT_ALLOWED).
absl::StatusOr<v1::CampaignRecord> RequestRepin(const v1::CampaignRecord& present,
                                                const PinnedRelease& release,
                                                const std::string& reason,
                                                const v1::PersonRecord& by, absl::Time now);

// The campaign with the release that was asked for, named by its digest.
//
// Errors: NO_REPIN_PENDING (FAILED_PRECONDITION), also if another one waits; SAME_PERSON
// (PERMISSION_DENIED).
absl::StatusOr<v1::CampaignRecord> ApproveRepin(const v1::CampaignRecord& present,
                                                const std::string& digest,
                                                const identity::Caller& approver, absl::Time now);

// The campaign after corrections (勘误): `chain` ends with the release in force, and each corrects
// the one before it. A release of the chain that is pinned gives way to the last one, which needs
// no second person, since nothing else is asked; a repin that waits stays, unless it is to that
// one. Where none is pinned, the drafts go along the chain. The same version if nothing comes of
// it.
v1::CampaignRecord Corrected(const v1::CampaignRecord& campaign,
                             absl::Span<const PinnedRelease> chain, absl::Time now);

}  // namespace zhiping::assessment
