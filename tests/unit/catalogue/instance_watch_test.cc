#include "services/catalogue/instance_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace zhiping::catalogue {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr absl::Duration kLease = absl::Seconds(15);

class SetClock final : public Clock {
 public:
  absl::Time Now() const override { return now; }
  absl::Duration Steady() const override { return steady; }
  void Pass(absl::Duration time) {
    now += time;
    steady += time;
  }
  absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  absl::Duration steady = absl::Hours(1);
};

class InstanceWatchTest : public testing::Test {
 protected:
  // After `time`, with nothing new of it in the store.
  InstanceWatch::Silence After(absl::Duration time) {
    clock_.Pass(time);
    return watch_.See("a", last_seen_);
  }
  // By a clock that is that far ahead.
  InstanceWatch::Silence Heard(absl::Duration ahead = absl::ZeroDuration()) {
    last_seen_ = clock_.now + ahead;
    return watch_.See("a", last_seen_);
  }

  SetClock clock_;
  InstanceWatch watch_{clock_, kLease};
  absl::Time last_seen_ = clock_.now;
};

TEST_F(InstanceWatchTest, AnyOtherInstantIsASignOfLifeWhateverClockItIsBy) {
  for (const absl::Duration ahead : {absl::Hours(1), -absl::Hours(1), absl::Hours(48)}) {
    Heard();
    EXPECT_FALSE(After(kLease).lost);
    EXPECT_TRUE(After(absl::Seconds(1)).lost);
    const auto heard = Heard(ahead);
    EXPECT_FALSE(heard.lost);
    EXPECT_FALSE(heard.unsure);
    EXPECT_EQ(heard.last_seen, clock_.now);
    const absl::Time then = clock_.now;
    EXPECT_EQ(After(absl::Seconds(3)).last_seen, then);
    EXPECT_THAT(watch_.Expired(), IsEmpty());
  }
}

TEST_F(InstanceWatchTest, SettingTheClockChangesNothing) {
  watch_.SeeAll({});
  Heard();
  for (const absl::Duration set : {absl::Hours(1), -absl::Hours(2)}) {
    clock_.now += set;
    const auto silence = After(absl::Seconds(7));
    EXPECT_FALSE(silence.lost);
    EXPECT_EQ(silence.last_seen, clock_.now - silence.lasts);
  }
  EXPECT_TRUE(After(absl::Seconds(2)).lost);
}

// A replica that was just started.
TEST_F(InstanceWatchTest, WhatWasNotWatchedIsLostAfterALease) {
  for (const absl::Duration ahead : {-absl::Hours(20), absl::Hours(1)}) {
    InstanceWatch started(clock_, kLease);
    last_seen_ = clock_.now + ahead;
    auto silence = started.See("a", last_seen_);
    EXPECT_FALSE(silence.lost);
    EXPECT_TRUE(silence.unsure);
    EXPECT_EQ(silence.last_seen, std::min(last_seen_, clock_.now));
    clock_.Pass(kLease + absl::Seconds(1));
    silence = started.See("a", last_seen_);
    EXPECT_TRUE(silence.lost);
    EXPECT_LT(silence.last_seen, clock_.now - kLease);
    EXPECT_FALSE(started.FindAhead().has_value());
  }
}

TEST_F(InstanceWatchTest, WhoeverIsNewWhileItWatchesWasJustHeardFrom) {
  watch_.SeeAll({{"before", clock_.now}});
  const auto silence = Heard(-absl::Seconds(30));
  EXPECT_FALSE(silence.unsure);
  EXPECT_EQ(silence.last_seen, clock_.now);
  EXPECT_TRUE(watch_.See("before", clock_.now).unsure);
}

TEST_F(InstanceWatchTest, TheLongestLostIsFirst) {
  for (const char* id : {"c", "a", "b"}) {
    watch_.See(id, clock_.now);
    clock_.Pass(absl::Seconds(1));
  }
  EXPECT_THAT(watch_.Lost(), IsEmpty());
  clock_.Pass(kLease - absl::Seconds(1));
  EXPECT_THAT(watch_.Lost(), ElementsAre("c", "a"));
  watch_.SeeAll({{"a", clock_.now - kLease - absl::Seconds(1)}, {"d", clock_.now}});
  EXPECT_THAT(watch_.Lost(), ElementsAre("a"));
}

// However often the catalogue was started meanwhile; also one that was heard from in the future.
TEST_F(InstanceWatchTest, OneThatIsLostExpiresADayAfterItWasSeen) {
  last_seen_ = clock_.now - absl::Hours(23);
  watch_.See("a", last_seen_);
  watch_.See("b", clock_.now + absl::Hours(48));
  EXPECT_THAT(watch_.Expired(), IsEmpty());
  After(kLease + absl::Seconds(1));
  EXPECT_THAT(watch_.Expired(), ElementsAre(Pair("b", testing::_)));
  After(absl::Hours(1));
  EXPECT_THAT(watch_.Expired(), ElementsAre(Pair("a", last_seen_), Pair("b", testing::_)));
}

TEST_F(InstanceWatchTest, AClockThatIsBehindIsNoticedUntilItIsSetRight) {
  Heard();
  clock_.Pass(absl::Seconds(5));
  Heard(absl::Seconds(4));
  EXPECT_FALSE(watch_.FindAhead().has_value());
  clock_.Pass(absl::Seconds(5));
  Heard(absl::Seconds(30));
  const absl::Time since = clock_.now;
  clock_.Pass(absl::Seconds(5));
  Heard(absl::Seconds(29));
  const auto ahead = watch_.FindAhead();
  ASSERT_TRUE(ahead.has_value());
  EXPECT_EQ(ahead->instance, "a");
  EXPECT_EQ(ahead->by, absl::Seconds(29));
  EXPECT_EQ(ahead->since, since);
  clock_.Pass(absl::Seconds(5));
  Heard();
  EXPECT_FALSE(watch_.FindAhead().has_value());
}

}  // namespace
}  // namespace zhiping::catalogue
