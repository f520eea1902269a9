#include "services/assessment/domain/window.h"

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/time/timestamp.h"

namespace zhiping::assessment {
namespace {

int32_t DaysOf(const v1::StageDays& days, v1::Stage::Value stage) {
  switch (stage) {
    case v1::Stage::COUNTY:
      return days.county();
    case v1::Stage::CITY:
      return days.city();
    case v1::Stage::PROVINCE:
      return days.province();
    default:
      return 0;
  }
}

}  // namespace

std::string LocalTime(absl::Time time, absl::TimeZone zone, bool chinese) {
  // Services do not need the files of the system's zones for it.
  const bool beijing = zone.name() == "Asia/Shanghai" || zone == absl::FixedTimeZone(8 * 60 * 60);
  const std::string name = !beijing ? zone.name() : chinese ? "北京时间" : "Beijing time";
  const std::string local = absl::FormatTime("%Y-%m-%d %H:%M", time, zone);
  return chinese ? absl::StrCat(local, "（", name, "）") : absl::StrCat(local, " (", name, ")");
}

bool IsOpen(const v1::Campaign& campaign, absl::Time now) {
  return FromTimestamp(campaign.opens_at()) <= now && !IsOver(campaign, now);
}

bool IsOver(const v1::Campaign& campaign, absl::Time now) {
  return campaign.has_closes_at() && FromTimestamp(campaign.closes_at()) <= now;
}

absl::Status CheckWindow(const v1::Campaign& campaign, absl::Time now, absl::TimeZone zone) {
  if (IsOpen(campaign, now)) return absl::OkStatus();
  const bool over = IsOver(campaign, now);
  const absl::Time at = FromTimestamp(over ? campaign.closes_at() : campaign.opens_at());
  return MakeError(
      absl::StatusCode::kFailedPrecondition, Reason::OUTSIDE_WINDOW,
      absl::StrCat("批次 ", campaign.campaign(), " 的填报",
                   over ? "已截止：截止时间为 " : "还没有开始：开始时间为 ",
                   LocalTime(at, zone, true), "。"),
      absl::StrCat("The window of campaign ", campaign.campaign(),
                   over ? " is over since " : " opens at ", LocalTime(at, zone, false), "."),
      {{over ? "closesAt" : "opensAt",
        absl::FormatTime(absl::RFC3339_full, at, absl::UTCTimeZone())}});
}

absl::Time EndOfDay(absl::Time from, int days, absl::TimeZone zone) {
  return absl::FromCivil(absl::ToCivilDay(from, zone) + days + 1, zone);
}

std::optional<absl::Time> DueAt(const v1::StageDays& days, v1::Stage::Value stage, absl::Time began,
                                absl::TimeZone zone) {
  const int32_t of_stage = DaysOf(days, stage);
  if (of_stage == 0) return std::nullopt;
  return EndOfDay(began, of_stage, zone);
}

}  // namespace zhiping::assessment
