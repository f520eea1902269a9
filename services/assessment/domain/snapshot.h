// The enterprise as it is when it submits: part of what the receipt signs.
#pragma once

#include "absl/strings/string_view.h"
#include "services/assessment/domain/context.h"
#include "zhiping/assessment/v1/record.pb.h"

namespace zhiping::assessment {

// Names are those of the day. REQUIRES: the enterprise has the plant.
v1::Snapshot SnapshotOf(const v1::Enterprise& enterprise, absl::string_view plant,
                        v1::Channel::Value channel, const v1::PersonRecord& submitter,
                        const Context& context);

}  // namespace zhiping::assessment
