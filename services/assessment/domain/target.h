// Rows of a target list (应报名单).
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "zhiping/assessment/v1/campaign.pb.h"

namespace zhiping::assessment {

// The row with its USCC normalised, plant `main` and channel STAGED where none is given. Whether
// the enterprise has the plant is for the caller to ask.
//
// Errors, all at once: violations for `enterprise` (FIELD_REQUIRED, INVALID_USCC), `plant` and
// `channel` (INVALID_FIELD).
absl::StatusOr<v1::Target> NormaliseTarget(v1::Target row);

// By which way what is submitted now is reviewed: STAGED for whoever is not on the list.
v1::Channel::Value ChannelOf(const std::optional<v1::Target>& target);

}  // namespace zhiping::assessment
