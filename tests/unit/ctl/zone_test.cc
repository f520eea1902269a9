// Instants as people type and read them.
#include "services/ctl/zone.h"

#include "absl/time/time.h"
#include "common/time/timestamp.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::ctl {
namespace {

using testing::HasSubstr;

TEST(ZoneTest, AnInstantWithoutAZoneIsInBeijingTime) {
  const Zone zone;
  const auto typed = zone.Parse("--at", "2026-12-01 08:00");
  ASSERT_OK(typed);
  EXPECT_EQ(*typed, *zone.Parse("--at", "2026-12-01T00:00:00Z"));
  EXPECT_EQ(*typed, *zone.Parse("--at", "2026-12-01T08:00:00+08:00"));
  EXPECT_EQ(*typed + absl::Seconds(5), *zone.Parse("--at", "2026-12-01 08:00:05"));
  EXPECT_EQ(zone.FormatWithName(*typed, Screen{Language::kChinese}),
            "2026-12-01 08:00:00（北京时间）");
  EXPECT_EQ(zone.FormatWithName(*typed, Screen{Language::kEnglish}),
            "2026-12-01 08:00:00 (Beijing time)");
}

TEST(ZoneTest, AnotherZoneIsNamed) {
  const auto zone = Zone::Load("UTC");
  ASSERT_OK(zone);
  const auto typed = zone->Parse("--at", "2026-12-01 08:00");
  ASSERT_OK(typed);
  EXPECT_EQ(zone->FormatWithName(*typed, Screen()), "2026-12-01 08:00:00（UTC）");
  EXPECT_EQ(Zone().Format(*typed), "2026-12-01 16:00:00");
  EXPECT_EQ(Zone::Load("Asia/Shanghai")->Name(Screen()), "北京时间");
  EXPECT_THAT(Zone::Load("Mars/Base"), HasReason(Reason::WRONG_USAGE));
}

TEST(ZoneTest, AnEndAtMidnightIsThatOfTheDayBefore) {
  const Zone zone;
  const auto end = [&](const char* text) {
    return zone.FormatEnd(ToTimestamp(*zone.Parse("", text)));
  };
  EXPECT_EQ(end("2026-07-01 00:00"), "2026-06-30 24:00");
  EXPECT_EQ(end("2027-01-01 00:00"), "2026-12-31 24:00");
  EXPECT_EQ(end("2026-07-01 00:00:01"), "2026-07-01 00:00:01");
  EXPECT_EQ(end("2026-06-30T16:00:00Z"), "2026-06-30 24:00");
  EXPECT_EQ(zone.FormatEndWithName(ToTimestamp(*zone.Parse("", "2026-07-01 00:00")), Screen()),
            "2026-06-30 24:00（北京时间）");
}

TEST(ZoneTest, WhatIsNoInstantIsRefusedInTheZonesWords) {
  for (const char* text : {"", "tomorrow", "2026-13-01 08:00", "2026-12-01", "08:00",
                           "infinite-future", "2026-12-01 08:00 UTC"}) {
    EXPECT_THAT(Zone().Parse("--at", text), HasReason(Reason::WRONG_USAGE)) << text;
  }
  EXPECT_THAT(DetailOf(Zone().Parse("--at", "tomorrow").status()).message().zh(),
              HasSubstr("--at 应为时刻，例如 2026-12-01 08:00（北京时间）"));
}

}  // namespace
}  // namespace zhiping::ctl
