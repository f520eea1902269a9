// Streams of large messages, more than there is room for: each goes on to its end or is refused at
// its beginning.
#include "common/rpc/large_streams.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "absl/synchronization/mutex.h"
#include "tests/integration/rpc/test_service.h"
#include "tests/processes/process.h"

namespace zhiping::rpc {
namespace {

using scoring::v1::ScoreBatchRequest;
using scoring::v1::ScoreBatchResponse;

// Little more than one message.
constexpr int kRequestBytes = (1 << 20) + 64;
constexpr int64_t kBufferBytes = 64 << 20;
constexpr int kMessages = 8;
constexpr int kCallers = 64;

using BatchServiceBase = ScoringService::WithRawCallbackMethod_ScoreBatch<ScoringService::Service>;

// Answers each message of ScoreBatch, unless it keeps those that come.
class BatchService final : public BatchServiceBase {
 public:
  class Stream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
   public:
    Stream(grpc::CallbackServerContext& context, BatchService& service)
        : service_(service), call_(context, service.method_) {
      const absl::Status admitted =
          call_.AdmitStream([](const absl::Status&) {}, StreamOf::kLargeMessages);
      if (admitted.ok()) {
        StartRead(&message_);
      } else {
        Finish(call_.Finish(admitted));
      }
    }
    void OnReadDone(bool ok) override {
      if (!ok) return Finish(call_.Finish(call_.CheckWaiting()));
      service_.Keep(*this);
    }
    void Answer() {
      message_.Clear();
      StartWrite(&answer_);
    }
    void OnWriteDone(bool ok) override {
      if (ok) return StartRead(&message_);
      Finish(call_.Finish(call_.CheckWaiting()));
    }
    void OnDone() override { delete this; }

   private:
    BatchService& service_;
    Call call_;
    grpc::ByteBuffer message_;
    const grpc::Slice nothing_;
    grpc::ByteBuffer answer_{&nothing_, 1};
  };

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* ScoreBatch(
      grpc::CallbackServerContext* context) override {
    return new Stream(*context, *this);
  }

  int kept() {
    absl::MutexLock lock(&mutex_);
    return static_cast<int>(kept_.size());
  }
  void KeepFromNowOn() {
    absl::MutexLock lock(&mutex_);
    keeping_ = true;
  }
  // Answers what is kept, and all that comes from now on at once.
  void LetGo() {
    std::vector<Stream*> streams;
    {
      absl::MutexLock lock(&mutex_);
      keeping_ = false;
      streams.swap(kept_);
    }
    for (Stream* stream : streams) stream->Answer();
  }

  int most() const { return large_streams_.most(); }
  double Metric(const std::string& name) const {
    for (const auto& family : metrics_.registry()->Collect()) {
      if (family.name == name) {
        return family.metric.at(0).gauge.value + family.metric.at(0).counter.value;
      }
    }
    return -1;
  }

 private:
  void Keep(Stream& stream) {
    {
      absl::MutexLock lock(&mutex_);
      if (keeping_) {
        kept_.push_back(&stream);
        return;
      }
    }
    stream.Answer();
  }

  Metrics metrics_;
  const Log log_{Severity::kError};
  std::unique_ptr<AccessControl> access_ = *AccessControl::Open({}, SystemClock(), log_);
  LargeStreams large_streams_{kBufferBytes, kRequestBytes, metrics_};
  const Method method_{{metrics_, log_, *access_, absl::Seconds(1), nullptr, &large_streams_},
                       ScoringService::service_full_name(),
                       "ScoreBatch"};

  absl::Mutex mutex_;
  bool keeping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Stream*> kept_ ABSL_GUARDED_BY(mutex_);
};

class LargeStreamsTest : public testing::Test {
 protected:
  LargeStreamsTest() {
    ServerOptions options;
    options.listen = "127.0.0.1:0";
    options.max_request_bytes = kRequestBytes;
    options.request_buffer_bytes = kBufferBytes;
    auto server = Server::Start(options, {{ScoringService::service_full_name(), &service_}});
    EXPECT_OK(server);
    server_ = *std::move(server);
    message_.set_answers(std::string(1 << 20, 'x'));
  }

  using Stubs = std::vector<std::unique_ptr<ScoringService::Stub>>;

