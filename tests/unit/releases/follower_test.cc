// The follower with its threads: what it takes from where, and what it never takes.
#include "common/releases/follower.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "common/releases/seed.h"
#include "tests/processes/process.h"
#include "tests/unit/releases/test_publisher.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::releases {
namespace {

using processes::Eventually;

class FollowerTest : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 1; i <= 3; ++i) {
      const std::string bytes =
          criteria::SerializeRelease(LabelledRelease(absl::StrCat("2026-", i)));
      digests_.push_back(criteria::DigestOf(bytes));
      envelopes_.push_back(publisher_.Sign(envelope::Purpose::RELEASE, bytes));
    }
    options_.programmes = {kProgramme};
    options_.poll_interval = absl::Milliseconds(100);
    cache_ = *NewReleaseCache(folder_);
  }

  void Publish(int revision, int release) {
    catalogue_.PutRelease(digests_[release], envelopes_[release]);
    catalogue_.PutState(publisher_.State(revision, digests_[release], absl::Now()));
  }

  // The digest of a release at the catalogue that this version cannot use.
  std::string PutUnusable() {
    catalogue::v1::Release release = LabelledRelease("2026-9");
    release.set_semantics(99);
    const std::string bytes = release.SerializeAsString();
    const std::string digest = criteria::DigestOf(bytes);
    catalogue_.PutRelease(digest, publisher_.Sign(envelope::Purpose::RELEASE, bytes));
    return digest;
  }

  void Start() { Start(log_); }
  void Make(const rpc::Log& log) {
    follower_ = std::make_unique<Follower>(
        options_, FollowerSources{&catalogue_, &redis_, cache_.get(), nullptr}, *trust_,
        SystemClock(), log, nullptr);
  }
  void Start(const rpc::Log& log) {
    Make(log);
    follower_->Start([this] { known_ = true; });
  }
  bool Known(absl::Duration timeout) {
    return Eventually([this] { return known_.load(); }, timeout);
  }

  // The follower ends; the next one has nothing but the cache.
  void StartFromTheCache() {
    follower_ = nullptr;
    catalogue_.SetAway(true);
    redis_.SetAway(true);
    Start();
  }
  bool IsKept(int revision, int release) {
    return Eventually([&] {
      const auto state = cache_->FindState(kProgramme);
      return cache_->FindRelease(digests_[release]).ok() && state.ok() &&
             OpenState(*state, kProgramme, *trust_)->state.current().revision() == revision;
    });
  }
  absl::StatusOr<Chosen> Choose(const Choice& choice = {}) {
    return follower_->snapshot()->Choose(choice, SystemClock().Steady());
  }
  int Revision() {
    const auto chosen = Choose();
    return chosen.ok() ? chosen->revision : 0;
  }
  bool Reaches(int revision) {
    return Eventually([&] { return Revision() == revision; });
  }
  absl::StatusOr<Chosen> Await(const Choice& choice, absl::Duration timeout = absl::Seconds(20)) {
    absl::Notification called;
    absl::StatusOr<Chosen> result;
    follower_->Await(choice, absl::Now() + timeout, [&](absl::StatusOr<Chosen> found) {
      result = std::move(found);
      called.Notify();
    });
    called.WaitForNotification();
    return result;
  }

  TestPublisher publisher_;
  const std::shared_ptr<const envelope::Trust> trust_ = publisher_.trust();
  std::vector<std::string> digests_, envelopes_;
  HeldSource catalogue_{"catalogue", true};
  HeldSource redis_{"redis", false};
  const std::string folder_ = processes::NewFolder();
  std::unique_ptr<ReleaseCache> cache_;
  FollowerOptions options_;
  const rpc::Log log_{rpc::Severity::kError};
  std::atomic<bool> known_ = false;
  std::unique_ptr<Follower> follower_;
};

TEST_F(FollowerTest, FollowsWhatTheCataloguePublishes) {
  Publish(1, 0);
  Start();
  ASSERT_TRUE(Known(absl::Seconds(20)));
  EXPECT_EQ(Revision(), 1);
  EXPECT_EQ(Choose()->freshness, common::v1::Freshness::FRESH);
  Publish(2, 1);
  ASSERT_TRUE(Reaches(2));
  EXPECT_EQ(Choose()->criteria->digest(), digests_[1]);
}

