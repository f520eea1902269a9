#include "services/assessment/domain/release_path.h"

#include <algorithm>

namespace zhiping::assessment {
namespace {

// All that drafts may be under, the latest last.
std::vector<std::string> Releases(const v1::CampaignRecord& campaign) {
  const std::string& pinned = campaign.campaign().release_digest();
  if (pinned.empty()) return {campaign.corrections().begin(), campaign.corrections().end()};
  std::vector<std::string> releases(campaign.earlier_releases().begin(),
                                    campaign.earlier_releases().end());
  releases.push_back(pinned);
  return releases;
}

}  // namespace

std::vector<std::string> LaterReleases(const v1::CampaignRecord& campaign,
                                       const std::string& digest) {
  const std::vector<std::string> releases = Releases(campaign);
  // The last time that the campaign had it.
  const auto found = std::find(releases.rbegin(), releases.rend(), digest);
  return {found.base(), found == releases.rend() ? found.base() : releases.end()};
}

std::vector<std::string> LeftReleases(const v1::CampaignRecord& campaign) {
  std::vector<std::string> left = Releases(campaign);
  if (left.empty()) return left;
  const std::string last = left.back();
  std::sort(left.begin(), left.end());
  left.erase(std::unique(left.begin(), left.end()), left.end());
  left.erase(std::find(left.begin(), left.end(), last));
  return left;
}

}  // namespace zhiping::assessment
