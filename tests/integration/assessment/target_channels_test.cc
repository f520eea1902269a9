// The channel is the one that the target list says when it is submitted, also if the draft was open
// before. Over gRPC on both databases.
#include "tests/integration/assessment/assessment_under_test.h"

namespace zhiping::assessment {
namespace {

class TargetChannelsTest : public testing::TestWithParam<sql::Engine> {
 protected:
  TargetChannelsTest() {
    EXPECT_OK(fixture_.Register());
    EXPECT_OK(fixture_.Create(NewCampaign(service_.criteria())));
  }

  void List(v1::Channel::Value channel) {
    v1::ImportTargetsRequest request;
    request.set_campaign(kCampaign2026);
    auto& target = *request.add_targets();
    target.set_enterprise(kUscc);
    target.set_channel(channel);
    ASSERT_OK(service_.As(kOfficer, &CampaignStub::ImportTargets, request));
  }
  v1::Submission Submit() {
    const auto submitted = fixture_.Submit(fixture_.Submission(key_, fixture_.Get(key_)->etag()));
    EXPECT_OK(submitted);
    return submitted.ok() ? submitted->submission() : v1::Submission();
  }
  void Withdraw(const v1::Submission& file) {
    v1::WithdrawRequest request;
    *request.mutable_submission() = file.key();
    request.set_etag(file.standing().etag());
    request.set_reason("更正申报渠道");
    request.set_request_id(NewRequestId());
    ASSERT_OK(service_.As(fixture_.EnterpriseOf(), &AssessmentStub::Withdraw, request));
  }
  // What the draft says, wherever it is shown.
  void ExpectShown(v1::Channel::Value channel) {
    EXPECT_EQ(fixture_.Get(key_)->channel(), channel);
    v1::ListAssessmentsRequest list;
    list.set_enterprise(kUscc);
    const auto listed =
        service_.As(fixture_.EnterpriseOf(), &AssessmentStub::ListAssessments, list);
    ASSERT_OK(listed);
    ASSERT_EQ(listed->assessments_size(), 1);
    EXPECT_EQ(listed->assessments(0).channel(), channel);
  }
  static void ExpectDirect(const v1::Submission& file) {
    EXPECT_EQ(file.content().snapshot().channel(), v1::Channel::DIRECT);
    EXPECT_EQ(file.standing().stage(), v1::Stage::PROVINCE);
    EXPECT_EQ(file.standing().unit(), "jiangsu");
  }
  static void ExpectStaged(const v1::Submission& file) {
    EXPECT_EQ(file.content().snapshot().channel(), v1::Channel::STAGED);
    EXPECT_EQ(file.standing().stage(), v1::Stage::COUNTY);
    EXPECT_EQ(file.standing().unit(), "nanjing-gulou");
  }

  AssessmentUnderTest service_{sql::NewSetting(GetParam())};
  Fixture fixture_{service_};
  const v1::AssessmentKey key_ = fixture_.KeyOf();
};

TEST_P(TargetChannelsTest, WhoIsListedAfterTheDraftWasOpenedGoesByTheListsChannel) {
  const auto draft = fixture_.Open(key_);
  ASSERT_OK(draft);
  EXPECT_EQ(draft->channel(), v1::Channel::STAGED);
  const auto filled = fixture_.Fill(*draft);
  ASSERT_OK(filled);
  ASSERT_NO_FATAL_FAILURE(List(v1::Channel::DIRECT));
  ExpectShown(v1::Channel::DIRECT);
  // Nothing that was filled in has changed.
  EXPECT_EQ(fixture_.Get(key_)->etag(), filled->etag());
  const v1::Submission file = Submit();
  ExpectDirect(file);
  EXPECT_FALSE(fixture_.Take(ReviewerOf("nanjing-gulou"), file.key()).ok());
  EXPECT_OK(fixture_.Take(ReviewerOf("jiangsu"), file.key()));
}

TEST_P(TargetChannelsTest, AListThatIsCorrectedCountsFromTheNextSubmissionOn) {
  ASSERT_NO_FATAL_FAILURE(List(v1::Channel::DIRECT));
  const auto draft = fixture_.Open(key_);
  ASSERT_OK(draft);
  EXPECT_EQ(draft->channel(), v1::Channel::DIRECT);
  ASSERT_OK(fixture_.Fill(*draft));
  ASSERT_NO_FATAL_FAILURE(List(v1::Channel::STAGED));
  ExpectShown(v1::Channel::STAGED);
  const v1::Submission staged = Submit();
  ExpectStaged(staged);

  // What is under review goes on as it began, until it is withdrawn and submitted again.
  ASSERT_NO_FATAL_FAILURE(List(v1::Channel::DIRECT));
  ExpectShown(v1::Channel::DIRECT);
  v1::GetSubmissionRequest get;
  *get.mutable_submission() = staged.key();
  const auto file = service_.As(fixture_.EnterpriseOf(), &AssessmentStub::GetSubmission, get);
  ASSERT_OK(file);
  ExpectStaged(file->submission());
  ASSERT_NO_FATAL_FAILURE(Withdraw(file->submission()));
  ExpectDirect(Submit());
}

ON_BOTH_DATABASES(TargetChannelsTest);

}  // namespace
}  // namespace zhiping::assessment
