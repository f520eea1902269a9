// The whole round, over gRPC on both databases: register, open, answer, preview, submit, three
// stages decide, receipt.
#include "common/envelope/envelope.h"
#include "common/receipts/recompute.h"
#include "common/receipts/signed_receipt.h"
#include "common/releases/seed.h"
#include "tests/integration/assessment/assessment_under_test.h"

namespace zhiping::assessment {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class RoundTest : public testing::TestWithParam<sql::Engine> {
 protected:
  AssessmentUnderTest service_{sql::NewSetting(GetParam())};
  Fixture fixture_{service_};
  const v1::AssessmentKey key_ = fixture_.KeyOf();
  const CallerOf enterprise_ = fixture_.EnterpriseOf();

  CallerOf Reviewer(const std::string& unit) const {
    return {absl::StrCat("reviewer-", unit), {"reviewer"}, "", unit};
  }

  void Prepare(v1::ReviewPolicy::Mode mode = v1::ReviewPolicy::ALL) {
    ASSERT_OK(fixture_.Register());
    ASSERT_OK(fixture_.Create(NewCampaign(service_.criteria(), mode)));
  }

  v1::Submission Take(const CallerOf& reviewer, const v1::SubmissionKey& key) {
    v1::TakeRequest request;
    *request.mutable_submission() = key;
    const auto taken = service_.As(reviewer, &ReviewStub::Take, request);
    EXPECT_OK(taken);
    return taken.ok() ? taken->submission() : v1::Submission();
  }
  // The window ends then.
  void Close(absl::Time end = absl::Now() - absl::Hours(1)) {
    v1::GetCampaignRequest get;
    get.set_campaign(kCampaign2026);
    const auto campaign = service_.As(kOfficer, &CampaignStub::GetCampaign, get);
    ASSERT_OK(campaign);
    v1::UpdateCampaignRequest request;
    *request.mutable_campaign() = campaign->campaign();
    *request.mutable_campaign()->mutable_closes_at() = ToTimestamp(end);
    request.mutable_update_mask()->add_paths("closes_at");
    ASSERT_OK(service_.As(kOfficer, &CampaignStub::UpdateCampaign, request));
  }
  absl::StatusOr<v1::UpdateAnswersResponse> Claim(const v1::Assessment& draft, int scenario,
                                                  const std::string& level) {
    v1::UpdateAnswersRequest request;
    *request.mutable_key() = key_;
    auto& update = *request.add_updates();
    update.mutable_answer()->set_scenario(draft.answers(scenario).answer().scenario());
    update.mutable_answer()->set_level(level);
    update.set_base_etag(draft.answers(scenario).etag());
    return service_.As(enterprise_, &AssessmentStub::UpdateAnswers, request);
  }

