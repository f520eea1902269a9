#include "common/rpc/caller_limits.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/status_matchers.h"

namespace zhiping::rpc {
namespace {

class SetClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::UnixEpoch() + steady; }
  absl::Duration Steady() const override { return steady; }
  absl::Duration steady = absl::Hours(1);
};

identity::Caller Named(const std::string& subject) {
  identity::Caller caller;
  caller.issuer = "issuer";
  caller.subject = subject;
  return caller;
}

TEST(CallerLimitsTest, ABucketFillsWithTime) {
  SetClock clock;
  CallerLimits limits({.calls_per_second = 10, .burst = 3, .streams = 1}, clock);
  const auto caller = Named("a");
  for (int i = 0; i < 3; ++i) EXPECT_OK(limits.TakeCall(caller));
  const absl::Status refused = limits.TakeCall(caller);
  EXPECT_THAT(refused, HasReason(Reason::RATE_LIMITED));
  EXPECT_EQ(DetailOf(refused).metadata(0).key(), kRetryDelayMilliseconds);
  EXPECT_EQ(DetailOf(refused).metadata(0).value(), "101");
  // Another caller has a bucket of its own.
  EXPECT_OK(limits.TakeCall(Named("b")));
  clock.steady += absl::Milliseconds(101);
  EXPECT_OK(limits.TakeCall(caller));
  EXPECT_THAT(limits.TakeCall(caller), HasReason(Reason::RATE_LIMITED));
  // Never more than the burst.
  clock.steady += absl::Hours(1);
  for (int i = 0; i < 3; ++i) EXPECT_OK(limits.TakeCall(caller));
  EXPECT_THAT(limits.TakeCall(caller), HasReason(Reason::RATE_LIMITED));
}

TEST(CallerLimitsTest, WhoCallsIsIssuerAndSubject) {
  SetClock clock;
  CallerLimits limits({.calls_per_second = 1, .burst = 1, .streams = 1}, clock);
  identity::Caller caller = Named("a");
  EXPECT_OK(limits.TakeCall(caller));
  caller.name = "another name";
  EXPECT_THAT(limits.TakeCall(caller), HasReason(Reason::RATE_LIMITED));
  caller.issuer = "another issuer";
  EXPECT_OK(limits.TakeCall(caller));
}

TEST(CallerLimitsTest, APlatformHasOneInAllAndOneForEachPersonForWhomItActs) {
  SetClock clock;
  CallerLimits limits(
      {.calls_per_second = 1, .burst = 3, .platform_calls_per_second = 4, .platform_burst = 8},
      clock);
  identity::Caller platform = Named("platform");
  platform.roles.Add(identity::Role::PLATFORM);
  platform.acting_for = "张三";
  for (int i = 0; i < 3; ++i) EXPECT_OK(limits.TakeCall(platform));
  // What one of them is refused costs the others nothing.
  for (int i = 0; i < 10; ++i) {
    EXPECT_THAT(limits.TakeCall(platform), HasReason(Reason::RATE_LIMITED));
  }
  platform.acting_for = "李四";
  for (int i = 0; i < 3; ++i) EXPECT_OK(limits.TakeCall(platform));
  platform.acting_for = "王五";
  for (int i = 0; i < 2; ++i) EXPECT_OK(limits.TakeCall(platform));
  const absl::Status refused = limits.TakeCall(platform);
  EXPECT_THAT(refused, HasReason(Reason::RATE_LIMITED));
  EXPECT_EQ(DetailOf(refused).metadata(0).value(), "251");
  // Nor does what the platform is refused cost the person anything.
  clock.steady += absl::Milliseconds(251);
  EXPECT_OK(limits.TakeCall(platform));
  // Without a person, as for the feed.
  platform.acting_for.clear();
  EXPECT_THAT(limits.TakeCall(platform), HasReason(Reason::RATE_LIMITED));
}

TEST(CallerLimitsTest, ServicesHaveNone) {
  SetClock clock;
  CallerLimits limits({.calls_per_second = 1, .burst = 1, .streams = 1}, clock);
  identity::Caller service;
  service.service = "assessment";
  std::vector<std::unique_ptr<CallerLimits::Stream>> streams;
  for (int i = 0; i < 10; ++i) {
    EXPECT_OK(limits.TakeCall(service));
    auto stream = limits.TakeStream(service);
    EXPECT_OK(stream);
    streams.push_back(*std::move(stream));
  }
}

TEST(CallerLimitsTest, StreamsAreCountedWhileTheyAreOpen) {
  SetClock clock;
  CallerLimits limits({.calls_per_second = 0, .burst = 1, .streams = 2}, clock);
  auto first = limits.TakeStream(Named("a"));
  auto second = limits.TakeStream(Named("a"));
  ASSERT_OK(first);
  ASSERT_OK(second);
  EXPECT_THAT(limits.TakeStream(Named("a")), HasReason(Reason::TOO_MANY_STREAMS));
  EXPECT_OK(limits.TakeStream(Named("b")));
  first->reset();
  EXPECT_OK(limits.TakeStream(Named("a")));
  // 0 calls a second: no limit.
  for (int i = 0; i < 10; ++i) EXPECT_OK(limits.TakeCall(Named("a")));
}

// More callers than are remembered make room for themselves, but never by forgetting open streams.
TEST(CallerLimitsTest, OnlyWhoHasNoOpenStreamIsForgotten) {
  SetClock clock;
  CallerLimits limits({.calls_per_second = 1, .burst = 1, .streams = 1}, clock);
  auto stream = limits.TakeStream(Named("with a stream"));
  ASSERT_OK(stream);
  EXPECT_OK(limits.TakeCall(Named("without")));
  EXPECT_THAT(limits.TakeCall(Named("without")), HasReason(Reason::RATE_LIMITED));
  for (int i = 0; i < 100'001; ++i) ASSERT_OK(limits.TakeCall(Named(std::to_string(i))));
  EXPECT_THAT(limits.TakeStream(Named("with a stream")), HasReason(Reason::TOO_MANY_STREAMS));
  EXPECT_OK(limits.TakeCall(Named("without")));
  stream->reset();
  EXPECT_OK(limits.TakeStream(Named("with a stream")));
}

}  // namespace
}  // namespace zhiping::rpc
