#include "services/ctl/screen.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "services/ctl/display_width.h"

namespace zhiping::ctl {

std::string SectionTitle(absl::string_view title, const Screen& screen) {
  std::string lines = Hang("", title, screen.width);
  lines.pop_back();
  return absl::StrCat("\n", screen.Bold(lines), "\n");
}

Screen ScreenOfStandardOutput(Language language, const Environment& environment) {
  Screen screen;
  screen.language = language;
  if (isatty(STDOUT_FILENO) == 0) return screen;
  const char* const no_color = environment("NO_COLOR");
  const char* const term = environment("TERM");
  const bool dumb = term == nullptr || absl::string_view(term) == "dumb";
  screen.colours = (no_color == nullptr || *no_color == '\0') && !dumb;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    screen.width = std::clamp<int>(size.ws_col, kNarrowest, kWidest);
  }
  return screen;
}

}  // namespace zhiping::ctl
