// The time of day of a running service is set by an hour, as after a start with a wrong hardware
// clock: whatever waits goes on as if nothing had happened.

#include "common/envelope/key.h"
#include "common/releases/redis_source.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "common/time/clock.h"
#include "common/time/timestamp.h"
#include "tests/edition_folder.h"
#include "tests/faults/stepped_clock.h"
#include "tests/faults/suite.h"
#include "tests/processes/redis_server.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::faults {
namespace {

using catalogue::v1::InstanceConvergence;
using common::v1::Freshness;

// Beyond the poll interval of 200 ms; the machine may be busy.
constexpr absl::Duration kSoon = absl::Seconds(5);
// What waits while the clock is set has ended by then, and what follows waits by the new one.
constexpr absl::Duration kSettled = absl::Seconds(3);

class ClockStepTest : public testing::Test {
 protected:
  static constexpr absl::Duration kDrainDelay = absl::Seconds(1);
  static constexpr absl::Duration kGrace = absl::Seconds(1);
  // What the instance waits for a catalogue that does not take leave of it.
  static constexpr absl::Duration kGoodbye = absl::Milliseconds(500);
  // How long zhipingctl is told to wait; its clock is set before that has passed.
  static constexpr absl::Duration kCtlWait = absl::Seconds(8);

  void Start(absl::Duration catalogue_off, absl::Duration scoring_off) {
    catalogue_clock_.SetOff(catalogue_off);
    scoring_clock_.SetOff(scoring_off);
    catalogue_.StartAndAwait();
    catalogue_.PublishNew();
    scoring_.StartAndAwait();
    ASSERT_TRUE(scoring_.Reaches(1));
    // absl::Now() goes by the processor's counter only after some time.
    absl::SleepFor(kSettled);
  }
  void ExpectFollowed(const catalogue::v1::Activation& activation) {
    EXPECT_TRUE(scoring_.Reaches(activation.revision(), kSoon));
  }
  // Something newer comes by itself.
  void ExpectConfirmed() {
    const auto confirmed_at = [&] { return FromTimestamp(scoring_.Status().confirmed_at()); };
    const absl::Time before = confirmed_at();
    EXPECT_TRUE(processes::Eventually([&] { return confirmed_at() > before; }, kSoon));
  }
  void ExpectFollowsWhenTheCatalogueIsThereAgain() {
    catalogue_.Kill();
    absl::SleepFor(kSettled);
    catalogue_.StartAndAwait();
    ExpectFollowed(catalogue_.PublishNew());
  }
  // zhipingctl, whose clock is set back by an hour while it waits; its exit code, or -1 if it waits
  // on.
  static int RunCtlSetBack(std::vector<std::string> arguments) {
    SteppedClock clock;
    clock.SetOff(absl::Hours(1));
    std::vector<std::string> words = clock.starter();
    words.emplace_back(ZHIPING_CTL);
    words.insert(words.end(), arguments.begin(), arguments.end());
    processes::Process ctl({words, {}, "", false});
    absl::SleepFor(kSettled);
    EXPECT_TRUE(ctl.Running());
    clock.SetOff(absl::ZeroDuration());
    const bool ended =
        processes::Eventually([&] { return !ctl.Running(); }, kCtlWait + absl::Seconds(10));
    return ended ? ctl.Terminate() : -1;
  }
  InstanceConvergence OnlyInstance() {
    const auto convergence = catalogue_.Convergence();
    EXPECT_OK(convergence);
    if (!convergence.ok() || convergence->instances_size() != 1) return {};
    return convergence->instances(0);
  }
  // It was last heard from in what is the future once the clock is right.
  void KillWhileTheCatalogueIsAhead() {
    catalogue_.SetFlag("--instance-lease", "6s");
    ASSERT_NO_FATAL_FAILURE(Start(absl::Hours(1), absl::ZeroDuration()));
    ASSERT_EQ(OnlyInstance().status(), InstanceConvergence::APPLIED);
    scoring_.Kill();
    catalogue_clock_.SetOff(absl::ZeroDuration());
    absl::SleepFor(kSettled);
  }
  void ExpectMissedAndForgotten() {
    ASSERT_TRUE(processes::Eventually(
        [&] { return OnlyInstance().status() == InstanceConvergence::UNKNOWN; }));
    const absl::Time last_seen = FromTimestamp(OnlyInstance().last_seen_at());
    EXPECT_LT(last_seen, absl::Now() - absl::Seconds(5));
    EXPECT_GT(last_seen, absl::Now() - absl::Minutes(1));
    EXPECT_OK(Forget(OnlyInstance().instance().id()));
    EXPECT_EQ(catalogue_.Convergence()->instances_size(), 0);
  }
  absl::Status Forget(const std::string& instance) {
    catalogue::v1::ForgetInstanceRequest request;
    request.set_instance(instance);
    request.mutable_actor()->set_name("张三");
    catalogue::v1::ForgetInstanceResponse response;
    const auto context = rpc::NewContext(absl::Seconds(10));
    return rpc::FromGrpcStatus(
        catalogue_.admin().ForgetInstance(context.get(), request, &response));
  }
  static void ExpectEnds(ServiceProcess& service) {
    const absl::Duration start = SystemClock().Steady();
    EXPECT_EQ(service.Terminate(), 0) << service.Output();
    EXPECT_LT(SystemClock().Steady() - start, kDrainDelay + kGrace + kGoodbye + absl::Seconds(1));
  }