TEST_F(FollowerTest, NothingIsAnsweredBeforeAnythingIsKnown) {
  catalogue_.SetAway(true);
  redis_.SetAway(true);
  Start();
  EXPECT_FALSE(Known(absl::Milliseconds(400)));
  EXPECT_THAT(Choose(), HasReason(Reason::CRITERIA_UNKNOWN));
  Publish(1, 0);
  catalogue_.SetAway(false);
  EXPECT_TRUE(Reaches(1));
}

TEST_F(FollowerTest, WithoutACatalogueItStartsFromRedis) {
  catalogue_.SetAway(true);
  redis_.PutRelease(digests_[0], envelopes_[0]);
  redis_.PutState(publisher_.State(7, digests_[0], absl::Now()));
  Start();
  EXPECT_TRUE(Reaches(7));
}

TEST_F(FollowerTest, WithoutACatalogueAndRedisItStartsFromItsCacheAndSaysHowOldThatIs) {
  options_.limits.stale_after = absl::Milliseconds(300);
  Publish(3, 0);
  Start();
  ASSERT_TRUE(Reaches(3));
  ASSERT_TRUE(Eventually([&] { return cache_->FindState(kProgramme).ok(); }));
  follower_ = nullptr;
  catalogue_.SetAway(true);
  follower_ = std::make_unique<Follower>(
      options_, FollowerSources{&catalogue_, nullptr, cache_.get(), nullptr}, *trust_,
      SystemClock(), log_, nullptr);
  follower_->Start([] {});
  ASSERT_TRUE(Reaches(3));
  EXPECT_TRUE(Eventually([&] { return Choose()->freshness == common::v1::Freshness::STALE; }));
  // It recovers when the catalogue is back.
  catalogue_.PutState(publisher_.State(3, digests_[0], absl::Now() + absl::Hours(1)));
  catalogue_.SetAway(false);
  EXPECT_TRUE(Eventually([&] {
    return follower_->snapshot()->in_force().begin()->second.confirmation->clock_behind;
  })) << "a state from the future is no fresh one";
}

TEST_F(FollowerTest, WhatIsTooOldIsNotAnsweredFromButAPinnedReleaseIs) {
  options_.limits = {absl::Milliseconds(100), absl::Milliseconds(400)};
  Publish(1, 0);
  Start();
  ASSERT_TRUE(
      Eventually([&] { return DetailOf(Choose().status()).reason() == Reason::CRITERIA_EXPIRED; }));
  Choice pinned;
  pinned.release_digest = digests_[0];
  EXPECT_OK(Choose(pinned));
}

TEST_F(FollowerTest, DamagedForgedAndForeignBytesInRedisAreMisses) {
  Publish(1, 0);
  TestPublisher forger;
  std::string flipped = envelopes_[0];
  flipped[flipped.size() / 2] ^= 1;
  for (const std::string& bytes :
       {std::string("garbage"), std::string(), flipped, envelopes_[1],
        forger.Sign(envelope::Purpose::RELEASE,
                    criteria::SerializeRelease(LabelledRelease("2026-1")))}) {
    redis_.PutRelease(digests_[0], bytes);
    Start();
    ASSERT_TRUE(Reaches(1)) << bytes.substr(0, 80);
    EXPECT_EQ(Choose()->criteria->digest(), digests_[0]);
    follower_ = nullptr;
    cache_ = *NewReleaseCache(processes::NewFolder());
  }
}

TEST_F(FollowerTest, StatesInRedisThatAreForgedForeignOrReplayedChangeNothing) {
  Publish(5, 1);
  Start();
  ASSERT_TRUE(Reaches(5));
  catalogue_.SetAway(true);
  TestPublisher forger;
  for (const std::string& state :
       {forger.State(9, digests_[0], absl::Now()), publisher_.State(4, digests_[0], absl::Now()),
        publisher_.State(9, digests_[0], absl::Now(), "other"), std::string("garbage"),
        publisher_.State(5, digests_[0], absl::Now())}) {
    redis_.PutState(state);
    const int asked = redis_.asked();
    ASSERT_TRUE(Eventually([&] { return redis_.asked() > asked + 1; }));
    EXPECT_EQ(Revision(), 5);
    EXPECT_EQ(Choose()->criteria->digest(), digests_[1]);
  }
}

