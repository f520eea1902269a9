// Releases that are withdrawn, or cannot be had any more, after a request was made: what is refused
// then, what is advised, and that a retry gets what it was answered. Over gRPC on both databases.
#include "tests/integration/assessment/assessment_under_test.h"

namespace zhiping::assessment {
namespace {

using testing::HasSubstr;

const CallerOf kColleague = {"colleague", {"campaign-officer"}};
constexpr char kAlways[] = "always";

class WithdrawnReleasesTest : public testing::TestWithParam<sql::Engine> {
 protected:
  WithdrawnReleasesTest() { EXPECT_OK(fixture_.Register()); }

  // In which an assessment takes the release in force.
  v1::Campaign WithoutAnEnd() {
    v1::Campaign campaign = NewCampaign(service_.criteria(), v1::ReviewPolicy::NONE, kAlways);
    campaign.clear_closes_at();
    campaign.clear_release_digest();
    return campaign;
  }
  v1::RepinCampaignRequest RepinRequest() {
    v1::RepinCampaignRequest request;
    request.set_campaign(kCampaign2026);
    request.set_release_digest(second_);
    request.set_reason("规则说明有误");
    request.set_request_id(NewRequestId());
    return request;
  }
  v1::ApproveRepinRequest ApproveRequest() {
    v1::ApproveRepinRequest request;
    request.set_campaign(kCampaign2026);
    request.set_release_digest(second_);
    request.set_request_id(NewRequestId());
    return request;
  }
  v1::RebaseRequest RebaseRequest(const v1::AssessmentKey& key) {
    v1::RebaseRequest request;
    *request.mutable_key() = key;
    request.set_etag(fixture_.Get(key)->etag());
    request.set_request_id(NewRequestId());
    return request;
  }
  // What Submit says of a filled draft, and a preview before.
  common::v1::LocalText Refusal(const v1::AssessmentKey& key) {
    v1::PreviewRequest request;
    *request.mutable_key() = key;
    const auto preview = service_.As(enterprise_, &AssessmentStub::Preview, request);
    EXPECT_OK(preview);
    const auto refused = fixture_.Submit(fixture_.Submission(key, preview->etag()));
    EXPECT_THAT(refused, IsRefused("", Reason::RELEASE_WITHDRAWN));
    const common::v1::LocalText message = DetailOf(refused.status()).message();
    EXPECT_EQ(preview->warnings_size(), 1);
    for (const auto& warning : preview->warnings()) {
      EXPECT_EQ(warning.SerializeAsString(), message.SerializeAsString());
    }
    return message;
  }
  // The request's answer is the same, byte by byte, after `happened`.
  template <typename Stub, typename Request, typename Response>
  void ExpectTheSame(const CallerOf& caller,
                     grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                     const Request& request, const std::function<void()>& happened) {
    const auto first = service_.As(caller, method, request);
    ASSERT_OK(first);
    happened();
    const auto head = service_.Head();
    const auto again = service_.As(caller, method, request);
    ASSERT_OK(again);
    EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
    EXPECT_EQ(service_.Head(), head);
    Request other = request;
    other.set_request_id(NewRequestId());
    EXPECT_FALSE(service_.As(caller, method, other).ok());
  }

