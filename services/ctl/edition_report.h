// An edition with its rulebook, for people.
#pragma once

#include <string>

#include "common/criteria/criteria.h"
#include "services/ctl/screen.h"
#include "zhiping/catalogue/v1/notes.pb.h"

namespace zhiping::ctl {

// In English with the English of the notes, where they have any; null: none are at hand.
std::string EditionReport(const criteria::Criteria& criteria, const catalogue::v1::Notes* notes,
                          const Screen& screen);

}  // namespace zhiping::ctl
