// Enterprises and the changes that they request, for people.
#pragma once

#include <string>

#include "services/ctl/screen.h"
#include "services/ctl/zone.h"
#include "zhiping/assessment/v1/enterprise_service.pb.h"

namespace zhiping::ctl {

std::string EnterpriseReport(const assessment::v1::Enterprise& enterprise, const Zone& zone,
                             const Screen& screen);

std::string EnterpriseList(const assessment::v1::ListEnterprisesResponse& list,
                           const Screen& screen);

// With what would change, value by value.
std::string ChangeRequestReport(const assessment::v1::ChangeRequest& change, const Zone& zone,
                                const Screen& screen);

}  // namespace zhiping::ctl
