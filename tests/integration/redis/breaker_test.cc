// The breaker as callers see it: how long they wait, and what reaches the server.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/integration/redis/client_under_test.h"
#include "tests/processes/process.h"
#include "tests/processes/redis_server.h"
#include "tests/processes/scripted_server.h"

namespace zhiping::redis {
namespace {

using processes::Eventually;
using processes::Peer;
using processes::ScriptedServer;

// Closes each connection once something has arrived.
void HangUp(Peer& peer) { peer.Receive(); }

TEST(BreakerOfTheClient, OpensAfterFailuresAndThenTouchesNoNetwork) {
  ScriptedServer server(HangUp);
  Options options = Patient(server.address());
  options.breaker_failures = 3;
  options.breaker_pause = absl::Hours(1);
  const auto client = NewClient(options);
  for (int i = 0; i < 3; ++i) EXPECT_THAT(client->Ping(), Failed(FailureKind::kUnreachable));
  EXPECT_EQ(client->breaker_state(), BreakerState::kOpen);
  for (int i = 0; i < 100; ++i) {
    EXPECT_THAT(client->Get("k"), Failed(FailureKind::kBreakerOpen));
    EXPECT_THAT(client->Set("k", "v", absl::Hours(1)), HasReason(Reason::REDIS_UNAVAILABLE));
  }
  EXPECT_EQ(server.connections(), 3);
  EXPECT_EQ(client->counters().Failed(FailureKind::kUnreachable), 3);
  EXPECT_EQ(client->counters().Failed(FailureKind::kBreakerOpen), 200);
}

TEST(BreakerOfTheClientControl, WithoutItEveryCallReachesTheServer) {
  ScriptedServer server(HangUp);
  const auto client = NewClient(Patient(server.address()));
  for (int i = 0; i < 100; ++i) EXPECT_THAT(client->Ping(), Failed(FailureKind::kUnreachable));
  EXPECT_EQ(server.connections(), 100);
}

TEST(BreakerOfTheClient, OneCallProbesWhileTheOthersAreRefused) {
  std::atomic<bool> answers = false;
  ScriptedServer server([&](Peer& peer) {
    while (!peer.Receive().empty()) {
      if (answers) peer.Send("+PONG\r\n");
    }
  });
  Options options = Patient(server.address());
  options.command_timeout = absl::Milliseconds(300);
  options.breaker_failures = 1;
  options.breaker_pause = absl::Milliseconds(20);
  const auto client = NewClient(options);
  ASSERT_THAT(client->Ping(), Failed(FailureKind::kTimeout));
  std::thread probe([&] {
    while (testing::Matches(Failed(FailureKind::kBreakerOpen))(client->Ping())) {
    }
  });
  ASSERT_TRUE(Eventually([&] { return client->breaker_state() == BreakerState::kProbing; }));
  for (int i = 0; i < 100; ++i) EXPECT_THAT(client->Ping(), Failed(FailureKind::kBreakerOpen));
  EXPECT_TRUE(Eventually([&] { return server.connections() == 2; }));
  probe.join();
  EXPECT_EQ(server.connections(), 2);
  EXPECT_EQ(client->counters().Failed(FailureKind::kTimeout), 2);
  answers = true;
  EXPECT_TRUE(Eventually([&] { return client->Ping().ok(); }));
  EXPECT_EQ(client->breaker_state(), BreakerState::kClosed);
}

TEST(BreakerOfTheClient, AFrozenServerCostsAFewTimeoutsAndIsUsedAgainWhenItIsBack) {
  processes::RedisServer server;
  Options options = Patient(server.address());
  options.command_timeout = absl::Milliseconds(100);
  options.breaker_failures = 3;
  const auto client = NewClient(options);
  ASSERT_OK(client->Set("k", "v", absl::Hours(1)));
  server.Freeze();
  EXPECT_TRUE(Eventually([&] {
    (void)client->Get("k");
    return client->breaker_state() == BreakerState::kOpen;
  }));
  EXPECT_EQ(client->counters().Failed(FailureKind::kTimeout), 3);
  EXPECT_LT(TimeOf([&] {
              for (int i = 0; i < 100; ++i) (void)client->Get("k");
            }),
            absl::Milliseconds(500));
  server.Thaw();
  EXPECT_TRUE(Eventually([&] { return client->Get("k").ok(); }, absl::Seconds(10)));
  EXPECT_EQ(**client->Get("k"), "v");
}

TEST(BreakerOfTheClient, ARefusedLogInOpensIt) {
  processes::RedisServer server({.password = "s3cret"});
  Options options = Patient(server.address());
  options.breaker_failures = 2;
  options.breaker_pause = absl::Hours(1);
  options.database = 1;
  const auto client = NewClient(options);
  for (int i = 0; i < 2; ++i) EXPECT_THAT(client->Ping(), Failed(FailureKind::kServerError));
  EXPECT_THAT(client->Ping(), Failed(FailureKind::kBreakerOpen));
}

TEST(ClientOptions, AWrongAddressIsRefused) {
  for (const char* address : {"", "redis", "redis:", ":6379", "redis:0", "redis:65536", "redis:x",
                              "::1:6379", "[::1:6379", "[redis]:6379", "redis:6379 "}) {
    Options options;
    options.address = address;
    EXPECT_THAT(Client::Create(options), HasReason(Reason::INVALID_FIELD)) << address;
  }
  for (const char* address : {"redis:6379", "127.0.0.1:1", "[::1]:65535"}) {
    Options options;
    options.address = address;
    EXPECT_OK(Client::Create(options)) << address;
  }
}

TEST(ClientOptions, APasswordFileThatIsNotThereOrEmptyIsRefused) {
  Options options;
  options.password_file = processes::NewFolder() + "/none";
  EXPECT_THAT(Client::Create(options), HasReason(Reason::FILE_UNREADABLE));
  options.password_file = "/dev/null";
  EXPECT_THAT(Client::Create(options), HasReason(Reason::INVALID_FIELD));
}

}  // namespace
}  // namespace zhiping::redis
