// A server that is asked to stop loses no request.
#include <gmock/gmock.h>
#include <grpcpp/support/validate_service_config.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "absl/synchronization/notification.h"
#include "google/protobuf/descriptor.h"
#include "tests/integration/rpc/test_service.h"

namespace zhiping::rpc {
namespace {

// Before main, so that every thread of the program has them blocked.
const TerminationSignals signals;

TEST(Server, HealthFollowsReadinessAndLivenessDoesNot) {
  TestService service([](const Method& method, grpc::CallbackServerContext& context,
                         const GetStatusRequest& request) {
    return method.Handle(context, request, [] { return absl::OkStatus(); });
  });
  const auto server = StartServer(service);
  for (const bool ready : {true, false, true}) {
    server->SetReady(ready);
    EXPECT_EQ(HealthOf(server->port(), ""), ready ? 1 : 2);
    EXPECT_EQ(HealthOf(server->port(), ScoringService::service_full_name()), ready ? 1 : 2);
    EXPECT_EQ(HealthOf(server->port(), kLivenessService), 1);
  }
  EXPECT_EQ(HealthOf(server->port(), "unknown"), 0);
}

// As grpcurl asks, without the proto of reflection: field 7 of the request, `list_services`.
TEST(Server, ReflectionListsItsServices) {
  TestService service([](const Method& method, grpc::CallbackServerContext& context,
                         const GetStatusRequest& request) {
    return method.Handle(context, request, [] { return absl::OkStatus(); });
  });
  const auto server = StartServer(service);
  const auto channel = grpc::CreateChannel(absl::StrCat("127.0.0.1:", server->port()),
                                           grpc::InsecureChannelCredentials());
  const auto context = NewContext(absl::Seconds(30));
  const grpc::internal::RpcMethod method(
      "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
      grpc::internal::RpcMethod::BIDI_STREAMING, channel);
  const auto stream = std::unique_ptr<grpc::ClientReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>>(
      grpc::internal::ClientReaderWriterFactory<grpc::ByteBuffer, grpc::ByteBuffer>::Create(
          channel.get(), method, context.get()));
  const grpc::Slice slice(std::string("\x3a\x01*"));
  grpc::ByteBuffer out;
  ASSERT_TRUE(stream->Write(grpc::ByteBuffer(&slice, 1)));
  ASSERT_TRUE(stream->Read(&out));
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
  std::vector<grpc::Slice> slices;
  ASSERT_TRUE(out.Dump(&slices).ok());
  std::string bytes;
  for (const auto& part : slices) bytes.append(part.begin(), part.end());
  EXPECT_THAT(bytes, testing::HasSubstr(ScoringService::service_full_name()));
}

TEST(Server, AnAddressInUseIsRefused) {
  TestService service([](const Method& method, grpc::CallbackServerContext& context,
                         const GetStatusRequest& request) {
    return method.Handle(context, request, [] { return absl::OkStatus(); });
  });
  const auto server = StartServer(service);
  ServerOptions options;
  for (const auto& listen : {absl::StrCat("127.0.0.1:", server->port()),
                             std::string("no such host:1"), std::string("127.0.0.1:99999")}) {
    options.listen = listen;
    EXPECT_THAT(Server::Start(options, {{ScoringService::service_full_name(), &service}}),
                HasReason(Reason::INVALID_FIELD))
        << listen;
  }
}

struct Count {
  std::atomic<int> ok = 0;
  std::atomic<int> lost = 0;
};

// Calls two servers from four threads, without repeating anything, while `stop` ends the first.
void CallWhile(Count& count, const std::function<void(Server&)>& stop) {
  BoundedPool pool(4, 100);
  TestService service([&](const Method& method, grpc::CallbackServerContext& context,
                          const GetStatusRequest& request) {
    return method.HandleIn(pool, context, request, [] {
      absl::SleepFor(absl::Milliseconds(2));
      return absl::OkStatus();
    });
  });
  auto first = StartServer(service);
  const auto second = StartServer(service);
  const auto stub = StubOf({first.get(), second.get()}, false);
  std::atomic<bool> done = false;
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      while (!done) (CallGetStatus(*stub, absl::Seconds(30)).ok() ? count.ok : count.lost)++;
    });
  }
  while (count.ok < 100) std::this_thread::yield();
  stop(*first);
  const int before = count.ok;
  while (count.ok < before + 100 && count.lost < 1000) std::this_thread::yield();
  done = true;
  for (auto& caller : callers) caller.join();
}

TEST(Drain, LosesNoRequestOnASignal) {
  Count count;
  CallWhile(count, [&](Server& server) {
    const Log log(Severity::kInfo);
    std::thread operator_thread([] { kill(getpid(), SIGTERM); });
    server.ServeUntil(signals, log);
    operator_thread.join();
  });
  EXPECT_EQ(count.lost, 0);
  EXPECT_GE(count.ok, 200);
}

TEST(Drain, NothingBecomesReadyAnyMore) {
  TestService service([](const Method& method, grpc::CallbackServerContext& context,
                         const GetStatusRequest& request) {
    return method.Handle(context, request, [] { return absl::OkStatus(); });
  });
  const auto server = StartServer(service);
  const Log log(Severity::kInfo);
  kill(getpid(), SIGTERM);
  server->ServeUntil(signals, log, [&] {
    server->SetReady(true);
    EXPECT_EQ(HealthOf(server->port(), ""), 2);
  });
}

// The control: without the drain, a request that is being answered is lost.
TEST(Drain, ClosingAtOnceLosesRequests) {
  BoundedPool pool(1, 1);
  absl::Notification running;
  TestService service([&](const Method& method, grpc::CallbackServerContext& context,
                          const GetStatusRequest& request) {
    return method.HandleIn(pool, context, request, [&] {
      running.Notify();
      const absl::Time end = absl::Now() + absl::Seconds(30);
      while (!context.IsCancelled() && absl::Now() < end) absl::SleepFor(absl::Milliseconds(1));
      return absl::OkStatus();
    });
  });
  const auto server = StartServer(service);
  const auto stub = StubOf({server.get()}, false);
  grpc::Status status;
  std::thread caller([&] { status = CallGetStatus(*stub, absl::Seconds(60)); });
  running.WaitForNotification();
  server->CloseNow();
  caller.join();
  EXPECT_FALSE(status.ok());
}

TEST(ServiceConfig, IsAcceptedByGrpcAndNamesWhatMayBeRepeated) {
  const std::string config = ServiceConfig({ScoringService::service_full_name()});
  EXPECT_EQ(grpc::experimental::ValidateServiceConfigJSON(config), "");
  EXPECT_NE(config.find(R"("method":"Score")"), std::string::npos) << config;
  EXPECT_NE(config.find(R"("loadBalancingConfig":[{"round_robin":{}}])"), std::string::npos);
}

}  // namespace
}  // namespace zhiping::rpc
