// What the tests of the client of Redis share.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "common/redis/client.h"
#include "tests/unit/redis/failure_matchers.h"

namespace zhiping::redis {

// Timeouts that a busy machine keeps, and a breaker that stays out of the way.
inline Options Patient(const std::string& address) {
  Options options;
  options.address = address;
  options.connect_timeout = options.command_timeout = absl::Seconds(20);
  options.breaker_failures = 1'000'000;
  return options;
}

// The same with timeouts that are meant to pass: at most 200 ms a call.
inline Options Hurried(const std::string& address) {
  Options options = Patient(address);
  options.connect_timeout = options.command_timeout = absl::Milliseconds(100);
  return options;
}

// What a call may take with Hurried: its bound, and what a busy machine adds. Faults last longer.
constexpr absl::Duration kHurriedBound = absl::Milliseconds(200 + 300);

inline std::unique_ptr<Client> NewClient(const Options& options, Lookup lookup = SystemLookup) {
  auto client = Client::Create(options, std::move(lookup));
  EXPECT_OK(client);
  return *std::move(client);
}

template <typename Function>
absl::Duration TimeOf(Function function) {
  const auto start = std::chrono::steady_clock::now();
  function();
  return absl::FromChrono(std::chrono::steady_clock::now() - start);
}

}  // namespace zhiping::redis
