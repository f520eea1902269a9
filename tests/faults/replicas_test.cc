// Two catalogues on one PostgreSQL: one picture, one history, and one of them is enough.
#include <algorithm>
#include <atomic>
#include <iostream>
#include <list>
#include <set>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/releases/subscription.h"
#include "common/rpc/channel.h"
#include "common/time/clock.h"
#include "common/time/timestamp.h"
#include "tests/faults/stepped_clock.h"
#include "tests/faults/suite.h"
#include "tests/processes/postgres.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::faults {
namespace {

using catalogue::v1::InstanceConvergence;

// So that a test need not wait for what takes half a minute. What is confirmed every 200 ms is
// confirmed every 4 s by it.
class FastClock final : public Clock {
 public:
  absl::Time Now() const override { return SystemClock().Now(); }
  absl::Duration Steady() const override { return 20 * SystemClock().Steady(); }
};

class ReplicasTest : public testing::Test {
 protected:
  void SetUp() override {
    one_.StartAndAwait();
    other_.StartAndAwait();
  }

  static Flags Follow(const std::string& target) { return {{"--catalogue", target}}; }
  // gRPC's name for both.
  std::string Both() const {
    return absl::StrCat("ipv4:127.0.0.1:", one_.port(), ",127.0.0.1:", other_.port());
  }

  // Whether both replicas come to say that so many instances have that status, and no others are.
  bool BothComeToSay(InstanceConvergence::Status status, int instances) {
    return processes::Eventually([&] {
      for (CatalogueProcess* const replica : {&one_, &other_}) {
        const auto convergence = replica->Convergence();
        if (!convergence.ok() || convergence->instances_size() != instances) return false;
        for (const auto& instance : convergence->instances()) {
          if (instance.status() != status) return false;
        }
      }
      return true;
    });
  }

