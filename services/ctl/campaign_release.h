// The release of a campaign: --release and --catalogue.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "services/ctl/assessment_options.h"
#include "services/ctl/command_line.h"

namespace zhiping::ctl {

struct CampaignRelease {
  std::string release, catalogue;
};

CLI::Option* AddCampaignRelease(CLI::App& command, const CommandLine& line,
                                CampaignRelease& options, absl::string_view zh,
                                absl::string_view en);

// The digest; empty if no release is named. The catalogue is asked where the name is not the whole
// digest, with the credentials of the service.
absl::StatusOr<std::string> ReleaseDigest(const CampaignRelease& options,
                                          const std::string& programme,
                                          const AssessmentOptions& service);

}  // namespace zhiping::ctl
