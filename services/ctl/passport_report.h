// What changes between two releases and what becomes of the answers, for people.
#pragma once

#include <string>

#include "common/criteria/criteria.h"
#include "services/ctl/screen.h"
#include "zhiping/catalogue/v1/passport.pb.h"

namespace zhiping::ctl {

// REQUIRES: `passport` is Diff(from, to).
std::string PassportReport(const catalogue::v1::Passport& passport, const criteria::Criteria& from,
                           const criteria::Criteria& to, const Screen& screen);

}  // namespace zhiping::ctl
