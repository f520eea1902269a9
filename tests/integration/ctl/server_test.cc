// The same answers through the scoring service, over gRPC, and offline.
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/integration/ctl/run_ctl.h"
#include "tests/integration/scoring/service_under_test.h"
#include "tests/processes/scripted_server.h"

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

TEST_F(ServerTest, TheServiceSaysWhoItTakesTheCallerFor) {
  const Outcome who = Run({"whoami", "--lang", "zh"});
  EXPECT_EQ(who.exit_code, 0) << who.err;
  EXPECT_THAT(who.out, HasSubstr("未认证"));
  const Outcome json = Run({"whoami", "--json"});
  EXPECT_TRUE(Json::parse(json.out, nullptr, /*allow_exceptions=*/false)["unauthenticated"]);
  // Whatever service is meant, that is not known before it answers.
  const Outcome nobody = RunCtl({"whoami", "--json", "--server", "127.0.0.1:1", "--timeout", "1s"});
  EXPECT_THAT(ErrorOf(nobody).message().zh(), HasSubstr("连接不上智评服务 127.0.0.1:1"));
  EXPECT_THAT(ErrorOf(nobody).message().en(), HasSubstr("The Zhiping service at 127.0.0.1:1"));
  // Of two services neither is the one that was meant.
  EXPECT_EQ(Run({"whoami", "--catalogue", "127.0.0.1:50052"}).exit_code, 2);
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

// Answers as scenarios 1, 2, … have them, each with a reason of that size.
std::string Answers(int count, size_t reason_bytes) {
  const std::string reason(reason_bytes, 'x');
  std::string rows = "scenario,level,reason\n";
  for (int i = 1; i <= count; ++i) absl::StrAppend(&rows, i, ",none,", reason, "\n");
  return Scratch("answers", rows);
}

TEST(SmallServerTest, AMessageAboveTheLimitIsTooLargeAndNotBusy) {
  rpc::ServerOptions options;
  options.max_request_bytes = 64 << 10;
  const scoring::ServiceUnderTest service({}, {}, options);
  const Outcome outcome = RunCtl({"score", "--answers", Answers(10, 10'000), "--json", "--server",
                                  absl::StrCat("127.0.0.1:", service.port())});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(ErrorOf(outcome).reason(), Reason::TOO_LARGE);
}

// Whatever a file has too much of, a service's limits do not change what is said of it. What is
// just below the limit of a file is sent.
TEST_F(ServerTest, AFileThatIsTooLargeIsSoOfflineToo) {
  for (const auto& [count, reason_bytes] : std::vector<std::pair<int, size_t>>{
           {100, 0}, {5'000, 0}, {10'000, 1'000}, {8, 515'000}, {8, 516'000}}) {
    SCOPED_TRACE(count);
    const std::vector<std::string> score = {"score", "--answers", Answers(count, reason_bytes),
                                            "--lang", "en"};
    const Outcome served = Run(score);
    EXPECT_EQ(served.exit_code, 1);
    EXPECT_THAT(served.err, HasSubstr("TOO_LARGE"));
    EXPECT_EQ(served.err, RunOffline(score).err);
  }
}

TEST_F(ServerTest, ViolationsThatAreNotSentAreCounted) {
  std::string rows = "scenario,level\n";
  for (int i = 0; i < 30; ++i) absl::StrAppend(&rows, "no-such-", i, ",basic\n");
  const Outcome outcome = Run({"score", "--answers", Scratch("answers", rows), "--lang", "zh"});
  EXPECT_THAT(outcome.err, HasSubstr("有 30 处填写有误。"));
  EXPECT_THAT(outcome.err, testing::ContainsRegex("另有 2[0-9] 处，这里没有列出。"));
}

std::string Frame(char type, char flags, char stream, const std::string& payload) {
  const std::string size = {0, static_cast<char>(payload.size() >> 8),
                            static_cast<char>(payload.size())};
  return absl::StrCat(size, std::string{type, flags, 0, 0, 0, stream}, payload);
}

// A header of HTTP/2 that is written out.
std::string Header(const std::string& name, const std::string& value) {
  return absl::StrCat(std::string(1, '\0'), std::string(1, static_cast<char>(name.size())), name,
                      std::string(1, static_cast<char>(value.size())), value);
}

// A web server that speaks HTTP/2 and no gRPC: a page for the first stream, once it is asked for.
processes::ScriptedServer::Script WebPage(const std::string& status) {
  return [status](processes::Peer& peer) {
    std::string received = peer.Receive();
    peer.Send(absl::StrCat(Frame(4, 0, 0, ""), Frame(4, 1, 0, "")));
    // The name of the method stands in its headers.
    while (received.find("Score") == std::string::npos &&
           received.find("ListReleases") == std::string::npos) {
      const std::string more = peer.Receive();
      if (more.empty()) return;
      received += more;
    }
    peer.Send(absl::StrCat(
        Frame(1, 4, 1, Header(":status", status) + Header("content-type", "text/html")),
        Frame(0, 1, 1, "<html></html>")));
    while (!peer.Receive().empty()) {
    }
  };
}

// Whatever else is at an address, the error says what should be, and that trying again does not
// help.
void ExpectNoSuchService(const Outcome& outcome, const std::string& address) {
  SCOPED_TRACE(outcome.out);
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(ErrorOf(outcome).reason(), Reason::NO_SUCH_SERVICE);
  const auto message = ErrorOf(outcome).message();
  EXPECT_THAT(message.zh(), HasSubstr(absl::StrCat("地址 ", address, " 上没有")));
  EXPECT_THAT(message.zh(), HasSubstr("的“主机:端口”，例如 127.0.0.1:5005"));
  EXPECT_THAT(message.en(), HasSubstr(absl::StrCat(" at ", address, ": another service answers")));
}

TEST_F(ServerTest, AnotherServiceAtTheAddressIsSaid) {
  const std::string address = absl::StrCat("127.0.0.1:", service_.port());
  ExpectNoSuchService(RunCtl({"release", "list", "--catalogue", address, "--json"}), address);
}

TEST(NoServiceTest, WhatDoesNotSpeakGrpcIsSaid) {
  for (const auto& script :
       {WebPage("200"), WebPage("404"), WebPage("403"),
        processes::ScriptedServer::Answering("HTTP/1.1 400 Bad Request\r\n\r\n")}) {
    const processes::ScriptedServer server(script);
    ExpectNoSuchService(RunCtl({"score", "--answers", kSampleAnswers, "--server", server.address(),
                                "--timeout", "5s", "--json"}),
                        server.address());
  }
}

}  // namespace
}  // namespace zhiping::ctl
