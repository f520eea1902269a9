#include "services/ctl/zone.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/time/timestamp.h"

namespace zhiping::ctl {
namespace {

constexpr char kBeijing[] = "Asia/Shanghai";

// Without the system's list of zones: China has one, without daylight saving time.
absl::TimeZone BeijingTime() { return absl::FixedTimeZone(8 * 60 * 60); }

// Of the years that a google.protobuf.Timestamp has; ParseTime also reads `infinite-future`.
bool IsInstant(absl::Time time) {
  return time >= absl::FromUnixSeconds(-62'135'596'800) &&
         time <= absl::FromUnixSeconds(253'402'300'799);
}

}  // namespace

Zone::Zone() : Zone(kBeijing, BeijingTime()) {}

Zone::Zone(std::string name, absl::TimeZone zone) : name_(std::move(name)), zone_(zone) {}

absl::StatusOr<Zone> Zone::Load(const std::string& name) {
  if (name.empty() || name == kBeijing) return Zone();
  absl::TimeZone zone;
  if (absl::LoadTimeZone(name, &zone)) return Zone(name, zone);
  return WrongUsage(
      absl::StrCat("--time-zone 应为本机认识的时区名，例如 Asia/Shanghai 或 UTC，而不是“", name,
                   "”。"),
      absl::StrCat(
          "--time-zone should be a zone that this machine knows, such as Asia/Shanghai or ",
          "UTC, not \"", name, "\"."));
}

absl::StatusOr<absl::Time> Zone::Parse(absl::string_view option, absl::string_view text) const {
  for (const char* format : {"%Y-%m-%d%ET%H:%M:%E*S%Ez", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"}) {
    absl::Time instant;
    std::string ignored;
    if (absl::ParseTime(format, text, zone_, &instant, &ignored) && IsInstant(instant)) {
      return instant;
    }
  }
  return WrongUsage(
      absl::StrCat(option, " 应为时刻，例如 2026-12-01 08:00（", Name(Screen{Language::kChinese}),
                   "），或带时区的 2026-12-01T08:00:00+08:00，而不是“", text, "”。"),
      absl::StrCat(option, " should be an instant such as 2026-12-01 08:00 (",
                   Name(Screen{Language::kEnglish}),
                   "), or with its zone 2026-12-01T08:00:00+08:00, not \"", text, "\"."));
}

std::string Zone::Name(const Screen& screen) const {
  return name_ == kBeijing ? std::string(screen.Say("北京时间", "Beijing time")) : name_;
}

std::string Zone::WithName(absl::string_view instant, const Screen& screen) const {
  return absl::StrCat(instant, screen.Say("（", " ("), Name(screen), screen.Say("）", ")"));
}

std::string Zone::Format(absl::Time instant) const {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", instant, zone_);
}

std::string Zone::Format(const google::protobuf::Timestamp& instant) const {
  return Format(FromTimestamp(instant));
}

std::string Zone::FormatEnd(const google::protobuf::Timestamp& instant) const {
  const absl::Time end = FromTimestamp(instant);
  const absl::CivilDay day = absl::ToCivilDay(end, zone_);
  if (absl::FromCivil(day, zone_) != end) return Format(end);
  return absl::StrCat(absl::FormatCivilTime(day - 1), " 24:00");
}

std::string Zone::FormatEndWithName(const google::protobuf::Timestamp& instant,
                                    const Screen& screen) const {
  return WithName(FormatEnd(instant), screen);
}

std::string Zone::FormatWithName(absl::Time instant, const Screen& screen) const {
  return WithName(Format(instant), screen);
}

std::string Zone::FormatWithName(const google::protobuf::Timestamp& instant,
                                 const Screen& screen) const {
  return FormatWithName(FromTimestamp(instant), screen);
}

void AddTimeZoneOption(CLI::App& command, const CommandLine& line, std::string& value) {
  AddOption(command, line, "--time-zone", value, "ZONE",
            "输入和显示时间所用的时区，默认 Asia/Shanghai（北京时间）",
            "The zone in which instants are typed and shown, by default Asia/Shanghai")
      ->envname("ZHIPING_TIME_ZONE");
}

}  // namespace zhiping::ctl
