// Instants as people type and read them: in the deployment's zone.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "services/ctl/command_line.h"

namespace zhiping::ctl {

// Immutable.
class Zone {
 public:
  // Beijing time.
  Zone();

  // `Asia/Shanghai`, `UTC`, … as the system knows them; empty: Beijing time. Errors: WRONG_USAGE.
  static absl::StatusOr<Zone> Load(const std::string& name);

  // The value of an option: RFC 3339, or `2026-12-01 08:00` with or without seconds, which is in
  // this zone. Errors: WRONG_USAGE.
  absl::StatusOr<absl::Time> Parse(absl::string_view option, absl::string_view text) const;

  // 北京时间, `Beijing time`; another zone's own name.
  std::string Name(const Screen& screen) const;

  // `2026-12-01 08:00:00`.
  std::string Format(absl::Time instant) const;
  std::string Format(const google::protobuf::Timestamp& instant) const;
  // The end of a time: midnight is that of the day before, `2026-11-30 24:00`, since a closing date
  // includes that whole day.
  std::string FormatEnd(const google::protobuf::Timestamp& instant) const;
  std::string FormatEndWithName(const google::protobuf::Timestamp& instant,
                                const Screen& screen) const;
  // `2026-12-01 08:00:00（北京时间）`.
  std::string FormatWithName(absl::Time instant, const Screen& screen) const;
  std::string FormatWithName(const google::protobuf::Timestamp& instant,
                             const Screen& screen) const;

 private:
  Zone(std::string name, absl::TimeZone zone);
  std::string WithName(absl::string_view instant, const Screen& screen) const;

  std::string name_;
  absl::TimeZone zone_;
};

// --time-zone.
void AddTimeZoneOption(CLI::App& command, const CommandLine& line, std::string& value);

}  // namespace zhiping::ctl
