// How much one caller may, over gRPC: whoever asks for more is told when to try again, and nobody
// else notices.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/recorded_stream.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "tests/integration/rpc/accessed_service.h"
#include "tests/integration/rpc/test_issuer.h"
#include "tests/processes/process.h"
#include "zhiping/assessment/v1/enterprise_service.grpc.pb.h"
#include "zhiping/assessment/v1/feed_service.grpc.pb.h"

namespace zhiping::rpc {
namespace {

using assessment::v1::EnterpriseService;
using assessment::v1::FeedService;
using assessment::v1::WatchSubmissionsRequest;
using assessment::v1::WatchSubmissionsResponse;

class NoAudit final : public CallAudit {
 public:
  void Denied(const identity::Caller&, absl::string_view, Reason::Value) override {}
  void RecordReads(CallerPtr, absl::string_view, std::vector<EnterpriseFile>,
                   std::function<void(const absl::Status&)> done) override {
    done(absl::OkStatus());
  }
};

// Sends a message and stays open until its caller goes.
class Watched final : public RecordedStream<WatchSubmissionsResponse> {
 public:
  Watched(grpc::CallbackServerContext& context, const Method& method,
          const WatchSubmissionsRequest& request)
      : RecordedStream(context, method) {
    const absl::Status admitted = Admit(request, [](const absl::Status&) {});
    if (!admitted.ok()) {
      End(admitted);
      return;
    }
    call().ScopeIsJudged();
    Write(response_, {});
  }
  void OnCancel() override { End(call().CheckWaiting()); }
  void OnDone() override { delete this; }

 private:
  void End(const absl::Status& status) {
    if (!ended_.exchange(true)) Finish(status);
  }
  const WatchSubmissionsResponse response_;
  std::atomic<bool> ended_ = false;
};

class Feed final : public FeedService::CallbackService {
 public:
  explicit Feed(const CallEnvironment& environment)
      : watch_(environment, FeedService::service_full_name(), "WatchSubmissions") {}
  grpc::ServerWriteReactor<WatchSubmissionsResponse>* WatchSubmissions(
      grpc::CallbackServerContext* context, const WatchSubmissionsRequest* request) override {
    return new Watched(*context, watch_, *request);
  }

 private:
  const Method watch_;
};

class LimitsTest : public testing::Test {
 protected:
  void Serve(const LimitOptions& limits) {
    AccessOptions options;
    options.identity_file = issuer_.identity_file();
    options.limits = limits;
    service_ = std::make_unique<AccessedService>(options);
    CallEnvironment environment = service_->environment();
    environment.audit = &audit_;
    feed_ = std::make_unique<Feed>(environment);
    auto started = Server::Start({"127.0.0.1:0"},
                                 {{ScoringService::service_full_name(), &*service_},
                                  {FeedService::service_full_name(), &*feed_},
                                  {EnterpriseService::service_full_name(), &enterprises_}},
                                 &environment);
    ASSERT_OK(started);
    server_ = *std::move(started);
    server_->SetReady(true);
    channel_ = NewChannel(absl::StrCat("127.0.0.1:", server_->port()), {});
    scoring_ = ScoringService::NewStub(channel_);
    feed_stub_ = FeedService::NewStub(channel_);
  }

  std::string TokenOf(const std::string& subject) const {
    auto claims = TestIssuer::Claims({"platform"});
    claims["sub"] = subject;
    return *issuer_.signer().Sign(claims);
  }
  std::unique_ptr<grpc::ClientContext> ContextOf(const std::string& subject) const {
    auto context = NewContext(absl::Seconds(20));
    context->AddMetadata("authorization", absl::StrCat("Bearer ", TokenOf(subject)));
    return context;
  }

  grpc::Status Ask(const std::string& subject) const {
    GetStatusResponse response;
    return scoring_->GetStatus(ContextOf(subject).get(), {}, &response);
  }

  // Streams that are open for as long as this is there.
  struct Batch {
    explicit Batch(const LimitsTest& test, const std::string& subject)
        : context(test.ContextOf(subject)), stream(test.scoring_->ScoreBatch(context.get())) {
      stream->WaitForInitialMetadata();
    }
    grpc::Status End() const {
      stream->WritesDone();
      ScoreBatchResponse response;
      EXPECT_FALSE(stream->Read(&response));
      return stream->Finish();
    }
    std::unique_ptr<grpc::ClientContext> context;
    std::unique_ptr<grpc::ClientReaderWriter<ScoreBatchRequest, ScoreBatchResponse>> stream;
  };
  struct Watch {
    Watch(const LimitsTest& test, const std::string& subject)
        : context(test.ContextOf(subject)),
          stream(test.feed_stub_->WatchSubmissions(context.get(), {})) {
      WatchSubmissionsResponse response;
      admitted = stream->Read(&response);
    }
    grpc::Status End() const {
      if (admitted) context->TryCancel();
      return stream->Finish();
    }
    std::unique_ptr<grpc::ClientContext> context;
    std::unique_ptr<grpc::ClientReader<WatchSubmissionsResponse>> stream;
    bool admitted = false;
  };

  // As client libraries read it.
  static absl::Duration RetryDelayOf(const grpc::Status& status) {
    google::rpc::Status details;
    EXPECT_TRUE(details.ParseFromString(status.error_details()));
    google::rpc::RetryInfo retry;
    for (const auto& detail : details.details()) {
      if (!detail.UnpackTo(&retry)) continue;
      return absl::Seconds(retry.retry_delay().seconds()) +
             absl::Nanoseconds(retry.retry_delay().nanos());
    }
    return absl::ZeroDuration();
  }