TEST_F(FollowerTest, ThatAStateIsRefusedIsLoggedOnceAndThatOneIsTakenAgain) {
  testing::internal::CaptureStdout();
  {
    const rpc::Log log(rpc::Severity::kInfo);
    Publish(5, 1);
    Start(log);
    ASSERT_TRUE(Reaches(5));
    catalogue_.SetAway(true);
    const std::string old = publisher_.State(4, digests_[0], absl::Now());
    for (const std::string& state : {old, std::string("garbage"), old}) {
      redis_.PutState(state);
      const int asked = redis_.asked();
      ASSERT_TRUE(Eventually([&] { return redis_.asked() > asked + 2; }));
    }
    Publish(5, 1);
    catalogue_.SetAway(false);
    const int asked = catalogue_.asked();
    ASSERT_TRUE(Eventually([&] { return catalogue_.asked() > asked + 2; }));
    follower_ = nullptr;
  }
  std::vector<std::string> lines;
  for (const absl::string_view line :
       absl::StrSplit(testing::internal::GetCapturedStdout(), '\n', absl::SkipEmpty())) {
    if (absl::StrContains(line, "\"state_")) lines.emplace_back(line);
  }
  using testing::HasSubstr;
  EXPECT_THAT(lines, testing::ElementsAre(
                         testing::AllOf(HasSubstr("state_refused"), HasSubstr("redis"),
                                        HasSubstr("REVISION_BEHIND")),
                         testing::AllOf(HasSubstr("state_refused"), HasSubstr("redis"),
                                        HasSubstr("MALFORMED")),
                         testing::AllOf(HasSubstr("state_taken"), HasSubstr("catalogue"))));
}

TEST_F(FollowerTest, ACatalogueThatWasAheadIsFollowedAgainAndWhatItSignedThenIsNoNews) {
  const std::string ahead = publisher_.State(1, digests_[0], absl::Now() + absl::Hours(1));
  Publish(1, 0);
  catalogue_.PutState(ahead);
  Start();
  ASSERT_TRUE(Reaches(1));
  EXPECT_EQ(Choose()->freshness, common::v1::Freshness::STALE);
  Publish(1, 0);
  const auto fresh = [&] { return Choose()->freshness == common::v1::Freshness::FRESH; };
  ASSERT_TRUE(Eventually(fresh));
  catalogue_.SetAway(true);
  redis_.PutState(ahead);
  const int asked = redis_.asked();
  ASSERT_TRUE(Eventually([&] { return redis_.asked() > asked + 1; }));
  EXPECT_TRUE(fresh());
}

TEST_F(FollowerTest, AReleaseThatCannotBeUsedIsKeptOutAndReported) {
  Publish(1, 0);
  Start();
  ASSERT_TRUE(Reaches(1));
  const std::string digest = PutUnusable();
  catalogue_.PutState(publisher_.State(2, digest, absl::Now()));
  ASSERT_TRUE(Eventually([&] { return follower_->Reports()[0].has_refused(); }));
  const auto report = follower_->Reports()[0];
  EXPECT_EQ(report.refused().reason(), "UNKNOWN_SEMANTICS");
  EXPECT_EQ(report.refused().revision(), 2);
  EXPECT_EQ(report.revision(), 1);
  EXPECT_EQ(Revision(), 1);
  Publish(3, 1);
  EXPECT_TRUE(Reaches(3));
  EXPECT_FALSE(follower_->Reports()[0].has_refused());
}

// What the catalogue gives is what was published: nobody else has better bytes of it.
TEST_F(FollowerTest, BytesOfTheCatalogueThatAreDamagedOrForgedAreReported) {
  Publish(1, 0);
  Start();
  ASSERT_TRUE(Reaches(1));
  const std::string forged = TestPublisher().Sign(
      envelope::Purpose::RELEASE, criteria::SerializeRelease(LabelledRelease("2026-2")));
  int revision = 1;
  for (const std::string& bytes : {std::string("garbage"), forged, envelopes_[2]}) {
    catalogue_.PutRelease(digests_[1], bytes);
    catalogue_.PutState(publisher_.State(++revision, digests_[1], absl::Now()));
    EXPECT_TRUE(Eventually([&] {
      const auto report = follower_->Reports()[0];
      return report.has_refused() && report.refused().revision() == revision;
    })) << bytes.substr(0, 80);
    EXPECT_EQ(Revision(), 1);
  }
  Publish(++revision, 1);
  EXPECT_TRUE(Reaches(revision));
}

TEST_F(FollowerTest, AReleaseThatCannotBeUsedIsReportedBeforeItsInstant) {
  Publish(1, 0);
  Start();
  ASSERT_TRUE(Reaches(1));
  const std::string digest = PutUnusable();
  catalogue_.PutState(publisher_.PendingState(1, digests_[0], 2, digest, absl::Now()));
  ASSERT_TRUE(Eventually([&] { return follower_->Reports()[0].has_refused(); }));
  EXPECT_EQ(follower_->Reports()[0].refused().revision(), 2);
  EXPECT_EQ(follower_->Reports()[0].revision(), 1);
}

