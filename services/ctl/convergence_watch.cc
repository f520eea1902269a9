#include "services/ctl/convergence_watch.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "common/status/error.h"
#include "services/ctl/convergence_report.h"
#include "services/ctl/convergence_wait.h"
#include "services/ctl/error_report.h"
#include "services/ctl/json_output.h"

namespace zhiping::ctl {
namespace {

using catalogue::v1::GetConvergenceRequest;
using catalogue::v1::GetConvergenceResponse;

constexpr absl::Duration kInterval = absl::Milliseconds(500);
// Clears the window; goes to its first line; clears what is right of the cursor, and below it.
constexpr char kClear[] = "\x1b[2J";
constexpr char kHome[] = "\x1b[H";
constexpr char kClearRight[] = "\x1b[K";
constexpr char kClearBelow[] = "\x1b[J";

void ClearInstants(GetConvergenceResponse& convergence) {
  convergence.mutable_state()->clear_confirmed_at();
  for (auto& instance : *convergence.mutable_instances()) instance.clear_last_seen_at();
}

// What the catalogue said last, and why it says no more.
struct Picture {
  GetConvergenceResponse convergence;
  ReleaseLabels labels;
  absl::Status error;
};

class Watch {
 public:
  Watch(const Zone& zone, const CommandLine& line) : zone_(zone), line_(line) {}

  // Whether standard output still takes it.
  bool Show(const Picture& picture, bool changed) {
    if (line_.screen.height > 0 && !line_.json) {
      Draw(picture);
    } else if (changed) {
      Print(line_.json ? JsonOf(picture) : LineOf(picture), line_.screen);
    }
    return std::fflush(stdout) == 0;
  }

 private:
  // Over the whole window, whose size may have changed.
  void Draw(const Picture& picture) {
    const Screen screen = ScreenOfStandardOutput(
        line_.screen.language, [](const char* name) -> const char* { return std::getenv(name); });
    std::string text = ConvergenceReport(picture.convergence, picture.labels, zone_, screen);
    if (!picture.error.ok()) absl::StrAppend(&text, "\n", ErrorReport(picture.error, screen));
    absl::StrAppend(&text, "\n", screen.Dim(screen.Say("Ctrl-C 结束", "Ctrl-C to end")), "\n");
    if (!std::exchange(drawn_, true)) std::fputs(kClear, stdout);
    std::fputs(InWindow(Visible(text, screen.colours), screen).c_str(), stdout);
  }

  static std::string JsonOf(const Picture& picture) {
    return picture.error.ok() ? DumpLine(AsJson(picture.convergence))
                              : DumpLine({{"error", AsJson(DetailOf(picture.error))}});
  }

  std::string LineOf(const Picture& picture) const {
    if (picture.error.ok()) {
      return absl::StrCat(ConvergenceLine(picture.convergence, zone_, line_.screen), "\n");
    }
    return absl::StrCat(zone_.Format(absl::Now()), "  ",
                        InOneLine(line_.screen.Say(DetailOf(picture.error).message())), "\n");
  }

  const Zone& zone_;
  const CommandLine& line_;
  bool drawn_ = false;
};

}  // namespace

bool SameConvergence(GetConvergenceResponse a, GetConvergenceResponse b) {
  ClearInstants(a);
  ClearInstants(b);
  return a.SerializeAsString() == b.SerializeAsString();
}

std::string InWindow(absl::string_view text, const Screen& screen) {
  absl::ConsumeSuffix(&text, "\n");
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  // The cursor stands on the line below the last.
  const size_t most = std::max(screen.height - 1, 2);
  if (lines.size() > most) {
    const size_t hidden = lines.size() - most + 1;
    lines.resize(most - 1);
    lines.emplace_back(screen.Say(absl::StrCat("… 还有 ", hidden, " 行，窗口放不下"),
                                  absl::StrCat("… ", hidden, " lines more than the window has")));
  }
  std::string out = kHome;
  for (const std::string& line : lines) absl::StrAppend(&out, line, kClearRight, "\n");
  return absl::StrCat(out, kClearBelow);
}

absl::StatusOr<int> WatchConvergence(const GetConvergenceRequest& request,
                                     GetConvergenceResponse first, CatalogueClient& client,
                                     const Zone& zone, const CommandLine& line) {
  Watch watch(zone, line);
  Picture picture = {std::move(first), LabelsOf(client, request.programme()), absl::OkStatus()};
  bool changed = true;
  while (watch.Show(picture, changed)) {
    absl::SleepFor(kInterval);
    auto next = client.Call(&CatalogueAdmin::GetConvergence, request);
    changed = next.status() != picture.error ||
              (next.ok() && !SameConvergence(*next, picture.convergence));
    picture.error = next.status();
    if (!next.ok()) continue;
    picture.convergence = *std::move(next);
    // An instance may run a release that was not published before.
    if (changed) picture.labels = LabelsOf(client, request.programme());
  }
  return kExitRefused;
}

}  // namespace zhiping::ctl
