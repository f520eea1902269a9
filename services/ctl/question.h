// Asks whoever sits before the terminal.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/ctl/command_line.h"

namespace zhiping::ctl {

// --yes, or another flag that answers the question before it is asked.
inline constexpr char kYes[] = "--yes";

// Whether 确认 (or `yes`) is typed. WRONG_USAGE if nobody can be asked: standard input is no
// terminal, or --json was given; `flag` answers it there.
absl::StatusOr<bool> Confirm(absl::string_view question, absl::string_view flag,
                             const CommandLine& line);

}  // namespace zhiping::ctl
