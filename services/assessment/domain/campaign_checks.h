// What the fields of a campaign may be.
#pragma once

#include "common/status/error.h"
#include "zhiping/assessment/v1/campaign.pb.h"

namespace zhiping::assessment {

// Sets what is left open: review NONE without an end and CITED with one, 10 days after a return,
// and 4 h for a file that was taken.
void SetDefaults(v1::Campaign& campaign);

// Adds all that is wrong, as `campaign.…`. REQUIRES: its defaults are set.
void CheckCampaign(const v1::Campaign& campaign, Violations& violations);

}  // namespace zhiping::assessment
