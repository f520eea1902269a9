// What differs between two rulebooks, for people.
#pragma once

#include <string>

#include "services/ctl/screen.h"
#include "zhiping/catalogue/v1/passport.pb.h"

namespace zhiping::ctl {

// A sentence, and every value that differs below what it belongs to: old → new.
std::string RuleChangesReport(const catalogue::v1::Passport& passport, const Screen& screen);

}  // namespace zhiping::ctl