  Suite suite_;
  processes::Postgres postgres_;
  const std::string database_ = postgres_.Url(postgres_.NewDatabase());
  CatalogueProcess one_{suite_, {{"--database", database_}, {"--instance-lease", "7s"}}};
  SteppedClock other_clock_;
  CatalogueProcess other_{
      suite_, {{"--database", database_}, {"--instance-lease", "7s"}}, other_clock_.starter()};
};

TEST_F(ReplicasTest, WhatInstancesOfEitherRunIsOnePicture) {
  one_.PublishNew();
  ScoringProcess of_one(suite_, Follow(one_.address()));
  ScoringProcess of_other(suite_, Follow(other_.address()));
  of_one.StartAndAwait();
  of_other.StartAndAwait();
  ASSERT_TRUE(BothComeToSay(InstanceConvergence::APPLIED, 2));
  // What one publishes is followed by those of the other.
  const int32_t revision = one_.PublishNew().revision();
  EXPECT_TRUE(of_other.Reaches(revision));
  EXPECT_TRUE(BothComeToSay(InstanceConvergence::APPLIED, 2));
  // A rollback at the other.
  const auto rolled_back = other_.RollBack({});
  ASSERT_OK(rolled_back);
  EXPECT_TRUE(of_one.Reaches(rolled_back->activation().revision()));
  EXPECT_TRUE(BothComeToSay(InstanceConvergence::APPLIED, 2));
  // One that ends without goodbye is missed by both.
  of_one.Kill();
  of_other.Kill();
  EXPECT_TRUE(BothComeToSay(InstanceConvergence::UNKNOWN, 2));
}

// Whoever decides by clocks calls those that run lost at one of them, and those that do not run
// applied at the other.
TEST_F(ReplicasTest, WhatInstancesRunIsOnePictureAlsoWhereClocksDiffer) {
  other_clock_.SetOff(-absl::Seconds(30));
  one_.PublishNew();
  ScoringProcess of_one(suite_, Follow(one_.address()));
  ScoringProcess of_other(suite_, Follow(other_.address()));
  of_one.StartAndAwait();
  of_other.StartAndAwait();
  ASSERT_TRUE(BothComeToSay(InstanceConvergence::APPLIED, 2));
  const absl::Duration start = SystemClock().Steady();
  // Longer than the lease; each instance reports every 5 s.
  bool differs = false;
  while (SystemClock().Steady() - start < absl::Seconds(12)) {
    for (CatalogueProcess* const replica : {&one_, &other_}) {
      const auto convergence = replica->Convergence();
      ASSERT_OK(convergence);
      ASSERT_EQ(convergence->instances_size(), 2);
      const absl::Time now = replica == &one_ ? absl::Now() : absl::Now() - absl::Seconds(30);
      for (const auto& instance : convergence->instances()) {
        EXPECT_EQ(instance.status(), InstanceConvergence::APPLIED) << instance.ShortDebugString();
        EXPECT_LT(absl::AbsDuration(now - FromTimestamp(instance.last_seen_at())),
                  absl::Seconds(10));
      }
    }
    differs |= other_.HasAlarm("CLOCKS_DIFFER");
    EXPECT_FALSE(one_.HasAlarm("CLOCKS_DIFFER"));
    absl::SleepFor(absl::Milliseconds(200));
  }
  EXPECT_TRUE(differs);
  EXPECT_THAT(other_.Output(), testing::HasSubstr("clocks_differ"));
  of_one.Kill();
  of_other.Kill();
  EXPECT_TRUE(BothComeToSay(InstanceConvergence::UNKNOWN, 2));
  // It ends with the next report after they are set right.
  other_clock_.SetOff(absl::ZeroDuration());
  of_one.StartAndAwait();
  EXPECT_TRUE(processes::Eventually([&] { return !other_.HasAlarm("CLOCKS_DIFFER"); }));
}

TEST_F(ReplicasTest, AnInstanceThatRefusesIsSeenAtBoth) {
  one_.PublishNew();
  // Trusts other keys.
  const Suite stranger;
  ScoringProcess refusing(stranger, Follow(one_.address()));
  refusing.Start();
  EXPECT_TRUE(BothComeToSay(InstanceConvergence::REFUSED, 1));
}

TEST_F(ReplicasTest, PublicationsAtBothAtOnceMakeOneHistory) {
  constexpr int kEach = 10;
  ScoringProcess scoring(suite_, Follow(Both()));
  scoring.Start();
  std::vector<std::string> digests[2];
  std::list<std::thread> publishers;
  for (const int number : {0, 1}) {
    publishers.emplace_back([&, number] {
      CatalogueProcess& replica = number == 0 ? one_ : other_;
      while (digests[number].size() < kEach) {
        const auto digest =
            replica.Import(absl::StrCat("副本", number, "第", digests[number].size(), "次："));
        ASSERT_OK(digest);
        const auto published = replica.Publish(*digest);
        // The other one took the label meanwhile: the edition is imported again.
        if (absl::IsFailedPrecondition(published.status())) continue;
        ASSERT_OK(published);
        digests[number].push_back(*digest);
      }
    });
  }
  for (auto& publisher : publishers) publisher.join();
  std::set<std::string> expected;
  for (const auto& of_replica : digests) expected.insert(of_replica.begin(), of_replica.end());
  EXPECT_EQ(expected.size(), 2 * kEach);
  std::set<std::string> published;
  int32_t revision = 0;
  for (const auto& record : one_.Activations()) {
    EXPECT_EQ(record.activation().revision(), ++revision);
    published.insert(record.activation().digest());
  }
  EXPECT_EQ(published, expected);
  EXPECT_EQ(one_.Activations().back().activation().digest(),
            other_.Activation()->state().current().digest());
  EXPECT_TRUE(scoring.Reaches(2 * kEach));
}

TEST_F(ReplicasTest, OneOfThemIsEnough) {
  one_.PublishNew();
  ScoringProcess scoring(suite_, Follow(Both()));
  scoring.StartAndAwait();
  for (int round = 0; round < 2; ++round) {
    CatalogueProcess& killed = round == 0 ? one_ : other_;
    CatalogueProcess& left = round == 0 ? other_ : one_;
    killed.Kill();
    const std::string digest = left.Import(absl::StrCat("第", round, "轮：")).value();
    const auto published = left.Publish(digest);
    ASSERT_OK(published);
    EXPECT_TRUE(scoring.Reaches(published->activation().revision(), absl::Seconds(5)));
    killed.StartAndAwait();
    EXPECT_TRUE(BothComeToSay(InstanceConvergence::APPLIED, 1));
  }
}

TEST_F(ReplicasTest, AFrozenOneHoldsUpNothingThatTheOtherPublishes) {
  const absl::Duration poll_interval = absl::Milliseconds(500);
  // What P5 promises without the stream.
  const absl::Duration in_force = poll_interval + absl::Seconds(1);
  int32_t revision = one_.PublishNew().revision();
  std::list<ScoringProcess> instances;
  for (int i = 0; i < 3; ++i) {
    instances.emplace_back(
        suite_, With(Follow(Both()), {{"--poll-interval", absl::FormatDuration(poll_interval)}}));
    instances.back().StartAndAwait();
  }
  absl::Duration longest;
  for (CatalogueProcess* const frozen : {&one_, &other_}) {
    CatalogueProcess& left = frozen == &one_ ? other_ : one_;
    frozen->Freeze();
    for (int i = 0; i < 4; ++i) {
      const auto published =
          left.Publish(left.Import(absl::StrCat("第", ++revision, "次：")).value());
      ASSERT_OK(published);
      ASSERT_EQ(published->activation().revision(), revision);
      const absl::Time instant = FromTimestamp(published->activation().in_force_from());
      for (const auto& instance : instances) {
        ASSERT_TRUE(instance.Reaches(revision));
        // The log has it a moment later.
        ASSERT_TRUE(
            processes::Eventually([&] { return instance.AppliedAt().count(revision) > 0; }));
        longest = std::max(longest, instance.AppliedAt().at(revision) - instant);
      }
    }
    frozen->Thaw();
    // Each is heard at the one that was frozen as well.
    EXPECT_TRUE(BothComeToSay(InstanceConvergence::APPLIED, instances.size()));
  }
  std::cout << "in force on 3 instances with one of two catalogues frozen: longest " << longest
            << " (to reach: " << in_force << ")\n";
  EXPECT_LE(longest, in_force);
  for (const auto& instance : instances) {
    EXPECT_THAT(instance.Output(), testing::Not(testing::HasSubstr("source_away")));
  }
}

TEST_F(ReplicasTest, AStreamToAFrozenOneIsOpenedAtTheOther) {
  one_.PublishNew();
  const FastClock clock;
  const rpc::Log log(rpc::Severity::kError);
  catalogue::v1::SubscribeRequest opening;
  opening.mutable_instance()->set_id("scoring-1");
  opening.mutable_instance()->set_service("scoring");
  opening.add_programmes(kProgramme);
  std::atomic<int> messages = 0;
  const auto subscription = releases::NewSubscription(
      rpc::NewStreamChannel(Both()), opening, [&](const auto&) { ++messages; }, clock, log);
  const auto goes_on = [&] {
    const int before = messages;
    return processes::Eventually([&] {
      subscription->Maintain();
      return messages > before + 3;
    });
  };
  ASSERT_TRUE(goes_on());
  // The stream is at one of them.
  for (CatalogueProcess* const frozen : {&one_, &other_}) {
    frozen->Freeze();
    EXPECT_TRUE(goes_on());
    frozen->Thaw();
    EXPECT_TRUE(goes_on());
  }
  subscription->Leave(absl::Seconds(1));
}

TEST_F(ReplicasTest, WhereAStandbyIsRequiredNoneStartsWithout) {
  other_.Terminate();
  other_.SetFlag("--standby-check", "require");
  other_.Start();
  EXPECT_EQ(other_.AwaitEnd(), 1);
  EXPECT_THAT(other_.Output(), testing::HasSubstr("请恢复同步备库"));
  EXPECT_THAT(other_.Output(), testing::HasSubstr("Bring the standby back"));
  other_.SetFlag("--standby-check", "warn");
  other_.StartAndAwait();
  EXPECT_THAT(other_.Output(), testing::HasSubstr("no_synchronous_standby"));
  other_.Terminate();
  other_.SetFlag("--standby-check", "perhaps");
  other_.Start();
  EXPECT_EQ(other_.AwaitEnd(), 1);
  EXPECT_THAT(other_.Output(),
              testing::HasSubstr("--standby-check 应为 off、warn 或 require，而不是 perhaps。\n"));
  EXPECT_THAT(other_.Output(),
              testing::HasSubstr("--standby-check must be off, warn or require, not perhaps.\n"));
}

}  // namespace
}  // namespace zhiping::faults
