#include "common/redis/failure.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/unit/redis/failure_matchers.h"

namespace zhiping::redis {
namespace {

TEST(Failure, EveryKindHasANameAReasonAndTwoLanguages) {
  for (int i = 0; i < kFailureKinds; ++i) {
    const auto kind = static_cast<FailureKind>(i);
    const absl::Status status = ToStatus(kind, "OOM command not allowed");
    const ErrorDetail detail = DetailOf(status);
    EXPECT_NE(FailureName(kind), "") << i;
    EXPECT_EQ(ValueOf(status, "kind"), FailureName(kind));
    EXPECT_NE(detail.reason(), Reason::INTERNAL_ERROR) << i;
    EXPECT_NE(detail.message().zh(), "") << i;
    EXPECT_NE(detail.message().en(), detail.message().zh()) << i;
  }
}

TEST(Failure, OfAnErrorReplyOnlyACodeIsShown) {
  const std::pair<std::string, std::string> cases[] = {
      {"OOM command not allowed when used memory > 'maxmemory'.", "OOM"},
      {"NOAUTH Authentication required.", "NOAUTH"},
      {"LOADING", "LOADING"},
      {"", "ERR"},
      {"secret is hunter2", "ERR"},
      {"Oom mixed", "ERR"},
      {"A\nB", "ERR"},
      {std::string(33, 'A'), "ERR"},
  };
  for (const auto& [line, code] : cases) {
    const absl::Status status = ToStatus(FailureKind::kServerError, line);
    EXPECT_THAT(status, HasReason(Reason::REDIS_ERROR));
    EXPECT_EQ(ValueOf(status, "error"), code) << line;
    EXPECT_EQ(status.message(), "Redis replied with the error " + code + ".");
  }
}

}  // namespace
}  // namespace zhiping::redis
