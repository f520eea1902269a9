// Which submissions are reviewed by the policy of their campaign.
#pragma once

#include "absl/strings/string_view.h"
#include "zhiping/assessment/v1/campaign.pb.h"

namespace zhiping::assessment {

// What is drawn for a campaign's SAMPLE: a plant of an enterprise, never a submission.
struct Draw {
  absl::string_view campaign;
  absl::string_view uscc;
  absl::string_view plant;
};

// Whether the plant is among the `per_mille` of a thousand that are drawn. Anybody who has the seed
// can draw again: SHA-256 of seed, campaign, USCC and plant, each after its length in bytes (32
// bits, big-endian); its first 64 bits, as a number in 0 … 1, are below per_mille / 1000.
bool IsDrawn(absl::string_view seed, int per_mille, const Draw& draw);

// As the campaign says, or what it means by saying nothing: NONE without an end, else CITED.
v1::ReviewPolicy::Mode ReviewModeOf(const v1::Campaign& campaign);

// Whether a submission is to be reviewed without being cited: under ALL, and under SAMPLE if drawn.
bool IsReviewDue(const v1::Campaign& campaign, absl::string_view uscc, absl::string_view plant);

}  // namespace zhiping::assessment
