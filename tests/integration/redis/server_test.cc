// The client against a real redis-server: what works, and every fault that a real one can have.
// Each fault ends in recovery.
#include <gtest/gtest.h>

#include <fstream>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/integration/redis/client_under_test.h"
#include "tests/processes/redis_server.h"
#include "tests/processes/tcp_gate.h"

namespace zhiping::redis {
namespace {

using processes::Eventually;
using processes::RedisServer;
using processes::TcpGate;
using testing::Optional;

constexpr absl::Duration kTtl = absl::Hours(1);

std::string FileWith(const std::string& text) {
  const std::string path = processes::NewFolder() + "/password";
  std::ofstream(path) << text;
  return path;
}

std::string Through(const TcpGate& gate) { return absl::StrCat("127.0.0.1:", gate.port()); }

TEST(RedisServerTest, StoresAndFindsAnyBytes) {
  RedisServer server;
  const auto client = NewClient(Patient(server.address()));
  std::string all_bytes;
  for (int i = 0; i < 1024; ++i) all_bytes.push_back(static_cast<char>(i));
  const std::string values[] = {"",
                                "text",
                                "智评",
                                std::string(1, '\0'),
                                "\r\n$-1\r\n",
                                all_bytes,
                                std::string(3 << 20, 'x')};
  for (const std::string& value : values) {
    const std::string key = absl::StrCat("key ", value.substr(0, 100), "\r\n");
    EXPECT_THAT(*client->Get(key), testing::Eq(std::nullopt));
    ASSERT_OK(client->Set(key, value, kTtl));
    EXPECT_THAT(*client->Get(key), Optional(value));
  }
  ASSERT_OK(client->Ping());
  EXPECT_EQ(client->counters().hits, 7);
  EXPECT_EQ(client->counters().misses, 7);
  EXPECT_EQ(client->counters().stored, 7);
}

TEST(RedisServerTest, WhatIsStoredExpires) {
  RedisServer server;
  const auto client = NewClient(Patient(server.address()));
  ASSERT_OK(client->Set("long", "x", absl::Hours(24)));
  ASSERT_OK(client->Set("short", "x", absl::Milliseconds(50)));
  EXPECT_TRUE(Eventually([&] { return *client->Get("short") == std::nullopt; }));
  int seconds = 0;
  ASSERT_TRUE(absl::SimpleAtoi(server.Run({"TTL", "long"}), &seconds));
  EXPECT_GT(seconds, 86'000);
  EXPECT_LE(seconds, 86'400);
}

TEST(RedisServerTest, LogsInWithTheRightPasswordOnly) {
  RedisServer server({.password = "s3cret"});
  Options options = Patient(server.address());
  EXPECT_EQ(ValueOf(NewClient(options)->Ping(), "error"), "NOAUTH");
  options.password_file = FileWith("guess\n");
  EXPECT_EQ(ValueOf(NewClient(options)->Ping(), "error"), "WRONGPASS");
  options.password_file = FileWith("s3cret\n");
  EXPECT_OK(NewClient(options)->Ping());

  server.Run({"ACL", "SETUSER", "zhiping", "on", ">other", "~*", "+get", "+set"});
  options.user = "zhiping";
  EXPECT_EQ(ValueOf(NewClient(options)->Get("k").status(), "error"), "WRONGPASS");
  options.password_file = FileWith("other");
  const auto limited = NewClient(options);
  EXPECT_OK(limited->Set("k", "v", kTtl));
  EXPECT_EQ(ValueOf(limited->Ping(), "error"), "NOPERM");
  EXPECT_THAT(*limited->Get("k"), Optional(std::string("v")));
}

TEST(RedisServerTest, UsesTheDatabaseItIsGiven) {
  RedisServer server;
  Options options = Patient(server.address());
  const auto in_first = NewClient(options);
  options.database = 3;
  const auto in_third = NewClient(options);
  ASSERT_OK(in_third->Set("k", "v", kTtl));
  EXPECT_THAT(*in_first->Get("k"), testing::Eq(std::nullopt));
  EXPECT_THAT(server.Run({"INFO", "keyspace"}), testing::HasSubstr("db3:keys=1"));
  options.database = 99;
  EXPECT_THAT(NewClient(options)->Ping(), Failed(FailureKind::kServerError));
}

TEST(RedisServerTest, ConnectionsAreKeptUpToTheNumberAllowed) {
  RedisServer server;
  Options options = Patient(server.address());
  options.kept_connections = 2;
  const auto client = NewClient(options);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&client, t] {
      for (int i = 0; i < 200; ++i) {
        const std::string key = absl::StrCat(t, ".", i);
        ASSERT_OK(client->Set(key, key, kTtl));
        ASSERT_THAT(*client->Get(key), Optional(key));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  // The two, and the one that asks.
  EXPECT_TRUE(Eventually([&] {
    return absl::StrContains(server.Run({"INFO", "clients"}), "connected_clients:3\r\n");
  }));
  for (int i = 0; i < 10; ++i) EXPECT_OK(client->Ping());
  EXPECT_THAT(server.Run({"INFO", "clients"}), testing::HasSubstr("connected_clients:3\r\n"));
}

TEST(RedisServerTest, AConnectionThatTheServerClosedCostsNoCall) {
  RedisServer server;
  const auto client = NewClient(Patient(server.address()));
  for (int i = 0; i < 10; ++i) {
    ASSERT_OK(client->Ping());
    server.Run({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
  }
  EXPECT_OK(client->Ping());
  EXPECT_EQ(client->counters().Failed(FailureKind::kUnreachable), 0);
}

TEST(RedisServerTest, Killed) {
  RedisServer server({.persistent = true});
  const auto client = NewClient(Hurried(server.address()));
  ASSERT_OK(client->Set("k", "v", kTtl));
  server.Kill();
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(client->Get("k"), Failed(FailureKind::kUnreachable));
    EXPECT_THAT(client->Get("k"), HasReason(Reason::REDIS_UNAVAILABLE));
  }
  server.Start();
  EXPECT_TRUE(Eventually([&] { return client->Ping().ok(); }));
  EXPECT_THAT(*client->Get("k"), Optional(std::string("v")));
}

TEST(RedisServerTest, RestartedEmpty) {
  RedisServer server;
  const auto client = NewClient(Patient(server.address()));
  ASSERT_OK(client->Set("k", "v", kTtl));
  server.Kill();
  server.Start();
  EXPECT_THAT(*client->Get("k"), testing::Eq(std::nullopt));
  ASSERT_OK(client->Set("k", "w", kTtl));
  EXPECT_THAT(*client->Get("k"), Optional(std::string("w")));
}

TEST(RedisServerTest, Flushed) {
  RedisServer server;
  const auto client = NewClient(Patient(server.address()));
  ASSERT_OK(client->Set("k", "v", kTtl));
  server.Flush();
  EXPECT_THAT(*client->Get("k"), testing::Eq(std::nullopt));
  ASSERT_OK(client->Set("k", "w", kTtl));
  EXPECT_THAT(*client->Get("k"), Optional(std::string("w")));
}

TEST(RedisServerTest, Frozen) {
  RedisServer server;
  const auto client = NewClient(Hurried(server.address()));
  ASSERT_OK(client->Set("k", "v", kTtl));
  server.Freeze();
  // First on the kept connection, then on new ones, which the system still accepts.
  for (int i = 0; i < 3; ++i) {
    EXPECT_LT(TimeOf([&] { EXPECT_THAT(client->Get("k"), Failed(FailureKind::kTimeout)); }),
              kHurriedBound);
  }
  server.Thaw();
  EXPECT_TRUE(Eventually([&] { return client->Ping().ok(); }));
  EXPECT_THAT(*client->Get("k"), Optional(std::string("v")));
}

TEST(RedisServerTest, Full) {
  RedisServer server({.max_memory = "3mb"});
  Options options = Patient(server.address());
  options.breaker_failures = 3;
  const auto client = NewClient(options);
  const std::string value(64 << 10, 'x');
  ASSERT_OK(client->Set("first", value, kTtl));
  absl::Status status;
  for (int i = 0; i < 100 && status.ok(); ++i) {
    status = client->Set(absl::StrCat("k", i), value, kTtl);
  }
  EXPECT_THAT(status, Failed(FailureKind::kServerError));
  EXPECT_EQ(ValueOf(status, "error"), "OOM");
  // Redis answers: the breaker has no part in it, and reading goes on.
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(ValueOf(client->Set("more", value, kTtl), "error"), "OOM");
    EXPECT_EQ(client->breaker_state(), BreakerState::kClosed);
  }
  EXPECT_THAT(*client->Get("first"), Optional(value));
  server.Flush();
  EXPECT_OK(client->Set("more", value, kTtl));
}

TEST(RedisServerTest, Slow) {
  RedisServer server;
  TcpGate gate(server.port());
  ASSERT_OK(NewClient(Patient(server.address()))->Set("k", "v", kTtl));
  const auto patient = NewClient(Patient(Through(gate)));
  const auto hurried = NewClient(Hurried(Through(gate)));
  ASSERT_OK(hurried->Ping());
  gate.Delay(absl::Milliseconds(300));
  EXPECT_THAT(*patient->Get("k"), Optional(std::string("v")));
  for (int i = 0; i < 3; ++i) {
    EXPECT_LT(TimeOf([&] { EXPECT_THAT(hurried->Get("k"), Failed(FailureKind::kTimeout)); }),
              kHurriedBound);
  }
  gate.Open();
  EXPECT_TRUE(Eventually([&] { return hurried->Ping().ok(); }));
  EXPECT_THAT(*hurried->Get("k"), Optional(std::string("v")));
}

TEST(RedisServerTest, ALateReplyIsNotTakenForTheNext) {
  RedisServer server;
  TcpGate gate(server.port());
  const auto client = NewClient(Hurried(Through(gate)));
  ASSERT_OK(client->Set("a", "of a", kTtl));
  ASSERT_OK(client->Set("b", "of b", kTtl));
  gate.Freeze();
  EXPECT_THAT(client->Get("a"), Failed(FailureKind::kTimeout));
  gate.Open();
  EXPECT_TRUE(Eventually([&] {
    const auto got = client->Get("b");
    EXPECT_TRUE(!got.ok() || **got == "of b");
    return got.ok();
  }));
}

TEST(RedisServerTest, CutOff) {
  RedisServer server;
  TcpGate gate(server.port());
  const auto client = NewClient(Hurried(Through(gate)));
  ASSERT_OK(client->Set("k", "v", kTtl));
  gate.Cut();
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(client->Get("k"), Failed(FailureKind::kUnreachable));
  }
  gate.Open();
  EXPECT_TRUE(Eventually([&] { return client->Ping().ok(); }));
  EXPECT_THAT(*client->Get("k"), Optional(std::string("v")));
}

TEST(RedisServerTest, CutWhileACallWaits) {
  RedisServer server;
  TcpGate gate(server.port());
  const auto client = NewClient(Patient(Through(gate)));
  ASSERT_OK(client->Set("k", "v", kTtl));
  gate.Freeze();
  absl::StatusOr<std::optional<std::string>> got;
  std::thread waiting([&] { got = client->Get("k"); });
  absl::SleepFor(absl::Milliseconds(20));
  gate.Cut();
  waiting.join();
  EXPECT_THAT(got, Failed(FailureKind::kUnreachable));
  gate.Open();
  EXPECT_THAT(*client->Get("k"), Optional(std::string("v")));
}

TEST(RedisServerTest, ValuesLongerThanAllowedAreNeitherStoredNorRead) {
  RedisServer server;
  ASSERT_OK(NewClient(Patient(server.address()))->Set("k", std::string(1001, 'x'), kTtl));
  Options options = Patient(server.address());
  options.max_value_bytes = 1000;
  options.breaker_failures = 1;
  const auto client = NewClient(options);
  EXPECT_THAT(client->Get("k"), Failed(FailureKind::kTooLarge));
  EXPECT_THAT(client->Set("k", std::string(1001, 'y'), kTtl), HasReason(Reason::TOO_LARGE));
  ASSERT_OK(client->Set("k", std::string(1000, 'y'), kTtl));
  EXPECT_THAT(*client->Get("k"), Optional(std::string(1000, 'y')));
}

}  // namespace
}  // namespace zhiping::redis
