// The lines on which findings stand: validation knows fields, people look for lines.
#pragma once

#include <vector>

#include "common/criteria/folder.h"

namespace zhiping::criteria {

// Sets the line of every finding that has none and whose field, or the nearest field around it,
// stands in its file. REQUIRES: the findings are about these files.
void LocateFindings(const FolderFiles& files, std::vector<catalogue::v1::Finding>& findings);

}  // namespace zhiping::criteria
