// release status --watch.
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "tests/integration/ctl/release_under_test.h"

namespace zhiping::ctl {
namespace {

TEST_F(ReleaseTest, AWatchWritesALineForEachChange) {
  Publish();
  const std::string folder = processes::NewFolder();
  const auto watch = [&](const std::string& name, std::vector<std::string> more) {
    std::vector<std::string> arguments = {ZHIPING_CTL, "release", "status", "--watch"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return std::make_unique<processes::Process>(
        processes::Command{arguments,
                           {{"ZHIPING_CATALOGUE", address()}, {"ZHIPING_LANG", "zh"}},
                           absl::StrCat(folder, "/", name),
                           false});
  };
  const auto text = watch("text", {});
  const auto json = watch("json", {"--json"});
  const auto lines = [&](const std::string& name) -> std::vector<std::string> {
    return absl::StrSplit(processes::Contents(absl::StrCat(folder, "/", name)), '\n',
                          absl::SkipEmpty());
  };
  EXPECT_TRUE(Eventually([&] { return lines("text").size() == 1 && lines("json").size() == 1; }));
  RunJson({"release", "publish", "2026-1", "--reason", "测试"});
  EXPECT_TRUE(Eventually([&] { return lines("text").size() == 2 && lines("json").size() == 2; }));
  EXPECT_THAT(lines("text")[0], HasSubstr("现行发布版 2026-1；没有实例在跟随"));
  std::vector<int> revisions;
  for (const auto& line : lines("json")) {
    revisions.push_back(Parse(line)["state"]["current"].value("revision", 0));
  }
  EXPECT_THAT(revisions, testing::ElementsAre(1, 2));
}

// `script`, which every Debian has, gives the program a terminal.
TEST_F(ReleaseTest, AWatchOnATerminalDrawsOverItself) {
  Publish();
  const std::string out = processes::NewFolder() + "/typescript";
  const processes::Process watch(processes::Command{
      {"script", "--quiet", "--return", "--flush", "--command",
       ZHIPING_CTL " release status --watch", "/dev/null"},
      {{"ZHIPING_CATALOGUE", address()}, {"ZHIPING_LANG", "zh"}, {"TERM", "xterm"}},
      out,
      false});
  const auto pictures = [&] {
    int count = 0;
    for (const absl::string_view part : absl::StrSplit(processes::Contents(out), "\x1b[H")) {
      count += absl::StrContains(part, "Ctrl-C 结束") ? 1 : 0;
    }
    return count;
  };
  EXPECT_TRUE(Eventually([&] { return pictures() >= 2; }));
  EXPECT_THAT(processes::Contents(out), testing::StartsWith("\x1b[2J\x1b[H"));
}

}  // namespace
}  // namespace zhiping::ctl
