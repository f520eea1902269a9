// The instances of a programme by how they follow, and as a table.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/ctl/screen.h"
#include "zhiping/catalogue/v1/catalogue_admin_service.pb.h"

namespace zhiping::ctl {

// Labels of releases by digest, for what instances run.
using ReleaseLabels = std::map<std::string, std::string>;

// Of a GetConvergenceResponse, which outlives them.
using Instances = std::vector<const catalogue::v1::InstanceConvergence*>;

Instances InstancesWith(const catalogue::v1::GetConvergenceResponse& convergence,
                        catalogue::v1::InstanceConvergence::Status status);

// Those that do not run what is in force: refusing, behind, unknown.
Instances Laggards(const catalogue::v1::GetConvergenceResponse& convergence);

// Whether several of them are processes with one id.
bool SharesInstanceIds(const catalogue::v1::GetConvergenceResponse& convergence);

// The text in the colour of a status.
std::string Coloured(catalogue::v1::InstanceConvergence::Status status, absl::string_view text,
                     const Screen& screen);

// A line for each instance, and below it why it refuses. Ages are counted until `as_of`.
std::string InstanceTable(const Instances& instances, absl::Time as_of, const ReleaseLabels& labels,
                          const Screen& screen);

}  // namespace zhiping::ctl
