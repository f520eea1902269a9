// Campaigns (批次): created, changed, deleted and shown.
#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/field_mask.pb.h"
#include "zhiping/assessment/v1/campaign.pb.h"
#include "zhiping/assessment/v1/record.pb.h"

namespace zhiping::assessment {

// For how long a file may be taken at most.
inline constexpr absl::Duration kMostTakeTtl = absl::Hours(30 * 24);

// What was done in a campaign.
struct CampaignUse {
  bool assessment_opened = false;
  bool submitted = false;
};

// A new campaign: checked, with its defaults, at version 1. What only the service sets is left out
// of what is sent; whether the release exists, and its label, are for the caller to add.
//
// Errors, all at once, as `campaign.…`: FIELD_REQUIRED, TOO_LARGE, CHARACTER_NOT_ALLOWED,
// INVALID_FIELD.
absl::StatusOr<v1::CampaignRecord> CreateCampaign(const v1::Campaign& sent,
                                                  const v1::PersonRecord& by, absl::Time now);

// The campaign with the fields that the mask names as they are sent: title, window, review policy,
// days, take_ttl, commitment and targets_only. An end can be moved, but neither added nor taken
// away, since the pinned release hangs on it; another text of the commitment needs another version.
// The version grows if that changes anything.
//
// Errors: as CreateCampaign, under `updateMask` for what cannot be set; CAMPAIGN_IN_USE
// (FAILED_PRECONDITION) for another review policy after the first submission.
absl::StatusOr<v1::CampaignRecord> UpdateCampaign(const v1::CampaignRecord& present,
                                                  const v1::Campaign& sent,
                                                  const google::protobuf::FieldMask& mask,
                                                  const CampaignUse& use, absl::Time now);

// Its id stays taken. Errors: CAMPAIGN_IN_USE (FAILED_PRECONDITION) if an assessment was opened.
absl::StatusOr<v1::CampaignRecord> DeleteCampaign(const v1::CampaignRecord& present,
                                                  const CampaignUse& use, absl::Time now);

// As it is given out: with its etag, without the seed.
v1::Campaign ShownCampaign(const v1::CampaignRecord& record);

// After which a file that was taken is free again.
absl::Duration TakeTtlOf(const v1::Campaign& campaign);

}  // namespace zhiping::assessment