  AssessmentUnderTest service_{sql::NewSetting(GetParam())};
  Fixture fixture_{service_};
  const CallerOf enterprise_ = fixture_.EnterpriseOf();
  const v1::AssessmentKey key_ = fixture_.KeyOf();
  const v1::AssessmentKey always_ = fixture_.KeyOf(kUscc, kAlways);
  const std::string first_ = service_.criteria().digest();
  const std::string second_ = service_.second().digest();
};

TEST_P(WithdrawnReleasesTest, ARepinToAReleaseThatWasWithdrawnMeanwhileIsNotApproved) {
  ASSERT_OK(fixture_.Create(NewCampaign(service_.criteria())));
  ASSERT_OK(service_.As(kOfficer, &CampaignStub::RepinCampaign, RepinRequest()));
  service_.releases().Withdraw(second_);
  const auto head = service_.Head();
  const auto refused = service_.As(kColleague, &CampaignStub::ApproveRepin, ApproveRequest());
  EXPECT_THAT(refused, IsRefused("", Reason::RELEASE_WITHDRAWN));
  EXPECT_THAT(DetailOf(refused.status()).message().zh(), HasSubstr("2026-2 已被撤回"));
  EXPECT_EQ(service_.Head(), head);
  v1::GetCampaignRequest get;
  get.set_campaign(kCampaign2026);
  const auto campaign = service_.As(kOfficer, &CampaignStub::GetCampaign, get);
  ASSERT_OK(campaign);
  EXPECT_EQ(campaign->campaign().release_digest(), first_);
}

TEST_P(WithdrawnReleasesTest, WhatWasApprovedBeforeIsAnsweredAgain) {
  ASSERT_OK(fixture_.Create(NewCampaign(service_.criteria())));
  ASSERT_OK(service_.As(kOfficer, &CampaignStub::RepinCampaign, RepinRequest()));
  ExpectTheSame(kColleague, &CampaignStub::ApproveRepin, ApproveRequest(),
                [&] { service_.releases().Withdraw(second_); });
}

TEST_P(WithdrawnReleasesTest, ARepinThatWasAskedForBeforeIsAnsweredAgain) {
  ASSERT_OK(fixture_.Create(NewCampaign(service_.criteria())));
  ExpectTheSame(kOfficer, &CampaignStub::RepinCampaign, RepinRequest(),
                [&] { service_.releases().Withdraw(second_); });
}

TEST_P(WithdrawnReleasesTest, ACampaignThatWasMadeBeforeIsAnsweredAgain) {
  v1::CreateCampaignRequest request;
  *request.mutable_campaign() = NewCampaign(service_.criteria());
  request.set_request_id(NewRequestId());
  ExpectTheSame(kOfficer, &CampaignStub::CreateCampaign, request,
                [&] { service_.releases().Withdraw(first_); });
}

TEST_P(WithdrawnReleasesTest, AnAssessmentThatWasOpenedBeforeIsAnsweredAgain) {
  ASSERT_OK(fixture_.Create(NewCampaign(service_.criteria())));
  v1::CreateAssessmentRequest request;
  *request.mutable_key() = key_;
  request.set_request_id(NewRequestId());
  ExpectTheSame(enterprise_, &AssessmentStub::CreateAssessment, request,
                [&] { service_.releases().Lose(first_); });
}

TEST_P(WithdrawnReleasesTest, WhatWasRebasedOrAddedBeforeIsAnsweredAgain) {
  ASSERT_OK(fixture_.Create(WithoutAnEnd()));
  ASSERT_OK(fixture_.Open(always_));
  v1::AddEvidenceRequest evidence;
  *evidence.mutable_key() = always_;
  evidence.mutable_evidence()->set_name("合同.pdf");
  evidence.mutable_evidence()->set_sha256(std::string(64, 'a'));
  evidence.mutable_evidence()->add_scenarios(service_.criteria().edition().scenarios(0).id());
  evidence.set_request_id(NewRequestId());
  const auto added = service_.As(enterprise_, &AssessmentStub::AddEvidence, evidence);
  ASSERT_OK(added);
  service_.releases().PutInForce(1);
  ExpectTheSame(enterprise_, &AssessmentStub::Rebase, RebaseRequest(always_),
                [&] { service_.releases().Lose(second_); });
  const auto again = service_.As(enterprise_, &AssessmentStub::AddEvidence, evidence);
  ASSERT_OK(again);
  EXPECT_EQ(again->SerializeAsString(), added->SerializeAsString());
}

TEST_P(WithdrawnReleasesTest, WhatIsAdvisedIsWhatHelpsInTheCampaign) {
  ASSERT_OK(fixture_.Create(NewCampaign(service_.criteria())));
  ASSERT_OK(fixture_.Create(WithoutAnEnd()));
  for (const v1::AssessmentKey& key : {key_, always_}) {
    ASSERT_OK(fixture_.Fill(*fixture_.Open(key)));
  }
  service_.releases().PutInForce(1);
  service_.releases().Withdraw(first_);
  const auto pinned = Refusal(key_);
  EXPECT_THAT(pinned.zh(), HasSubstr("请等待批次改用新的发布版"));
  EXPECT_THAT(pinned.en(), HasSubstr("until the campaign has another release"));
  const auto without_an_end = Refusal(always_);
  EXPECT_THAT(without_an_end.zh(), HasSubstr("请先用 Rebase 改用现行发布版，再提交"));
  EXPECT_THAT(without_an_end.en(), HasSubstr("take it to the release in force by Rebase"));
  EXPECT_THAT(without_an_end.zh(), testing::Not(HasSubstr("等待")));
  // Which helps.
  const auto rebased = service_.As(enterprise_, &AssessmentStub::Rebase, RebaseRequest(always_));
  ASSERT_OK(rebased);
  EXPECT_OK(fixture_.Submit(fixture_.Submission(always_, rebased->assessment().etag())));
}

ON_BOTH_DATABASES(WithdrawnReleasesTest);

}  // namespace
}  // namespace zhiping::assessment
