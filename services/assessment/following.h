// Campaigns follow corrections (勘误), and drafts follow their campaigns: nobody calls for it.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/assessment/environment.h"

namespace zhiping::assessment {

// Every campaign under a release that the one in force corrects is repinned to that, which is
// audited as an act of this service; or, where it pins none, its drafts go there. Then at most
// `most_drafts` of each campaign are taken to the release that they should be under; what is used
// meanwhile goes there by itself. While the criteria are not known, campaigns stay as they are.
absl::Status FollowReleases(const Environment& environment, int most_drafts, absl::Time deadline);

}  // namespace zhiping::assessment
