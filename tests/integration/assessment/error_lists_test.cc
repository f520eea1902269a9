// Errors that list things arrive with all of them, over gRPC: 33 scenarios, 100 files.
#include <map>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tests/integration/assessment/assessment_under_test.h"

namespace zhiping::assessment {
namespace {

class ErrorListsTest : public testing::Test {
 protected:
  ErrorListsTest() {
    EXPECT_OK(fixture_.Register());
    EXPECT_OK(fixture_.Create(NewCampaign(service_.criteria())));
  }

  static std::map<std::string, std::string> MetadataOf(const absl::Status& status) {
    std::map<std::string, std::string> metadata;
    const ErrorDetail detail = DetailOf(status);
    for (const auto& entry : detail.metadata()) metadata.emplace(entry.key(), entry.value());
    return metadata;
  }
  std::string AllScenarios() const {
    std::vector<std::string> ids;
    for (const auto& scenario : service_.criteria().edition().scenarios()) {
      ids.push_back(scenario.id());
    }
    return absl::StrJoin(ids, ",");
  }
  // `count` indices from `first` on.
  static std::string Indices(int first, int count) {
    std::vector<int> indices;
    for (int i = 0; i < count; ++i) indices.push_back(first + i);
    return absl::StrJoin(indices, ",");
  }

  AssessmentUnderTest service_{sql::NewSetting(sql::Engine::kSqlite)};
  Fixture fixture_{service_};
  const v1::AssessmentKey key_ = fixture_.KeyOf();
};

TEST_F(ErrorListsTest, AllScenariosThatAreMissing) {
  const auto draft = fixture_.Open(key_);
  ASSERT_OK(draft);
  const absl::Status refused = fixture_.Submit(fixture_.Submission(key_, draft->etag())).status();
  EXPECT_THAT(refused, IsRefused("", Reason::INCOMPLETE));
  auto metadata = MetadataOf(refused);
  EXPECT_EQ(metadata["missing"], AllScenarios());
  EXPECT_EQ(metadata.count("missingTotal"), 0U);
  EXPECT_EQ(metadata["violationsTotal"], "33");
  EXPECT_GE(DetailOf(refused).violations_size(), 5);
  EXPECT_THAT(DetailOf(refused).message().zh(), testing::HasSubstr("Preview 列出全部"));
}

TEST_F(ErrorListsTest, AllScenariosThatSomebodyElseHasChangedAndValuesOfAsManyAsFit) {
  const auto draft = fixture_.Open(key_);
  ASSERT_OK(draft);
  ASSERT_OK(fixture_.Fill(*draft));
  const absl::Status refused = fixture_.Fill(*draft, /*rank=*/3, "改了").status();
  EXPECT_TRUE(absl::IsAborted(refused));
  auto metadata = MetadataOf(refused);
  EXPECT_EQ(metadata["conflicts"], AllScenarios());
  EXPECT_EQ(metadata["violationsTotal"], "33");
  const ErrorDetail detail = DetailOf(refused);
  EXPECT_GE(detail.violations_size(), 5);
  for (const auto& violation : detail.violations()) {
    EXPECT_THAT(violation.message().zh(), testing::HasSubstr("现为："));
  }
  EXPECT_THAT(detail.message().zh(), testing::HasSubstr("GetAssessment 给出全部"));
}

TEST_F(ErrorListsTest, AllFilesOfABatchThatMayNotBeApprovedByReason) {
  const auto submitted = fixture_.SubmitNew(key_);
  ASSERT_OK(submitted);
  const std::string taken = UsccNumber(1);
  ASSERT_OK(fixture_.Register(NewEnterprise(taken)));
  const auto second = fixture_.SubmitNew(fixture_.KeyOf(taken));
  ASSERT_OK(second);
  const CallerOf colleague = {"colleague", {"reviewer"}, "", "nanjing-gulou"};
  const auto in_hand = fixture_.Take(colleague, second->submission().key());
  ASSERT_OK(in_hand);
  v1::SubmissionKey absent = submitted->submission().key();
  absent.set_number(7);
  v1::BatchApproveRequest request;
  request.set_request_id(NewRequestId());
  const auto add = [&request](const v1::SubmissionKey& key, const std::string& etag, int times) {
    for (int i = 0; i < times; ++i) {
      *request.add_files()->mutable_submission() = key;
      request.mutable_files()->rbegin()->set_etag(etag);
    }
  };
  add(submitted->submission().key(), "stale", 33);
  add(absent, "stale", 34);
  add(second->submission().key(), in_hand->submission().standing().etag(), 33);
  const absl::Status refused =
      service_.As(ReviewerOf("nanjing-gulou"), &ReviewStub::BatchApprove, request).status();
  EXPECT_THAT(refused, IsRefused("", Reason::SEVERAL_VIOLATIONS));
  auto metadata = MetadataOf(refused);
  EXPECT_EQ(metadata["STALE_ETAG"], Indices(0, 33));
  EXPECT_EQ(metadata["SUBMISSION_NOT_FOUND"], Indices(33, 34));
  EXPECT_EQ(metadata["TAKEN_BY_ANOTHER"], Indices(67, 33));
  EXPECT_EQ(metadata["violationsTotal"], "100");
  EXPECT_EQ(metadata.size(), 4U);
  EXPECT_GE(DetailOf(refused).violations_size(), 5);

  // One that is refused for its own sake says so too.
  request.mutable_files()->DeleteSubrange(0, 99);
  const absl::Status one =
      service_.As(ReviewerOf("nanjing-gulou"), &ReviewStub::BatchApprove, request).status();
  EXPECT_THAT(one, IsRefused("files[0].submission", Reason::TAKEN_BY_ANOTHER));
  EXPECT_EQ(MetadataOf(one)["TAKEN_BY_ANOTHER"], "0");
}

}  // namespace
}  // namespace zhiping::assessment
