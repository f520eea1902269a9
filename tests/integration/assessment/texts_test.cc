// What callers get to read answers by, and what they may try before they change them. Over gRPC on
// both databases.
#include "tests/integration/assessment/assessment_under_test.h"

namespace zhiping::assessment {
namespace {

class TextsTest : public testing::TestWithParam<sql::Engine> {
 protected:
  TextsTest() {
    EXPECT_OK(fixture_.Register());
    EXPECT_OK(fixture_.Create(NewCampaign(service_.criteria())));
    EXPECT_OK(fixture_.Open(key_));
  }

  void ExpectTexts(const v1::CriteriaTexts& texts) {
    const auto& edition = service_.criteria().edition();
    ASSERT_EQ(texts.scenarios_size(), service_.criteria().scenario_count());
    EXPECT_EQ(texts.edition(), edition.id());
    // What every result carries, beside it.
    EXPECT_THAT(texts.statement().zh(), testing::StartsWith("本结果由企业自行填报"));
    EXPECT_FALSE(texts.statement().en().empty());
    int levels = 0;
    for (int i = 0; i < texts.scenarios_size(); ++i) {
      const v1::ScenarioTexts& scenario = texts.scenarios(i);
      EXPECT_EQ(scenario.scenario(), edition.scenarios(i).id());
      EXPECT_EQ(scenario.name(), edition.scenarios(i).name().text());
      EXPECT_FALSE(scenario.segment_name().empty());
      for (const v1::LevelTexts& level : scenario.levels()) {
        EXPECT_FALSE(level.name().empty());
        EXPECT_FALSE(level.text().empty()) << scenario.scenario();
        ++levels;
      }
    }
    // Of the 99 cells 25 do not exist.
    EXPECT_EQ(levels, 74);
    EXPECT_EQ(texts.facts_size(), service_.criteria().fact_count());
  }

  AssessmentUnderTest service_{sql::NewSetting(GetParam())};
  Fixture fixture_{service_};
  const v1::AssessmentKey key_ = fixture_.KeyOf();
  const CallerOf enterprise_ = fixture_.EnterpriseOf();
};

TEST_P(TextsTest, TextsComeWithDraftsPreviewsAndSubmissionsIfAskedFor) {
  v1::GetAssessmentRequest get;
  *get.mutable_key() = key_;
  const auto plain = service_.As(enterprise_, &AssessmentStub::GetAssessment, get);
  ASSERT_OK(plain);
  EXPECT_FALSE(plain->has_texts());
  get.set_with_texts(true);
  const auto draft = service_.As(enterprise_, &AssessmentStub::GetAssessment, get);
  ASSERT_OK(draft);
  ExpectTexts(draft->texts());

  v1::PreviewRequest preview;
  *preview.mutable_key() = key_;
  const auto ids = service_.As(enterprise_, &AssessmentStub::Preview, preview);
  ASSERT_OK(ids);
  EXPECT_TRUE(ids->result().segments(0).name().empty());
  preview.set_with_texts(true);
  const auto names = service_.As(enterprise_, &AssessmentStub::Preview, preview);
  ASSERT_OK(names);
  EXPECT_FALSE(names->result().segments(0).name().empty());

  const auto filled = fixture_.Fill(draft->assessment());
  ASSERT_OK(filled);
  const auto submitted = fixture_.Submit(fixture_.Submission(key_, filled->etag()));
  ASSERT_OK(submitted);
  v1::GetSubmissionRequest file;
  *file.mutable_submission() = submitted->submission().key();
  file.set_with_texts(true);
  const auto read = service_.As(ReviewerOf("nanjing-gulou"), &AssessmentStub::GetSubmission, file);
  ASSERT_OK(read);
  ExpectTexts(read->texts());

  v1::GetEffectiveResultRequest effective;
  *effective.mutable_key() = key_;
  const auto bare = service_.As(kPlatform, &AssessmentStub::GetEffectiveResult, effective);
  ASSERT_OK(bare);
  EXPECT_FALSE(bare->has_texts());
  effective.set_with_texts(true);
  const auto counts = service_.As(kPlatform, &AssessmentStub::GetEffectiveResult, effective);
  ASSERT_OK(counts);
  ExpectTexts(counts->texts());
}

// It can be filled in, and is handed in when the campaign has another release.
TEST_P(TextsTest, APreviewUnderAWithdrawnReleaseSaysThatItCannotBeSubmitted) {
  ASSERT_OK(fixture_.Fill(*fixture_.Get(key_)));
  v1::PreviewRequest request;
  *request.mutable_key() = key_;
  const auto before = service_.As(enterprise_, &AssessmentStub::Preview, request);
  ASSERT_OK(before);
  EXPECT_EQ(before->warnings_size(), 0);
  service_.releases().Withdraw(service_.criteria().digest());
  const auto preview = service_.As(enterprise_, &AssessmentStub::Preview, request);
  ASSERT_OK(preview);
  ASSERT_EQ(preview->warnings_size(), 1);
  EXPECT_TRUE(preview->missing().empty());
  const auto refused = fixture_.Submit(fixture_.Submission(key_, preview->etag()));
  EXPECT_THAT(refused, IsRefused("", Reason::RELEASE_WITHDRAWN));
  EXPECT_EQ(preview->warnings(0).zh(), DetailOf(refused.status()).message().zh());
  EXPECT_EQ(preview->warnings(0).en(), DetailOf(refused.status()).message().en());
}

TEST_P(TextsTest, AnUpdateThatIsOnlyValidatedSaysWhatWouldBeAndChangesNothing) {
  const v1::Assessment draft = *fixture_.Get(key_);
  v1::UpdateAnswersRequest request;
  *request.mutable_key() = key_;
  auto& update = *request.add_updates();
  update.mutable_answer()->set_scenario("在线智能检测");
  update.mutable_answer()->set_level("基础级");
  update.set_base_etag(draft.answers(0).etag());
  request.set_validate_only(true);
  const auto tried = service_.As(enterprise_, &AssessmentStub::UpdateAnswers, request);
  ASSERT_OK(tried);
  ASSERT_EQ(tried->answers_size(), 1);
  EXPECT_EQ(tried->answers(0).answer().scenario(), "online-inspection");
  EXPECT_EQ(tried->answers(0).answer().level(), "basic");
  EXPECT_EQ(tried->answered(), 1);
  EXPECT_EQ(fixture_.Get(key_)->SerializeAsString(), draft.SerializeAsString());

  update.mutable_answer()->set_level("高级");
  EXPECT_THAT(service_.As(enterprise_, &AssessmentStub::UpdateAnswers, request),
              IsRefused("updates[0].answer.level", Reason::UNKNOWN_LEVEL));
  update.mutable_answer()->set_level("基础级");
  request.set_validate_only(false);
  ASSERT_OK(service_.As(enterprise_, &AssessmentStub::UpdateAnswers, request));
  update.mutable_answer()->set_level("入门级");
  request.set_validate_only(true);
  EXPECT_THAT(service_.As(enterprise_, &AssessmentStub::UpdateAnswers, request),
              IsRefused("updates[0].baseEtag", Reason::ANSWER_CONFLICT));
}

ON_BOTH_DATABASES(TextsTest);

}  // namespace
}  // namespace zhiping::assessment
