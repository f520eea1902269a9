// Submits while scoring holds their scores back, over gRPC on both databases: what is edited
// meanwhile is never signed with a score that is not its own, and what came in the window came.
#include <thread>

#include "absl/synchronization/mutex.h"
#include "common/receipts/recompute.h"
#include "common/receipts/signed_receipt.h"
#include "common/releases/seed.h"
#include "tests/integration/assessment/assessment_under_test.h"

namespace zhiping::assessment {
namespace {

// Scores as another service does, when it is let.
class HeldScoring final : public scoring::v1::ScoringService::Service {
 public:
  explicit HeldScoring(int port) {
    rpc::ServerOptions options;
    options.listen = absl::StrCat("127.0.0.1:", port);
    options.shutdown_grace = absl::Seconds(1);
    server_ = *rpc::Server::Start(
        options, {{scoring::v1::ScoringService::service_full_name(), this}}, nullptr);
    server_->SetReady(true);
  }
  ~HeldScoring() override { LetGo(); }

  void Hold() {
    absl::MutexLock lock(&mutex_);
    held_ = true;
    asked_ = false;
  }
  void LetGo() {
    absl::MutexLock lock(&mutex_);
    held_ = false;
  }
  // Until a score is held back.
  bool AwaitAsked() {
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(&asked_), absl::Seconds(20));
  }

  grpc::Status Score(grpc::ServerContext*, const scoring::v1::ScoreRequest* request,
                     scoring::v1::ScoreResponse* response) override {
    {
      absl::MutexLock lock(&mutex_);
      asked_ = true;
      const auto let_go = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return !held_; };
      mutex_.Await(absl::Condition(&let_go));
    }
    return other_.stub().Score(rpc::NewContext(absl::Seconds(20)).get(), *request, response);
  }

 private:
  scoring::ServiceUnderTest other_;
  absl::Mutex mutex_;
  bool held_ ABSL_GUARDED_BY(mutex_) = false;
  bool asked_ ABSL_GUARDED_BY(mutex_) = false;
  // Ends first.
  std::unique_ptr<rpc::Server> server_;
};

class HeldScoringTest : public testing::TestWithParam<sql::Engine> {
 protected:
  // A draft that is filled in, in a campaign without reviews; scoring answers.
  void Prepare() {
    ASSERT_OK(fixture_.Register());
    const auto campaign = fixture_.Create(NewCampaign(service_.criteria(), v1::ReviewPolicy::NONE));
    ASSERT_OK(campaign);
    campaign_ = *campaign;
    ASSERT_OK(fixture_.Fill(*fixture_.Open(key_)));
    service_.scoring().CloseNow();
    scoring_ = std::make_unique<HeldScoring>(service_.scoring().port());
    v1::PreviewRequest preview;
    *preview.mutable_key() = key_;
    ASSERT_TRUE(processes::Eventually([&] {
      return service_.As(fixture_.EnterpriseOf(), &AssessmentStub::Preview, preview).ok();
    }));
  }
  v1::SubmitRequest Request() { return fixture_.Submission(key_, fixture_.Get(key_)->etag()); }

  // What a caller hears who waits for so long.
  absl::StatusOr<v1::SubmitResponse> Submit(const v1::SubmitRequest& request,
                                            absl::Duration timeout) {
    const auto context = service_.ContextOf(fixture_.EnterpriseOf());
    context->set_deadline(absl::ToChronoTime(absl::Now() + timeout));
    v1::SubmitResponse response;
    const auto stub = v1::AssessmentService::NewStub(
        rpc::NewChannel(absl::StrCat("localhost:", service_.port()), {}));
    const absl::Status status =
        rpc::FromGrpcStatus(stub->Submit(context.get(), request, &response));
    if (!status.ok()) return status;
    return response;
  }
  // The window ends then.
  void Close(absl::Time end) {
    v1::UpdateCampaignRequest request;
    *request.mutable_campaign() = campaign_;
    *request.mutable_campaign()->mutable_closes_at() = ToTimestamp(end);
    request.mutable_update_mask()->add_paths("closes_at");
    ASSERT_OK(service_.As(kOfficer, &CampaignStub::UpdateCampaign, request));
  }
  // The first scenario at no level.
  absl::StatusOr<v1::UpdateAnswersResponse> Edit() {
    const auto draft = fixture_.Get(key_);
    v1::UpdateAnswersRequest request;
    *request.mutable_key() = key_;
    auto& update = *request.add_updates();
    update.mutable_answer()->set_scenario(draft->answers(0).answer().scenario());
    update.mutable_answer()->set_level("none");
    update.set_base_etag(draft->answers(0).etag());
    return service_.As(fixture_.EnterpriseOf(), &AssessmentStub::UpdateAnswers, request);
  }
  int Submissions() {
    const auto listed = service_.As(fixture_.EnterpriseOf(), &AssessmentStub::ListSubmissions,
                                    v1::ListSubmissionsRequest());
    EXPECT_OK(listed);
    return listed.ok() ? listed->total_size() : -1;
  }

