// Between which instants it surely is, by what clocks have shown, on both databases.
#include "common/sql/sure_time.h"

#include "common/sql/sequenced_log.h"
#include "tests/integration/sql/clock_under_test.h"
#include "tests/integration/sql/database_under_test.h"

namespace zhiping::sql {
namespace {

// The beginning of a span.
const absl::Time kStart = absl::FromUnixSeconds(1'790'000'400);
const absl::Duration kYear = absl::Hours(24 * 365);
const absl::Duration kDay = kClockSpan * kClockSpans;

class SureTimeTest : public DatabaseTest {
 protected:
  void SetUp() override { ASSERT_OK(InitialiseLogs(*database_, Soon())); }
  SureTime Note(absl::Time now) { return NoteClockIn(*database_, now); }
};

TEST_P(SureTimeTest, NothingIsKnownUntilAClockHasShownAWholeDay) {
  for (int i = 0; i < kClockSpans - 1; ++i) {
    const absl::Time now = kStart + i * kClockSpan + absl::Seconds(7);
    // However often: replicas, and starts anew.
    for (int again = 0; again < 2; ++again) {
      const SureTime time = Note(now);
      ASSERT_FALSE(time.known()) << i;
      ASSERT_EQ(time.latest, now);
    }
  }
  // Time in which nothing ran does not count, but has passed.
  database_ = nullptr;
  database_ = OpenOrDie(setting_);
  EXPECT_EQ(Note(kStart + kYear).earliest, kStart);
  EXPECT_EQ(Note(kStart + kYear + kClockSpan).earliest, kStart + kClockSpan);
  EXPECT_EQ(Note(kStart + kYear + kClockSpan).latest, kStart + kYear + kClockSpan);
}

TEST_P(SureTimeTest, AClockThatIsAheadIsBelievedAfterADayInWhichItWasNeverRight) {
  const absl::Time now = ShowUntil(*database_, kStart, kStart + kDay);
  EXPECT_EQ(Note(now).earliest, now - kDay + kClockSpan);
  const absl::Time ahead = ShowUntil(*database_, now + kYear, now + kYear + kDay - 2 * kClockSpan);
  EXPECT_LE(Note(ahead).earliest, now);
  EXPECT_LE(Note(now).earliest, now);
  // That it is ahead counts from now on.
  EXPECT_LE(Note(ahead).earliest, now);
  const absl::Time believed = ShowUntil(*database_, ahead, ahead + kDay);
  EXPECT_GT(Note(believed).earliest, now + kYear);
}

TEST_P(SureTimeTest, WhatIsMadeIsNeverOlderThanTheClockHasShown) {
  const absl::Time now = ShowUntil(*database_, kStart, kStart + kDay);
  const SureTime behind = Note(now - kYear);
  EXPECT_EQ(behind.earliest, now - kYear);
  EXPECT_EQ(behind.latest, now);
  // Before 1970 as well.
  EXPECT_LT(Note(absl::UnixEpoch() - absl::Seconds(1)).earliest, absl::UnixEpoch());
  const auto millis = database_->Query<int64_t, int64_t>(
      Soon(), absl::StrCat("SELECT ", LatestMillis("$1"), ", ", LatestMillis("$2")),
      {absl::ToUnixMillis(now) - 1, absl::ToUnixMillis(now) + 1});
  ASSERT_OK(millis);
  EXPECT_EQ(std::get<0>(millis->front()), absl::ToUnixMillis(now));
  EXPECT_EQ(std::get<1>(millis->front()), absl::ToUnixMillis(now) + 1);
  // A day later nothing is left of it.
  const absl::Time later = ShowUntil(*database_, now + kClockSpan, now + 2 * kDay);
  EXPECT_GT(Note(later).earliest, now);
}

ON_BOTH_DATABASES(SureTimeTest);

}  // namespace
}  // namespace zhiping::sql
