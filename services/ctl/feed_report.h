// The log of changes for people.
#pragma once

#include <string>

#include "services/ctl/screen.h"
#include "services/ctl/zone.h"
#include "zhiping/assessment/v1/feed_service.pb.h"

namespace zhiping::ctl {

// An entry in one line.
std::string ChangeLine(const assessment::v1::ChangeEntry& entry, const Zone& zone,
                       const Screen& screen);

// A line an entry, and how to go on.
std::string ChangesReport(const assessment::v1::ListSubmissionChangesResponse& response,
                          const Zone& zone, const Screen& screen);

// `INCARNATION:POSITION:HASH`.
std::string CursorText(const assessment::v1::ChangeCursor& cursor);

}  // namespace zhiping::ctl
