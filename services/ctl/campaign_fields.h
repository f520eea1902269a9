// What --title, --closes and the others say of a campaign.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/ctl/assessment_options.h"
#include "services/ctl/command_line.h"
#include "services/ctl/zone.h"
#include "zhiping/assessment/v1/campaign.pb.h"

namespace zhiping::ctl {

struct CampaignFields {
  std::string title, title_en, opens, closes, review, per_mille, seed_file, due_days, return_days,
      appeal_days, take_ttl, commitment_version, commitment_file, targets_only;
};

void AddCampaignFields(CLI::App& command, const CommandLine& line, CampaignFields& fields);

// Sets those that are given, and gives their paths. Errors: WRONG_USAGE; FILE_UNREADABLE.
absl::StatusOr<std::vector<std::string>> ReadCampaignFields(const CampaignFields& fields,
                                                            const Zone& zone,
                                                            assessment::v1::Campaign& campaign);

}  // namespace zhiping::ctl
