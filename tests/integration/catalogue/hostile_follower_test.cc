// Anybody may follow: what a follower says neither grows without bound nor hides who follows.
#include "absl/time/clock.h"
#include "common/text/utf8.h"
#include "google/protobuf/unknown_field_set.h"
#include "services/catalogue/domain/instance_bounds.h"
#include "tests/integration/catalogue/catalogue_under_test.h"
#include "tests/integration/sql/database_under_test.h"

namespace zhiping::catalogue {
namespace {

using testing::EndsWith;
using testing::SizeIs;

std::string Repeated(const std::string& text, int times) {
  std::string repeated;
  for (int i = 0; i < times; ++i) repeated += text;
  return repeated;
}

class HostileFollowerTest : public testing::TestWithParam<sql::Engine> {
 protected:
  void Start(const FollowerLimits& limits = {}, absl::Duration lease = absl::Minutes(10)) {
    CatalogueOptions options;
    options.database.database = sql::NewSetting(GetParam());
    options.signing = NewSigning();
    options.redis.address = "";
    options.reading.limits = limits;
    options.instance_lease = lease;
    catalogue_ = std::make_unique<CatalogueUnderTest>(options);
    digest_ = catalogue_->Import();
    ASSERT_OK(catalogue_->Publish(Publication(digest_)));
  }
  std::vector<StoredInstance> Kept() {
    const auto kept = catalogue_->store().Instances(absl::Now() + absl::Seconds(10));
    EXPECT_OK(kept);
    return kept.value_or(std::vector<StoredInstance>());
  }
  v1::GetConvergenceResponse Convergence() {
    const auto convergence = catalogue_->Convergence();
    EXPECT_OK(convergence);
    return convergence.value_or(v1::GetConvergenceResponse());
  }
  bool IsListed(const std::string& id) {
    const auto convergence = Convergence();
    for (const auto& instance : convergence.instances()) {
      if (instance.instance().id() == id) return true;
    }
    return false;
  }
  // A refusal of what is in force, for the reason.
  v1::SubscribeRequest Refusing(const std::string& instance, const std::string& reason) {
    auto message = Hello(instance);
    auto& report = *message.add_reports();
    report.set_programme(kProgramme);
    report.mutable_refused()->set_revision(1);
    report.mutable_refused()->set_digest(digest_);
    report.mutable_refused()->set_reason(reason);
    return message;
  }
  size_t LoggedRefusals() {
    v1::ListLogEntriesRequest request;
    request.set_page_size(1000);
    const auto page = Call<v1::ListLogEntriesResponse>(
        catalogue_->admin(), &v1::CatalogueAdminService::Stub::ListLogEntries, request);
    EXPECT_OK(page);
    size_t refusals = 0;
    for (const auto& entry : page->entries()) refusals += entry.event().has_activation_refused();
    return refusals;
  }

