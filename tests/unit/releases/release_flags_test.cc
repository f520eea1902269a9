#include "common/releases/release_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/rpc/flags.h"

namespace zhiping::releases {
namespace {

using Arguments = std::vector<std::string>;

// The exit code if the flags are refused, with what is said on standard error.
std::pair<std::optional<int>, std::string> Parse(Arguments arguments) {
  CLI::App app;
  ReleaseFlags flags;
  AddReleaseFlags(app, flags);
  arguments.insert(arguments.begin(), {"program", "--trust-file", "trust"});
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  testing::internal::CaptureStderr();
  const auto code = rpc::ParseFlags(app, static_cast<int>(argv.size()), argv.data());
  return {code, testing::internal::GetCapturedStderr()};
}

TEST(ReleaseFlagsTest, WhatDoesNothingWithASeedAloneIsRefused) {
  struct Case {
    const char *flag, *value, *needed;
  };
  for (const auto& [flag, value, needed] : {Case{"--programmes", "a,b", "--catalogue"},
                                            {"--poll-interval", "1s", "--catalogue"},
                                            {"--stale-after", "5s", "--catalogue"},
                                            {"--expired-after", "1h", "--catalogue"},
                                            {"--redis", "r:1", "--catalogue"},
                                            {"--cache-dir", "c", "--catalogue"},
                                            {"--redis-user", "u", "--redis"},
                                            {"--redis-password-file", "f", "--redis"}}) {
    const auto [code, said] = Parse({"--seed-dir", "seed", flag, value});
    EXPECT_EQ(code, 2) << flag;
    EXPECT_THAT(said, testing::HasSubstr(absl::StrCat(flag, " 只在有 ", needed, " 时使用")));
    EXPECT_THAT(said,
                testing::HasSubstr(absl::StrCat(flag, " is used together with ", needed, " only")));
  }
  EXPECT_EQ(Parse({"--seed-dir", "seed", "--instance-name", "a"}).first, std::nullopt);
  EXPECT_EQ(Parse({"--catalogue", "c:1", "--programmes", "a", "--redis", "r:1", "--redis-user", "u",
                   "--cache-dir", "c", "--expired-after", "1h"})
                .first,
            std::nullopt);
}

}  // namespace
}  // namespace zhiping::releases
