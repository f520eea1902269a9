// The releases that the drafts of a campaign go along: those that it pinned one after the other,
// and corrections (勘误).
#pragma once

#include <string>
#include <vector>

#include "zhiping/assessment/v1/record.pb.h"

namespace zhiping::assessment {

// Digests of the releases that a draft of the campaign under `digest` goes along, to the one that
// it should be under; empty if it is there.
std::vector<std::string> LaterReleases(const v1::CampaignRecord& campaign,
                                       const std::string& digest);

// Digests of the releases from which drafts of the campaign go on.
std::vector<std::string> LeftReleases(const v1::CampaignRecord& campaign);

}  // namespace zhiping::assessment
