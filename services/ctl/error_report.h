// Errors and findings for people.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/ctl/screen.h"
#include "zhiping/catalogue/v1/finding.pb.h"

namespace zhiping::ctl {

// The sentence and its reason, then what is wrong, a line each: the first ten, and how many more;
// all scenarios that are not answered (INCOMPLETE) or that somebody else has changed
// (ANSWER_CONFLICT).
std::string ErrorReport(const absl::Status& error, const Screen& screen);

// Exit code of a failed command.
int ExitCodeOf(const absl::Status& error);

// Every finding with file, line or field, and reason; errors first, then a summary.
std::string FindingsReport(const std::vector<catalogue::v1::Finding>& findings,
                           const Screen& screen);

}  // namespace zhiping::ctl
