// Which submissions of a campaign are reviewed.
#pragma once

#include "absl/strings/string_view.h"
#include "zhiping/assessment/v1/campaign.pb.h"

namespace zhiping::assessment {

// As the campaign says, or what it means by saying nothing: NONE without an end, else CITED.
v1::ReviewPolicy::Mode ReviewModeOf(const v1::Campaign& campaign);

// Whether every submission of that plant is reviewed: under ALL, or drawn under SAMPLE. The draw is
// of the plant, never of a submission: submitting again does not change it.
//
//   SHA-256 over seed, campaign, USCC and plant, each preceded by its length as 8 bytes, most
//   significant first; its first 8 bytes as a number modulo 1000 are below `per_mille`.
bool IsReviewDue(const v1::Campaign& campaign, absl::string_view uscc, absl::string_view plant);

}  // namespace zhiping::assessment