  std::unique_ptr<CatalogueUnderTest> catalogue_;
  std::string digest_;
};

TEST_P(HostileFollowerTest, WhatIsKeptOfAReportIsBoundedAndStaysText) {
  Start();
  auto message = Refusing("scoring-1", Repeated("错", 5'000));
  auto& report = *message.mutable_reports(0);
  report.set_digest(Repeated("d", 20'000));
  report.set_held_state(Repeated("h", 50'000));
  report.mutable_refused()->mutable_message()->set_zh(Repeated("错", 10'000));
  report.mutable_refused()->mutable_message()->set_en(Repeated("e", 30'000));
  report.GetReflection()->MutableUnknownFields(&report)->AddLengthDelimited(1000,
                                                                            Repeated("u", 20'000));
  auto& instance = *message.mutable_instance();
  instance.GetReflection()->MutableUnknownFields(&instance)->AddLengthDelimited(
      1000, Repeated("u", 20'000));
  message.mutable_log_head()->set_incarnation(Repeated("i", 20'000));
  // Of programmes that it does not follow, and a second one of that which it follows.
  for (int i = 0; i < 100; ++i) message.add_reports()->set_programme("another");
  message.add_reports()->set_programme(kProgramme);
  Follower follower(*catalogue_);
  ASSERT_TRUE(follower.Write(message));
  ASSERT_TRUE(processes::Eventually([&] { return !Kept().empty(); }));
  const v1::SubscribeRequest kept = Kept().front().record;
  EXPECT_LT(kept.ByteSizeLong(), 3'000u);
  ASSERT_EQ(kept.reports_size(), 1);
  const auto& refused = kept.reports(0).refused();
  EXPECT_EQ(refused.digest(), digest_);
  for (const std::string& text : {refused.reason(), refused.message().zh()}) {
    EXPECT_TRUE(IsUtf8(text));
    EXPECT_THAT(text, EndsWith("错…"));
  }
  EXPECT_THAT(refused.message().en(), EndsWith("e…"));
  EXPECT_EQ(kept.reports(0).digest(), "");
  EXPECT_EQ(kept.log_head().incarnation(), "");
  EXPECT_EQ(LoggedRefusals(), 1u);
}

TEST_P(HostileFollowerTest, AMessageThatIsTooLargeEndsItsStream) {
  Start();
  Follower follower(*catalogue_);
  ASSERT_TRUE(follower.Write(Hello("scoring-1")));
  ASSERT_TRUE(follower.Read());
  auto message = Hello("scoring-1");
  for (int i = 0; i < 10'000; ++i) message.add_reports()->set_held_state(Repeated("h", 100));
  ASSERT_TRUE(follower.Write(message));
  EXPECT_THAT(follower.Finish(), HasReason(Reason::TOO_LARGE));
}

TEST_P(HostileFollowerTest, MoreLiveInstancesThanAreKeptAreSeenAndFollowAllTheSame) {
  FollowerLimits limits;
  limits.instances = 3;
  Start(limits);
  std::vector<std::unique_ptr<Follower>> followers;
  for (int i = 0; i < 3; ++i) {
    const std::string id = absl::StrCat("scoring-", i);
    followers.push_back(std::make_unique<Follower>(*catalogue_));
    ASSERT_TRUE(followers.back()->Write(Hello(id)));
    ASSERT_TRUE(processes::Eventually([&] { return IsListed(id); }));
  }
  Follower late(*catalogue_);
  ASSERT_TRUE(late.Write(Hello("late")));
  EXPECT_TRUE(late.Read());
  // Written after the one that comes too late.
  ASSERT_TRUE(followers[0]->Write(Refusing("scoring-0", "VECTOR_MISMATCH")));
  ASSERT_TRUE(processes::Eventually([&] { return LoggedRefusals() == 1; }));
  const auto convergence = Convergence();
  EXPECT_EQ(convergence.instances_size(), 3);
  EXPECT_FALSE(IsListed("late"));
  EXPECT_TRUE(convergence.instances_full());
  ASSERT_EQ(convergence.alarms_size(), 1);
  EXPECT_EQ(convergence.alarms(0).kind(), "TOO_MANY_INSTANCES");
  // One that leaves makes room.
  auto goodbye = Hello("scoring-1");
  goodbye.set_leaving(true);
  ASSERT_TRUE(followers[1]->Write(goodbye));
  ASSERT_TRUE(processes::Eventually([&] { return !IsListed("scoring-1"); }));
  EXPECT_FALSE(Convergence().instances_full());
  ASSERT_TRUE(late.Write(Hello("late")));
  EXPECT_TRUE(processes::Eventually([&] { return IsListed("late"); }));
}

TEST_P(HostileFollowerTest, ALostInstanceMakesRoomForOneThatIsAlive) {
  FollowerLimits limits;
  limits.instances = 2;
  Start(limits, absl::Milliseconds(200));
  {
    Follower first(*catalogue_);
    ASSERT_TRUE(first.Write(Hello("lost-first")));
    ASSERT_TRUE(processes::Eventually([&] { return IsListed("lost-first"); }));
    Follower later(*catalogue_);
    ASSERT_TRUE(later.Write(Hello("lost-later")));
    ASSERT_TRUE(processes::Eventually([&] { return IsListed("lost-later"); }));
  }
  Follower alive(*catalogue_);
  ASSERT_TRUE(alive.Write(Hello("alive")));
  EXPECT_TRUE(processes::Eventually([&] {
    if (IsListed("alive")) return true;
    EXPECT_TRUE(alive.Write(Hello("alive")));
    return false;
  }));
  EXPECT_FALSE(IsListed("lost-first"));
  EXPECT_THAT(Kept(), SizeIs(2));
}

TEST_P(HostileFollowerTest, RefusalsForEverNewReasonsAreLoggedSoManyTimes) {
  FollowerLimits limits;
  limits.logged_refusals = 5;
  Start(limits);
  Follower follower(*catalogue_);
  for (int i = 0; i < 10; ++i) {
    const std::string reason = absl::StrCat("REASON_", i);
    ASSERT_TRUE(follower.Write(Refusing("scoring-1", reason)));
    ASSERT_TRUE(processes::Eventually([&] {
      const auto kept = Kept();
      return !kept.empty() && kept[0].record.reports(0).refused().reason() == reason;
    }));
  }
  EXPECT_EQ(LoggedRefusals(), 5u);
}

TEST_P(HostileFollowerTest, ARefusalOfEveryStateIsLoggedOnceForEachInstanceAndReason) {
  FollowerLimits limits;
  limits.logged_refusals = 3;
  Start(limits);
  Follower follower(*catalogue_);
  // Nothing of what it says it follows, but the first, is known here.
  const auto refuse = [&](const std::string& instance, const std::string& reason) {
    auto message = Hello(instance);
    message.add_programmes("invented");
    for (const std::string& programme : message.programmes()) {
      auto& report = *message.add_reports();
      report.set_programme(programme);
      if (!reason.empty()) report.mutable_refused()->set_reason(reason);
    }
    ASSERT_TRUE(follower.Write(message));
    ASSERT_TRUE(processes::Eventually([&] {
      const auto kept = Kept();
      return !kept.empty() && kept[0].record.reports(0).refused().reason() == reason;
    }));
  };
  // Also one that comes back after all was well.
  for (const char* reason : {"UNKNOWN_KEY", "BAD_SIGNATURE", "UNKNOWN_KEY", "", "UNKNOWN_KEY"}) {
    refuse("scoring-1", reason);
  }
  EXPECT_EQ(LoggedRefusals(), 2u);
  refuse("scoring-1", "KEY_REVOKED");
  EXPECT_EQ(LoggedRefusals(), 3u);
  refuse("scoring-1", "KEY_EXPIRED");
  EXPECT_EQ(LoggedRefusals(), 3u);
  EXPECT_EQ(catalogue_->store().Versions(absl::Now() + absl::Seconds(10))->size(), 1u);
}

TEST_P(HostileFollowerTest, MoreStreamsThanAReplicaServesAreRefused) {
  FollowerLimits limits;
  limits.streams = 2;
  Start(limits);
  auto one = std::make_unique<Follower>(*catalogue_);
  Follower two(*catalogue_);
  for (Follower* follower : {one.get(), &two}) {
    ASSERT_TRUE(follower->Write(Hello("scoring-1")));
    ASSERT_TRUE(follower->Read());
  }
  EXPECT_THAT(Follower(*catalogue_).Finish(), HasReason(Reason::OVERLOADED));
  one.reset();
  EXPECT_TRUE(processes::Eventually([&] {
    Follower again(*catalogue_);
    return again.Write(Hello("scoring-1")) && again.Read();
  }));
}

TEST_P(HostileFollowerTest, InventedProgrammesAreFollowedByAllStreamsTogetherSoManyTimes) {
  FollowerLimits limits;
  limits.unknown_programmes = 3;
  Start(limits);
  const auto following = [](const std::vector<std::string>& programmes) {
    auto message = Hello("scoring-1");
    for (const std::string& programme : programmes) message.add_programmes(programme);
    return message;
  };
  auto two = std::make_unique<Follower>(*catalogue_);
  ASSERT_TRUE(two->Write(following({"invented-1", "invented-2"})));
  ASSERT_TRUE(two->Read());
  // One more and one that is followed already.
  Follower three(*catalogue_);
  ASSERT_TRUE(three.Write(following({"invented-2", "invented-3"})));
  ASSERT_TRUE(three.Read());
  Follower four(*catalogue_);
  ASSERT_TRUE(four.Write(following({"invented-4"})));
  EXPECT_THAT(four.Finish(), HasReason(Reason::OVERLOADED));
  // What is known is followed all the same.
  Follower known(*catalogue_);
  ASSERT_TRUE(known.Write(Hello("scoring-2")));
  EXPECT_TRUE(known.Read());
  two.reset();
  EXPECT_TRUE(processes::Eventually([&] {
    Follower again(*catalogue_);
    return again.Write(following({"invented-4"})) && again.Read();
  }));
}

ON_BOTH_DATABASES(HostileFollowerTest);

}  // namespace
}  // namespace zhiping::catalogue
