// An edition with its rulebook, for people.
#pragma once

#include <string>

#include "common/criteria/criteria.h"
#include "services/ctl/screen.h"

namespace zhiping::ctl {

std::string EditionReport(const criteria::Criteria& criteria, const Screen& screen);

}  // namespace zhiping::ctl