TEST_F(FollowerTest, ACatalogueThatIsBehindIsToldWhatIsKnown) {
  Publish(5, 0);
  Start();
  ASSERT_TRUE(Reaches(5));
  catalogue_.PutState(publisher_.State(4, digests_[1], absl::Now()));
  ASSERT_TRUE(Eventually([&] { return !follower_->Reports()[0].held_state().empty(); }));
  EXPECT_EQ(OpenState(follower_->Reports()[0].held_state(), kProgramme, *trust_)
                ->state.current()
                .revision(),
            5);
  EXPECT_EQ(Revision(), 5);
}

TEST_F(FollowerTest, ACatalogueThatGivesOutARevisionAgainIsToldWhatItStoodFor) {
  Publish(5, 0);
  Start();
  ASSERT_TRUE(Reaches(5));
  Publish(5, 1);
  ASSERT_TRUE(Eventually([&] { return !follower_->Reports()[0].held_state().empty(); }));
  const auto report = follower_->Reports()[0];
  EXPECT_EQ(report.refused().reason(), "REVISION_CONFLICT");
  EXPECT_EQ(OpenState(report.held_state(), kProgramme, *trust_)->state.current().digest(),
            digests_[0]);
  EXPECT_EQ(Choose()->criteria->digest(), digests_[0]);
}

TEST_F(FollowerTest, APinnedReleaseIsFetchedAndOneThatNobodyHasIsNotAskedForAgainAtOnce) {
  Publish(1, 0);
  Start();
  ASSERT_TRUE(Reaches(1));
  catalogue_.PutRelease(digests_[2], envelopes_[2]);
  Choice pinned;
  pinned.release_digest = digests_[2];
  const auto chosen = Choose(pinned);
  ASSERT_THAT(chosen, HasReason(Reason::RELEASE_NOT_FOUND));
  EXPECT_TRUE(follower_->MayFind(pinned, chosen.status()));
  const auto found = Await(pinned);
  ASSERT_OK(found);
  EXPECT_EQ(found->criteria->digest(), digests_[2]);
  EXPECT_OK(Choose(pinned));

  pinned.release_digest = criteria::DigestOf("nobody has this");
  const int asked = catalogue_.asked_for_releases();
  for (int i = 0; i < 20; ++i) {
    const auto nowhere = Await(pinned);
    EXPECT_TRUE(absl::IsNotFound(nowhere.status())) << nowhere.status();
    EXPECT_THAT(nowhere, HasReason(Reason::RELEASE_NOT_FOUND));
  }
  EXPECT_EQ(catalogue_.asked_for_releases(), asked + 1);
  pinned.release_digest = "sha256:short";
  EXPECT_THAT(Await(pinned), HasReason(Reason::INVALID_FIELD));
}

// The catalogue's word is final: a digest that is misspelt is not to be asked for again and again.
TEST_F(FollowerTest, WhatWasNeverPublishedIsNotFoundThoughRedisIsAway) {
  Publish(1, 0);
  redis_.SetAway(true);
  Start();
  ASSERT_TRUE(Reaches(1));
  Choice pinned;
  pinned.release_digest = criteria::DigestOf("nobody has this");
  const int asked = catalogue_.asked_for_releases();
  for (int i = 0; i < 20; ++i) {
    const auto nowhere = Await(pinned);
    EXPECT_TRUE(absl::IsNotFound(nowhere.status())) << nowhere.status();
  }
  EXPECT_EQ(catalogue_.asked_for_releases(), asked + 1);
  // While the catalogue is away, nobody knows.
  catalogue_.SetAway(true);
  pinned.release_digest = criteria::DigestOf("nobody has this either");
  const auto unknown = Await(pinned);
  EXPECT_TRUE(absl::IsUnavailable(unknown.status())) << unknown.status();
}

TEST_F(FollowerTest, APinThatNamesAnotherProgrammeIsRefusedInOneWay) {
  Publish(1, 0);
  Start();
  ASSERT_TRUE(Reaches(1));
  catalogue_.PutRelease(digests_[2], envelopes_[2]);
  Choice pinned;
  pinned.programme = "another";
  pinned.release_digest = digests_[2];
  const int asked = catalogue_.asked_for_releases();
  // Fetched once, and then held.
  EXPECT_THAT(Await(pinned), HasReason(Reason::INVALID_FIELD));
  EXPECT_THAT(Choose(pinned), HasReason(Reason::INVALID_FIELD));
  EXPECT_EQ(catalogue_.asked_for_releases(), asked + 1);
}