  Suite suite_;
  SteppedClock catalogue_clock_;
  SteppedClock scoring_clock_;
  const Flags end_ = {{"--drain-delay", absl::FormatDuration(kDrainDelay)},
                      {"--shutdown-grace", absl::FormatDuration(kGrace)}};
  CatalogueProcess catalogue_{suite_, end_, catalogue_clock_.starter()};
  ScoringProcess scoring_{suite_, With(end_, {{"--catalogue", catalogue_.address()}}),
                          scoring_clock_.starter()};
};

// The instance learns what is new, over the stream and without it, and whoever scores is answered.
TEST_F(ClockStepTest, AnInstanceThatIsSetBackFollows) {
  ASSERT_NO_FATAL_FAILURE(Start(absl::ZeroDuration(), absl::Hours(1)));
  scoring_clock_.SetOff(absl::ZeroDuration());
  absl::SleepFor(kSettled);
  ExpectFollowed(catalogue_.PublishNew());
  ExpectFollowsWhenTheCatalogueIsThereAgain();
  EXPECT_TRUE(scoring_.Becomes(Freshness::FRESH, kSoon));
  EXPECT_OK(scoring_.Score());
  ExpectEnds(scoring_);
}

// While it asks for what never comes.
TEST_F(ClockStepTest, AnInstanceThatIsSetBackEndsInTimeWhileItAsks) {
  ASSERT_NO_FATAL_FAILURE(Start(absl::ZeroDuration(), absl::Hours(1)));
  scoring_clock_.SetOff(absl::ZeroDuration());
  // At once: absl::Now() still goes by the old clock when the next poll begins.
  catalogue_.Freeze();
  absl::SleepFor(kSettled);
  scoring::v1::Criteria criteria;
  criteria.set_min_revision(2);
  EXPECT_THAT(scoring_.Score(criteria), HasReason(Reason::REVISION_NOT_REACHED));
  absl::SleepFor(kSettled);
  ExpectEnds(scoring_);
}

TEST_F(ClockStepTest, ACatalogueThatIsSetBackConfirmsAndPublishes) {
  // Only what comes over the stream: a poll is an occasion to confirm.
  scoring_.SetFlag("--poll-interval", "10m");
  ASSERT_NO_FATAL_FAILURE(Start(absl::ZeroDuration(), absl::ZeroDuration()));
  catalogue_clock_.SetOff(absl::Hours(1));
  absl::SleepFor(kSettled);
  catalogue_clock_.SetOff(absl::ZeroDuration());
  absl::SleepFor(kSettled);
  ExpectFollowed(catalogue_.PublishNew());
  EXPECT_TRUE(scoring_.Becomes(Freshness::FRESH, kSoon));
  ExpectConfirmed();
  ExpectEnds(catalogue_);
}

// Published at once and scheduled, while the clock was ahead: both had come into force.
TEST_F(ClockStepTest, WhatACatalogueThatWasAheadPutInForceStaysInForce) {
  ASSERT_NO_FATAL_FAILURE(Start(absl::ZeroDuration(), absl::ZeroDuration()));
  catalogue_clock_.SetOff(absl::Hours(1));
  absl::SleepFor(kSettled);
  ExpectFollowed(catalogue_.PublishNew());
  catalogue::v1::PublishReleaseRequest request;
  request.set_digest(catalogue_.ImportNew());
  *request.mutable_in_force_from() = ToTimestamp(absl::Now() + absl::Hours(1) + absl::Seconds(3));
  ASSERT_OK(catalogue_.Publish(request));
  ExpectFollowed(catalogue_.Activation()->state().pending());
  // It is recorded within a second.
  absl::SleepFor(kSettled);
  catalogue_clock_.SetOff(absl::ZeroDuration());
  absl::SleepFor(kSettled);
  const auto right = catalogue_.Activation();
  ASSERT_OK(right);
  EXPECT_EQ(right->state().current().revision(), 3);
  EXPECT_FALSE(right->state().has_pending());
  scoring_.Kill();
  scoring_.StartAndAwait();
  EXPECT_EQ(scoring_.Revision(), 3);
  ExpectFollowed(catalogue_.PublishNew());
}

// With nothing published meanwhile: what it confirms now is earlier by its clock than what it
// confirmed before.
TEST_F(ClockStepTest, AnInstanceIsFreshWhenTheCatalogueThatWasAheadIsSetRight) {
  ASSERT_NO_FATAL_FAILURE(Start(absl::ZeroDuration(), absl::ZeroDuration()));
  catalogue_clock_.SetOff(absl::Hours(1));
  ASSERT_TRUE(processes::Eventually([&] { return scoring_.Status().clock_behind(); }));
  ASSERT_EQ(scoring_.Status().freshness(), Freshness::STALE);
  catalogue_clock_.SetOff(absl::ZeroDuration());
  EXPECT_TRUE(scoring_.Becomes(Freshness::FRESH, kSoon));
  EXPECT_FALSE(scoring_.Status().clock_behind());
  ExpectConfirmed();
}

TEST_F(ClockStepTest, AnInstanceIsFreshWhenItAndTheCatalogueWereAheadAndAreSetRight) {
  scoring_.SetFlag("--stale-after", "5s");
  ASSERT_NO_FATAL_FAILURE(Start(absl::ZeroDuration(), absl::ZeroDuration()));
  catalogue_clock_.SetOff(absl::Hours(1));
  scoring_clock_.SetOff(absl::Hours(1));
  const auto ahead = [&] {
    return FromTimestamp(scoring_.Status().confirmed_at()) > absl::Now() + absl::Minutes(30);
  };
  ASSERT_TRUE(processes::Eventually(ahead));
  EXPECT_TRUE(scoring_.Becomes(Freshness::FRESH, kSoon));
  catalogue_clock_.SetOff(absl::ZeroDuration());
  scoring_clock_.SetOff(absl::ZeroDuration());
  absl::SleepFor(2 * kSettled);
  EXPECT_FALSE(ahead());
  EXPECT_TRUE(scoring_.Becomes(Freshness::FRESH, kSoon));
  ExpectConfirmed();
}

TEST_F(ClockStepTest, ACatalogueThatIsSetBackMendsRedis) {
  const processes::RedisServer redis;
  catalogue_.SetFlag("--redis", redis.address());
  ASSERT_NO_FATAL_FAILURE(Start(absl::ZeroDuration(), absl::ZeroDuration()));
  const std::vector<std::string> copies{
      "EXISTS", releases::RedisReleaseKey(scoring_.Score()->result().release_digest())};
  const auto copied = [&] { return redis.Run(copies) == "1"; };
  ASSERT_TRUE(processes::Eventually(copied));
  catalogue_clock_.SetOff(absl::Hours(1));
  absl::SleepFor(kSettled);
  catalogue_clock_.SetOff(absl::ZeroDuration());
  absl::SleepFor(kSettled);
  redis.Run({"DEL", copies.back()});
  EXPECT_TRUE(processes::Eventually(copied, absl::Seconds(10)));
}

TEST_F(ClockStepTest, AnInstanceThatIsSetForwardFollows) {
  ASSERT_NO_FATAL_FAILURE(Start(absl::ZeroDuration(), absl::ZeroDuration()));
  scoring_clock_.SetOff(absl::Hours(1));
  absl::SleepFor(kSettled);
  ExpectFollowed(catalogue_.PublishNew());
  ExpectFollowsWhenTheCatalogueIsThereAgain();
  EXPECT_OK(scoring_.Score());
  ExpectEnds(scoring_);
}

TEST_F(ClockStepTest, ACatalogueThatIsSetForwardConfirmsAndPublishes) {
  ASSERT_NO_FATAL_FAILURE(Start(absl::Hours(-1), absl::ZeroDuration()));
  catalogue_clock_.SetOff(absl::ZeroDuration());
  EXPECT_TRUE(scoring_.Becomes(Freshness::FRESH, kSoon));
  ExpectFollowed(catalogue_.PublishNew());
  ExpectEnds(catalogue_);
}

// The wait for the instant goes by the steady clock; the instant, by the time of day.
TEST_F(ClockStepTest, AnInstanceThatIsSetForwardMakesTheScheduledSwitch) {
  ASSERT_NO_FATAL_FAILURE(Start(absl::ZeroDuration(), absl::ZeroDuration()));
  catalogue::v1::PublishReleaseRequest request;
  request.set_digest(catalogue_.ImportNew());
  *request.mutable_in_force_from() = ToTimestamp(absl::Now() + absl::Minutes(30));
  ASSERT_OK(catalogue_.Publish(request));
  ASSERT_TRUE(processes::Eventually([&] { return scoring_.Status().available_size() == 2; }));
  EXPECT_EQ(scoring_.Revision(), 1);
  scoring_clock_.SetOff(absl::Hours(1));
  EXPECT_TRUE(scoring_.Reaches(2, kSoon));
}

TEST_F(ClockStepTest, AnInstanceThatWasKilledWhileTheCatalogueWasAheadIsMissed) {
  ASSERT_NO_FATAL_FAILURE(KillWhileTheCatalogueIsAhead());
  ExpectMissedAndForgotten();
}

TEST_F(ClockStepTest, ACatalogueThatWasStartedAgainMissesItToo) {
  ASSERT_NO_FATAL_FAILURE(KillWhileTheCatalogueIsAhead());
  catalogue_.Kill();
  catalogue_.StartAndAwait();
  // It has watched nothing yet.
  EXPECT_EQ(OnlyInstance().status(), InstanceConvergence::APPLIED);
  EXPECT_THAT(Forget(OnlyInstance().instance().id()), HasReason(Reason::INSTANCE_NOT_LOST));
  ExpectMissedAndForgotten();
}

// The steady clock of the standard library stands still meanwhile.
TEST_F(ClockStepTest, WhatWasConfirmedAgesWhileTheMachineIsSuspended) {
  ASSERT_NO_FATAL_FAILURE(Start(absl::ZeroDuration(), absl::ZeroDuration()));
  catalogue_.Kill();
  ASSERT_EQ(scoring_.Status().freshness(), Freshness::FRESH);
  scoring_clock_.Suspend(absl::Hours(1));
  EXPECT_TRUE(scoring_.Becomes(Freshness::STALE, kSoon));
  scoring_clock_.Suspend(absl::Hours(24));
  EXPECT_TRUE(scoring_.Becomes(Freshness::EXPIRED, kSoon));
  catalogue_.StartAndAwait();
  EXPECT_TRUE(scoring_.Becomes(Freshness::FRESH));
  ExpectEnds(scoring_);
}

TEST_F(ClockStepTest, PublishThatWaitsWhileItsClockIsSetBackEndsInTime) {
  ASSERT_NO_FATAL_FAILURE(Start(absl::ZeroDuration(), absl::ZeroDuration()));
  const std::string digest = catalogue_.ImportNew();
  // So that there is somebody to wait for.
  scoring_.Freeze();
  EXPECT_EQ(
      RunCtlSetBack({"release", "publish", digest, "--reason", "测试", "--catalogue",
                     catalogue_.address(), "--wait", "--timeout", absl::FormatDuration(kCtlWait)}),
      1);
}

TEST_F(ClockStepTest, ASigningCommandThatHangsWhileTheClockIsSetBackIsEnded) {
  const auto key = envelope::Key::Generate(envelope::KeyAlgorithm::ED25519);
  ASSERT_OK(key);
  EXPECT_EQ(RunCtlSetBack({"edition", "build", criteria::EditionPath(), "--label", "2026-1",
                           "--out", processes::NewFolder() + "/release.json", "--signing-command",
                           "sleep 1000", "--signing-public-key", key->public_base64(),
                           "--signing-timeout", absl::FormatDuration(kCtlWait)}),
            1);
}

}  // namespace
}  // namespace zhiping::faults
