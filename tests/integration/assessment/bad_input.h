// One enterprise has handed in and another fills in: what wrong input must not change.
#pragma once

#include <string>

#include "tests/integration/assessment/assessment_under_test.h"

namespace zhiping::assessment {

inline const CallerOf kReviewer = ReviewerOf("nanjing-gulou");

class BadInputTest : public testing::TestWithParam<sql::Engine> {
 protected:
  AssessmentUnderTest service_{sql::NewSetting(GetParam())};
  Fixture fixture_{service_};
  // One has handed in, the other fills in.
  const CallerOf enterprise_ = fixture_.EnterpriseOf();
  const std::string other_uscc_ = UsccNumber(1);
  const CallerOf other_ = fixture_.EnterpriseOf(other_uscc_);
  const v1::AssessmentKey draft_ = fixture_.KeyOf(other_uscc_);
  v1::SubmissionKey file_;
  std::string file_etag_;

  void SetUp() override {
    ASSERT_OK(fixture_.Register());
    ASSERT_OK(fixture_.Register(NewEnterprise(other_uscc_)));
    v1::Campaign campaign = NewCampaign(service_.criteria());
    ASSERT_OK(fixture_.Create(campaign));
    const auto submitted = fixture_.SubmitNew(fixture_.KeyOf());
    ASSERT_OK(submitted);
    file_ = submitted->submission().key();
    file_etag_ = submitted->submission().standing().etag();
    ASSERT_OK(fixture_.Open(draft_));
  }

  template <typename Response, typename Stub, typename Request>
  absl::Status Try(const CallerOf& caller,
                   grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                   Request request) {
    if constexpr (requires { request.request_id(); }) {
      if (request.request_id().empty()) request.set_request_id(NewRequestId());
    }
    return service_.As(caller, method, request).status();
  }

  // All that a call might have changed.
  std::string Everything() {
    const absl::Time deadline = absl::Now() + absl::Seconds(20);
    std::string all = absl::StrCat(service_.Head().position);
    for (const std::string& uscc : {std::string(kUscc), other_uscc_}) {
      absl::StrAppend(
          &all, (*service_.store().FindEnterprise(deadline, uscc))->SerializeAsString(),
          (*service_.store().FindAssessment(deadline, fixture_.KeyOf(uscc)))->SerializeAsString());
    }
    absl::StrAppend(&all, (*service_.store().FindSubmission(deadline, file_))->SerializeAsString(),
                    (*service_.store().FindCampaign(deadline, kCampaign2026))->SerializeAsString());
    return all;
  }

  v1::Enterprise Registered() {
    v1::GetEnterpriseRequest request;
    request.set_uscc(kUscc);
    return service_.As(kPlatform, &EnterpriseStub::GetEnterprise, request)->enterprise();
  }
  absl::Status Register(const v1::Enterprise& enterprise) {
    return fixture_.Register(enterprise).status();
  }
};

}  // namespace zhiping::assessment