TEST_F(FollowerTest, WhatWasInForceCanBePinnedAfterItWasReplacedThoughEverythingIsAway) {
  cache_ = nullptr;
  Publish(1, 0);
  Start();
  ASSERT_TRUE(Reaches(1));
  Choice pinned;
  pinned.release_digest = digests_[0];
  ASSERT_OK(Choose(pinned));
  Publish(2, 1);
  ASSERT_TRUE(Reaches(2));
  catalogue_.SetAway(true);
  redis_.SetAway(true);
  const auto chosen = Choose(pinned);
  ASSERT_OK(chosen);
  EXPECT_EQ(chosen->criteria->digest(), digests_[0]);
}

// Callers who pin something at once.
class Pinning {
 public:
  void Await(Follower& follower, const std::string& digest, absl::Duration timeout) {
    Choice choice;
    choice.release_digest = digest;
    ++asked_;
    follower.Await(choice, absl::Now() + timeout, [this](const absl::StatusOr<Chosen>& found) {
      absl::MutexLock lock(&mutex_);
      answers_.push_back(found.status());
    });
  }
  std::vector<absl::Status> Answers() {
    absl::MutexLock lock(&mutex_);
    const auto all = [this] { return answers_.size() == asked_; };
    mutex_.Await(absl::Condition(&all));
    return answers_;
  }

 private:
  size_t asked_ = 0;
  absl::Mutex mutex_;
  std::vector<absl::Status> answers_;
};

TEST_F(FollowerTest, ASourceThatHangsHoldsUpNothingThatIsElsewhere) {
  Publish(1, 0);
  Start();
  ASSERT_TRUE(Reaches(1));
  ASSERT_OK(cache_->KeepRelease(digests_[1], envelopes_[1]));
  redis_.PutRelease(digests_[2], envelopes_[2]);
  catalogue_.SetSlow(absl::Seconds(4));
  const absl::Time start = absl::Now();
  Pinning pinning;
  for (int i = 0; i < 200; ++i) {
    pinning.Await(*follower_, criteria::DigestOf(absl::StrCat("unknown ", i)),
                  absl::Milliseconds(200));
  }
  for (const int held : {1, 2}) {
    Choice pinned;
    pinned.release_digest = digests_[held];
    EXPECT_OK(Await(pinned));
  }
  EXPECT_LT(absl::Now() - start, absl::Seconds(2));
  for (const auto& answer : pinning.Answers()) {
    EXPECT_THAT(answer, HasReason(Reason::RELEASE_NOT_FOUND));
    EXPECT_TRUE(absl::IsUnavailable(answer)) << "it may be there";
  }
  EXPECT_LT(absl::Now() - start, absl::Seconds(3));
  // What nobody waits for is not asked for.
  catalogue_.SetSlow(absl::ZeroDuration());
  catalogue_.PutRelease(criteria::DigestOf("late"), "garbage");
  Choice last;
  last.release_digest = criteria::DigestOf("late");
  while (absl::IsUnavailable(Await(last).status())) {
  }
  EXPECT_LE(catalogue_.asked_for_releases(), 10);
}

TEST_F(FollowerTest, WhatManyCallersPinIsLookedForOnce) {
  Publish(1, 0);
  Start();
  ASSERT_TRUE(Reaches(1));
  catalogue_.PutRelease(digests_[1], envelopes_[1]);
  catalogue_.SetSlow(absl::Milliseconds(300));
  const int asked = catalogue_.asked_for_releases();
  Pinning pinning;
  for (int i = 0; i < 50; ++i) pinning.Await(*follower_, digests_[1], absl::Seconds(10));
  for (const auto& answer : pinning.Answers()) EXPECT_OK(answer);
  EXPECT_EQ(catalogue_.asked_for_releases(), asked + 1);
}

TEST_F(FollowerTest, ARevisionIsWaitedForAndAskedForAtOnce) {
  options_.poll_interval = absl::Minutes(10);
  Publish(1, 0);
  Start();
  ASSERT_TRUE(Reaches(1));
  Publish(2, 1);
  Choice choice;
  choice.min_revision = 2;
  const auto found = Await(choice);
  ASSERT_OK(found);
  EXPECT_EQ(found->revision, 2);
  choice.min_revision = 3;
  const absl::Time start = absl::Now();
  EXPECT_THAT(Await(choice, absl::Milliseconds(300)), HasReason(Reason::REVISION_NOT_REACHED));
  EXPECT_LT(absl::Now() - start, absl::Seconds(2));
}

