// assessment submit and preview while a submission cannot be made: what is said, and that it can be
// done by that later.
#include <regex>

#include "tests/integration/ctl/assessment_ctl.h"

namespace zhiping::ctl {
namespace {

constexpr char kAlways[] = "always";
const std::vector<std::string> kSubmit = {"assessment", "submit", "--given-by", "张三",
                                          "--accept-commitment"};

class AssessmentSubmitTest : public AssessmentCtlTest {
 protected:
  void FillIn(const assessment::v1::Campaign& campaign) {
    ASSERT_OK(fixture_.Register());
    const auto created = fixture_.Create(campaign);
    ASSERT_OK(created);
    campaign_ = *created;
    const auto draft = fixture_.Open(fixture_.KeyOf(kUscc, campaign.campaign()));
    ASSERT_OK(draft);
    ASSERT_OK(fixture_.Fill(*draft));
  }
  // The window ends now.
  void Close() {
    assessment::v1::UpdateCampaignRequest request;
    *request.mutable_campaign() = campaign_;
    *request.mutable_campaign()->mutable_closes_at() = ToTimestamp(absl::Now());
    request.mutable_update_mask()->add_paths("closes_at");
    ASSERT_OK(service_.As(kOfficer, &assessment::CampaignStub::UpdateCampaign, request));
  }

  assessment::v1::Campaign campaign_;
};

TEST_F(AssessmentSubmitTest, WithoutAnEtagItIsHandedInAllTheSameWhileScoringIsAway) {
  ASSERT_NO_FATAL_FAILURE(
      FillIn(assessment::NewCampaign(service_.criteria(), assessment::v1::ReviewPolicy::NONE)));
  service_.scoring().CloseNow();
  const auto away = Refused(enterprise_, kSubmit, 3);
  EXPECT_EQ(away.reason(), Reason::SERVICE_UNREACHABLE);
  const std::string said = away.message().zh();
  std::smatch retry;
  ASSERT_TRUE(
      std::regex_search(said, retry, std::regex("--request-id ([0-9a-f-]+) --etag ([0-9]+)")))
      << said;
  EXPECT_EQ(retry[2], Draft().etag());
  // It came in the window, and is done by its id after it.
  ASSERT_NO_FATAL_FAILURE(Close());
  service_.scoring().OpenAgain();
  std::vector<std::string> late = kSubmit;
  late.insert(late.end(), {"--campaign", kCampaign2026});
  std::vector<std::string> again = late;
  again.insert(again.end(), {"--request-id", retry[1], "--etag", retry[2]});
  Outcome done;
  EXPECT_TRUE(processes::Eventually([&] {
    done = As(enterprise_, again);
    return done.exit_code != 3;
  }));
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_EQ(Refused(enterprise_, late).reason(), Reason::ASSESSMENT_CLOSED);
}

TEST_F(AssessmentSubmitTest, WhatIsMissingIsSaidAlsoWhileScoringIsAway) {
  OpenDraft();
  service_.scoring().CloseNow();
  const auto incomplete = Refused(enterprise_, kSubmit);
  EXPECT_EQ(incomplete.reason(), Reason::INCOMPLETE);
  EXPECT_THAT(incomplete.message().zh(), HasSubstr("33 个场景待填写"));
}

TEST_F(AssessmentSubmitTest, UnderAWithdrawnReleaseTheCommandThatHelpsIsSaid) {
  auto campaign =
      assessment::NewCampaign(service_.criteria(), assessment::v1::ReviewPolicy::NONE, kAlways);
  campaign.clear_closes_at();
  campaign.clear_release_digest();
  ASSERT_NO_FATAL_FAILURE(FillIn(campaign));
  service_.releases().PutInForce(1);
  service_.releases().Withdraw(service_.criteria().digest());
  const char* const advice = "请先用 zhipingctl assessment rebase 改用现行发布版，再提交";
  // However it is cut into lines.
  EXPECT_THAT(
      absl::StrReplaceAll(Said(enterprise_, {"assessment", "preview"}), {{"\n", ""}, {" ", ""}}),
      HasSubstr(absl::StrReplaceAll(advice, {{" ", ""}})));
  const auto refused = Refused(enterprise_, kSubmit);
  EXPECT_EQ(refused.reason(), Reason::RELEASE_WITHDRAWN);
  EXPECT_THAT(refused.message().zh(), HasSubstr(advice));
  EXPECT_THAT(refused.message().en(), HasSubstr("by zhipingctl assessment rebase"));
  Said(enterprise_, {"assessment", "rebase"});
  Said(enterprise_, kSubmit);
}

TEST_F(AssessmentSubmitTest, ADraftSaysByWhichChannelItWouldBeReviewed) {
  OpenDraft();
  EXPECT_THAT(Said(enterprise_, {"assessment", "show"}),
              testing::ContainsRegex("申报渠道 +逐级推荐"));
  const std::string file =
      Scratch("targets.csv", absl::StrCat("统一社会信用代码,渠道\n", kUscc, ",直报省级\n"));
  Said(kOfficer, {"campaign", "targets", "import", kCampaign2026, file});
  EXPECT_THAT(Said(enterprise_, {"assessment", "show"}),
              testing::ContainsRegex("申报渠道 +直报省级"));
}

}  // namespace
}  // namespace zhiping::ctl
