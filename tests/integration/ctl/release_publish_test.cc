// release publish and rollback, and --wait.
#include <thread>

#include "absl/time/clock.h"
#include "tests/integration/ctl/release_under_test.h"
#include "tests/processes/tcp_gate.h"

namespace zhiping::ctl {
namespace {

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

TEST_F(ReleaseTest, GoingBackToWhatIsInForceSaysThatItOnlyCancelled) {
  Publish();
  RunJson({"release", "publish", Import("改"), "--reason", "测试", "--at", "2096-12-01 08:00"});
  const Outcome cancelled =
      Run({"release", "rollback", "--cancel-pending", "2", "--reason", "改期"});
  EXPECT_EQ(cancelled.exit_code, 0) << cancelled.err;
  EXPECT_THAT(cancelled.out, HasSubstr("已取消修订号 2，现行仍为 2026-1，以新的修订号重新签发"));
  EXPECT_THAT(cancelled.out, HasSubstr("修订号    3"));
  EXPECT_THAT(cancelled.out, Not(HasSubstr("回退")));
}

TEST_F(ReleaseTest, CancellingWithAWithdrawalRollsBackAsTheHelpSays) {
  const std::string first = Publish();
  const std::string second = Publish("改");
  RunJson({"release", "publish", Import("又改"), "--reason", "测试", "--at", "2096-12-01 08:00"});
  const Json back =
      RunJson({"release", "rollback", "--withdraw", "--cancel-pending", "3", "--reason", "有误"});
  EXPECT_EQ(back["activation"]["digest"], first);
  EXPECT_EQ(back["withdrawnDigest"], second);
  EXPECT_THAT(RunCtl({"release", "rollback", "--help"}).out, HasSubstr("--to 和 --withdraw"));
  EXPECT_THAT(RunCtl({"release", "rollback", "--help", "--lang", "en"}).out,
              HasSubstr("without --to and --withdraw"));
}

TEST_F(ReleaseTest, WhatWasRolledBackIsWithdrawnOnlyAfterItWasPutInForceAgainAsTheHelpSays) {
  const std::string good = Publish();
  const std::string faulty = Publish("改");
  RunJson({"release", "rollback", "--reason", "有误"});
  Refused({"release", "rollback", "--to", good, "--withdraw", "--reason", "有误"});
  RunJson({"release", "publish", faulty, "--reason", "以便撤回"});
  const Json back =
      RunJson({"release", "rollback", "--to", good, "--withdraw", "--reason", "有误"});
  EXPECT_EQ(back["withdrawnDigest"], faulty);
  EXPECT_THAT(RunCtl({"release", "rollback", "--help"}).out, HasSubstr("先重新启用它"));
  EXPECT_THAT(RunCtl({"release", "rollback", "--help", "--lang", "en"}).out,
              HasSubstr("only after it was put in force again"));
}

TEST_F(ReleaseTest, AFirstPublicationThatIsScheduledIsReplacedAsTheErrorSays) {
  const std::string digest = Import();
  RunJson({"release", "publish", digest, "--reason", "测试", "--at", "2096-12-01 08:00"});
  const ErrorDetail refused =
      Refused({"release", "rollback", "--cancel-pending", "1", "--reason", "改期"});
  EXPECT_EQ(refused.reason(), Reason::NO_ACTIVE_RELEASE);
  EXPECT_THAT(refused.message().zh(),
              HasSubstr("zhipingctl release publish 发布版 --cancel-pending 1 --reason 原因"));
  RunJson({"release", "publish", digest, "--reason", "改期", "--at", "2097-12-01 08:00",
           "--cancel-pending", "1"});
  EXPECT_EQ(Status()["state"]["pending"]["revision"], 2);
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
  // So that the release is in force before this is known to whoever published it.
  gate.Delay(absl::Milliseconds(50));
  const double asked = catalogue_.Answered("GetConvergence");
  std::thread cutting([&] {
    // Who follows is asked once the answer to the publication is there.
    EXPECT_TRUE(Eventually([&] { return catalogue_.Answered("GetConvergence") > asked; }));
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

TEST_F(ReleaseTest, ARollbackWhoseAnswerWasLostIsNotCarriedOutTwice) {
  const std::string first = Publish();
  Publish("改");
  Publish("又改");
  processes::TcpGate gate(catalogue_.port());
  // The answer is still on its way when the connection breaks.
  gate.Delay(absl::Milliseconds(500));
  std::thread cutting([&] {
    EXPECT_TRUE(Eventually([&] {
      const auto activation = catalogue_.Activation();
      return activation.ok() && activation->state().current().revision() == 4;
    }));
    gate.Cut();
  });
  const std::vector<std::string> rollback = {"release", "rollback", "--reason", "测试"};
  std::vector<std::string> through_gate = rollback;
  through_gate.insert(through_gate.end(), {"--programme", kProgramme, "--catalogue",
                                           absl::StrCat("127.0.0.1:", gate.port())});
  const Outcome lost = Run(through_gate);
  cutting.join();
  EXPECT_EQ(lost.exit_code, 3) << lost.out;
  EXPECT_THAT(lost.err, HasSubstr("修改可能已经生效"));

  const Outcome again = Run(rollback);
  EXPECT_EQ(again.exit_code, 1) << again.out;
  EXPECT_THAT(again.err, testing::AllOf(HasSubstr("[ALREADY_ROLLED_BACK]"), HasSubstr(first)));
  EXPECT_EQ(Status()["state"]["current"]["revision"], 4);
}

TEST_F(ReleaseTest, WhatIsSignedByAKeyThatCountsIsNotSignedAgain) {
  Publish();
  RunJson({"release", "publish", Import("改"), "--reason", "测试"});
  const Json one = RunJson({"release", "resign", "2026-1", "--reason", "测试"});
  ASSERT_EQ(one["releases"].size(), 1u);
  EXPECT_EQ(one["releases"][0]["releaseLabel"], "2026-1");
  EXPECT_EQ(RunJson({"release", "resign", "--all", "--reason", "测试"})["releases"].size(), 2u);
  EXPECT_THAT(Run({"release", "resign", "--all", "--reason", "测试"}).out,
              HasSubstr("2026-1：签名有效，无须重新签名"));
  EXPECT_EQ(Refused({"release", "resign", "--reason", "测试"}, 2).reason(), Reason::WRONG_USAGE);
  EXPECT_EQ(Refused({"release", "resign", "2026-1", "--all", "--reason", "测试"}, 2).reason(),
            Reason::WRONG_USAGE);
}

}  // namespace
}  // namespace zhiping::ctl