TEST_F(FollowerTest, ARevisionIsWaitedForThoughNothingIsInForceYet) {
  options_.poll_interval = absl::Minutes(10);
  catalogue::v1::ActivationState nothing;
  nothing.set_programme(kProgramme);
  nothing.set_incarnation("00");
  *nothing.mutable_confirmed_at() = ToTimestamp(absl::Now());
  catalogue_.PutState(publisher_.Sign(envelope::Purpose::ACTIVATION, nothing.SerializeAsString()));
  Start();
  ASSERT_TRUE(Known(absl::Seconds(20)));
  Choice choice;
  choice.min_revision = 1;
  const auto none = Choose(choice);
  ASSERT_THAT(none, HasReason(Reason::NO_ACTIVE_RELEASE));
  ASSERT_TRUE(follower_->MayFind(choice, none.status()));
  EXPECT_THAT(Await(choice, absl::Milliseconds(300)), HasReason(Reason::NO_ACTIVE_RELEASE));
  Publish(1, 0);
  const auto found = Await(choice);
  ASSERT_OK(found);
  EXPECT_EQ(found->revision, 1);
  // Without a revision there is nothing to wait for.
  EXPECT_FALSE(follower_->MayFind(Choice(), none.status()));
}

TEST_F(FollowerTest, ARevisionIsWaitedForThoughNothingIsKnownYet) {
  catalogue_.SetAway(true);
  redis_.SetAway(true);
  options_.poll_interval = absl::Minutes(10);
  Start();
  Choice choice;
  choice.min_revision = 1;
  const auto unknown = Choose(choice);
  ASSERT_THAT(unknown, HasReason(Reason::CRITERIA_UNKNOWN));
  ASSERT_TRUE(follower_->MayFind(choice, unknown.status()));
  EXPECT_THAT(Await(choice, absl::Milliseconds(300)), HasReason(Reason::CRITERIA_UNKNOWN));
  Publish(1, 0);
  catalogue_.SetAway(false);
  EXPECT_OK(Await(choice));
}

// Takes the folder away at once: whoever writes to it meanwhile finds none.
void RemoveFolder(const std::string& folder) {
  const std::string gone = processes::NewFolder();
  std::filesystem::rename(folder, gone + "/folder");
  std::filesystem::remove_all(gone);
}

TEST_F(FollowerTest, ACacheThatIsDamagedIsAMissAndIsMended) {
  ASSERT_OK(cache_->KeepState(kProgramme, "{\"payload\""));
  ASSERT_OK(cache_->KeepRelease(digests_[0], envelopes_[0].substr(0, 100)));
  Publish(1, 0);
  Start();
  EXPECT_TRUE(Reaches(1));
  EXPECT_TRUE(Eventually([&] { return *cache_->FindRelease(digests_[0]) == envelopes_[0]; }));
}

TEST_F(FollowerTest, ACacheThatIsEmptiedIsFilledAgainThoughNothingNewComes) {
  Publish(1, 0);
  Start();
  ASSERT_TRUE(IsKept(1, 0));
  catalogue_.SetAway(true);
  RemoveFolder(folder_);
  ASSERT_TRUE(IsKept(1, 0));
  StartFromTheCache();
  EXPECT_TRUE(Reaches(1));
}

TEST_F(FollowerTest, ACacheKeepsWhatCallersPinned) {
  Publish(1, 0);
  Start();
  ASSERT_TRUE(IsKept(1, 0));
  catalogue_.PutRelease(digests_[2], envelopes_[2]);
  Choice pinned;
  pinned.release_digest = digests_[2];
  ASSERT_OK(Await(pinned));
  const auto kept = [&] { return cache_->FindRelease(digests_[2]).ok(); };
  ASSERT_TRUE(Eventually(kept));
  RemoveFolder(folder_);
  ASSERT_TRUE(Eventually(kept));
  StartFromTheCache();
  EXPECT_OK(Await(pinned));
}

TEST_F(FollowerTest, ACacheKeepsTheStateBeforeOneThatIsRefused) {
  Publish(1, 0);
  Start();
  ASSERT_TRUE(IsKept(1, 0));
  catalogue_.PutState(publisher_.State(2, PutUnusable(), absl::Now()));
  ASSERT_TRUE(Eventually([&] { return follower_->Reports()[0].has_refused(); }));
  StartFromTheCache();
  EXPECT_TRUE(Reaches(1));
}

