// The assessment service as commands call it. Errors say what to do next.
#pragma once

#include <memory>
#include <string>
#include <tuple>

#include "services/ctl/assessment_errors.h"
#include "services/ctl/remote_service.h"
#include "zhiping/assessment/v1/assessment_service.grpc.pb.h"
#include "zhiping/assessment/v1/campaign_service.grpc.pb.h"
#include "zhiping/assessment/v1/enterprise_service.grpc.pb.h"
#include "zhiping/assessment/v1/feed_service.grpc.pb.h"
#include "zhiping/assessment/v1/review_service.grpc.pb.h"
#include "zhiping/common/v1/operations_service.grpc.pb.h"

namespace zhiping::ctl {

using Enterprises = assessment::v1::EnterpriseService::Stub;
using Campaigns = assessment::v1::CampaignService::Stub;
using Assessments = assessment::v1::AssessmentService::Stub;
using Reviews = assessment::v1::ReviewService::Stub;
using Feed = assessment::v1::FeedService::Stub;

class AssessmentClient {
 public:
  template <typename Stub, typename Request, typename Response>
  using Method = grpc::Status (Stub::*)(grpc::ClientContext*, const Request&, Response*);

  explicit AssessmentClient(RemoteService service);

  // `Call(&Assessments::Preview, request)`, of any of the stubs.
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(Method<Stub, Request, Response> method, const Request& request) {
    auto response = Ask(service_, *std::get<std::unique_ptr<Stub>>(stubs_), method, request);
    if (!response.ok()) return WithAssessmentAdvice(response.status());
    return response;
  }

  // A call that changes something once, by the request's id: an error after which it is not known
  // whether it did says how to repeat it.
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Change(Method<Stub, Request, Response> method, const Request& request) {
    auto response = Call(method, request);
    if (!response.ok()) return WithRetry(response.status(), RetryArguments(request));
    return response;
  }

  // All pages of a list, as one.
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> List(Method<Stub, Request, Response> method, const Request& request) {
    return AllPages(request, [&](const Request& page) { return Call(method, page); });
  }

  // For streams.
  const RemoteService& service() const { return service_; }
  Feed& feed() { return *std::get<std::unique_ptr<Feed>>(stubs_); }

 private:
  const RemoteService service_;
  std::tuple<std::unique_ptr<Enterprises>, std::unique_ptr<Campaigns>, std::unique_ptr<Assessments>,
             std::unique_ptr<Reviews>, std::unique_ptr<Feed>,
             std::unique_ptr<common::v1::OperationsService::Stub>>
      stubs_;
};

}  // namespace zhiping::ctl
