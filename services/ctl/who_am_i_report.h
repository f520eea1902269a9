// Who a service takes the caller for, for people.
#pragma once

#include <string>

#include "services/ctl/screen.h"
#include "services/ctl/zone.h"
#include "zhiping/common/v1/operations_service.pb.h"

namespace zhiping::ctl {

// What the caller does not have is left out, but for the roles.
std::string WhoAmIReport(const common::v1::WhoAmIResponse& who, const Zone& zone,
                         const Screen& screen);

}  // namespace zhiping::ctl