TEST_F(FollowerTest, ARestartRunsWhatItsCacheHasThoughSomethingNewerIsKnownThatNobodyHas) {
  Publish(1, 0);
  Start();
  ASSERT_TRUE(IsKept(1, 0));
  for (const bool catalogue_away : {true, false}) {
    follower_ = nullptr;
    const std::string newer = publisher_.State(2, digests_[1], absl::Now());
    (catalogue_away ? redis_ : catalogue_).PutState(newer);
    catalogue_.SetAway(catalogue_away);
    Start();
    ASSERT_TRUE(Reaches(1)) << catalogue_away;
    EXPECT_EQ(Choose()->freshness, common::v1::Freshness::STALE);
    EXPECT_TRUE(IsKept(1, 0));
  }
  catalogue_.PutRelease(digests_[1], envelopes_[1]);
  EXPECT_TRUE(Reaches(2));
  EXPECT_EQ(Choose()->freshness, common::v1::Freshness::FRESH);
}

TEST_F(FollowerTest, ACatalogueThatHangsHoldsUpNoRestartForWhatRedisAloneKnows) {
  Publish(1, 0);
  Start();
  ASSERT_TRUE(IsKept(1, 0));
  follower_ = nullptr;
  redis_.PutState(publisher_.State(2, digests_[1], absl::Now()));
  catalogue_.SetAway(true);
  catalogue_.SetSlow(absl::Seconds(4));
  const absl::Time start = absl::Now();
  Start();
  EXPECT_TRUE(Reaches(1));
  EXPECT_LT(absl::Now() - start, absl::Seconds(2));
}

TEST_F(FollowerTest, WhatItsCacheSaysCountsMoreThanWhatRedisSays) {
  Publish(2, 0);
  Start();
  ASSERT_TRUE(IsKept(2, 0));
  follower_ = nullptr;
  catalogue_.SetAway(true);
  redis_.PutRelease(digests_[1], envelopes_[1]);
  redis_.PutState(publisher_.State(2, digests_[1], absl::Now() + absl::Seconds(1)));
  Start();
  ASSERT_TRUE(Reaches(2));
  const int asked = redis_.asked();
  ASSERT_TRUE(Eventually([&] { return redis_.asked() > asked + 1; }));
  EXPECT_EQ(Choose()->criteria->digest(), digests_[0]);
}

TEST_F(FollowerTest, WhatItsSeedSaysCountsMoreThanWhatRedisSays) {
  HeldSource seed("seed", false);
  seed.PutRelease(digests_[0], envelopes_[0]);
  seed.PutState(publisher_.State(2, digests_[0], absl::Now()));
  redis_.PutRelease(digests_[1], envelopes_[1]);
  redis_.PutState(publisher_.State(2, digests_[1], absl::Now() + absl::Seconds(1)));
  catalogue_.SetAway(true);
  follower_ =
      std::make_unique<Follower>(options_, FollowerSources{&catalogue_, &redis_, nullptr, &seed},
                                 *trust_, SystemClock(), log_, nullptr);
  follower_->Start([] {});
  ASSERT_TRUE(Reaches(2));
  EXPECT_EQ(Choose()->criteria->digest(), digests_[0]);
  // It outlives the follower.
  follower_ = nullptr;
}

TEST_F(FollowerTest, ACacheKeepsTheStateThatNamesARefusedReleaseToCome) {
  Publish(1, 0);
  Start();
  ASSERT_TRUE(IsKept(1, 0));
  const std::string state = publisher_.PendingState(1, digests_[0], 2, PutUnusable(), absl::Now());
  catalogue_.PutState(state);
  ASSERT_TRUE(Eventually([&] { return follower_->Reports()[0].has_refused(); }));
  EXPECT_TRUE(Eventually([&] { return *cache_->FindState(kProgramme) == state; }));
  StartFromTheCache();
  EXPECT_TRUE(Reaches(1));
}

// The folder of an instance that has run for years.
TEST_F(FollowerTest, ACacheIsPruned) {
  const std::string folder = processes::NewFolder();
  cache_ = *NewReleaseCache(folder);
  for (size_t i = 0; i < 2 * kCachedReleases; ++i) {
    ASSERT_OK(cache_->KeepRelease(criteria::DigestOf(absl::StrCat(i)), "a release"));
  }
  Publish(1, 0);
  Start();
  const size_t kept = kCachedReleases + 1;
  EXPECT_TRUE(Eventually([&] { return ReleaseFiles(folder).size() == kept; }));
  EXPECT_OK(cache_->FindRelease(digests_[0]));
  Publish(2, 1);
  EXPECT_TRUE(Eventually([&] { return cache_->FindRelease(digests_[1]).ok(); }));
  // What was replaced may be pinned still.
  EXPECT_TRUE(Eventually([&] { return ReleaseFiles(folder).size() == kept + 1; }));
}

