#include "services/ctl/assessment_client.h"

#include <utility>

namespace zhiping::ctl {

// One connection: channels to the same target with the same arguments share it.
AssessmentClient::AssessmentClient(RemoteService service) : service_(std::move(service)) {
  const auto channel = ChannelTo(service_, {assessment::v1::EnterpriseService::service_full_name(),
                                            assessment::v1::CampaignService::service_full_name(),
                                            assessment::v1::AssessmentService::service_full_name(),
                                            assessment::v1::ReviewService::service_full_name(),
                                            assessment::v1::FeedService::service_full_name(),
                                            common::v1::OperationsService::service_full_name()});
  stubs_ = {assessment::v1::EnterpriseService::NewStub(channel),
            assessment::v1::CampaignService::NewStub(channel),
            assessment::v1::AssessmentService::NewStub(channel),
            assessment::v1::ReviewService::NewStub(channel),
            assessment::v1::FeedService::NewStub(channel),
            common::v1::OperationsService::NewStub(channel)};
}

}  // namespace zhiping::ctl
