// What enterprises of tests do at an assessment service until they submit.
//
//   Drafts drafts(assessment.channel());
//   drafts.OpenCampaign("always");
//   drafts.Register(0);
//   const absl::StatusOr<v1::SubmitRequest> submission = drafts.Fill(0, "always");
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "grpcpp/channel.h"
#include "zhiping/assessment/v1/assessment_service.grpc.pb.h"
#include "zhiping/assessment/v1/campaign_service.grpc.pb.h"
#include "zhiping/assessment/v1/enterprise_service.grpc.pb.h"

namespace zhiping::faults {

// Thread-safe.
class Drafts {
 public:
  explicit Drafts(const std::shared_ptr<grpc::Channel>& channel);

  // Open since an hour, without reviews: without an end; or, if it has a release, with one.
  absl::StatusOr<assessment::v1::Campaign> OpenCampaign(const std::string& campaign,
                                                        const std::string& release_digest = "");
  absl::Status Register(int enterprise);
  // A draft of its main plant with the sample's answers; what submits it, but for the request id.
  absl::StatusOr<assessment::v1::SubmitRequest> Fill(int enterprise, const std::string& campaign);

  absl::StatusOr<assessment::v1::PreviewResponse> Preview(int enterprise,
                                                          const std::string& campaign);
  absl::StatusOr<assessment::v1::SubmitResponse> Submit(
      const assessment::v1::SubmitRequest& request);

 private:
  const std::unique_ptr<assessment::v1::CampaignService::Stub> campaigns_;
  const std::unique_ptr<assessment::v1::EnterpriseService::Stub> enterprises_;
  const std::unique_ptr<assessment::v1::AssessmentService::Stub> assessments_;
};

}  // namespace zhiping::faults
