// What follows from the fields of an enterprise that were set.
#pragma once

#include "services/assessment/domain/context.h"
#include "zhiping/assessment/v1/enterprise.pb.h"

namespace zhiping::assessment {

// Sets the computed size, if both numbers are given, and the warnings: an organisation code that
// does not check, a region from which the review unit does not usually receive. REQUIRES: its USCC
// is one.
void DeriveFields(const Context& context, v1::Enterprise& enterprise);

}  // namespace zhiping::assessment
