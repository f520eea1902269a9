#include "services/ctl/screen.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "common/text/utf8.h"
#include "services/ctl/display_width.h"

namespace zhiping::ctl {
namespace {

// Of a terminal that does not say.
constexpr int kUsualHeight = 24;

// How many bytes at the beginning are a sequence that Screen writes; 0: none.
size_t OwnSequence(absl::string_view text) {
  for (const absl::string_view own :
       {"\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[36m"}) {
    if (absl::StartsWith(text, own)) return own.size();
  }
  return 0;
}

}  // namespace

std::string Visible(absl::string_view text, bool colours) {
  const std::string utf8 = ToUtf8(text);
  text = utf8;
  std::string out;
  while (!text.empty()) {
    const Utf8Character character = FirstCharacter(text);
    const size_t own = colours ? OwnSequence(text) : 0;
    const size_t size = own > 0 ? own : character.size;
    if (own == 0 && character.code_point != '\n' && IsControl(character.code_point)) {
      absl::StrAppendFormat(&out, "\\u%04x", character.code_point);
    } else {
      absl::StrAppend(&out, text.substr(0, size));
    }
    text.remove_prefix(size);
  }
  return out;
}

std::string InOneLine(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"\n", "\\u000a"}, {"\t", "\\u0009"}});
}

void Print(absl::string_view text, const Screen& screen) {
  std::fputs(Visible(text, screen.colours).c_str(), stdout);
}

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
  if (!dumb) screen.height = size.ws_row > 0 ? size.ws_row : kUsualHeight;
  return screen;
}

}  // namespace zhiping::ctl
