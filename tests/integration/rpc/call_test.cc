#include <grpcpp/impl/client_unary_call.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "absl/strings/match.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "tests/integration/rpc/test_service.h"
#include "tests/processes/process.h"

namespace zhiping::rpc {
namespace {

constexpr absl::Duration kLong = absl::Seconds(30);

absl::Status DatabaseAway() {
  return MakeError(absl::StatusCode::kUnavailable, Reason::DATABASE_UNAVAILABLE,
                   "暂时无法连接数据库。", "The database cannot be reached.");
}

TEST(Call, IsCountedByStatusAndTimed) {
  std::atomic<int> calls = 0;
  TestService service([&](const Method& method, grpc::CallbackServerContext& context,
                          const GetStatusRequest& request) {
    return method.Handle(context, request, [&] {
      return ++calls < 4 ? absl::OkStatus()
                         : MakeError(absl::StatusCode::kNotFound, Reason::RELEASE_NOT_FOUND, "无。",
                                     "None.");
    });
  });
  const auto server = StartServer(service);
  const auto stub = StubOf({server.get()});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(CallGetStatus(*stub, kLong).ok());
  EXPECT_EQ(DetailOf(FromGrpcStatus(CallGetStatus(*stub, kLong))).reason(),
            Reason::RELEASE_NOT_FOUND);

  const auto exposer = ServeMetrics(service.metrics(), "127.0.0.1:0");
  ASSERT_OK(exposer);
  const std::string text = processes::HttpGet((*exposer)->GetListeningPorts().at(0), "/metrics");
  const std::string labels =
      R"(grpc_method="GetStatus",grpc_service="zhiping.scoring.v1.ScoringService",grpc_type="unary")";
  EXPECT_TRUE(absl::StrContains(
      text, absl::StrCat(R"(grpc_server_handled_total{grpc_code="OK",)", labels, "} 3")))
      << text;
  EXPECT_TRUE(absl::StrContains(
      text, absl::StrCat(R"(grpc_server_handled_total{grpc_code="NotFound",)", labels, "} 1")));
  EXPECT_TRUE(
      absl::StrContains(text, absl::StrCat("grpc_server_handling_seconds_count{", labels, "} 4")));
}

TEST(Call, MetricsOnAnAddressInUseAreRefused) {
  Metrics metrics;
  const auto first = ServeMetrics(metrics, "127.0.0.1:0");
  ASSERT_OK(first);
  const auto port = (*first)->GetListeningPorts().at(0);
  const auto second = ServeMetrics(metrics, absl::StrCat("127.0.0.1:", port));
  EXPECT_THAT(second, HasReason(Reason::INVALID_FIELD));
  EXPECT_FALSE(absl::StrContains(DetailOf(second.status()).message().zh(), "CivetServer"));
}

// gRPC answers these before any handler; operators see them all the same.
TEST(Call, RequestsThatAreNoMessageAreCountedAndLogged) {
  testing::internal::CaptureStdout();
  std::string metrics;
  {
    TestService service([](const Method& method, grpc::CallbackServerContext& context,
                           const GetStatusRequest& request) {
      return method.Handle(context, request, [] { return absl::OkStatus(); });
    });
    const auto server = StartServer(service);
    const auto channel = NewChannel(absl::StrCat("127.0.0.1:", server->port()), {});
    const std::string path = absl::StrCat("/", ScoringService::service_full_name(), "/GetStatus");
    const grpc::internal::RpcMethod method(path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC,
                                           channel);
    const auto context = NewContext(kLong);
    const grpc::Slice slice("\x12\x06\x0a");
    const grpc::ByteBuffer in(&slice, 1);
    grpc::ByteBuffer out;
    EXPECT_THAT(FromGrpcStatus(grpc::internal::BlockingUnaryCall(channel.get(), method,
                                                                 context.get(), in, &out)),
                HasReason(Reason::MALFORMED));
    EXPECT_TRUE(CallGetStatus(*StubOf({server.get()}), kLong).ok());
    const auto exposer = ServeMetrics(service.metrics(), "127.0.0.1:0");
    ASSERT_OK(exposer);
    metrics = processes::HttpGet((*exposer)->GetListeningPorts().at(0), "/metrics");
  }
  const std::string log = testing::internal::GetCapturedStdout();
  for (const char* code : {"InvalidArgument", "OK"}) {
    EXPECT_TRUE(absl::StrContains(
        metrics, absl::StrCat(R"(grpc_server_handled_total{grpc_code=")", code,
                              R"(",grpc_method="GetStatus",)",
                              R"(grpc_service="zhiping.scoring.v1.ScoringService",)",
                              R"(grpc_type="unary"} 1)")))
        << metrics;
  }
  EXPECT_TRUE(absl::StrContains(log, R"("reason":"MALFORMED")")) << log;
  EXPECT_TRUE(absl::StrContains(log, "ScoringService/GetStatus")) << log;
}

