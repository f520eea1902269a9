// Releases and activations for people.
#pragma once

#include <string>

#include "services/ctl/screen.h"
#include "services/ctl/zone.h"
#include "zhiping/catalogue/v1/catalogue_service.pb.h"

namespace zhiping::ctl {

// A line for each release, from the newest.
std::string ReleaseListReport(const catalogue::v1::ListReleasesResponse& releases, const Zone& zone,
                              const Screen& screen);

// What a release is, and the activations that put it in force; `activations` may have others too.
std::string ReleaseReport(const catalogue::v1::ReleaseSummary& release,
                          const catalogue::v1::ListActivationsResponse& activations,
                          const Zone& zone, const Screen& screen);

}  // namespace zhiping::ctl
