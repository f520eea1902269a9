// An edition with its rulebook, for people.
#pragma once

#include <string>

#include "common/criteria/criteria.h"
#include "services/ctl/english.h"
#include "services/ctl/screen.h"

namespace zhiping::ctl {

// On a screen in English, `english` stands before or instead of the official text.
std::string EditionReport(const criteria::Criteria& criteria, const English& english,
                          const Screen& screen);

}  // namespace zhiping::ctl
