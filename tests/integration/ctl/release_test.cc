// The commands of the catalogue against a real one over gRPC, with real scoring processes that
// follow it.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "tests/integration/catalogue/catalogue_under_test.h"
#include "tests/integration/ctl/run_ctl.h"
#include "tests/processes/tcp_gate.h"

namespace zhiping::ctl {
namespace {

using catalogue::CatalogueUnderTest;
using catalogue::kProgramme;
using processes::Eventually;
using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

Json Parse(const std::string& text) {
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

// The lease is a little longer than the 5 s between two reports.
catalogue::CatalogueOptions Options(const catalogue::SigningOptions& signing) {
  catalogue::CatalogueOptions options;
  options.database.database = absl::StrCat("sqlite:", processes::NewFolder(), "/catalogue.db");
  options.signing = signing;
  options.redis.address = "";
  options.reading.instance_lease = absl::Seconds(8);
  return options;
}

// A copy of the 2026 edition in a folder of its own, whose rulebook says something else.
std::string EditionWith(const std::string& change) {
  const std::string folder = processes::NewFolder() + "/edition";
  std::filesystem::copy(criteria::EditionPath(), folder);
  std::string rulebook = ReadWhole(folder + "/rulebook.txtpb");
  if (!change.empty()) rulebook.insert(rulebook.find("zh: \"") + 5, change);
  std::ofstream(folder + "/rulebook.txtpb", std::ios::binary) << rulebook;
  return folder;
}

class ReleaseTest : public testing::Test {
 protected:
  std::string address() const { return absl::StrCat("127.0.0.1:", catalogue_.port()); }

  Outcome Run(const std::vector<std::string>& arguments) const {
    return RunCtl(arguments, {{"ZHIPING_CATALOGUE", address()}, {"ZHIPING_LANG", "zh"}});
  }
  // What succeeds with --json.
  Json RunJson(std::vector<std::string> arguments) const {
    arguments.emplace_back("--json");
    const Outcome outcome = Run(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
    return Parse(outcome.out);
  }
  // What is refused, with this exit code.
  ErrorDetail Refused(std::vector<std::string> arguments, int exit_code = 1) const {
    arguments.emplace_back("--json");
    const Outcome outcome = Run(arguments);
    EXPECT_EQ(outcome.exit_code, exit_code) << outcome.out;
    return ErrorOf(outcome);
  }

  // Digests of imported editions.
  std::string Import(const std::string& change = "") const {
    return RunJson({"edition", "import", EditionWith(change)}).value("digest", "");
  }
  std::string Publish(const std::string& change = "") const {
    const std::string digest = Import(change);
    RunJson({"release", "publish", digest, "--reason", "测试"});
    return digest;
  }

  // A scoring service that follows the catalogue.
  std::unique_ptr<processes::Process> StartFollower(const std::string& trust_file) const {
    return std::make_unique<processes::Process>(processes::Command{
        {ZHIPING_SCORING, "--catalogue", address(), "--programmes", kProgramme, "--trust-file",
         trust_file, "--listen", absl::StrCat("127.0.0.1:", processes::FreePort())},
        {},
        "",
        false});
  }
  std::unique_ptr<processes::Process> StartFollower() const {
    return StartFollower(signing_.trust_file);
  }
  // Waits until the catalogue has heard of so many.
  void AwaitInstances(size_t count) const {
    EXPECT_TRUE(Eventually([&] { return Status()["instances"].size() == count; }));
  }
  // How many instances have that status.
  int CountOf(const std::string& status) const {
    int count = 0;
    const Json convergence = Status();
    for (const Json& instance : convergence["instances"]) {
      count += instance["status"] == status ? 1 : 0;
    }
    return count;
  }
  Json Status() const { return RunJson({"release", "status", "--programme", kProgramme}); }

  const catalogue::SigningOptions signing_ = catalogue::NewSigning();
  CatalogueUnderTest catalogue_{Options(signing_)};
};

// ---- Importing ----------------------------------------------------------------------------------

TEST_F(ReleaseTest, AnImportSaysDigestLabelAndWhatToTypeNext) {
  const std::string folder = EditionWith("");
  const Json valid = RunJson({"edition", "import", folder, "--validate-only"});
  EXPECT_EQ(valid["label"], "2026-1");
  // Nothing was stored.
  EXPECT_EQ(Refused({"release", "publish", valid["digest"], "--reason", "测试"}).reason(),
            Reason::RELEASE_NOT_FOUND);
  const Outcome imported = Run({"edition", "import", folder});
  EXPECT_EQ(imported.exit_code, 0);
  EXPECT_THAT(imported.out, HasSubstr("0 处错误，0 处提醒。\n\n已导入 2026-1，尚未发布\n"));
  EXPECT_THAT(imported.out, HasSubstr(absl::StrCat("zhipingctl release publish ",
                                                   valid["digest"].get<std::string>())));
  RunJson({"release", "publish", valid["digest"], "--reason", "测试"});
  EXPECT_THAT(Run({"edition", "import", folder}).out,
              HasSubstr("内容与已发布的 2026-1 相同，无须导入"));
}

TEST_F(ReleaseTest, AFaultyFolderGetsTheFindingsOfValidate) {
  const std::string folder = EditionWith("");
  const std::string rulebook = ReadWhole(folder + "/rulebook.txtpb");
  std::ofstream(folder + "/rulebook.txtpb", std::ios::binary)
      << absl::StrReplaceAll(rulebook, {{"threshold: 600 ", "threshold: 60000 "}});
  const Outcome imported = Run({"edition", "import", folder});
  EXPECT_EQ(imported.exit_code, 1);
  EXPECT_THAT(imported.out, HasSubstr("THRESHOLD_UNREACHABLE"));
  EXPECT_EQ(imported.out, Run({"edition", "validate", folder}).out);
}

TEST_F(ReleaseTest, NotesArePublishedApart) {
  EXPECT_EQ(Refused({"edition", "publish-notes", EditionWith("")}).reason(),
            Reason::RELEASE_NOT_FOUND);
  Import();
  const std::string folder = EditionWith("");
  EXPECT_EQ(RunJson({"edition", "publish-notes", folder})["version"], 1);
  EXPECT_THAT(Run({"edition", "publish-notes", folder}).out, HasSubstr("已发布平台说明第 2 版"));
  std::filesystem::remove(folder + "/notes.txtpb");
  EXPECT_EQ(Refused({"edition", "publish-notes", folder}).reason(), Reason::FILE_UNREADABLE);
}

// ---- Publishing ---------------------------------------------------------------------------------

TEST_F(ReleaseTest, WhatIsPublishedIsListedAndShownByEveryName) {
  const std::string first = Publish();
  const Json published =
      RunJson({"release", "publish", Import("改"), "--reason", "改了说明", "--actor", "张三"});
  EXPECT_THAT(published["requestId"].get<std::string>(), testing::SizeIs(36));
  EXPECT_EQ(published["releaseLabel"], "2026-2");
  EXPECT_EQ(published["activation"]["approvers"][0], "unauthenticated:张三");
  const Json list = RunJson({"release", "list"});
  EXPECT_EQ(list["totalSize"], 2);
  EXPECT_EQ(list["releases"][0]["label"], "2026-2");
  EXPECT_EQ(list["releases"][0]["inForce"], true);
  for (const std::string& name : {first, first.substr(7, 8), std::string("2026-1")}) {
    const Json shown = RunJson({"release", "show", name});
    EXPECT_EQ(shown["release"]["digest"], first);
    EXPECT_EQ(shown["activations"].size(), 1u);
    EXPECT_EQ(shown["activations"][0]["state"], "REPLACED");
  }
  EXPECT_EQ(RunJson({"release", "list", "--edition", "other"})["totalSize"], 0);
}

TEST_F(ReleaseTest, TheUserOfTheSystemActsUnlessNamed) {
  const Json published = RunJson({"release", "publish", Import(), "--reason", "测试"});
  const std::string approver = published["activation"]["approvers"][0];
  EXPECT_THAT(approver, testing::StartsWith("bootstrap:unauthenticated:"));
  EXPECT_GT(approver.size(), std::string("bootstrap:unauthenticated:").size());
}

TEST_F(ReleaseTest, AnInstantIsUnderstoodInItsZoneAndShownWithIt) {
  Publish();
  const std::string digest = Import("改");
  const Outcome scheduled =
      Run({"release", "publish", digest, "--reason", "测试", "--at", "2096-12-01 08:00"});
  EXPECT_EQ(scheduled.exit_code, 0) << scheduled.err;
  EXPECT_THAT(scheduled.out, HasSubstr("已发布 2026-2，将按时启用"));
  EXPECT_THAT(scheduled.out, HasSubstr("2096-12-01 08:00:00（北京时间）"));
  EXPECT_EQ(Status()["state"]["pending"]["inForceFrom"], "2096-12-01T00:00:00Z");
  const Outcome status = Run({"release", "status", "--time-zone", "UTC"});
  EXPECT_THAT(status.out, HasSubstr("2026-2 · 修订号 2"));
  EXPECT_THAT(status.out, HasSubstr("2096-12-01 00:00:00（UTC）"));

  const ErrorDetail pending = Refused({"release", "publish", digest, "--reason", "测试"});
  EXPECT_EQ(pending.reason(), Reason::PENDING_EXISTS);
  EXPECT_THAT(pending.message().zh(), HasSubstr("--cancel-pending 2"));
  EXPECT_EQ(Refused({"release", "rollback", "--reason", "测试"}).reason(), Reason::PENDING_EXISTS);
  EXPECT_EQ(
      Refused({"release", "publish", digest, "--reason", "测试", "--cancel-pending", "7"}).reason(),
      Reason::NOT_PENDING);
  const ErrorDetail passed = Refused({"release", "publish", digest, "--reason", "测试",
                                      "--cancel-pending", "2", "--at", "2020-01-01 08:00"});
  EXPECT_EQ(passed.reason(), Reason::INSTANT_PASSED);
  EXPECT_THAT(passed.message().zh(), HasSubstr("2020-01-01 08:00:00（北京时间）已经过去"));
  EXPECT_THAT(passed.message().en(), HasSubstr("2020-01-01 08:00:00 (Beijing time) has passed"));
  const Json replaced =
      RunJson({"release", "publish", digest, "--reason", "测试", "--cancel-pending", "2"});
  EXPECT_EQ(replaced["activation"]["revision"], 4);
  EXPECT_FALSE(Status()["state"].contains("pending"));
}

TEST_F(ReleaseTest, RollingBackGoesToWhatWasInForce) {
  EXPECT_EQ(
      Refused({"release", "rollback", "--programme", kProgramme, "--reason", "测试"}).reason(),
      Reason::NO_ACTIVE_RELEASE);
  const std::string first = Publish();
  EXPECT_EQ(Refused({"release", "rollback", "--reason", "测试"}).reason(), Reason::NEVER_IN_FORCE);
  const std::string second = Import("改");
  EXPECT_EQ(Refused({"release", "rollback", "--to", second, "--reason", "测试"}).reason(),
            Reason::NEVER_IN_FORCE);
  RunJson({"release", "publish", second, "--reason", "测试"});
  const Outcome back = Run({"release", "rollback", "--withdraw", "--reason", "有误"});
  EXPECT_EQ(back.exit_code, 0) << back.err;
  EXPECT_THAT(back.out, HasSubstr("已回退到 2026-1，已经启用"));
  EXPECT_THAT(back.out, HasSubstr(second.substr(0, 19)));
  EXPECT_THAT(Run({"release", "list"}).out, HasSubstr("已撤回"));
  EXPECT_THAT(Run({"release", "status"}).out, HasSubstr("ROLLED_BACK"));
  EXPECT_EQ(Refused({"release", "rollback", "--to", "2026-2", "--reason", "测试"}).reason(),
            Reason::RELEASE_WITHDRAWN);
  RunJson({"release", "publish", Import("又改"), "--reason", "测试"});
  EXPECT_EQ(RunJson({"release", "rollback", "--to", first.substr(7, 12), "--reason",
                     "测试"})["activation"]["digest"],
            first);
  EXPECT_EQ(Refused({"release", "rollback", "--to", "2026-1", "--reason", "测试"}).reason(),
            Reason::ALREADY_IN_FORCE);
}

// ---- Convergence --------------------------------------------------------------------------------

TEST_F(ReleaseTest, WaitingEndsWhenEverybodyRunsTheRevision) {
  const Outcome nobody = Run({"release", "publish", Import(), "--reason", "测试", "--wait"});
  EXPECT_EQ(nobody.exit_code, 0) << nobody.err;
  EXPECT_THAT(nobody.out, HasSubstr("没有实例在跟随评测体系 jiangsu-ai"));
  const auto one = StartFollower();
  const auto other = StartFollower();
  AwaitInstances(2);
  const Outcome published = Run({"release", "publish", Import("改"), "--reason", "测试", "--wait"});
  EXPECT_EQ(published.exit_code, 0) << published.out;
  EXPECT_THAT(published.out, HasSubstr("全部 2 个实例都已启用现行发布版 2026-2。"));
  const Json back = RunJson({"release", "rollback", "--reason", "测试", "--wait"});
  EXPECT_EQ(back["converged"], true);
  EXPECT_EQ(back["convergence"]["instances"].size(), 2u);
  const std::string soon =
      absl::FormatTime(absl::RFC3339_full, absl::Now() + absl::Seconds(3), absl::UTCTimeZone());
  const Json scheduled =
      RunJson({"release", "publish", "2026-2", "--reason", "测试", "--at", soon, "--wait"});
  EXPECT_EQ(scheduled["converged"], true);
  EXPECT_EQ(scheduled["convergence"]["state"]["current"]["revision"], 4);
}

TEST_F(ReleaseTest, WaitingForWhatComesLaterIsRefusedBeforeAnythingIsPublished) {
  const std::string digest = Import();
  const ErrorDetail refused = Refused({"release", "publish", digest, "--reason", "测试", "--at",
                                       "2096-12-01 08:00", "--wait", "--timeout", "1m"},
                                      2);
  EXPECT_EQ(refused.reason(), Reason::WRONG_USAGE);
  EXPECT_THAT(refused.message().zh(), HasSubstr("--wait 最多等 1m；没有发布"));
  EXPECT_EQ(RunJson({"release", "list"})["totalSize"], 0);
}

TEST_F(ReleaseTest, WaitingListsWhoIsBehindRefusesOrIsUnknown) {
  Publish();
  const auto lost = StartFollower();
  const auto frozen = StartFollower();
  const auto good = StartFollower();
  AwaitInstances(3);
  // It trusts another catalogue's keys.
  const auto refusing = StartFollower(catalogue::NewSigning().trust_file);
  AwaitInstances(4);
  lost->Kill();
  // Until the lease ends.
  ASSERT_TRUE(Eventually([&] { return CountOf("UNKNOWN") == 1; }));
  // Both report at once that they run it, so that the lease of the one that is frozen begins now.
  Publish("改");
  ASSERT_TRUE(Eventually([&] { return CountOf("APPLIED") == 2; }));
  frozen->Freeze();
  const Outcome published =
      Run({"release", "publish", Import("又改"), "--reason", "测试", "--wait", "--timeout", "1s"});
  EXPECT_EQ(published.exit_code, 1);
  EXPECT_THAT(published.out, HasSubstr("已发布并启用 2026-3"));
  EXPECT_THAT(published.out, HasSubstr("等了 1s，仍有实例没有启用修订号 3："));
  EXPECT_THAT(published.out, HasSubstr("已拒绝"));
  EXPECT_THAT(published.out, HasSubstr("[UNKNOWN_KEY]"));
  EXPECT_THAT(published.out, HasSubstr("未跟上"));
  EXPECT_THAT(published.out, HasSubstr("失联"));
  EXPECT_THAT(published.out, Not(HasSubstr("已启用  ")));
  const Outcome json =
      Run({"release", "rollback", "--reason", "测试", "--wait", "--timeout", "1s", "--json"});
  EXPECT_EQ(json.exit_code, 1);
  EXPECT_EQ(Parse(json.out)["converged"], false);
  EXPECT_THAT(Run({"release", "status"}).out,
              HasSubstr("4 个实例中有 3 个没有启用现行发布版 2026-2："));

  // Recovery: one comes back, one leaves, one is forgotten.
  frozen->Thaw();
  EXPECT_EQ(refusing->Terminate(), 0);
  AwaitInstances(3);
  const Json status = Status();
  for (const Json& instance : status["instances"]) {
    if (instance["status"] != "UNKNOWN") continue;
    const std::string id = instance["instance"]["id"];
    EXPECT_THAT(Run({"release", "forget", id}).out, HasSubstr(id));
  }
  EXPECT_TRUE(Eventually([&] { return CountOf("APPLIED") == 2; }));
  EXPECT_THAT(Run({"release", "status"}).out, HasSubstr("全部 2 个实例都已启用"));
}

TEST_F(ReleaseTest, ACatalogueThatGoesAwayWhileOneWaitsIsSaidAndThePublicationStands) {
  const std::string digest = Import();
  const auto frozen = StartFollower();
  AwaitInstances(1);
  frozen->Freeze();
  processes::TcpGate gate(catalogue_.port());
  std::thread cutting([&] {
    catalogue::v1::GetConvergenceRequest request;
    request.set_programme(kProgramme);
    EXPECT_TRUE(Eventually([&] {
      const auto convergence = catalogue::Call<catalogue::v1::GetConvergenceResponse>(
          catalogue_.admin(), &catalogue::v1::CatalogueAdminService::Stub::GetConvergence, request);
      return convergence.ok() && convergence->state().has_current();
    }));
    gate.Cut();
  });
  const Outcome outcome =
      RunCtl({"release", "publish", digest, "--reason", "测试", "--wait", "--timeout", "3s",
              "--catalogue", absl::StrCat("127.0.0.1:", gate.port()), "--json"});
  cutting.join();
  EXPECT_EQ(outcome.exit_code, 3) << outcome.out;
  const Json document = Parse(outcome.out);
  EXPECT_EQ(document["activation"]["revision"], 1);
  EXPECT_EQ(document["converged"], false);
  EXPECT_EQ(document["error"]["reason"], "SERVICE_UNREACHABLE");
}

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

// ---- Bundles ------------------------------------------------------------------------------------

class BundleTest : public ReleaseTest {
 protected:
  std::vector<std::string> Bundle(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"release", "bundle",       "--out",
                                          folder_,   "--trust-file", signing_.trust_file};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  std::vector<std::string> Files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  // The sample's result, without what depends on the way.
  static Json Score(std::vector<std::string> more) {
    std::vector<std::string> arguments = {"score", "--answers", kSampleAnswers, "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Json result = Parse(RunCtl(arguments).out);
    result.erase("freshness");
    result.erase("revision");
    return result;
  }

  const std::string folder_ = processes::NewFolder() + "/bundle";
};

TEST_F(BundleTest, WorksAsASeedAndOffline) {
  const std::string digest = Publish();
  const Json bundle = RunJson(Bundle());
  EXPECT_EQ(bundle["releases"][0]["digest"], digest);
  EXPECT_THAT(Files(), testing::ElementsAre("jiangsu-ai-2026.2026-1.release.json",
                                            "jiangsu-ai.state.json", "seed.json"));
  const std::string file = bundle["releases"][0]["file"];
  EXPECT_EQ(RunCtl({"verify", file, "--trust-file", signing_.trust_file}).exit_code, 0);
  EXPECT_EQ(RunCtl({"verify", bundle["stateFile"], "--trust-file", signing_.trust_file,
                    "--programme", kProgramme})
                .exit_code,
            0);
  const Json offline = Score({"--offline", file, "--trust-file", signing_.trust_file});
  EXPECT_EQ(offline["releaseDigest"], digest);
  const int port = processes::FreePort();
  const processes::Process scoring(
      processes::Command{{ZHIPING_SCORING, "--seed-dir", folder_, "--trust-file",
                          signing_.trust_file, "--listen", absl::StrCat("127.0.0.1:", port)},
                         {},
                         "",
                         false});
  const auto served = [&] { return Score({"--server", absl::StrCat("127.0.0.1:", port)}); };
  EXPECT_TRUE(Eventually([&] { return served() == offline; })) << served();
}

TEST_F(BundleTest, BelowACatalogueThatIsAwayItGivesBytesAndTheLastState) {
  Publish();
  Publish("改");
  const Json bundle = RunJson(Bundle());
  const int port = processes::FreePort();
  // Port 1 is nobody's.
  const processes::Process scoring(processes::Command{
      {ZHIPING_SCORING, "--catalogue", "127.0.0.1:1", "--programmes", kProgramme, "--seed-dir",
       folder_, "--trust-file", signing_.trust_file, "--listen", absl::StrCat("127.0.0.1:", port)},
      {},
      "",
      false});
  const auto revision = [&] {
    const Outcome outcome = RunCtl({"score", "--answers", kSampleAnswers, "--json", "--server",
                                    absl::StrCat("127.0.0.1:", port)});
    return Parse(outcome.out).value("revision", 0);
  };
  EXPECT_TRUE(Eventually([&] { return revision() == 2; }));
}

TEST_F(BundleTest, FollowsWhatIsPublishedAndTakesAllIfAsked) {
  Publish();
  RunJson(Bundle());
  const std::string second = Publish("改");
  EXPECT_EQ(RunJson(Bundle())["releases"].size(), 1u);
  EXPECT_THAT(ReadWhole(folder_ + "/seed.json"), HasSubstr(second));
  std::filesystem::remove_all(folder_);
  EXPECT_EQ(RunJson(Bundle({"--all"}))["releases"].size(), 2u);
  EXPECT_THAT(Files(), testing::SizeIs(4));
  EXPECT_THAT(Run(Bundle({"--all"})).out, HasSubstr("发布版 2026-1"));
}

TEST_F(BundleTest, NothingIsWrittenUnlessEverySignatureCounts) {
  Publish();
  // Another catalogue's keys; and ours, but for activations only.
  EXPECT_EQ(Refused({"release", "bundle", "--out", folder_, "--trust-file",
                     catalogue::NewSigning().trust_file})
                .reason(),
            Reason::UNKNOWN_KEY);
  const std::string trust =
      Scratch("trust.txtpb", absl::StrReplaceAll(ReadWhole(signing_.trust_file),
                                                 {{"purposes: RELEASE", "purposes: RECEIPT"}}));
  EXPECT_EQ(Refused({"release", "bundle", "--out", folder_, "--trust-file", trust}).reason(),
            Reason::KEY_NOT_FOR_PURPOSE);
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST_F(BundleTest, NothingElseIsReplaced) {
  Publish();
  EXPECT_EQ(Refused(Bundle({"--programme", "other"})).reason(), Reason::NO_ACTIVE_RELEASE);
  for (const char* name :
       {"jiangsu-ai-2026.2026-1.release.json", "jiangsu-ai.state.json", "seed.json"}) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    std::ofstream(absl::StrCat(folder_, "/", name)) << "something else";
    const ErrorDetail error = Refused(Bundle());
    EXPECT_THAT(error.message().zh(), HasSubstr(name));
    EXPECT_THAT(Files(), testing::ElementsAre(name));
    EXPECT_EQ(ReadWhole(absl::StrCat(folder_, "/", name)), "something else");
  }
}

TEST_F(BundleTest, AnEarlierStateReplacesNoLaterOne) {
  Publish();
  RunJson(Bundle());
  const auto key = envelope::ReadKeyFile(signing_.activation_keys[0]);
  ASSERT_OK(key);
  catalogue::v1::ActivationState later;
  const auto present =
      envelope::ParseEnvelope(ReadWhole(absl::StrCat(folder_, "/jiangsu-ai.state.json")));
  ASSERT_OK(present);
  ASSERT_TRUE(later.ParseFromString(present->payload));
  later.mutable_current()->set_revision(9);
  const auto signed_state =
      envelope::SignPayload(envelope::Purpose::ACTIVATION, later.SerializeAsString(), {key->get()});
  ASSERT_OK(signed_state);
  std::ofstream(absl::StrCat(folder_, "/jiangsu-ai.state.json"))
      << envelope::SerializeEnvelope(*signed_state);
  const ErrorDetail error = Refused(Bundle());
  EXPECT_EQ(error.reason(), Reason::FILE_UNWRITABLE);
  EXPECT_THAT(error.message().zh(), HasSubstr("更新的启用状态"));
}

// ---- Bad input ----------------------------------------------------------------------------------

TEST_F(ReleaseTest, UnknownAndAmbiguousNamesAreRefused) {
  const std::string unknown = absl::StrCat("sha256:", std::string(64, '0'));
  for (const char* command : {"show", "publish"}) {
    for (const std::string& name : {unknown, std::string("deadbeef"), std::string("2026-9")}) {
      std::vector<std::string> arguments = {"release", command, name};
      if (arguments[1] == "publish") arguments.insert(arguments.end(), {"--reason", "测试"});
      EXPECT_EQ(Refused(arguments).reason(), Reason::RELEASE_NOT_FOUND) << name;
    }
  }
  const std::string first = Publish();
  // A second programme, with the same label.
  const std::string folder = EditionWith("");
  for (const char* file : {"/edition.txtpb", "/rulebook.txtpb", "/notes.txtpb"}) {
    const std::string text = ReadWhole(folder + file);
    std::ofstream(folder + file, std::ios::binary)
        << absl::StrReplaceAll(text, {{"\"jiangsu-ai", "\"other"}});
  }
  const std::string other = RunJson({"edition", "import", folder}).value("digest", "");
  RunJson({"release", "publish", other, "--reason", "测试"});
  const ErrorDetail ambiguous = Refused({"release", "show", "2026-1"});
  EXPECT_EQ(ambiguous.reason(), Reason::AMBIGUOUS);
  EXPECT_THAT(ambiguous.message().zh(), HasSubstr(first));
  EXPECT_THAT(ambiguous.message().en(), HasSubstr(other));
  EXPECT_EQ(RunJson({"release", "show", "2026-1", "--programme", "other"})["release"]["digest"],
            other);
  const ErrorDetail several = Refused({"release", "status"}, 2);
  EXPECT_THAT(several.message().zh(), HasSubstr("jiangsu-ai, other"));
  EXPECT_EQ(RunJson({"release", "list"})["totalSize"], 2);
  const ErrorDetail misspelt = Refused({"release", "status", "--programme", "nope"});
  EXPECT_EQ(misspelt.reason(), Reason::UNKNOWN_PROGRAMME);
  EXPECT_THAT(misspelt.message().zh(), HasSubstr("没有评测体系“nope”"));
}

TEST_F(ReleaseTest, FencesAndInstancesAreChecked) {
  Publish();
  Publish("改");
  const ErrorDetail low = Refused({"release", "fence", "--above", "1", "--reason", "恢复"});
  EXPECT_EQ(low.reason(), Reason::REVISION_OUT_OF_RANGE);
  EXPECT_THAT(low.message().zh(), testing::StartsWith("--above 应在 2 到"));
  EXPECT_EQ(RunJson({"release", "fence", "--above", "7", "--reason", "恢复"})["nextRevision"], 8);
  EXPECT_EQ(RunJson({"release", "rollback", "--reason", "测试"})["activation"]["revision"], 8);
  EXPECT_EQ(Refused({"release", "forget", "nobody"}).reason(), Reason::UNKNOWN_INSTANCE);
  EXPECT_EQ(Refused({"release", "forget", "no body"}).reason(), Reason::INVALID_FIELD);
}

TEST_F(ReleaseTest, WrongOptionsAreWrongUsage) {
  const std::string digest = absl::StrCat("sha256:", std::string(64, '0'));
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"release", "publish", digest},
           {"release", "publish", "latest", "--reason", "x"},
           {"release", "publish", digest, "--reason", "x", "--at", "tomorrow"},
           {"release", "publish", digest, "--reason", "x", "--time-zone", "Mars/Base"},
           {"release", "publish", digest, "--reason", "x", "--cancel-pending", "two"},
           {"release", "publish", digest, "--reason", "x", "--timeout", "25h"},
           {"release", "rollback"},
           {"release", "fence"},
           {"release", "fence", "--above", "7"},
           {"release", "fence", "--above", "-1", "--reason", "x"},
           {"release", "fence", "--above", "7", "--reason", ""},
           {"release", "publish", digest, "--reason", " "},
           {"release", "rollback", "--reason", "\u3000"},
           {"release", "forget"},
           {"release", "show"},
           {"release", "status", "--timeout", "1ms"},
           {"release", "bundle", "--out", "x"},
           {"release", "list", "--catalogue", "nonsense"},
           {"edition", "import"},
           {"edition", "publish-notes"}}) {
    EXPECT_EQ(Refused(arguments, 2).reason(), Reason::WRONG_USAGE) << arguments[1];
  }
  EXPECT_THAT(Refused({"release", "list", "--catalogue", "nonsense"}, 2).message().zh(),
              HasSubstr("--catalogue 应为“主机:端口”，例如 127.0.0.1:50052"));
  const ErrorDetail reason =
      Refused({"release", "publish", digest, "--reason", std::string(501, 'x')});
  EXPECT_THAT(reason.message().zh(), HasSubstr("--reason 最多 500 个字符"));
}

TEST(NoCatalogueTest, EveryCommandSaysSoWithAnExitCodeOfItsOwn) {
  const std::string digest = absl::StrCat("sha256:", std::string(64, '0'));
  const std::string trust = catalogue::NewSigning().trust_file;
  for (std::vector<std::string> arguments : std::vector<std::vector<std::string>>{
           {"release", "list"},
           {"release", "show", digest},
           {"release", "publish", digest, "--reason", "x"},
           {"release", "publish", "2026-1", "--reason", "x", "--wait"},
           {"release", "rollback", "--reason", "x"},
           {"release", "status"},
           {"release", "status", "--watch"},
           {"release", "bundle", "--out", "x", "--trust-file", trust},
           {"release", "fence", "--above", "1", "--reason", "x"},
           {"release", "forget", "x"},
           {"edition", "import", kEdition},
           {"edition", "publish-notes", kEdition}}) {
    // Port 1 is nobody's.
    arguments.insert(arguments.end(), {"--catalogue", "127.0.0.1:1", "--json"});
    const Outcome outcome = RunCtl(arguments);
    EXPECT_EQ(outcome.exit_code, 3) << arguments[1];
    EXPECT_EQ(ErrorOf(outcome).reason(), Reason::SERVICE_UNREACHABLE);
    EXPECT_THAT(ErrorOf(outcome).message().zh(), HasSubstr("连接不上目录服务 127.0.0.1:1"));
  }
}

}  // namespace
}  // namespace zhiping::ctl
