// Convergence as it changes, until the command is interrupted.
#pragma once

#include "absl/status/statusor.h"
#include "services/ctl/catalogue_client.h"
#include "services/ctl/command_line.h"
#include "services/ctl/zone.h"

namespace zhiping::ctl {

// On a terminal a picture that is kept up to date; else, or with --json, a line for `first` and one
// for each change: JSON has a GetConvergenceResponse or an error in it. A catalogue that does not
// answer is asked again, and that is shown. Ends only when standard output does.
absl::StatusOr<int> WatchConvergence(const catalogue::v1::GetConvergenceRequest& request,
                                     catalogue::v1::GetConvergenceResponse first,
                                     CatalogueClient& client, const Zone& zone,
                                     const CommandLine& line);

// Whether two answers say the same: but for the instants at which the catalogue confirmed the state
// and heard of instances.
bool SameConvergence(catalogue::v1::GetConvergenceResponse a,
                     catalogue::v1::GetConvergenceResponse b);

// The text in a terminal's window: over what was there, and cut to its height.
std::string InWindow(absl::string_view text, const Screen& screen);

}  // namespace zhiping::ctl