// What an unexpected error says may be anything: it goes to the log, not to the client.
TEST(Call, UnexpectedErrorsGoToTheLogUnderAnId) {
  testing::internal::CaptureStdout();
  std::string id;
  {
    TestService service([&](const Method& method, grpc::CallbackServerContext& context,
                            const GetStatusRequest& request) {
      return method.Handle(context, request,
                           [] { return absl::InternalError("disk at 0x7f is on fire"); });
    });
    const auto server = StartServer(service);
    const auto stub = StubOf({server.get()});
    const grpc::Status status = CallGetStatus(*stub, kLong);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
    EXPECT_FALSE(absl::StrContains(status.error_message(), "fire"));
    EXPECT_FALSE(absl::StrContains(status.error_details(), "fire"));
    const ErrorDetail detail = DetailOf(FromGrpcStatus(status));
    EXPECT_EQ(detail.reason(), Reason::INTERNAL_ERROR);
    ASSERT_EQ(detail.metadata_size(), 1);
    id = detail.metadata(0).value();
  }
  const std::string log = testing::internal::GetCapturedStdout();
  EXPECT_TRUE(absl::StrContains(log, "disk at 0x7f is on fire")) << log;
  EXPECT_TRUE(absl::StrContains(log, absl::StrCat("\"trace\":\"", id, "\""))) << log;
}

TEST(Call, TextsForTheLogDoNotTravel) {
  testing::internal::CaptureStdout();
  {
    TestService service([](const Method& method, grpc::CallbackServerContext& context,
                           const GetStatusRequest& request) {
      return method.Handle(context, request, [] {
        return WithLogText(DatabaseAway(), "connection to db-7.internal refused");
      });
    });
    const auto server = StartServer(service);
    const grpc::Status status = CallGetStatus(*StubOf({server.get()}), kLong);
    EXPECT_EQ(DetailOf(FromGrpcStatus(status)).reason(), Reason::DATABASE_UNAVAILABLE);
    EXPECT_FALSE(absl::StrContains(status.error_message(), "db-7"));
    EXPECT_FALSE(absl::StrContains(status.error_details(), "db-7"));
  }
  const std::string log = testing::internal::GetCapturedStdout();
  EXPECT_TRUE(absl::StrContains(log, "connection to db-7.internal refused")) << log;
}

