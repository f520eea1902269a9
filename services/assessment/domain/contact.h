// Contacts, masked.
#pragma once

#include "zhiping/assessment/v1/enterprise.pb.h"

namespace zhiping::assessment {

// 张三 → 张*, 13812345678 → 138****5678, wang@b.cn → w***@b.cn. How long a value is does not show,
// and of a number of up to seven digits only stars are left. `masked` is set.
v1::Contact Masked(const v1::Contact& contact);

}  // namespace zhiping::assessment