  static void ExpectRefused(const grpc::Status& status, Reason::Value reason,
                            absl::Duration at_least, absl::Duration at_most) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_THAT(FromGrpcStatus(status), HasReason(reason));
    EXPECT_GE(RetryDelayOf(status), at_least);
    EXPECT_LE(RetryDelayOf(status), at_most);
  }
  // One call in 100 s.
  static void ExpectTooFast(const grpc::Status& status) {
    ExpectRefused(status, Reason::RATE_LIMITED, absl::Seconds(60), absl::Seconds(101));
  }
  static void ExpectTooMany(const grpc::Status& status) {
    ExpectRefused(status, Reason::TOO_MANY_STREAMS, absl::Seconds(1), absl::Seconds(1));
  }

  const TestIssuer issuer_{processes::NewFolder()};
  NoAudit audit_;
  std::unique_ptr<AccessedService> service_;
  std::unique_ptr<Feed> feed_;
  EnterpriseService::CallbackService enterprises_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<ScoringService::Stub> scoring_;
  std::unique_ptr<FeedService::Stub> feed_stub_;
};

TEST_F(LimitsTest, WhoeverCallsTooOftenWaitsWhateverIsCalledAndNobodyElseDoes) {
  Serve({0.01, 3, 32, 0.01, 3});
  for (int i = 0; i < 3; ++i) EXPECT_OK(FromGrpcStatus(Ask("a")));
  ExpectTooFast(Ask("a"));
  ExpectTooFast(Batch(*this, "a").End());
  ExpectTooFast(Watch(*this, "a").End());
  // Of each of which one is taken.
  EXPECT_OK(FromGrpcStatus(Ask("b")));
  EXPECT_OK(FromGrpcStatus(Batch(*this, "b").End()));
  EXPECT_EQ(Watch(*this, "b").End().error_code(), grpc::StatusCode::CANCELLED);
  ExpectTooFast(Ask("b"));
}

TEST_F(LimitsTest, WhatIsNoMessageIsACallAsAnyOther) {
  Serve({0.01, 3, 32, 0.01, 3});
  for (const char* method : {"/zhiping.scoring.v1.ScoringService/Score",
                             "/zhiping.assessment.v1.FeedService/WatchSubmissions"}) {
    const auto send = [&](const std::string& subject) {
      std::string response;
      return CallRaw(channel_, method, kNoMessage, response, TokenOf(subject));
    };
    const std::string subject = absl::StrCat("a of ", method);
    for (int i = 0; i < 3; ++i) {
      EXPECT_THAT(FromGrpcStatus(send(subject)), HasReason(Reason::MALFORMED));
    }
    ExpectTooFast(send(subject));
    EXPECT_THAT(FromGrpcStatus(send("b")), HasReason(Reason::MALFORMED));
  }
}

TEST_F(LimitsTest, EachPersonForWhomAPlatformActsHasLimitsOfTheirOwn) {
  Serve({0.01, 3, 32, 0.01, 5});
  const auto send = [&](const std::string& person) {
    std::string response;
    return CallRaw(channel_, "/zhiping.assessment.v1.EnterpriseService/GetEnterprise", kNoMessage,
                   response, TokenOf("a"), person);
  };
  for (int i = 0; i < 3; ++i)
    EXPECT_THAT(FromGrpcStatus(send("张三")), HasReason(Reason::MALFORMED));
  for (int i = 0; i < 3; ++i) ExpectTooFast(send("张三"));
  for (int i = 0; i < 2; ++i)
    EXPECT_THAT(FromGrpcStatus(send("李四")), HasReason(Reason::MALFORMED));
  // Of the platform.
  ExpectTooFast(send("李四"));
  ExpectTooFast(Ask("a"));
}

TEST_F(LimitsTest, WhoeverHasTooManyStreamsOpensNoMoreUntilOneHasEnded) {
  Serve({0, 200, 2, 0, 200});
  const Batch first(*this, "a"), second(*this, "a");
  ExpectTooMany(Batch(*this, "a").End());
  EXPECT_OK(FromGrpcStatus(Batch(*this, "b").End()));
  EXPECT_OK(FromGrpcStatus(Ask("a")));
  EXPECT_OK(FromGrpcStatus(first.End()));
  EXPECT_TRUE(processes::Eventually([this] { return Batch(*this, "a").End().ok(); }));
  EXPECT_OK(FromGrpcStatus(second.End()));
}

TEST_F(LimitsTest, StreamsThatAreRecordedCountAsOthersDo) {
  Serve({0, 200, 2, 0, 200});
  const Watch first(*this, "a");
  EXPECT_TRUE(first.admitted);
  const Batch second(*this, "a");
  const Watch third(*this, "a");
  EXPECT_FALSE(third.admitted);
  ExpectTooMany(third.End());
  const Watch other(*this, "b");
  EXPECT_TRUE(other.admitted);
  EXPECT_OK(FromGrpcStatus(second.End()));
  EXPECT_TRUE(processes::Eventually([this] {
    const Watch again(*this, "a");
    again.End();
    return again.admitted;
  }));
  first.End();
  other.End();
}

}  // namespace
}  // namespace zhiping::rpc