  AssessmentUnderTest service_{sql::NewSetting(GetParam())};
  Fixture fixture_{service_};
  const v1::AssessmentKey key_ = fixture_.KeyOf();
  v1::Campaign campaign_;
  std::unique_ptr<HeldScoring> scoring_;
};

TEST_P(HeldScoringTest, WhatIsEditedWhileItIsScoredIsNotSubmitted) {
  ASSERT_NO_FATAL_FAILURE(Prepare());
  const v1::SubmitRequest request = Request();
  const auto head = service_.Head();
  scoring_->Hold();
  absl::StatusOr<v1::SubmitResponse> submitted;
  std::thread submitter([&] { submitted = fixture_.Submit(request); });
  EXPECT_TRUE(scoring_->AwaitAsked());
  const auto edited = Edit();
  scoring_->LetGo();
  submitter.join();
  ASSERT_OK(edited);
  EXPECT_THAT(submitted, IsRefused("", Reason::STALE_ETAG));
  EXPECT_EQ(Submissions(), 0);
  EXPECT_EQ(service_.Head(), head);
  const auto draft = fixture_.Get(key_);
  ASSERT_OK(draft);
  EXPECT_EQ(draft->etag(), edited->etag());
  EXPECT_EQ(draft->answers(0).answer().level(), "none");
  EXPECT_EQ(draft->latest_submission(), 0);
  EXPECT_THAT(fixture_.Submit(request), IsRefused("", Reason::STALE_ETAG));

  const auto again = fixture_.Submit(Request());
  ASSERT_OK(again);
  const auto receipt =
      receipts::ReadReceipt(again->receipt(), **releases::ReadTrustFile(service_.trust_file()));
  ASSERT_OK(receipt);
  EXPECT_TRUE(receipts::Recompute(*receipt, service_.criteria()).differences.empty());
}

TEST_P(HeldScoringTest, ARequestThatScoringDidNotAnswerInTheWindowIsCarriedOutAfterIt) {
  ASSERT_NO_FATAL_FAILURE(Prepare());
  const absl::Duration patience[] = {absl::Seconds(1), absl::Milliseconds(1900), absl::Seconds(8)};
  std::vector<v1::SubmitRequest> requests(std::size(patience), Request());
  for (auto& request : requests) request.set_request_id(NewRequestId());
  const v1::SubmitRequest late = Request();
  scoring_->Hold();
  const absl::Time end = absl::Now() + absl::Seconds(10);
  ASSERT_NO_FATAL_FAILURE(Close(end));
  for (size_t i = 0; i < requests.size(); ++i) {
    EXPECT_THAT(Submit(requests[i], patience[i]), IsRefused("", Reason::SERVICE_UNREACHABLE))
        << patience[i];
  }
  ASSERT_LT(absl::Now(), end);
  scoring_->LetGo();
  absl::SleepFor(end - absl::Now());
  EXPECT_THAT(fixture_.Submit(late), IsRefused("", Reason::ASSESSMENT_CLOSED));
  for (const auto& request : requests) EXPECT_OK(fixture_.Submit(request));
}

// It waited for somebody else's lock, until its caller waited no longer.
TEST_P(HeldScoringTest, ARequestThatTheStoreDidNotCarryOutInTheWindowIsCarriedOutAfterIt) {
  ASSERT_NO_FATAL_FAILURE(Prepare());
  const v1::SubmitRequest request = Request();
  const absl::Time end = absl::Now() + absl::Seconds(6);
  ASSERT_NO_FATAL_FAILURE(Close(end));
  EXPECT_OK(service_.store().Change(
      absl::Now() + absl::Seconds(20), [&](StoreTransaction& transaction) -> absl::Status {
        EXPECT_OK(transaction.LockEnterprise(kUscc));
        // Told in time why, and not left to the deadline.
        const absl::Status waited = Submit(request, absl::Seconds(2)).status();
        EXPECT_FALSE(waited.ok());
        EXPECT_FALSE(absl::IsDeadlineExceeded(waited)) << waited;
        return absl::OkStatus();
      }));
  EXPECT_EQ(Submissions(), 0);
  ASSERT_LT(absl::Now(), end);
  absl::SleepFor(end - absl::Now());
  EXPECT_THAT(fixture_.Submit(Request()), IsRefused("", Reason::ASSESSMENT_CLOSED));
  EXPECT_OK(fixture_.Submit(request));
}

ON_BOTH_DATABASES(HeldScoringTest);

}  // namespace
}  // namespace zhiping::assessment
