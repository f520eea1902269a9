// The same answers through the scoring service, over gRPC, and offline.
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/integration/ctl/run_ctl.h"
#include "tests/integration/scoring/service_under_test.h"

namespace zhiping::ctl {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

class ServerTest : public testing::Test {
 protected:
  Outcome Run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--server", absl::StrCat("127.0.0.1:", service_.port())});
    return RunCtl(arguments);
  }

  static Outcome RunOffline(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--offline", kEdition});
    return RunCtl(arguments);
  }

  scoring::ServiceUnderTest service_;
};

// A folder has no label, and therefore another digest.
std::string WithoutRelease(const std::string& report) {
  std::string text;
  for (const absl::string_view line : absl::StrSplit(report, '\n')) {
    if (line.find("sha256:") == absl::string_view::npos) absl::StrAppend(&text, line, "\n");
  }
  return text;
}

Json ResultOf(const Outcome& outcome) {
  Json json = Json::parse(outcome.out, nullptr, /*allow_exceptions=*/false);
  for (Json* result : {&json, json.contains("after") ? &json["after"] : &json}) {
    result->erase("releaseDigest");
    result->erase("releaseLabel");
  }
  return json;
}

// What is wrong with an instance that is not ready, it says itself; it is not told to be away.
TEST_F(ServerTest, AnInstanceThatIsNotReadyIsAskedAllTheSame) {
  service_.SetReady(false);
  const Outcome served = Run({"score", "--answers", kSampleAnswers});
  EXPECT_EQ(served.exit_code, 0) << served.err;
}

TEST_F(ServerTest, ScoreIsTheSameAsOffline) {
  for (const std::string& facts : {SampleFacts(), std::string()}) {
    const std::vector<std::string> score = {"score", "--answers", kSampleAnswers, "--facts", facts};
    const Outcome served = Run(score);
    ASSERT_EQ(served.exit_code, 0) << served.err;
    EXPECT_THAT(served.out, HasSubstr("发布版 2026-1"));
    EXPECT_EQ(WithoutRelease(served.out), WithoutRelease(RunOffline(score).out));
    std::vector<std::string> json = score;
    json.push_back("--json");
    EXPECT_EQ(ResultOf(Run(json)), ResultOf(RunOffline(json)));
  }
}

TEST_F(ServerTest, PlanIsTheSameAsOffline) {
  const std::vector<std::string> plan = {
      "plan",   "--answers", kSampleAnswers,          "--facts",   SampleFacts(), "--tier",
      "领航级", "--cost",    "物料精准配送:进阶级=0", "--exclude", "网络协同制造"};
  const Outcome served = Run(plan);
  ASSERT_EQ(served.exit_code, 0) << served.err;
  EXPECT_EQ(WithoutRelease(served.out), WithoutRelease(RunOffline(plan).out));
  std::vector<std::string> json = plan;
  json.push_back("--json");
  EXPECT_EQ(ResultOf(Run(json)), ResultOf(RunOffline(json)));
}

TEST_F(ServerTest, ErrorsNameLinesAndFlagsAsOffline) {
  const std::string file =
      Scratch("answers", "场景名称,等级\nno-such,基础级\n在线智能检测,先进级\n");
  const std::vector<std::string> score = {"score",        "--answers", file, "--facts",
                                          "cmmm_level=9", "--lang",    "zh"};
  const Outcome served = Run(score);
  EXPECT_EQ(served.exit_code, 1);
  EXPECT_THAT(served.err, HasSubstr("第 2 行，场景名称："));
  EXPECT_THAT(served.err, HasSubstr("“先进级”是智能工厂层级，不是应用等级"));
  EXPECT_THAT(served.err, HasSubstr("--facts 第 1 项："));
  EXPECT_EQ(served.err, RunOffline(score).err);
}

TEST_F(ServerTest, APinnedReleaseIsUsedOrRefused) {
  const Outcome known = Run(
      {"score", "--answers", kSampleAnswers, "--json", "--release", service_.criteria().digest()});
  EXPECT_EQ(known.exit_code, 0) << known.out;
  const Outcome unknown = Run({"score", "--answers", kSampleAnswers, "--json", "--release",
                               absl::StrCat("sha256:", std::string(64, '0'))});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_EQ(ErrorOf(unknown).reason(), Reason::RELEASE_NOT_FOUND);
  const Outcome programme =
      Run({"score", "--answers", kSampleAnswers, "--json", "--programme", "other"});
  EXPECT_EQ(programme.exit_code, 1);
  EXPECT_EQ(ErrorOf(programme).reason(), Reason::UNKNOWN_PROGRAMME);
}

TEST_F(ServerTest, AMessageAboveTheLimitIsTooLargeAndNotBusy) {
  const std::string reason(600'000, 'x');
  std::string rows = "scenario,level,reason\n";
  for (int i = 1; i <= 10; ++i) absl::StrAppend(&rows, i, ",none,", reason, "\n");
  const Outcome outcome = Run({"score", "--answers", Scratch("answers", rows), "--json"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(ErrorOf(outcome).reason(), Reason::TOO_LARGE);
}

TEST_F(ServerTest, ViolationsThatAreNotSentAreCounted) {
  std::string rows = "scenario,level\n";
  for (int i = 0; i < 30; ++i) absl::StrAppend(&rows, "no-such-", i, ",basic\n");
  const Outcome outcome = Run({"score", "--answers", Scratch("answers", rows), "--lang", "zh"});
  EXPECT_THAT(outcome.err, HasSubstr("有 30 处填写有误。"));
  EXPECT_THAT(outcome.err, testing::ContainsRegex("另有 2[0-9] 处，这里没有列出。"));
}

}  // namespace
}  // namespace zhiping::ctl
