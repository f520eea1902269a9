#include "services/ctl/progress.h"

#include <unistd.h>

#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/ctl/table.h"

namespace zhiping::ctl {
namespace {

constexpr int kBarWidth = 30;
constexpr int kLines = 10;
constexpr int64_t kLeastRows = 1000;
constexpr char kToLineBegin[] = "\r\x1b[K";

}  // namespace

Progress::Progress(int64_t total, const Screen& screen)
    : total_(total), screen_(screen), terminal_(isatty(STDERR_FILENO) != 0), begun_(absl::Now()) {}

Progress::~Progress() {
  if (terminal_ && done_ > 0 && total_ >= kLeastRows) std::fputs("\n", stderr);
}

void Progress::Advance(int64_t rows) {
  const int64_t tenth = done_ * kLines / total_;
  done_ += rows;
  if (total_ < kLeastRows) return;
  if (terminal_ || done_ * kLines / total_ > tenth) Draw();
}

void Progress::Draw() const {
  const int64_t percent = done_ * 100 / total_;
  std::string text = absl::StrCat(percent, "%  ",
                                  screen_.Say(absl::StrCat("已处理 ", done_, "/", total_, " 行"),
                                              absl::StrCat(done_, "/", total_, " rows")));
  const absl::Duration left = (absl::Now() - begun_) * (total_ - done_) / done_;
  if (terminal_ && left >= absl::Seconds(1)) {
    const int64_t seconds = absl::ToInt64Seconds(left);
    absl::StrAppend(&text, screen_.Say(absl::StrCat("，约剩 ", seconds, " 秒"),
                                       absl::StrCat(", about ", seconds, " s left")));
  }
  Screen plain = screen_;
  plain.colours = false;
  std::fputs(
      terminal_
          ? absl::StrCat(kToLineBegin, Bar(done_, total_, kBarWidth, plain), "  ", text).c_str()
          : absl::StrCat(text, "\n").c_str(),
      stderr);
}

}  // namespace zhiping::ctl