  absl::StatusOr<v1::ApproveResponse> Approve(const CallerOf& reviewer,
                                              const v1::Submission& file) {
    v1::ApproveRequest request;
    *request.mutable_submission() = file.key();
    request.set_etag(file.standing().etag());
    request.set_request_id(NewRequestId());
    return service_.As(reviewer, &ReviewStub::Approve, request);
  }
};

TEST_P(RoundTest, FromRegisteringToTheConfirmedReceipt) {
  Prepare();
  const auto draft = fixture_.Open(key_);
  ASSERT_OK(draft);
  EXPECT_EQ(draft->answers_size(), 33);
  EXPECT_EQ(draft->missing(), 33);

  v1::PreviewRequest preview;
  *preview.mutable_key() = key_;
  const auto before = service_.As(enterprise_, &AssessmentStub::Preview, preview);
  ASSERT_OK(before);
  EXPECT_EQ(before->missing_size(), 33);
  EXPECT_THAT(fixture_.Submit(fixture_.Submission(key_, before->etag())),
              HasReason(Reason::INCOMPLETE));

  const auto filled = fixture_.Fill(*draft);
  ASSERT_OK(filled);
  EXPECT_EQ(filled->answered(), 33);
  const auto after = service_.As(enterprise_, &AssessmentStub::Preview, preview);
  ASSERT_OK(after);
  EXPECT_THAT(after->missing(), IsEmpty());
  EXPECT_EQ(after->etag(), filled->etag());

  const auto submitted = fixture_.Submit(fixture_.Submission(key_, after->etag()));
  ASSERT_OK(submitted);
  const v1::Submission& file = submitted->submission();
  EXPECT_EQ(file.key().number(), 1);
  EXPECT_EQ(file.standing().state(), v1::SubmissionState::UNDER_REVIEW);
  EXPECT_EQ(file.standing().stage(), v1::Stage::COUNTY);
  EXPECT_EQ(file.content().result().index().numerator(), after->result().index().numerator());
  EXPECT_EQ(file.content().snapshot().region_name(), "鼓楼区");
  EXPECT_THAT(file.content().snapshot().units(),
              ElementsAre("nanjing-gulou", "nanjing", "jiangsu"));

  v1::Assurance::Value assurance = v1::Assurance::SELF_EVALUATED;
  for (const char* unit : {"nanjing-gulou", "nanjing", "jiangsu"}) {
    const CallerOf reviewer = Reviewer(unit);
    v1::ListQueueRequest queue;
    const auto waiting = service_.As(reviewer, &ReviewStub::ListQueue, queue);
    ASSERT_OK(waiting);
    ASSERT_EQ(waiting->submissions_size(), 1) << unit;
    EXPECT_EQ(waiting->submissions(0).receipt_no(), file.receipt_no());
    const auto approved = Approve(reviewer, Take(reviewer, file.key()));
    ASSERT_OK(approved) << unit;
    EXPECT_GT(approved->submission().standing().assurance(), assurance);
    assurance = approved->submission().standing().assurance();
  }
  EXPECT_EQ(assurance, v1::Assurance::PROVINCE_CONFIRMED);

  v1::GetEffectiveResultRequest effective;
  *effective.mutable_key() = key_;
  const auto result = service_.As(kPlatform, &AssessmentStub::GetEffectiveResult, effective);
  ASSERT_OK(result);
  EXPECT_EQ(result->assurance(), v1::Assurance::PROVINCE_CONFIRMED);
  EXPECT_EQ(result->submission().standing().state(), v1::SubmissionState::CONFIRMED);

  const auto trust = *releases::ReadTrustFile(service_.trust_file());
  for (const bool decision : {false, true}) {
    v1::GetReceiptRequest get;
    *get.mutable_submission() = file.key();
    get.set_decision(decision);
    const auto got = service_.As(enterprise_, &AssessmentStub::GetReceipt, get);
    ASSERT_OK(got);
    const auto receipt = receipts::ReadReceipt(got->receipt(), *trust);
    ASSERT_OK(receipt);
    if (!decision) {
      EXPECT_EQ(receipt->receipt_no, file.receipt_no());
      EXPECT_EQ(got->receipt(), submitted->receipt());
    }
    EXPECT_TRUE(receipts::Recompute(*receipt, service_.criteria()).differences.empty());
    EXPECT_EQ(receipt->receipt.kind(), decision ? v1::Receipt::DECISION : v1::Receipt::SUBMISSION);
  }

  // Who of others has read the enterprise's files.
  v1::ListAccessesRequest accesses;
  accesses.set_enterprise(kUscc);
  const auto read = service_.As(enterprise_, &AssessmentStub::ListAccesses, accesses);
  ASSERT_OK(read);
  EXPECT_GE(read->accesses_size(), 4);
}

TEST_P(RoundTest, ARetryGetsTheSameBytesAndNothingIsCountedTwice) {
  Prepare();
  const auto draft = fixture_.Open(key_);
  const auto filled = fixture_.Fill(*draft);
  ASSERT_OK(filled);
  const v1::SubmitRequest request = fixture_.Submission(key_, filled->etag());
  const auto first = fixture_.Submit(request);
  ASSERT_OK(first);
  // Also while scoring is away.
  service_.scoring().CloseNow();
  const auto again = fixture_.Submit(request);
  ASSERT_OK(again);
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  v1::SubmitRequest other = request;
  other.set_commitment_given_by("李四");
  EXPECT_THAT(fixture_.Submit(other), HasReason(Reason::REQUEST_ID_REUSED));
  v1::ListSubmissionsRequest list;
  const auto listed = service_.As(enterprise_, &AssessmentStub::ListSubmissions, list);
  ASSERT_OK(listed);
  EXPECT_EQ(listed->total_size(), 1);
}

TEST_P(RoundTest, WhileScoringIsAwayTheDraftIsAsItWas) {
  Prepare();
  const auto filled = fixture_.Fill(*fixture_.Open(key_));
  ASSERT_OK(filled);
  service_.scoring().CloseNow();
  EXPECT_THAT(fixture_.Submit(fixture_.Submission(key_, filled->etag())),
              HasReason(Reason::SERVICE_UNREACHABLE));
  v1::GetAssessmentRequest get;
  *get.mutable_key() = key_;
  const auto draft = service_.As(enterprise_, &AssessmentStub::GetAssessment, get);
  ASSERT_OK(draft);
  EXPECT_EQ(draft->assessment().etag(), filled->etag());
  EXPECT_EQ(draft->assessment().state(), v1::Assessment::OPEN);
}

TEST_P(RoundTest, ARequestThatCameInTheWindowIsCarriedOutAfterIt) {
  Prepare();
  const auto filled = fixture_.Fill(*fixture_.Open(key_));
  ASSERT_OK(filled);
  const v1::SubmitRequest request = fixture_.Submission(key_, filled->etag());
  const absl::Time end = absl::Now() + absl::Seconds(3);
  ASSERT_NO_FATAL_FAILURE(Close(end));
  service_.scoring().CloseNow();
  EXPECT_THAT(fixture_.Submit(request), HasReason(Reason::SERVICE_UNREACHABLE));
  ASSERT_LT(absl::Now(), end);
  service_.scoring().OpenAgain();
  absl::SleepFor(end - absl::Now());
  absl::StatusOr<v1::SubmitResponse> late;
  ASSERT_TRUE(processes::Eventually([&] {
    late = fixture_.Submit(fixture_.Submission(key_, filled->etag()));
    return DetailOf(late.status()).reason() != Reason::SERVICE_UNREACHABLE;
  }));
  EXPECT_THAT(late, HasReason(Reason::ASSESSMENT_CLOSED));
  EXPECT_OK(fixture_.Submit(request));
}

// Nor does it matter that it came in the window, if it was wrong then.
TEST_P(RoundTest, ARequestThatWasRefusedInTheWindowIsTooLateAfterIt) {
  Prepare();
  const auto filled = fixture_.Fill(*fixture_.Open(key_));
  ASSERT_OK(filled);
  int64_t version = 0;
  ASSERT_TRUE(absl::SimpleAtoi(filled->etag(), &version));
  const absl::Time end = absl::Now() + absl::Seconds(3);
  ASSERT_NO_FATAL_FAILURE(Close(end));
  const auto request = fixture_.Submission(key_, absl::StrCat(version + 1));
  EXPECT_THAT(fixture_.Submit(request), HasReason(Reason::STALE_ETAG));
  const auto draft = fixture_.Get(key_);
  ASSERT_OK(draft);
  ASSERT_OK(Claim(*draft, 0, "none"));
  ASSERT_EQ(fixture_.Get(key_)->etag(), request.etag());
  absl::SleepFor(end - absl::Now());
  EXPECT_THAT(fixture_.Submit(request), HasReason(Reason::ASSESSMENT_CLOSED));
}

TEST_P(RoundTest, WhatWasReturnedIsHandedInAgainAfterTheWindow) {
  Prepare();
  const auto submitted = fixture_.SubmitNew(key_);
  ASSERT_OK(submitted);
  const v1::SubmissionKey& file = submitted->submission().key();
  const CallerOf reviewer = Reviewer("nanjing-gulou");
  v1::ReturnToEnterpriseRequest request;
  *request.mutable_submission() = file;
  request.set_etag(Take(reviewer, file).standing().etag());
  request.set_reason("请补充证明材料");
  request.set_request_id(NewRequestId());
  const auto returned = service_.As(reviewer, &ReviewStub::ReturnToEnterprise, request);
  ASSERT_OK(returned);
  ASSERT_NO_FATAL_FAILURE(Close());
  const auto draft = fixture_.Get(key_);
  ASSERT_OK(draft);
  EXPECT_EQ(draft->state(), v1::Assessment::OPEN);
  EXPECT_EQ(FromTimestamp(draft->return_by()),
            FromTimestamp(returned->submission().standing().return_by()));
  const auto corrected = Claim(*draft, 0, "none");
  ASSERT_OK(corrected);
  const auto again = fixture_.Submit(fixture_.Submission(key_, corrected->etag()));
  ASSERT_OK(again);
  EXPECT_EQ(again->submission().key().number(), 2);
}

TEST_P(RoundTest, TwoPeopleEditDifferentScenariosAndNeverConflict) {
  Prepare();
  const auto draft = fixture_.Open(key_);
  ASSERT_OK(draft);
  const auto update = [&](int scenario, const std::string& etag, const std::string& level) {
    v1::UpdateAnswersRequest request;
    *request.mutable_key() = key_;
    auto& one = *request.add_updates();
    one.mutable_answer()->set_scenario(service_.criteria().edition().scenarios(scenario).id());
    one.mutable_answer()->set_level(level);
    one.set_base_etag(etag);
    return service_.As(enterprise_, &AssessmentStub::UpdateAnswers, request);
  };
  ASSERT_OK(update(0, draft->answers(0).etag(), "none"));
  ASSERT_OK(update(1, draft->answers(1).etag(), "none"));
  const std::string highest = service_.criteria().edition().levels(2).id();
  EXPECT_THAT(update(0, draft->answers(0).etag(), highest), HasReason(Reason::ANSWER_CONFLICT));
}

TEST_P(RoundTest, NobodySeesAFileOutsideOfTheirScopeNorThatItExists) {
  Prepare();
  const auto submitted = fixture_.SubmitNew(key_);
  ASSERT_OK(submitted);
  v1::GetSubmissionRequest get;
  *get.mutable_submission() = submitted->submission().key();
  v1::GetSubmissionRequest absent = get;
  absent.mutable_submission()->set_number(7);
  const CallerOf strangers[] = {Reviewer("suzhou"),
                                {"other-platform", {"platform"}},
                                {"other", {"enterprise"}, "91110000100000009M"}};
  for (const CallerOf& stranger : strangers) {
    const auto refused = service_.As(stranger, &AssessmentStub::GetSubmission, get);
    const auto not_there = service_.As(stranger, &AssessmentStub::GetSubmission, absent);
    EXPECT_FALSE(refused.ok()) << stranger.subject;
    EXPECT_EQ(refused.status().code(), not_there.status().code()) << stranger.subject;
    EXPECT_EQ(DetailOf(refused.status()).reason(), DetailOf(not_there.status()).reason());
    v1::ListSubmissionsRequest list;
    const auto listed = service_.As(stranger, &AssessmentStub::ListSubmissions, list);
    ASSERT_OK(listed);
    EXPECT_EQ(listed->total_size(), 0) << stranger.subject;
  }
  for (const CallerOf& may :
       {Reviewer("nanjing-gulou"), Reviewer("nanjing"), Reviewer("jiangsu"), kPlatform, kOfficer}) {
    EXPECT_OK(service_.As(may, &AssessmentStub::GetSubmission, get)) << may.subject;
  }
}

TEST_P(RoundTest, TheFeedTellsEverythingInOrder) {
  Prepare();
  const auto submitted = fixture_.SubmitNew(key_);
  ASSERT_OK(submitted);
  std::vector<std::string> events;
  v1::ListSubmissionChangesRequest request;
  request.set_wait_seconds(5);
  request.set_page_size(1);
  while (events.size() < 4) {
    const auto page = service_.As(kPlatform, &FeedStub::ListSubmissionChanges, request);
    ASSERT_OK(page);
    for (const v1::ChangeEntry& entry : page->entries()) {
      EXPECT_EQ(entry.position(), absl::StrCat(events.size() + 1));
      events.push_back(
          entry.event().GetDescriptor()->FindFieldByNumber(entry.event().event_case())->name());
    }
    *request.mutable_after() = page->next();
  }
  EXPECT_THAT(events, ElementsAre("enterprise", "campaign", "assessment_opened", "submission"));

  v1::WatchSubmissionsRequest watch;
  const auto context = service_.ContextOf(kPlatform);
  const auto stream = service_.feed().WatchSubmissions(context.get(), watch);
  v1::WatchSubmissionsResponse response;
  int seen = 0;
  while (seen < 4 && stream->Read(&response)) seen += response.entries_size();
  EXPECT_EQ(seen, 4);
  context->TryCancel();
  while (stream->Read(&response)) {
  }
  stream->Finish();

  request.mutable_after()->set_hash(std::string(32, 'x'));
  EXPECT_THAT(service_.As(kPlatform, &FeedStub::ListSubmissionChanges, request),
              HasReason(Reason::FEED_REWOUND));
}

ON_BOTH_DATABASES(RoundTest);

}  // namespace
}  // namespace zhiping::assessment