TEST_F(FollowerTest, ACacheThatCannotBeWrittenHoldsNothingUpAndIsWrittenLater) {
  const std::string folder = processes::NewFolder() + "/cache";
  cache_ = *NewReleaseCache(folder);
  // A file where the folder was: also root cannot write below it.
  RemoveFolder(folder);
  std::ofstream(folder) << "a file";
  ASSERT_FALSE(cache_->KeepState(kProgramme, "").ok());
  Publish(1, 0);
  Start();
  ASSERT_TRUE(Reaches(1));
  Publish(2, 1);
  EXPECT_TRUE(Reaches(2));
  ASSERT_TRUE(std::filesystem::remove(folder));
  EXPECT_TRUE(IsKept(2, 1));
}

// While it waited the release was not in force, and yet has to be there for the next start.
TEST_F(FollowerTest, WhatCameIntoForceAtItsInstantIsKept) {
  Publish(1, 0);
  Start();
  ASSERT_TRUE(Known(absl::Seconds(20)));
  ASSERT_TRUE(IsKept(1, 0));
  catalogue_.PutRelease(digests_[1], envelopes_[1]);
  catalogue_.PutState(publisher_.PendingState(1, digests_[0], 2, digests_[1], absl::Now()));
  ASSERT_TRUE(Eventually([&] { return cache_->FindRelease(digests_[1]).ok(); }));
  catalogue_.PutState(publisher_.State(2, digests_[1], absl::Now()));
  ASSERT_TRUE(Reaches(2));
  EXPECT_TRUE(IsKept(2, 1));
  StartFromTheCache();
  ASSERT_TRUE(Known(absl::Seconds(5)));
  EXPECT_TRUE(Reaches(2));
}

TEST_F(FollowerTest, AWithdrawalCountsThoughTheNextReleaseIsNotToBeHad) {
  Publish(1, 0);
  Start();
  ASSERT_TRUE(Known(absl::Seconds(20)));
  catalogue::v1::ActivationState state;
  state.set_programme(kProgramme);
  state.set_incarnation("00");
  state.mutable_current()->set_revision(2);
  state.mutable_current()->set_digest(digests_[1]);
  *state.mutable_current()->mutable_in_force_from() = ToTimestamp(absl::Now());
  *state.mutable_confirmed_at() = ToTimestamp(absl::Now());
  state.add_withdrawn(digests_[0]);
  catalogue_.PutState(publisher_.Sign(envelope::Purpose::ACTIVATION, state.SerializeAsString()));
  EXPECT_TRUE(Eventually([&] {
    return follower_->snapshot()->in_force().at(kProgramme).withdrawn.count(digests_[0]) > 0;
  }));
  EXPECT_EQ(Revision(), 1);
}

TEST_F(FollowerTest, CallsThatWaitDoNotFloodTheCatalogue) {
  options_.poll_interval = absl::Seconds(10);
  Publish(1, 0);
  Start();
  ASSERT_TRUE(Known(absl::Seconds(20)));
  const int before = catalogue_.asked();
  const absl::Time end = absl::Now() + absl::Milliseconds(500);
  while (absl::Now() < end) {
    follower_->Await({kProgramme, "", 99}, end, [](const absl::StatusOr<Chosen>&) {});
    absl::SleepFor(absl::Milliseconds(1));
  }
  // Each 50 ms.
  EXPECT_LE(catalogue_.asked() - before, 11);
}

TEST_F(FollowerTest, ACallMayPinAReleaseBeforeTheStart) {
  Publish(1, 0);
  Make(log_);
  absl::Notification answered;
  absl::StatusOr<Chosen> chosen = absl::UnknownError("");
  follower_->Await({kProgramme, digests_[0], 0}, absl::Now() + absl::Seconds(20),
                   [&](absl::StatusOr<Chosen> found) {
                     chosen = std::move(found);
                     answered.Notify();
                   });
  answered.WaitForNotification();
  ASSERT_OK(chosen);
  EXPECT_EQ(chosen->criteria->digest(), digests_[0]);
}

}  // namespace
}  // namespace zhiping::releases