  // On so many connections.
  Stubs NewStubs(int connections) const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    // As NewStreamChannel.
    arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
    Stubs stubs;
    for (int i = 0; i < connections; ++i) {
      stubs.push_back(ScoringService::NewStub(
          grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", server_->port()),
                                    grpc::InsecureChannelCredentials(), arguments)));
    }
    return stubs;
  }

  // How a stream ends whose caller sends all its messages as fast as it may. It has an answer to
  // each, or none.
  absl::Status Send(ScoringService::Stub& stub) const {
    const auto context = NewContext(absl::Minutes(1));
    const auto stream = stub.ScoreBatch(context.get());
    std::thread writer([&] {
      for (int i = 0; i < kMessages; ++i) {
        if (!stream->Write(message_)) return;
        ++written_;
      }
      stream->WritesDone();
    });
    int answers = 0;
    ScoreBatchResponse answer;
    while (stream->Read(&answer)) ++answers;
    writer.join();
    const absl::Status status = FromGrpcStatus(stream->Finish());
    EXPECT_EQ(answers, status.ok() ? kMessages : 0) << status;
    return status;
  }

  // Streams at a time, on these connections; how many were refused as they should be.
  int SendAtOnce(const Stubs& stubs, const std::function<void()>& meanwhile) const {
    std::atomic<int> refused = 0;
    std::vector<std::thread> callers;
    for (int i = 0; i < kCallers; ++i) {
      callers.emplace_back([&, i] {
        if (IsRefused(Send(*stubs[i % stubs.size()]))) ++refused;
      });
    }
    meanwhile();
    for (auto& caller : callers) caller.join();
    return refused;
  }

  // False: it ended well. There is no other way.
  static bool IsRefused(const absl::Status& status) {
    if (status.ok()) return false;
    EXPECT_THAT(status, HasReason(Reason::OVERLOADED));
    const ErrorDetail detail = DetailOf(status);
    // That and nothing else, as in what gRPC refuses.
    EXPECT_EQ(detail.metadata_size(), 1) << status;
    for (const auto& entry : detail.metadata()) EXPECT_EQ(entry.key(), kRetryDelayMilliseconds);
    return true;
  }

  // Soon.
  bool NoneIsOpen() const {
    return processes::Eventually([&] { return service_.Metric("zhiping_large_streams") == 0; });
  }

  BatchService service_;
  std::unique_ptr<Server> server_;
  ScoreBatchRequest message_;
  // Messages that left their callers.
  mutable std::atomic<int> written_ = 0;
};

TEST_F(LargeStreamsTest, EachGoesOnToItsEndOrIsRefusedAtItsBeginning) {
  const int most = service_.most();
  ASSERT_LT(most, kCallers);
  ASSERT_GT(most, kCallers / 4);
  // A window that grew with what a connection carries would have grown now.
  const Stubs stubs = NewStubs(4);
  for (const auto& stub : stubs) {
    for (int i = 0; i < 20; ++i) EXPECT_OK(Send(*stub));
  }
  EXPECT_TRUE(NoneIsOpen());
  service_.KeepFromNowOn();
  int more = 0;
  const auto until_full = [&] {
    EXPECT_TRUE(processes::Eventually([&] {
      return service_.kept() == most &&
             service_.Metric("zhiping_large_streams_refused_total") == kCallers - most;
    }));
    EXPECT_EQ(service_.Metric("zhiping_large_streams"), most);
    // As long as those stay, which go on sending what they may.
    while (more < 200 && IsRefused(Send(*stubs[more % stubs.size()]))) ++more;
    service_.LetGo();
  };
  EXPECT_EQ(SendAtOnce(stubs, until_full), kCallers - most);
  EXPECT_EQ(more, 200);
  // Then there is room again.
  EXPECT_TRUE(NoneIsOpen());
  EXPECT_OK(Send(*stubs.front()));
}

// However much a connection has carried.
TEST_F(LargeStreamsTest, WhatIsNotReadYetIsNotSent) {
  const Stubs stubs = NewStubs(1);
  for (int i = 0; i < 100; ++i) EXPECT_OK(Send(*stubs.front()));
  EXPECT_TRUE(NoneIsOpen());
  service_.KeepFromNowOn();
  written_ = 0;
  std::thread caller([&] { EXPECT_OK(Send(*stubs.front())); });
  EXPECT_TRUE(processes::Eventually([&] { return service_.kept() == 1 && written_ > 0; }));
  // Its next messages would have been sent meanwhile. GetStatus is not implemented here.
  for (int i = 0; i < 100; ++i) CallGetStatus(*stubs.front(), absl::Minutes(1));
  EXPECT_EQ(written_, 1);
  service_.LetGo();
  caller.join();
}

TEST_F(LargeStreamsTest, ManyConnectionsFareAsOne) {
  for (const int connections : {1, kCallers}) SendAtOnce(NewStubs(connections), [] {});
  EXPECT_TRUE(NoneIsOpen());
}

}  // namespace
}  // namespace zhiping::rpc
