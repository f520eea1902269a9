// Whoever reads a file gets the result that the latest decision made, until the next one.
#include "tests/integration/assessment/assessment_under_test.h"

namespace zhiping::assessment {
namespace {

class DecidedResultsTest : public testing::TestWithParam<sql::Engine> {
 protected:
  DecidedResultsTest() {
    EXPECT_OK(fixture_.Create(NewCampaign(service_.criteria())));
    EXPECT_OK(fixture_.Register());
    const auto submitted = fixture_.SubmitNew(fixture_.KeyOf());
    EXPECT_OK(submitted);
    if (submitted.ok()) file_ = submitted->submission().key();
  }

  void Take(const CallerOf& reviewer) {
    const auto taken = fixture_.Take(reviewer, file_);
    ASSERT_OK(taken);
    etag_ = taken->submission().standing().etag();
  }
  // About scenario `scenario`; an empty level takes it back.
  void Find(const CallerOf& reviewer, int scenario, const std::string& level) {
    auto request = About<v1::RecordFindingsRequest>();
    auto& finding = *request.add_findings();
    finding.set_scenario(service_.criteria().edition().scenarios(scenario).id());
    finding.set_level(level);
    finding.set_reason("现场没有看到");
    Do(reviewer, &ReviewStub::RecordFindings, request);
  }
  template <typename Method, typename Request>
  void Do(const CallerOf& reviewer, Method method, const Request& request) {
    const auto done = service_.As(reviewer, method, request);
    ASSERT_OK(done);
    etag_ = done->submission().standing().etag();
  }
  template <typename Request>
  Request About() const {
    Request request;
    *request.mutable_submission() = file_;
    request.set_etag(etag_);
    request.set_request_id(NewRequestId());
    if constexpr (requires { request.set_reason(""); }) request.set_reason("理由");
    return request;
  }

  // What the enterprise, the platform and the log get of it, and the receipt of the latest
  // decision.
  std::string WhatCounts() {
    std::string text;
    for (const CallerOf& caller : {fixture_.EnterpriseOf(), kPlatform}) {
      v1::GetEffectiveResultRequest get;
      *get.mutable_key() = fixture_.KeyOf();
      auto effective = service_.As(caller, &AssessmentStub::GetEffectiveResult, get);
      EXPECT_OK(effective);
      if (!effective.ok()) continue;
      auto& standing = *effective->mutable_submission()->mutable_standing();
      standing.clear_taken();
      standing.clear_etag();
      text += effective->DebugString();
      findings_ = standing.findings_size();
      v1::ListSubmissionsRequest list;
      list.set_enterprise(kUscc);
      const auto listed = service_.As(caller, &AssessmentStub::ListSubmissions, list);
      EXPECT_OK(listed);
      if (listed.ok()) text += listed->submissions(0).index().DebugString();
    }
    v1::GetReceiptRequest receipt;
    *receipt.mutable_submission() = file_;
    receipt.set_decision(true);
    const auto got = service_.As(kPlatform, &AssessmentStub::GetReceipt, receipt);
    EXPECT_OK(got);
    return absl::StrCat(text, got.ok() ? got->receipt_no() : "", service_.Head().position);
  }

  AssessmentUnderTest service_{sql::NewSetting(GetParam())};
  Fixture fixture_{service_};
  v1::SubmissionKey file_;
  std::string etag_;
  // Of what the platform got last.
  int findings_ = 0;
};

TEST_P(DecidedResultsTest, OfAStageThatHasTheFileAgainStayUntilItDecidesAnew) {
  const CallerOf county = ReviewerOf("nanjing-gulou"), city = ReviewerOf("nanjing");
  Take(county);
  Find(county, 0, "none");
  Do(county, &ReviewStub::Approve, About<v1::ApproveRequest>());
  Take(city);
  Find(city, 3, "none");
  Do(city, &ReviewStub::ReturnToPreviousStage, About<v1::ReturnToPreviousStageRequest>());
  const std::string decided = WhatCounts();
  EXPECT_EQ(findings_, 1);
  Take(county);
  Find(county, 1, "none");
  EXPECT_EQ(WhatCounts(), decided);
  Find(county, 0, "");
  EXPECT_EQ(WhatCounts(), decided);
  Find(county, 2, "none");
  Do(county, &ReviewStub::Approve, About<v1::ApproveRequest>());
  EXPECT_NE(WhatCounts(), decided);
  EXPECT_EQ(findings_, 2);
}

ON_BOTH_DATABASES(DecidedResultsTest);

}  // namespace
}  // namespace zhiping::assessment
