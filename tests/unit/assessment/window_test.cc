#include "services/assessment/domain/window.h"

#include "common/time/timestamp.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::assessment {
namespace {

using testing::HasSubstr;

absl::Time At(const char* text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
  return time;
}

absl::TimeZone Zone(const char* name) {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone(name, &zone));
  return zone;
}

TEST(WindowTest, IsOpenFromTheFirstInstantToBeforeTheLast) {
  const absl::Time opens = At("2026-06-01T00:00:00+08:00");
  const absl::Time closes = At("2026-08-01T00:00:00+08:00");
  const struct {
    absl::Time now;
    bool open;
    bool over;
  } cases[] = {
      {opens - absl::Milliseconds(1), false, false},
      {opens, true, false},
      {closes - absl::Milliseconds(1), true, false},
      {closes, false, true},
  };
  v1::Campaign campaign;
  *campaign.mutable_opens_at() = ToTimestamp(opens);
  v1::Campaign with_end = campaign;
  *with_end.mutable_closes_at() = ToTimestamp(closes);
  for (const auto& one : cases) {
    EXPECT_EQ(IsOpen(with_end, one.now), one.open) << one.now;
    EXPECT_EQ(IsOver(with_end, one.now), one.over) << one.now;
    EXPECT_EQ(CheckWindow(with_end, one.now, Zone("Asia/Shanghai")).ok(), one.open);
    EXPECT_EQ(IsOpen(campaign, one.now), one.now >= opens);
    EXPECT_FALSE(IsOver(campaign, one.now));
  }
}

TEST(WindowTest, OutsideOfItTheRefusalSaysWhenInTheDeploymentsZone) {
  v1::Campaign campaign;
  campaign.set_campaign("c");
  *campaign.mutable_opens_at() = ToTimestamp(At("2026-06-01T00:00:00+08:00"));
  *campaign.mutable_closes_at() = ToTimestamp(At("2026-08-01T00:00:00+08:00"));
  const absl::Status early =
      CheckWindow(campaign, At("2026-05-31T23:59:59+08:00"), Zone("Asia/Shanghai"));
  EXPECT_THAT(early, HasReason(Reason::OUTSIDE_WINDOW));
  EXPECT_THAT(DetailOf(early).message().zh(), HasSubstr("2026-06-01 00:00（北京时间）"));
  // As services have it by default.
  const absl::Status by_default =
      CheckWindow(campaign, At("2026-05-31T23:59:59+08:00"), absl::FixedTimeZone(8 * 60 * 60));
  EXPECT_EQ(by_default, early);
  const absl::Status late = CheckWindow(campaign, At("2026-08-01T00:00:00+08:00"), Zone("UTC"));
  EXPECT_THAT(late, HasReason(Reason::OUTSIDE_WINDOW));
  EXPECT_THAT(std::string(late.message()), HasSubstr("2026-07-31 16:00 (UTC)"));
}

TEST(WindowTest, DaysEndAtMidnightInTheDeploymentsZone) {
  const struct {
    const char* zone;
    const char* from;
    int days;
    const char* end;
  } cases[] = {
      {"Asia/Shanghai", "2026-07-01T09:00:00+08:00", 10, "2026-07-12T00:00:00+08:00"},
      {"Asia/Shanghai", "2026-07-01T00:00:00+08:00", 0, "2026-07-02T00:00:00+08:00"},
      {"Asia/Shanghai", "2026-07-01T23:59:59.999+08:00", 1, "2026-07-03T00:00:00+08:00"},
      // Still 30 June in UTC.
      {"Asia/Shanghai", "2026-06-30T16:00:00Z", 1, "2026-07-03T00:00:00+08:00"},
      {"UTC", "2026-06-30T16:00:00Z", 1, "2026-07-02T00:00:00Z"},
      // A leap day, and a day of 23 hours.
      {"Asia/Shanghai", "2028-02-28T12:00:00+08:00", 1, "2028-03-01T00:00:00+08:00"},
      {"Europe/Berlin", "2026-03-28T12:00:00+01:00", 1, "2026-03-30T00:00:00+02:00"},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(EndOfDay(At(one.from), one.days, Zone(one.zone)), At(one.end)) << one.from;
  }
}

TEST(WindowTest, EachStageHasItsDueDateOrNone) {
  v1::StageDays days;
  days.set_county(5);
  days.set_province(20);
  const absl::Time began = At("2026-07-01T09:00:00+08:00");
  const absl::TimeZone zone = Zone("Asia/Shanghai");
  EXPECT_EQ(DueAt(days, v1::Stage::COUNTY, began, zone), At("2026-07-07T00:00:00+08:00"));
  EXPECT_EQ(DueAt(days, v1::Stage::CITY, began, zone), std::nullopt);
  EXPECT_EQ(DueAt(days, v1::Stage::PROVINCE, began, zone), At("2026-07-22T00:00:00+08:00"));
}

}  // namespace
}  // namespace zhiping::assessment
