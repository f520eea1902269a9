#include "services/assessment/campaign_service.h"

namespace zhiping::assessment {

CampaignService::CampaignService(Campaigns& campaigns, const rpc::PooledService& on)
    : create_campaign_(on, "CreateCampaign", campaigns, &Campaigns::CreateCampaign),
      get_campaign_(on, "GetCampaign", campaigns, &Campaigns::GetCampaign),
      list_campaigns_(on, "ListCampaigns", campaigns, &Campaigns::ListCampaigns),
      update_campaign_(on, "UpdateCampaign", campaigns, &Campaigns::UpdateCampaign),
      delete_campaign_(on, "DeleteCampaign", campaigns, &Campaigns::DeleteCampaign),
      repin_campaign_(on, "RepinCampaign", campaigns, &Campaigns::RepinCampaign),
      approve_repin_(on, "ApproveRepin", campaigns, &Campaigns::ApproveRepin),
      close_period_(on, "ClosePeriod", campaigns, &Campaigns::ClosePeriod),
      import_targets_(on, "ImportTargets", campaigns, &Campaigns::ImportTargets),
      list_targets_(on, "ListTargets", campaigns, &Campaigns::ListTargets) {}

}  // namespace zhiping::assessment
