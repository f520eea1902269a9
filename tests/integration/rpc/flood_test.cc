// What callers may make a server keep, whoever they are.
#include <grpcpp/support/sync_stream.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <list>
#include <thread>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "tests/integration/rpc/test_service.h"
#include "tests/processes/process.h"

namespace zhiping::rpc {
namespace {

std::unique_ptr<Server> StartServer(TestService& service, const ServerOptions& options) {
  auto server = Server::Start(options, {{ScoringService::service_full_name(), &service}});
  EXPECT_OK(server);
  (*server)->SetReady(true);
  return *std::move(server);
}

GetStatusRequest RequestOf(size_t bytes) {
  GetStatusRequest request;
  request.GetReflection()->MutableUnknownFields(&request)->AddLengthDelimited(
      15, std::string(bytes, 'x'));
  return request;
}

// Answers at once.
grpc::ServerUnaryReactor* Answer(const Method& method, grpc::CallbackServerContext& context,
                                 const GetStatusRequest& request) {
  return method.Handle(context, request, [](const Call&) { return absl::OkStatus(); });
}

TEST(FloodTest, RequestsTogetherTakeOnlySoMuchMemory) {
  TestService service(Answer);
  ServerOptions options;
  options.listen = "127.0.0.1:0";
  options.request_buffer_bytes = 16 << 20;
  const auto server = StartServer(service, options);
  const auto stub = StubOf({server.get()}, /*repeat=*/false);
  const GetStatusRequest large = RequestOf(3 << 20);
  const auto call = [&] {
    const auto context = NewContext(absl::Seconds(60));
    GetStatusResponse response;
    return FromGrpcStatus(stub->GetStatus(context.get(), large, &response));
  };
  EXPECT_OK(call());
  std::atomic<int> refused = 0;
  const auto flood = [&] {
    std::vector<std::thread> callers;
    for (int i = 0; i < 40; ++i) {
      callers.emplace_back([&] {
        const absl::Status status = call();
        if (status.ok()) return;
        EXPECT_THAT(status, HasReason(Reason::OVERLOADED));
        ++refused;
      });
    }
    for (auto& caller : callers) caller.join();
    return refused > 0;
  };
  EXPECT_TRUE(processes::Eventually(flood, absl::Seconds(60)));
  // Then there is room again.
  EXPECT_TRUE(processes::Eventually([&] { return call().ok(); }));
}

TEST(FloodTest, OneConnectionHasOnlySoManyCallsAtATime) {
  // One more is the client's watch of health.
  constexpr size_t kAllowed = 255;
  constexpr int kCalls = 300;
  absl::Mutex mutex;
  std::deque<grpc::ServerUnaryReactor*> running;
  size_t most = 0;
  TestService service(
      [&](const Method&, grpc::CallbackServerContext& context, const GetStatusRequest&) {
        absl::MutexLock lock(&mutex);
        running.push_back(context.DefaultReactor());
        most = std::max(most, running.size());
        return running.back();
      });
  ServerOptions options;
  options.listen = "127.0.0.1:0";
  const auto server = StartServer(service, options);
  const auto stub = StubOf({server.get()}, /*repeat=*/false);
  struct Waiting {
    std::unique_ptr<grpc::ClientContext> context = NewContext(absl::Seconds(60));
    GetStatusRequest request;
    GetStatusResponse response;
  };
  std::list<Waiting> calls(kCalls);
  absl::BlockingCounter unanswered(kCalls);
  std::atomic<int> failed = 0;
  for (Waiting& call : calls) {
    stub->async()->GetStatus(call.context.get(), &call.request, &call.response,
                             [&](const grpc::Status& status) {
                               if (!status.ok()) ++failed;
                               unanswered.DecrementCount();
                             });
  }
  EXPECT_TRUE(processes::Eventually([&] {
    absl::MutexLock lock(&mutex);
    return running.size() >= kAllowed;
  }));
  for (int i = 0; i < kCalls; ++i) {
    grpc::ServerUnaryReactor* oldest = nullptr;
    const auto arrived = [&] {
      absl::MutexLock lock(&mutex);
      if (running.empty()) return false;
      oldest = running.front();
      running.pop_front();
      return true;
    };
    ASSERT_TRUE(processes::Eventually(arrived));
    oldest->Finish(grpc::Status::OK);
  }
  unanswered.Wait();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(most, kAllowed);
}

// Reflection takes a thread for each of its streams.
TEST(FloodTest, ReflectionHasOnlySoManyStreams) {
  using Streams = grpc::internal::ClientReaderWriterFactory<grpc::ByteBuffer, grpc::ByteBuffer>;
  TestService service(Answer);
  ServerOptions options;
  options.listen = "127.0.0.1:0";
  const auto server = StartServer(service, options);
  const auto channel = NewChannel(absl::StrCat("127.0.0.1:", server->port()), {});
  const grpc::internal::RpcMethod method(kReflection, grpc::internal::RpcMethod::BIDI_STREAMING,
                                         channel);
  constexpr int kStreams = 40;
  struct Open {
    std::unique_ptr<grpc::ClientContext> context = NewContext(absl::Seconds(60));
    std::unique_ptr<grpc::ClientReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>> stream;
  };
  std::list<Open> opened(kStreams);
  int answered = 0;
  for (auto& [context, stream] : opened) {
    stream.reset(Streams::Create(channel.get(), method, context.get()));
    grpc::Slice slice(kListServices);
    grpc::ByteBuffer request(&slice, 1), response;
    if (stream->Write(request) && stream->Read(&response)) ++answered;
  }
  EXPECT_GT(answered, 0);
  EXPECT_LT(answered, kStreams);
  for (auto& [context, stream] : opened) {
    context->TryCancel();
    grpc::ByteBuffer response;
    while (stream->Read(&response)) {
    }
    stream->Finish();
  }
  std::string names;
  EXPECT_TRUE(processes::Eventually([&] { return ListServices(channel, names).ok(); }));
}

}  // namespace
}  // namespace zhiping::rpc
