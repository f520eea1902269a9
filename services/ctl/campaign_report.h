// Campaigns for people.
#pragma once

#include <string>

#include "services/ctl/screen.h"
#include "services/ctl/zone.h"
#include "zhiping/assessment/v1/campaign_service.pb.h"

namespace zhiping::ctl {

std::string CampaignReport(const assessment::v1::Campaign& campaign, const Zone& zone,
                           const Screen& screen);

std::string CampaignList(const assessment::v1::ListCampaignsResponse& list, absl::Time now,
                         const Zone& zone, const Screen& screen);

std::string TargetList(const assessment::v1::ListTargetsResponse& list, const Screen& screen);

}  // namespace zhiping::ctl
