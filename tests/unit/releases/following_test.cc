#include "common/releases/following.h"

#include <gtest/gtest.h>

#include <random>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/time/timestamp.h"
#include "tests/edition_folder.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::releases {
namespace {

using catalogue::v1::Activation;
using catalogue::v1::ActivationState;

const absl::Time kStart = absl::FromUnixSeconds(1'800'000'000);

std::string DigestOfNumber(int number) { return absl::StrCat("sha256:", number); }

Activation MakeActivation(int revision, int release, absl::Time in_force_from) {
  Activation activation;
  activation.set_revision(revision);
  activation.set_digest(DigestOfNumber(release));
  *activation.mutable_in_force_from() = ToTimestamp(in_force_from);
  return activation;
}

SignedState State(absl::Time confirmed_at, const Activation* current,
                  const Activation* pending = nullptr) {
  SignedState state;
  state.state.set_incarnation("one");
  *state.state.mutable_confirmed_at() = ToTimestamp(confirmed_at);
  if (current != nullptr) *state.state.mutable_current() = *current;
  if (pending != nullptr) *state.state.mutable_pending() = *pending;
  state.envelope = state.state.SerializeAsString();
  return state;
}

class FollowingTest : public testing::Test {
 protected:
  // Criteria that call themselves release `number`.
  static std::shared_ptr<const criteria::Criteria> Release(int number) {
    static const auto compiled = *criteria::CompileEdition2026();
    return *criteria::Criteria::Compile(compiled->release(), DigestOfNumber(number));
  }

  absl::Status Offer(const SignedState& state, absl::Time now = kStart) {
    return following_.Offer(state, now, absl::ZeroDuration());
  }

  void LoadAll(absl::Time now = kStart) {
    for (const auto& wanted : following_.Wanted(now)) {
      int number = 0;
      ASSERT_TRUE(absl::SimpleAtoi(wanted.digest.substr(7), &number));
      following_.Loaded(wanted.digest, Release(number));
    }
  }

  Following following_{"programme"};
};

TEST_F(FollowingTest, KnowsNothingBeforeTheFirstState) {
  EXPECT_FALSE(following_.Apply(kStart));
  EXPECT_FALSE(following_.known());
  EXPECT_TRUE(following_.Wanted(kStart).empty());
}

TEST_F(FollowingTest, ThatNothingIsPublishedIsKnown) {
  ASSERT_OK(Offer(State(kStart, nullptr)));
  EXPECT_TRUE(following_.Apply(kStart));
  EXPECT_TRUE(following_.known());
  EXPECT_EQ(following_.in_force().criteria, nullptr);
}

TEST_F(FollowingTest, AppliesWhatIsInForceOnceItIsLoaded) {
  const Activation first = MakeActivation(1, 10, kStart);
  ASSERT_OK(Offer(State(kStart, &first)));
  EXPECT_FALSE(following_.Apply(kStart));
  EXPECT_FALSE(following_.known());
  ASSERT_EQ(following_.Wanted(kStart).size(), 1);
  EXPECT_EQ(following_.Wanted(kStart)[0].in_force_from, kStart);
  LoadAll();
  EXPECT_TRUE(following_.Apply(kStart));
  EXPECT_EQ(following_.in_force().revision, 1);
  EXPECT_EQ(following_.in_force().criteria->digest(), DigestOfNumber(10));
}

TEST_F(FollowingTest, APendingReleaseIsLoadedAheadAndAppliedAtItsInstant) {
  const Activation first = MakeActivation(1, 10, kStart);
  const Activation second = MakeActivation(2, 20, kStart + absl::Hours(1));
  ASSERT_OK(Offer(State(kStart, &first, &second)));
  EXPECT_EQ(following_.Wanted(kStart).size(), 2);
  LoadAll();
  following_.Apply(kStart);
  EXPECT_EQ(following_.in_force().revision, 1);
  EXPECT_EQ(following_.NextInstant(), kStart + absl::Hours(1));
  EXPECT_FALSE(following_.Apply(kStart + absl::Minutes(59)));
  EXPECT_TRUE(following_.Apply(kStart + absl::Hours(1)));
  EXPECT_EQ(following_.in_force().revision, 2);
  EXPECT_EQ(following_.NextInstant(), std::nullopt);
  // A clock that is set back changes nothing.
  following_.Apply(kStart);
  EXPECT_EQ(following_.in_force().revision, 2);
  // Nor does a catalogue whose clock is behind: it still calls the second one pending.
  const absl::Time before = kStart + absl::Minutes(59);
  ASSERT_OK(Offer(State(before, &first, &second), before));
  EXPECT_TRUE(following_.Apply(before));
  EXPECT_EQ(following_.in_force().revision, 2);
}

TEST_F(FollowingTest, ACancelledReleaseThatWasAppliedIsLeftAgain) {
  const Activation first = MakeActivation(1, 10, kStart);
  const Activation cancelled = MakeActivation(2, 20, kStart + absl::Seconds(1));
  ASSERT_OK(Offer(State(kStart, &first, &cancelled)));
  LoadAll();
  following_.Apply(kStart + absl::Seconds(1));
  ASSERT_EQ(following_.in_force().revision, 2);
  const Activation again = MakeActivation(3, 10, kStart);
  const Activation next = MakeActivation(4, 30, kStart + absl::Hours(1));
  ASSERT_OK(Offer(State(kStart + absl::Seconds(1), &again, &next)));
  LoadAll();
  EXPECT_TRUE(following_.Apply(kStart + absl::Seconds(1)));
  EXPECT_EQ(following_.in_force().revision, 3);
  EXPECT_EQ(following_.in_force().criteria->digest(), DigestOfNumber(10));
}

TEST_F(FollowingTest, ALowerRevisionIsBehindAndChangesNothing) {
  const Activation old = MakeActivation(4, 10, kStart);
  const Activation known = MakeActivation(5, 20, kStart);
  ASSERT_OK(Offer(State(kStart, &known)));
  LoadAll();
  following_.Apply(kStart);
  EXPECT_THAT(Offer(State(kStart + absl::Hours(1), &old)), HasReason(Reason::REVISION_BEHIND));
  EXPECT_THAT(Offer(State(kStart + absl::Hours(1), nullptr)), HasReason(Reason::REVISION_BEHIND));
  EXPECT_FALSE(following_.Apply(kStart + absl::Hours(1)));
  EXPECT_EQ(following_.in_force().revision, 5);
}

TEST_F(FollowingTest, TheSameRevisionWithAnotherReleaseIsAConflict) {
  const Activation known = MakeActivation(5, 20, kStart);
  const Activation other = MakeActivation(5, 30, kStart);
  const Activation later = MakeActivation(6, 30, kStart);
  ASSERT_OK(Offer(State(kStart, &known)));
  EXPECT_THAT(Offer(State(kStart + absl::Seconds(1), &other)),
              HasReason(Reason::REVISION_CONFLICT));
  EXPECT_THAT(Offer(State(kStart + absl::Seconds(1), &other, &later)),
              HasReason(Reason::REVISION_CONFLICT));
}

TEST_F(FollowingTest, AReplayedConfirmationDoesNotMakeItFresher) {
  const Activation first = MakeActivation(1, 10, kStart);
  ASSERT_OK(Offer(State(kStart, &first)));
  LoadAll();
  following_.Apply(kStart);
  const absl::Time later = kStart + absl::Minutes(30);
  ASSERT_OK(following_.Offer(State(kStart - absl::Seconds(10), &first), later, absl::Minutes(30)));
  ASSERT_OK(following_.Offer(State(kStart, &first), later, absl::Minutes(30)));
  following_.Apply(later);
  EXPECT_EQ(following_.in_force().confirmation->Age(absl::Minutes(30)), absl::Minutes(30));
}

// A catalogue whose clock is an hour ahead confirmed, and was set right.
TEST_F(FollowingTest, AConfirmationFromOurFutureGivesWayToALaterAnswerOfTheCatalogue) {
  const Activation first = MakeActivation(1, 10, kStart);
  const absl::Duration came = absl::Seconds(100);
  ASSERT_OK(following_.Offer(State(kStart + absl::Hours(1), &first), kStart, came));
  LoadAll();
  following_.Apply(kStart);
  ASSERT_TRUE(following_.in_force().confirmation->clock_behind);
  const absl::Time now = kStart + absl::Minutes(1);
  const absl::Duration steady = came + absl::Minutes(1);
  const auto confirmed_after = [&](std::optional<absl::Duration> asked) {
    EXPECT_OK(following_.Offer(State(now, &first), now, steady, asked));
    following_.Apply(now);
    return following_.in_force().confirmation->confirmed_at;
  };
  // A replay, or a message that was long under way, may be older.
  EXPECT_EQ(confirmed_after(std::nullopt), kStart + absl::Hours(1));
  EXPECT_EQ(confirmed_after(came - absl::Milliseconds(1)), kStart + absl::Hours(1));
  EXPECT_EQ(confirmed_after(steady - absl::Milliseconds(1)), now);
  EXPECT_FALSE(following_.in_force().confirmation->clock_behind);
  EXPECT_EQ(following_.in_force().confirmation->Age(steady), absl::ZeroDuration());
}

// Both clocks were ahead: the confirmation came to lie in our future only when both were set right.
TEST_F(FollowingTest, AConfirmationThatCameToLieInOurFutureGivesWayToo) {
  const Activation first = MakeActivation(1, 10, kStart);
  ASSERT_OK(Offer(State(kStart + absl::Hours(1), &first), kStart + absl::Hours(1)));
  LoadAll();
  following_.Apply(kStart);
  EXPECT_FALSE(following_.in_force().confirmation->clock_behind);
  ASSERT_OK(following_.Offer(State(kStart, &first), kStart, absl::Seconds(61), absl::Seconds(60)));
  EXPECT_TRUE(following_.Apply(kStart));
  EXPECT_EQ(following_.in_force().confirmation->Age(absl::Seconds(61)), absl::ZeroDuration());
}

TEST_F(FollowingTest, AReplayedConfirmationFromOurFutureDoesNotMakeItFresher) {
  const Activation first = MakeActivation(1, 10, kStart);
  ASSERT_OK(Offer(State(kStart, &first)));
  LoadAll();
  following_.Apply(kStart);
  const absl::Time later = kStart + absl::Hours(23);
  for (const absl::Duration ahead : {absl::Seconds(6), absl::Hours(1)}) {
    ASSERT_OK(following_.Offer(State(later + ahead, &first), later, absl::Hours(23)));
    EXPECT_FALSE(following_.Apply(later));
  }
  EXPECT_EQ(following_.in_force().confirmation->Age(absl::Hours(23)), absl::Hours(23));
  // From the catalogue itself it says that one of the clocks is wrong.
  ASSERT_OK(following_.Offer(State(later + absl::Hours(1), &first), later, absl::Hours(23),
                             absl::Hours(23)));
  EXPECT_TRUE(following_.Apply(later));
  EXPECT_TRUE(following_.in_force().confirmation->clock_behind);
}

// Our clock is ten minutes behind: by it, what was confirmed ten minutes ago is new.
TEST_F(FollowingTest, AReplayIsNotFreshBecauseOurClockIsBehind) {
  const Activation first = MakeActivation(1, 10, kStart);
  const absl::Time now = kStart + absl::Hours(1);
  ASSERT_OK(Offer(State(now + absl::Minutes(10), &first), now));
  LoadAll();
  following_.Apply(now);
  ASSERT_OK(following_.Offer(State(now, &first), now, absl::Seconds(1)));
  EXPECT_FALSE(following_.Apply(now));
  EXPECT_TRUE(following_.in_force().confirmation->clock_behind);
}

TEST_F(FollowingTest, ARefusedReleaseLeavesWhatRunsAndAgesIt) {
  const Activation first = MakeActivation(1, 10, kStart);
  const Activation bad = MakeActivation(2, 20, kStart + absl::Seconds(1));
  ASSERT_OK(Offer(State(kStart, &first)));
  LoadAll();
  following_.Apply(kStart);
  const absl::Time later = kStart + absl::Minutes(5);
  ASSERT_OK(following_.Offer(State(later, &bad), later, absl::Minutes(5)));
  following_.Refused(bad.digest(), absl::InternalError("bad"));
  EXPECT_FALSE(following_.Apply(later));
  EXPECT_EQ(following_.in_force().revision, 1);
  EXPECT_EQ(following_.in_force().confirmation->Age(absl::Minutes(5)), absl::Minutes(5));
  ASSERT_NE(following_.RefusedActivation(later), nullptr);
  EXPECT_EQ(following_.RefusedActivation(later)->revision(), 2);
  // Mended: it is still wanted.
  ASSERT_EQ(following_.Wanted(later).size(), 1);
  following_.Loaded(bad.digest(), Release(20));
  EXPECT_TRUE(following_.Apply(later));
  EXPECT_EQ(following_.RefusedActivation(later), nullptr);
}

TEST_F(FollowingTest, WithdrawalsAreForEver) {
  const Activation first = MakeActivation(1, 10, kStart);
  SignedState with = State(kStart, &first);
  with.state.add_withdrawn(DigestOfNumber(1));
  ASSERT_OK(Offer(with));
  ASSERT_OK(Offer(State(kStart + absl::Seconds(1), &first)));
  EXPECT_EQ(following_.withdrawn(), std::set<std::string>({DigestOfNumber(1)}));
}

// For the catalogue, as long as it does not list them itself.
TEST_F(FollowingTest, EarlierStatesAreKeptForTheWithdrawalsThatNoLaterOneLists) {
  const Activation first = MakeActivation(1, 10, kStart);
  int offered = 0;
  const auto offer = [&](const std::vector<int>& withdrawn) {
    SignedState state = State(kStart + absl::Milliseconds(++offered), &first);
    for (const int number : withdrawn) state.state.add_withdrawn(DigestOfNumber(number));
    state.envelope = absl::StrCat("state ", offered);
    EXPECT_OK(Offer(state));
    return following_.unlisted() == nullptr ? "" : following_.unlisted()->envelope;
  };
  EXPECT_EQ(offer({1}), "");
  EXPECT_EQ(offer({1, 2}), "");
  EXPECT_EQ(offer({3}), "state 2");
  EXPECT_EQ(offer({}), "state 2");
  EXPECT_EQ(following_.withdrawn(),
            std::set<std::string>({DigestOfNumber(1), DigestOfNumber(2), DigestOfNumber(3)}));
  EXPECT_EQ(offer({1, 2}), "state 3");
  EXPECT_EQ(offer({1, 2, 3}), "");
}

// A start from a folder that knows the first, though Redis says that there is a second, of which
// nothing can be had.
TEST_F(FollowingTest, AsLongAsNothingIsKnownAnEarlierStateWhoseReleaseIsThereIsApplied) {
  const Activation first = MakeActivation(1, 10, kStart);
  const Activation second = MakeActivation(2, 20, kStart);
  const FreshnessLimits limits;
  for (const bool folder_first : {true, false}) {
    Following following("programme");
    const auto offer = [&](const Activation& activation) {
      return following.Offer(State(kStart, &activation), kStart, absl::ZeroDuration());
    };
    ASSERT_OK(offer(folder_first ? first : second));
    if (folder_first) {
      ASSERT_OK(offer(second));
    } else {
      EXPECT_THAT(offer(first), HasReason(Reason::REVISION_BEHIND));
    }
    ASSERT_EQ(following.Wanted(kStart).size(), 2);
    EXPECT_EQ(following.Wanted(kStart)[0].revision, 2);
    following.Loaded(first.digest(), Release(10));
    EXPECT_TRUE(following.Apply(kStart));
    EXPECT_EQ(following.in_force().revision, 1);
    // It never says that it is up to date, however lately the first was confirmed.
    const auto freshness = [&] {
      return FreshnessOf(*following.in_force().confirmation, limits, absl::ZeroDuration());
    };
    EXPECT_EQ(freshness(), common::v1::Freshness::STALE);
    EXPECT_EQ(following.held()->state.current().revision(), 2);
    // From then on a state that is behind changes nothing, and the second is still wanted.
    EXPECT_THAT(offer(first), HasReason(Reason::REVISION_BEHIND));
    EXPECT_FALSE(following.Apply(kStart));
    ASSERT_EQ(following.Wanted(kStart).size(), 1);
    following.Loaded(second.digest(), Release(20));
    EXPECT_TRUE(following.Apply(kStart));
    EXPECT_EQ(following.in_force().revision, 2);
    EXPECT_EQ(freshness(), common::v1::Freshness::FRESH);
  }
}

TEST_F(FollowingTest, WhatRunsIsNotLeftForAnEarlierState) {
  const Activation first = MakeActivation(1, 10, kStart);
  const Activation second = MakeActivation(2, 20, kStart);
  ASSERT_OK(Offer(State(kStart, &first)));
  ASSERT_OK(Offer(State(kStart, &second)));
  LoadAll();
  EXPECT_TRUE(following_.Apply(kStart));
  EXPECT_EQ(following_.in_force().revision, 2);
  EXPECT_FALSE(following_.Apply(kStart));
}

// Refused ahead of its instant, which passed before the start.
TEST_F(FollowingTest, AStartAfterTheInstantOfARefusedReleaseRunsTheOneBeforeIt) {
  const Activation first = MakeActivation(1, 10, kStart);
  const Activation bad = MakeActivation(2, 20, kStart + absl::Hours(1));
  const absl::Time later = kStart + absl::Hours(2);
  ASSERT_OK(Offer(State(later, &first, &bad), later));
  following_.Refused(bad.digest(), absl::InternalError("bad"));
  following_.Loaded(first.digest(), Release(10));
  EXPECT_TRUE(following_.Apply(later));
  EXPECT_EQ(following_.in_force().revision, 1);
  EXPECT_TRUE(following_.in_force().confirmation->superseded);
  ASSERT_NE(following_.RefusedActivation(later), nullptr);
  // The catalogue takes it back.
  const Activation again = MakeActivation(3, 10, later);
  ASSERT_OK(Offer(State(later, &again), later));
  EXPECT_TRUE(following_.Apply(later));
  EXPECT_EQ(following_.in_force().revision, 3);
  EXPECT_FALSE(following_.in_force().confirmation->superseded);
}

TEST_F(FollowingTest, AReleaseToComeDoesNotStandInForTheOneInForce) {
  const Activation first = MakeActivation(1, 10, kStart);
  const Activation pending = MakeActivation(2, 20, kStart + absl::Hours(1));
  ASSERT_OK(Offer(State(kStart, &first, &pending)));
  following_.Loaded(pending.digest(), Release(20));
  EXPECT_FALSE(following_.Apply(kStart));
  EXPECT_FALSE(following_.known());
}

// What came first counts: an instance's own folder before Redis.
TEST_F(FollowingTest, AStateAgainstAnEarlierOneIsAConflictThoughANewerOneIsHeld) {
  const Activation first = MakeActivation(1, 10, kStart);
  const Activation against = MakeActivation(1, 30, kStart);
  const Activation second = MakeActivation(2, 20, kStart);
  const Activation later = MakeActivation(3, 20, kStart + absl::Hours(1));
  ASSERT_OK(Offer(State(kStart, &first)));
  ASSERT_OK(Offer(State(kStart, &second)));
  EXPECT_THAT(Offer(State(kStart, &against, &later)), HasReason(Reason::REVISION_CONFLICT));
}

// A catalogue that publishes, schedules, cancels and rolls back at random; whose states come in any
// order, late, twice or never; and a clock that jumps: revisions never go down, every revision is
// what the catalogue said, and the last state is followed in the end.
TEST_F(FollowingTest, RevisionsNeverGoDownWhateverComesInWhateverOrder) {
  std::mt19937 random(20260126);
  const auto between = [&](int least, int most) {
    return std::uniform_int_distribution<int>(least, most)(random);
  };
  std::vector<std::shared_ptr<const criteria::Criteria>> criteria;
  for (int i = 0; i < 4; ++i) criteria.push_back(Release(i));
  for (int round = 0; round < 300; ++round) {
    Following following("programme");
    std::vector<SignedState> states;
    std::map<int, std::string> published;
    int revision = 0;
    absl::Time now = kStart;
    std::optional<Activation> current, pending;
    int applied = 0;
    for (int step = 0; step < 60; ++step) {
      now += absl::Milliseconds(between(1, 1500));
      if (pending.has_value() && FromTimestamp(pending->in_force_from()) <= now) {
        current = std::exchange(pending, std::nullopt);
      }
      if (between(0, 4) == 0) {
        if (pending.has_value()) {
          current = MakeActivation(++revision, 0, now);
          current->set_digest(published[current->revision() - 2]);
          published[revision] = current->digest();
          pending.reset();
        }
        const bool scheduled = current.has_value() && between(0, 1) == 0;
        const Activation next =
            MakeActivation(++revision, between(0, 3), scheduled ? now + absl::Seconds(2) : now);
        published[revision] = next.digest();
        (scheduled ? pending : current) = next;
      }
      states.push_back(State(now, current ? &*current : nullptr, pending ? &*pending : nullptr));
      for (int i = between(0, 3); i > 0; --i) {
        const auto& state = states[between(0, static_cast<int>(states.size()) - 1)];
        const absl::Time clock = now + absl::Milliseconds(between(-3000, 3000));
        following.Offer(state, clock, now - kStart).IgnoreError();
        for (const auto& wanted : following.Wanted(clock)) {
          if (between(0, 3) == 0) continue;
          for (const auto& release : criteria) {
            if (release->digest() == wanted.digest) following.Loaded(wanted.digest, release);
          }
        }
        following.Apply(clock);
        ASSERT_GE(following.in_force().revision, applied) << "round " << round;
        applied = following.in_force().revision;
        if (applied > 0) {
          ASSERT_EQ(following.in_force().criteria->digest(), published[applied]);
        }
      }
    }
    ASSERT_OK(following.Offer(states.back(), now, now - kStart));
    for (const auto& wanted : following.Wanted(now)) {
      for (const auto& release : criteria) {
        if (release->digest() == wanted.digest) following.Loaded(wanted.digest, release);
      }
    }
    following.Apply(now);
    if (!current.has_value()) continue;
    EXPECT_GE(following.in_force().revision, current->revision());
    EXPECT_LE(following.in_force().revision, revision);
  }
}

// A clock ahead applied it, and nothing else was ever in force.
TEST_F(FollowingTest, AnActivationThatWasCancelledIsConfirmedNoMore) {
  const Activation first = MakeActivation(1, 1, kStart + absl::Seconds(3));
  const absl::Time ahead = kStart + absl::Seconds(4);
  ASSERT_OK(Offer(State(kStart, nullptr, &first), ahead));
  LoadAll(ahead);
  following_.Apply(ahead);
  ASSERT_EQ(following_.in_force().revision, 1);
  const Activation second = MakeActivation(2, 2, kStart + absl::Hours(100));
  for (const absl::Duration later : {absl::Seconds(1), absl::Hours(10)}) {
    ASSERT_OK(Offer(State(kStart + later, nullptr, &second), ahead + later));
    following_.Apply(ahead + later);
  }
  EXPECT_EQ(following_.in_force().confirmation->confirmed_at, kStart);
}

}  // namespace
}  // namespace zhiping::releases
