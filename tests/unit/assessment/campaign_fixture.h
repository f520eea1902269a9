// A campaign with an end, for tests.
#pragma once

#include <string>

#include "common/time/timestamp.h"
#include "services/assessment/domain/campaign.h"
#include "tests/unit/assessment/enterprise_fixture.h"

namespace zhiping::assessment {

inline std::string DigestNamed(char digit) { return "sha256:" + std::string(64, digit); }

inline v1::Campaign Yearly() {
  v1::Campaign campaign;
  campaign.set_campaign("jiangsu-ai-2026");
  campaign.set_programme("jiangsu-ai");
  campaign.set_year(2026);
  campaign.mutable_title()->set_zh("2026年度自评测");
  *campaign.mutable_opens_at() = ToTimestamp(kNow);
  *campaign.mutable_closes_at() = ToTimestamp(kNow + absl::Hours(24 * 60));
  campaign.set_release_digest(DigestNamed('a'));
  campaign.mutable_commitment()->set_version("2026-1");
  campaign.mutable_commitment()->mutable_text()->set_zh("本企业承诺\n所填内容真实。");
  return campaign;
}

inline v1::Campaign Endless() {
  v1::Campaign campaign = Yearly();
  campaign.clear_closes_at();
  campaign.clear_release_digest();
  return campaign;
}

inline v1::CampaignRecord Created(const v1::Campaign& sent) {
  return *CreateCampaign(sent, PersonNamed("officer"), kNow);
}

}  // namespace zhiping::assessment
