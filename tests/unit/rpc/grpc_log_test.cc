#include "common/rpc/grpc_log.h"

#include <gmock/gmock.h>
#include <grpc/support/log.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"

namespace zhiping::rpc {
namespace {

class SetClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::UnixEpoch() + steady; }
  absl::Duration Steady() const override { return steady; }
  absl::Duration steady = absl::Hours(1);
};

// The lines of a log to which gRPC logs what `run` makes it log, from `verbosity` on.
std::vector<nlohmann::json> Logged(gpr_log_severity verbosity, const Clock& clock,
                                   const std::function<void()>& run) {
  gpr_set_log_verbosity(verbosity);
  testing::internal::CaptureStdout();
  {
    const Log log(Severity::kDebug);
    const GrpcLog grpc_log(log, clock);
    run();
  }
  std::vector<nlohmann::json> lines;
  const std::string output = testing::internal::GetCapturedStdout();
  for (const absl::string_view line : absl::StrSplit(output, '\n', absl::SkipEmpty())) {
    lines.push_back(nlohmann::json::parse(std::string(line)));
  }
  return lines;
}

TEST(GrpcLogTest, AnErrorThatComesAgainAndAgainIsOneLineInTenMinutes) {
  SetClock clock;
  const auto lines = Logged(GPR_LOG_SEVERITY_ERROR, clock, [&] {
    for (int second = 0; second < 3600; ++second) {
      gpr_log(GPR_ERROR, "cancel_check_peer error: at %d", second);
      if (second == 100) gpr_log(GPR_ERROR, "something else");
      clock.steady += absl::Seconds(1);
    }
  });
  ASSERT_EQ(lines.size(), 7u);
  EXPECT_EQ(lines[0]["text"], "cancel_check_peer error: at 0");
  EXPECT_EQ(lines[0]["severity"], "ERROR");
  EXPECT_FALSE(lines[0].contains("leftOut"));
  EXPECT_EQ(lines[1]["text"], "something else");
  EXPECT_EQ(lines[2]["text"], "cancel_check_peer error: at 600");
  EXPECT_EQ(lines[2]["leftOut"], 599);
  EXPECT_EQ(lines[6]["leftOut"], 599);
}

// Only what GRPC_VERBOSITY asks for.
TEST(GrpcLogTest, WhatIsAskedForIsAllThere) {
  const auto lines = Logged(GPR_LOG_SEVERITY_DEBUG, SetClock(), [] {
    for (int i = 0; i < 10; ++i) gpr_log(GPR_DEBUG, "step %d", i);
  });
  EXPECT_EQ(lines.size(), 10u);
}

}  // namespace
}  // namespace zhiping::rpc
