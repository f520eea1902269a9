#include "services/ctl/question.h"

#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/ctl/spelling.h"

namespace zhiping::ctl {

absl::StatusOr<bool> Confirm(absl::string_view question, absl::string_view flag,
                             const CommandLine& line) {
  if (line.json || isatty(STDIN_FILENO) == 0) {
    return WrongUsage(
        absl::StrCat("需要确认，而这里无法询问；核对后请加上 ", flag, "。没有做任何修改。"),
        absl::StrCat("It has to be confirmed, and nobody can be asked here: add ", flag,
                     " once it is right. Nothing was changed."));
  }
  Print(absl::StrCat(question, line.screen.Say("输入“确认”继续，其他输入均取消：",
                                               " Type yes to go on, anything else to leave it: ")),
        line.screen);
  std::fflush(stdout);
  std::string typed;
  std::getline(std::cin, typed);
  const std::string answer = Spelled(typed);
  if (answer == "确认" || absl::EqualsIgnoreCase(answer, "yes")) return true;
  Print(line.screen.Say("已取消，没有做任何修改。\n", "Nothing was changed.\n"), line.screen);
  return false;
}

}  // namespace zhiping::ctl
