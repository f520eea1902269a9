#include "services/ctl/page_options.h"

#include "services/ctl/spelling.h"

namespace zhiping::ctl {

void AddPageOptions(CLI::App& command, const CommandLine& line, PageOptions& options) {
  AddOption(command, line, "--limit", options.limit, "COUNT", "最多显示多少条，默认 100",
            "How many are shown at most, by default 100");
  AddOption(command, line, "--skip", options.skip, "COUNT", "跳过前面多少条，默认 0",
            "How many are left out before the first, by default 0");
}

absl::StatusOr<int32_t> ParseCount(absl::string_view option, const std::string& value,
                                   int32_t usual) {
  if (value.empty()) return usual;
  int32_t count = 0;
  if (absl::SimpleAtoi(Spelled(value), &count) && count >= 0) return count;
  return WrongUsage(absl::StrCat(option, " 应为非负整数，而不是“", value, "”。"),
                    absl::StrCat(option, " should be a whole number from 0, not \"", value, "\"."));
}

}  // namespace zhiping::ctl