TEST(Call, WhatIsUnavailableAtOnceIsRepeatedAndWhatWasWaitedForIsNot) {
  std::atomic<int> calls = 0;
  std::atomic<bool> waits = false;
  BoundedPool pool(1, 10);
  TestService service([&](const Method& method, grpc::CallbackServerContext& context,
                          const GetStatusRequest& request) {
    return method.HandleIn(pool, context, request, [&] {
      ++calls;
      if (waits) absl::SleepFor(absl::Milliseconds(1'100));
      return DatabaseAway();
    });
  });
  const auto server = StartServer(service);
  const auto stub = StubOf({server.get()});
  const auto reason = [&] {
    return DetailOf(FromGrpcStatus(CallGetStatus(*stub, kLong))).reason();
  };
  EXPECT_EQ(reason(), Reason::DATABASE_UNAVAILABLE);
  EXPECT_EQ(calls.exchange(0), 4);
  waits = true;
  EXPECT_EQ(reason(), Reason::DATABASE_UNAVAILABLE);
  EXPECT_EQ(calls, 1);
}

// A stream that ends when its caller has said everything.
class EndingStream final : public grpc::ServerBidiReactor<scoring::v1::ScoreBatchRequest,
                                                          scoring::v1::ScoreBatchResponse> {
 public:
  EndingStream(grpc::CallbackServerContext& context, const Method& method)
      : call_(context, method) {
    StartRead(&request_);
  }
  void OnReadDone(bool ok) override {
    if (ok) {
      StartRead(&request_);
    } else {
      Finish(call_.Finish(absl::OkStatus()));
    }
  }
  void OnDone() override { delete this; }

 private:
  Call call_;
  scoring::v1::ScoreBatchRequest request_;
};

// To which every call is slow.
class SlowService final : public ScoringService::CallbackService {
 public:
  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context,
                                      const GetStatusRequest* request,
                                      GetStatusResponse*) override {
    return status_.Handle(*context, *request, [] { return absl::OkStatus(); });
  }
  grpc::ServerBidiReactor<scoring::v1::ScoreBatchRequest, scoring::v1::ScoreBatchResponse>*
  ScoreBatch(grpc::CallbackServerContext* context) override {
    return new EndingStream(*context, batch_);
  }

 private:
  Metrics metrics_;
  const Log log_{Severity::kInfo};
  const std::unique_ptr<AccessControl> access_ = *AccessControl::Open({}, SystemClock(), log_);
  const CallEnvironment environment_{metrics_, log_, *access_, absl::ZeroDuration()};
  const Method status_{environment_, ScoringService::service_full_name(), "GetStatus"};
  const Method batch_{environment_, ScoringService::service_full_name(), "ScoreBatch"};
};

TEST(Call, SlowOnesAreLoggedButNotStreamsThatEnd) {
  testing::internal::CaptureStdout();
  {
    SlowService service;
    const auto server =
        Server::Start({"127.0.0.1:0"}, {{ScoringService::service_full_name(), &service}});
    ASSERT_OK(server);
    (*server)->SetReady(true);
    const auto stub = StubOf({server->get()});
    EXPECT_TRUE(CallGetStatus(*stub, kLong).ok());
    const auto context = NewContext(kLong);
    const auto stream = stub->ScoreBatch(context.get());
    EXPECT_TRUE(stream->WritesDone());
    EXPECT_TRUE(stream->Finish().ok());
  }
  const std::string log = testing::internal::GetCapturedStdout();
  EXPECT_TRUE(absl::StrContains(log, "ScoringService/GetStatus")) << log;
  EXPECT_FALSE(absl::StrContains(log, "ScoringService/ScoreBatch")) << log;
}

TEST(Call, TheTraceOfTheCallerIsLogged) {
  testing::internal::CaptureStdout();
  {
    TestService service([](const Method& method, grpc::CallbackServerContext& context,
                           const GetStatusRequest& request) {
      return method.Handle(context, request, [] {
        return MakeError(absl::StatusCode::kNotFound, Reason::RELEASE_NOT_FOUND,
                         "没有 91320000123456789X。", "No 91320000123456789X.");
      });
    });
    const auto server = StartServer(service);
    const auto stub = StubOf({server.get()});
    const auto context = NewContext(kLong);
    context->AddMetadata("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    GetStatusResponse response;
    EXPECT_FALSE(stub->GetStatus(context.get(), {}, &response).ok());
  }
  const std::string log = testing::internal::GetCapturedStdout();
  EXPECT_TRUE(absl::StrContains(log, R"("trace":"0af7651916cd43dd8448eb211c80319c")")) << log;
  EXPECT_TRUE(absl::StrContains(log, R"("reason":"RELEASE_NOT_FOUND")")) << log;
  EXPECT_FALSE(absl::StrContains(log, "91320000123456789X")) << "what callers send is not logged";
}

TEST(Call, APoolThatIsFullShedsAndWhatIsTooLateIsNotRun) {
  absl::Notification occupied, go;
  std::atomic<int> calls = 0, ran = 0;
  BoundedPool pool(1, 1);
  TestService service([&](const Method& method, grpc::CallbackServerContext& context,
                          const GetStatusRequest& request) {
    ++calls;
    return method.HandleIn(pool, context, request, [&] {
      if (++ran == 1) {
        occupied.Notify();
        go.WaitForNotification();
      }
      return absl::OkStatus();
    });
  });
  const auto server = StartServer(service);
  const auto stub = StubOf({server.get()});
  std::thread first([&] { EXPECT_TRUE(CallGetStatus(*stub, kLong).ok()); });
  occupied.WaitForNotification();
  // The second waits in the queue until its deadline.
  const grpc::Status second = CallGetStatus(*stub, absl::Milliseconds(200));
  EXPECT_EQ(second.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  // It still holds the only place; the third is refused at once.
  const grpc::Status third = CallGetStatus(*stub, kLong);
  EXPECT_EQ(third.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(DetailOf(FromGrpcStatus(third)).reason(), Reason::OVERLOADED);
  go.Notify();
  first.join();
  while (pool.waiting() > 0) std::this_thread::yield();
  EXPECT_TRUE(CallGetStatus(*stub, kLong).ok());
  EXPECT_EQ(calls, 4);
  EXPECT_EQ(ran, 2) << "the second had no one waiting for it";
}

TEST(Channel, RepeatsWhatMayBeRepeatedWhenAServiceIsUnavailable) {
  std::atomic<int> calls = 0;
  TestService service([&](const Method& method, grpc::CallbackServerContext& context,
                          const GetStatusRequest& request) {
    return method.Handle(context, request, [&] {
      return ++calls < 3 ? MakeError(absl::StatusCode::kUnavailable, Reason::SHUTTING_DOWN, "停。",
                                     "Stopping.")
                         : absl::OkStatus();
    });
  });
  const auto server = StartServer(service);
  EXPECT_TRUE(CallGetStatus(*StubOf({server.get()}), kLong).ok());
  EXPECT_EQ(calls, 3);
}

TEST(Channel, DoesNotRepeatOtherErrors) {
  std::atomic<int> calls = 0;
  TestService service([&](const Method& method, grpc::CallbackServerContext& context,
                          const GetStatusRequest& request) {
    return method.Handle(context, request, [&] {
      ++calls;
      return MakeError(absl::StatusCode::kResourceExhausted, Reason::OVERLOADED, "忙。", "Busy.");
    });
  });
  const auto server = StartServer(service);
  EXPECT_FALSE(CallGetStatus(*StubOf({server.get()}), kLong).ok());
  EXPECT_EQ(calls, 1);
}

// That is unavailable to every stream once it has read a message of it.
class FailingStreams final : public ScoringService::CallbackService {
 public:
  grpc::ServerBidiReactor<scoring::v1::ScoreBatchRequest, scoring::v1::ScoreBatchResponse>*
  ScoreBatch(grpc::CallbackServerContext*) override {
    ++streams_;
    return new Stream;
  }
  int streams() const { return streams_; }

 private:
  class Stream final : public grpc::ServerBidiReactor<scoring::v1::ScoreBatchRequest,
                                                      scoring::v1::ScoreBatchResponse> {
   public:
    Stream() { StartRead(&request_); }
    void OnReadDone(bool) override {
      Finish(grpc::Status(grpc::StatusCode::UNAVAILABLE, "stopping"));
    }
    void OnDone() override { delete this; }

   private:
    scoring::v1::ScoreBatchRequest request_;
  };

  std::atomic<int> streams_ = 0;
};

// gRPC 1.51 can send a message of a stream that it repeats before the one ahead of it is out, and
// then crashes.
TEST(Channel, NothingOfAStreamIsRepeated) {
  FailingStreams service;
  const auto server =
      Server::Start({"127.0.0.1:0"}, {{ScoringService::service_full_name(), &service}});
  ASSERT_OK(server);
  (*server)->SetReady(true);
  const auto call = [](ScoringService::Stub& stub) {
    const auto context = NewContext(kLong);
    const auto stream = stub.ScoreBatch(context.get());
    stream->Write({});
    return stream->Finish().error_code();
  };
  EXPECT_EQ(call(*StubOf({server->get()})), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(service.streams(), 1);
  const auto channel = NewStreamChannel(absl::StrCat("127.0.0.1:", (*server)->port()));
  EXPECT_EQ(call(*ScoringService::NewStub(channel)), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(service.streams(), 2);
}

TEST(Channel, TheDeadlineTravelsWithACall) {
  std::atomic<double> seconds_left = -1;
  TestService inner([&](const Method& method, grpc::CallbackServerContext& context,
                        const GetStatusRequest& request) {
    return method.Handle(context, request, [&] {
      seconds_left = absl::ToDoubleSeconds(absl::FromChrono(context.deadline()) - absl::Now());
      return absl::OkStatus();
    });
  });
  const auto inner_server = StartServer(inner);
  const auto inner_stub = StubOf({inner_server.get()});
  BoundedPool pool(1, 1);
  TestService outer([&](const Method& method, grpc::CallbackServerContext& context,
                        const GetStatusRequest& request) {
    return method.HandleIn(pool, context, request, [&] {
      const auto within = NewContextWithin(context, absl::Minutes(5));
      GetStatusResponse response;
      return FromGrpcStatus(inner_stub->GetStatus(within.get(), {}, &response));
    });
  });
  const auto outer_server = StartServer(outer);
  EXPECT_TRUE(CallGetStatus(*StubOf({outer_server.get()}), kLong).ok());
  EXPECT_GT(seconds_left, 0);
  // gRPC writes long timeouts in tenths of a second, rounded up.
  EXPECT_LE(seconds_left, absl::ToDoubleSeconds(kLong) + 0.2);
}

}  // namespace
}  // namespace zhiping::rpc
