// The rules of activations, and random interleavings of them.
#include "services/catalogue/domain/history.h"

#include <limits>
#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/time/timestamp.h"
#include "services/catalogue/domain/activation_rules.h"
#include "services/catalogue/domain/convergence.h"
#include "services/catalogue/domain/requests.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::catalogue {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'790'000'000);

Decision At(absl::Time now, int32_t cancel = 0) {
  return {now, "unauthenticated:a", {"unauthenticated:a"}, "because", cancel};
}

History With(const History& history, const absl::StatusOr<std::vector<ActivationRow>>& rows) {
  EXPECT_OK(rows);
  return rows.ok() ? WithRows(history, *rows, "") : history;
}

TEST(HistoryTest, ACancelledFirstPublicationNeverComesIntoForce) {
  History history = With({}, Publish({}, "a", kStart + absl::Hours(1), At(kStart)));
  history = With(history, Publish(history, "b", kStart + absl::Hours(2), At(kStart, 1)));
  EXPECT_EQ(InForceAt(history, kStart + absl::Minutes(90)), nullptr);
  EXPECT_EQ(InForceAt(history, kStart + absl::Hours(3))->activation.digest(), "b");
  EXPECT_FALSE(WasInForce(history, "a", kStart + absl::Hours(3)));
}

// A state that names nothing would be no later one to whoever has learned of it.
TEST(HistoryTest, AFirstPublicationIsReplacedAndNotCancelledAlone) {
  const absl::Time later = kStart + absl::Hours(1);
  EXPECT_EQ(DetailOf(RollBack({}, "", false, At(kStart)).status()).metadata_size(), 1);
  const History history = With({}, Publish({}, "a", later, At(kStart)));
  const absl::Status refused = RollBack(history, "", /*withdraw=*/false, At(kStart, 1)).status();
  EXPECT_THAT(refused, HasReason(Reason::NO_ACTIVE_RELEASE));
  EXPECT_THAT(DetailOf(refused).message().zh(), testing::HasSubstr("写明 1"));
  EXPECT_THAT(DetailOf(refused).message().en(),
              testing::HasSubstr("naming 1 in cancel_pending_revision"));
  // The same release at another time is one of the ways.
  const History moved = With(history, Publish(history, "a", later + absl::Hours(1), At(kStart, 1)));
  EXPECT_EQ(InForceAt(moved, later), nullptr);
  EXPECT_EQ(StateAt(moved, later).pending().revision(), 2);
}

// The clock that says so is ahead by ten minutes and is set right then.
TEST(HistoryTest, WhatOnceCameIntoForceStaysInForceWhenTheClockIsSetBack) {
  History history = With({}, Publish({}, "a", std::nullopt, At(kStart)));
  const absl::Time ahead = kStart + absl::Minutes(10);
  history = With(history, Publish(history, "b", std::nullopt, At(ahead)));
  EXPECT_EQ(StateAt(history, kStart).current().digest(), "b");
  EXPECT_FALSE(StateAt(history, kStart).has_pending());
  history = With(history, Publish(history, "c", ahead + absl::Minutes(1), At(ahead)));
  EXPECT_EQ(StateAt(history, kStart).current().digest(), "b");
  EXPECT_EQ(StateAt(history, kStart).pending().digest(), "c");
  // It came into force by the clock that was ahead, which was recorded.
  history.reached_revision = 3;
  EXPECT_EQ(StateAt(history, kStart).current().digest(), "c");
  EXPECT_FALSE(StateAt(history, kStart).has_pending());
  EXPECT_TRUE(WasInForce(history, "c", kStart));
  EXPECT_OK(Publish(history, "d", std::nullopt, At(kStart)));
  // What is asked about another instant goes by what the activations name.
  EXPECT_EQ(NamedFor(history, kStart)->activation.digest(), "a");
  EXPECT_EQ(NamedFor(history, ahead)->activation.digest(), "b");
}

TEST(HistoryTest, WhatWasMetStopsSigningUntilFencedAndPublished) {
  History history = With({}, Publish({}, "a", std::nullopt, At(kStart)));
  v1::Activation met;
  met.set_revision(7);
  met.set_digest("x");
  EXPECT_EQ(IsForeign(history, met), Foreign::kAhead);
  history.met = {7, "x", kStart};
  EXPECT_FALSE(MaySign(history));
  EXPECT_EQ(WhyNotSigning(history), "REVISION_AHEAD");
  EXPECT_THAT(Publish(history, "a", std::nullopt, At(kStart)), HasReason(Reason::REVISION_AHEAD));
  EXPECT_THAT(Fence(history, 6), HasReason(Reason::REVISION_OUT_OF_RANGE));
  EXPECT_THAT(Fence(history, 7 + kFarthestFence + 1), HasReason(Reason::REVISION_OUT_OF_RANGE));
  history.next_revision = *Fence(history, 7);
  EXPECT_FALSE(MaySign(history));
  history = With(history, Publish(history, "a", std::nullopt, At(kStart)));
  EXPECT_EQ(HighestRevision(history), 8);
  EXPECT_TRUE(MaySign(history));
}

TEST(HistoryTest, WhatIsMetAfterItWasFencedStopsSigningToo) {
  History history = With({}, Publish({}, "a", std::nullopt, At(kStart)));
  history.next_revision = *Fence(history, 8);
  v1::Activation met;
  met.set_revision(6);
  met.set_digest("x");
  EXPECT_EQ(IsForeign(history, met), Foreign::kAhead);
  history.met = {6, "x", kStart};
  EXPECT_FALSE(MaySign(history));
  EXPECT_EQ(WhyNotSigning(history), "REVISION_AHEAD");
  history = With(history, Publish(history, "a", std::nullopt, At(kStart)));
  EXPECT_EQ(HighestRevision(history), 9);
  EXPECT_TRUE(MaySign(history));
  EXPECT_EQ(IsForeign(history, met), Foreign::kNo);
}

// However high a revision was met, it can be fenced, and published above.
TEST(HistoryTest, WhatWasMetCanAlwaysBeFenced) {
  for (const int32_t met : {7, 2'000'000'001, std::numeric_limits<int32_t>::max() - 1}) {
    History history = With({}, Publish({}, "a", std::nullopt, At(kStart)));
    history.met = {met, "x", kStart};
    const auto next = Fence(history, met);
    ASSERT_OK(next) << met;
    EXPECT_EQ(*next, met + 1);
  }
}

TEST(ConvergenceTest, WhatAnInstanceSaysDecidesUntilItIsLost) {
  const History history = With({}, Publish({}, "a", std::nullopt, At(kStart)));
  const v1::ActivationState state = StateAt(history, kStart);
  v1::SubscribeRequest record;
  auto& report = *record.add_reports();
  const auto status = [&](bool lost) {
    return ConvergenceOf(record, kStart, lost, state).status();
  };
  EXPECT_EQ(status(false), v1::InstanceConvergence::BEHIND);
  report.mutable_refused()->set_revision(1);
  EXPECT_EQ(status(false), v1::InstanceConvergence::REFUSED);
  // An earlier one, which does not matter any more.
  report.mutable_refused()->set_revision(7);
  EXPECT_EQ(status(false), v1::InstanceConvergence::BEHIND);
  // The state itself, signed by a key that the instance does not trust.
  report.mutable_refused()->clear_revision();
  EXPECT_EQ(status(false), v1::InstanceConvergence::REFUSED);
  report.clear_refused();
  report.set_revision(1);
  report.set_digest("a");
  EXPECT_EQ(status(false), v1::InstanceConvergence::APPLIED);
  EXPECT_EQ(status(true), v1::InstanceConvergence::UNKNOWN);
  // The revision alone says nothing: it may stand for another release (REVISION_CONFLICT).
  report.set_digest("b");
  EXPECT_EQ(status(false), v1::InstanceConvergence::BEHIND);
  report.mutable_refused()->set_reason("REVISION_CONFLICT");
  EXPECT_EQ(status(false), v1::InstanceConvergence::REFUSED);
  report.clear_refused();
  report.set_revision(2);
  report.set_digest("a");
  EXPECT_EQ(status(false), v1::InstanceConvergence::BEHIND);
}

// As kind, since when in hours, and English sentence.
std::vector<std::string> AlarmsAt(const History& history, absl::Duration after,
                                  bool exposed = false) {
  std::vector<std::string> alarms;
  for (const auto& alarm : AlarmsOf(history, exposed, kStart + after)) {
    const absl::Duration since = FromTimestamp(alarm.since()) - kStart;
    alarms.push_back(
        absl::StrCat(alarm.kind(), " ", absl::ToInt64Hours(since), " h: ", alarm.message().en()));
  }
  return alarms;
}

History RolledBack(const History& history, absl::Duration after) {
  const auto plan = RollBack(history, "", /*withdraw=*/false, At(kStart + after));
  EXPECT_OK(plan);
  return plan.ok() ? WithRows(history, plan->rows, "") : history;
}

TEST(AlarmsTest, ARollbackStaysOneForeverAndWhateverComesLater) {
  History history = With({}, Publish({}, "a", std::nullopt, At(kStart)));
  history = With(history, Publish(history, "b", std::nullopt, At(kStart)));
  EXPECT_THAT(AlarmsAt(history, absl::Hours(1)), testing::IsEmpty());
  history = RolledBack(history, absl::Hours(2));
  const auto one = testing::ElementsAre(
      "ROLLED_BACK 2 h: Revision 3 is a rollback that one person decided and no second one has "
      "countersigned.");
  EXPECT_THAT(AlarmsAt(history, absl::Hours(2)), one);
  EXPECT_THAT(AlarmsAt(history, absl::Hours(24 * 365)), one);
  // Putting it in force again, when what was pending is cancelled, or publishing ends it neither.
  history =
      With(history, Publish(history, "c", kStart + absl::Hours(9), At(kStart + absl::Hours(3))));
  history = With(history, Publish(history, "c", std::nullopt, At(kStart + absl::Hours(4), 4)));
  EXPECT_THAT(AlarmsAt(history, absl::Hours(5)), one);
  history = RolledBack(history, absl::Hours(6));
  EXPECT_THAT(AlarmsAt(history, absl::Hours(7)),
              testing::ElementsAre(
                  "ROLLED_BACK 6 h: Revision 7 is a rollback that one person decided and no second "
                  "one has countersigned; there are 2 such rollbacks."));
}

TEST(HistoryTest, RollingBackToWhatIsInForceChangesNothingUnlessItCancels) {
  History history = With({}, Publish({}, "a", std::nullopt, At(kStart)));
  EXPECT_THAT(RollBack(history, "a", /*withdraw=*/false, At(kStart)).status(),
              HasReason(Reason::ALREADY_IN_FORCE));
  EXPECT_THAT(RollBack(history, "a", /*withdraw=*/true, At(kStart)).status(),
              HasReason(Reason::INVALID_FIELD));
  history = With(history, Publish(history, "b", kStart + absl::Hours(1), At(kStart)));
  EXPECT_OK(RollBack(history, "a", /*withdraw=*/false, At(kStart, 2)));
}

// As kind, digest and what it cancels.
std::vector<std::string> Summary(const std::vector<ActivationRow>& rows) {
  std::vector<std::string> summary;
  for (const ActivationRow& row : rows) {
    summary.push_back(absl::StrCat(v1::ActivationRecord::Kind_Name(row.kind), " ",
                                   row.activation.digest(), " ", row.cancelled_revision));
  }
  return summary;
}

TEST(HistoryTest, CancellingAloneRollsNothingBackUnlessThePresentReleaseIsWithdrawn) {
  History history = With({}, Publish({}, "a", std::nullopt, At(kStart)));
  history = With(history, Publish(history, "b", std::nullopt, At(kStart)));
  history = With(history, Publish(history, "c", kStart + absl::Hours(1), At(kStart)));
  auto plan = RollBack(history, "", /*withdraw=*/false, At(kStart, 3));
  ASSERT_OK(plan);
  EXPECT_THAT(Summary(plan->rows), testing::ElementsAre("REISSUE b 3"));
  EXPECT_EQ(plan->withdrawn_digest, "");
  plan = RollBack(history, "", /*withdraw=*/true, At(kStart, 3));
  ASSERT_OK(plan);
  EXPECT_THAT(Summary(plan->rows), testing::ElementsAre("REISSUE b 3", "ROLLBACK a 0"));
  EXPECT_EQ(plan->withdrawn_digest, "b");
}

// What a rollback without a digest goes to, or after a rollback would; empty: there is nothing.
std::string Previous(const History& history, absl::Time now) {
  const auto plan = RollBack(history, "", /*withdraw=*/false, At(now));
  if (plan.ok()) return plan->rows.back().activation.digest();
  const ErrorDetail detail = DetailOf(plan.status());
  if (detail.reason() != Reason::ALREADY_ROLLED_BACK) {
    EXPECT_THAT(plan.status(), HasReason(Reason::NEVER_IN_FORCE));
    return "";
  }
  for (const auto& value : detail.metadata()) {
    if (value.key() == "previousDigest") return value.value();
  }
  return "";
}

History Published(const History& history, const std::string& digest) {
  return With(history, Publish(history, digest, std::nullopt, At(kStart)));
}

History WentBackTo(const History& history, const std::string& digest, bool withdraw = false) {
  const auto plan = RollBack(history, digest, withdraw, At(kStart));
  EXPECT_OK(plan);
  return plan.ok() ? WithRows(history, plan->rows, plan->withdrawn_digest) : history;
}

TEST(HistoryTest, RollingBackAgainIsRefusedUnlessTheReleaseIsNamed) {
  History history = Published(Published(Published({}, "a"), "b"), "c");
  history = WentBackTo(history, "");
  const absl::Status again = RollBack(history, "", /*withdraw=*/false, At(kStart)).status();
  EXPECT_THAT(again, HasReason(Reason::ALREADY_ROLLED_BACK));
  EXPECT_EQ(
      DetailOf(again).message().en(),
      "What is in force, revision 4, is a rollback already: nothing was rolled back again. To go "
      "further back, name the release a.");
  EXPECT_THAT(RollBack(history, "", /*withdraw=*/true, At(kStart)).status(),
              HasReason(Reason::ALREADY_ROLLED_BACK));
  // Also when what is in force was only issued again since, for something pending was cancelled.
  history = With(history, Publish(history, "d", kStart + absl::Hours(1), At(kStart)));
  history = WithRows(history, RollBack(history, "b", false, At(kStart, 5))->rows, "");
  EXPECT_THAT(RollBack(history, "", /*withdraw=*/false, At(kStart)).status(),
              HasReason(Reason::ALREADY_ROLLED_BACK));
  // With nothing further back too.
  EXPECT_THAT(RollBack(WentBackTo(history, "a"), "", /*withdraw=*/false, At(kStart)).status(),
              HasReason(Reason::ALREADY_ROLLED_BACK));
}

TEST(HistoryTest, GoingFurtherBackNeverLeadsToWhatWasLeft) {
  History history = Published(Published(Published({}, "a"), "b"), "c");
  history = WentBackTo(history, "");
  EXPECT_EQ(StateAt(history, kStart).current().digest(), "b");
  EXPECT_EQ(Previous(history, kStart), "a");
  EXPECT_EQ(Previous(WentBackTo(history, "a"), kStart), "");
  // What is published after that came after "a".
  EXPECT_EQ(Previous(Published(WentBackTo(history, "a"), "d"), kStart), "a");
  EXPECT_EQ(Previous(Published(history, "d"), kStart), "b");
  // Who says so goes to what was left, and back from there.
  history = WentBackTo(history, "c");
  EXPECT_EQ(Previous(history, kStart), "b");
  EXPECT_EQ(Previous(WentBackTo(history, "a"), kStart), "");
}

TEST(HistoryTest, RollingBackLeavesOutWhatIsWithdrawn) {
  History history = Published(Published(Published({}, "a"), "b"), "a");
  EXPECT_EQ(Previous(history, kStart), "b");
  // "b" is in force and has only "a" before it.
  history = WentBackTo(history, "b", /*withdraw=*/true);
  EXPECT_EQ(Previous(history, kStart), "");
  history = Published(Published({}, "a"), "b");
  history = WentBackTo(Published(history, "c"), "", /*withdraw=*/true);
  EXPECT_EQ(Previous(history, kStart), "a");
}

TEST(HistoryTest, RollingBackCountsWhatIsScheduledOnceItCame) {
  const absl::Time later = kStart + absl::Hours(1);
  History history = Published(Published({}, "a"), "b");
  history = With(history, Publish(history, "c", later, At(kStart)));
  EXPECT_EQ(Previous(history, later), "b");
  // Cancelled, it never was; what was in force was only issued again.
  history = WithRows(history, RollBack(history, "b", false, At(kStart, 3))->rows, "");
  EXPECT_EQ(Previous(history, later), "a");
}

TEST(AlarmsTest, WhatStopsSigningAndWhatIsExposedAreSaid) {
  EXPECT_THAT(AlarmsAt({}, absl::ZeroDuration(), /*exposed=*/true), testing::IsEmpty());
  History history = With({}, Publish({}, "a", std::nullopt, At(kStart)));
  history.met = {7, "x", kStart + absl::Hours(1)};
  EXPECT_THAT(
      AlarmsAt(history, absl::Hours(2), /*exposed=*/true),
      testing::ElementsAre(testing::StartsWith("REVISION_AHEAD 1 h: Revision 7 (x) was met"),
                           testing::StartsWith("NO_APPROVAL 0 h: The service listens")));
  // What is next to be done is said.
  const auto alarm = [&] { return AlarmsAt(history, absl::Hours(2), /*exposed=*/false).at(0); };
  EXPECT_THAT(alarm(),
              testing::EndsWith("nothing is signed. Fence it, then publish or roll back."));
  history.next_revision = *Fence(history, 7);
  EXPECT_THAT(alarm(),
              testing::EndsWith("nothing is signed. A publication or a rollback resumes it."));
}

TEST(HistoryTest, TheSameRevisionWithAnotherDigestConflicts) {
  History history = With({}, Publish({}, "a", std::nullopt, At(kStart)));
  v1::Activation met;
  met.set_revision(1);
  met.set_digest("a");
  EXPECT_EQ(IsForeign(history, met), Foreign::kNo);
  met.set_digest("x");
  EXPECT_EQ(IsForeign(history, met), Foreign::kConflict);
  history.met = {1, "x", kStart};
  EXPECT_EQ(WhyNotSigning(history), "REVISION_CONFLICT");
  EXPECT_TRUE(MaySign(With(history, Publish(history, "a", std::nullopt, At(kStart)))));
}

TEST(HistoryTest, AWithdrawalThatIsMetIsNewOnceAndKeepsTheStateFromBeingSigned) {
  History history = With({}, Publish({}, "a", std::nullopt, At(kStart)));
  history = With(history, Publish(history, "b", kStart + absl::Hours(1), At(kStart)));
  v1::ActivationState met;
  for (const char* digest : {"b", "c"}) met.add_withdrawn(digest);
  EXPECT_EQ(UnknownWithdrawals(history, met), std::vector<std::string>({"b", "c"}));
  EXPECT_EQ(WithdrawnActivation(StateAt(history, kStart)), nullptr);
  EXPECT_TRUE(AlarmsOf(history, false, kStart).empty());
  history.withdrawn = {"b", "c"};
  EXPECT_TRUE(UnknownWithdrawals(history, met).empty());
  // One that is to come would come into force by followers' own clocks.
  v1::ActivationState state = StateAt(history, kStart);
  ASSERT_NE(WithdrawnActivation(state), nullptr);
  EXPECT_EQ(WithdrawnActivation(state)->revision(), 2);
  ASSERT_EQ(AlarmsOf(history, false, kStart).size(), 1);
  EXPECT_EQ(AlarmsOf(history, false, kStart)[0].kind(), "RELEASE_WITHDRAWN");
  history = With(history, Publish(history, "d", std::nullopt, At(kStart, 2)));
  EXPECT_EQ(WithdrawnActivation(StateAt(history, kStart)), nullptr);
}

TEST(HistoryTest, LabelsThatMayHaveBeenGivenElsewhereAreThoseUpToWhatWasMetOrFencedOff) {
  History history;
  EXPECT_EQ(HighestForeignLabel(history), 0);
  history.met.revision = 3;
  EXPECT_EQ(HighestForeignLabel(history), 3);
  history.fenced_revision = 5;
  EXPECT_EQ(HighestForeignLabel(history), 5);
}

// A follower's view: whatever it saw before, a later state never takes it back.
TEST(HistoryTest, RandomInterleavingsKeepTheInvariants) {
  for (uint32_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    std::mt19937 random(seed);
    const auto below = [&](int n) { return static_cast<int>(random() % n); };
    History history;
    absl::Time now = kStart;
    std::map<int32_t, std::string> digests;
    std::map<int32_t, bool> cancelled;
    int32_t in_force = 0;
    for (int step = 0; step < 40; ++step) {
      now += absl::Milliseconds(below(3000));
      if (below(10) == 0) {
        history.reached_revision = in_force;
        now -= absl::Milliseconds(below(10'000));
      }
      const ActivationRow* const pending = PendingAt(history, now);
      const int32_t cancel =
          pending != nullptr && below(2) == 0 ? pending->activation.revision() : 0;
      const std::string digest = absl::StrCat("release", below(4));
      const bool withdraw = below(8) == 0;
      std::string withdrawn;
      absl::StatusOr<std::vector<ActivationRow>> rows = absl::CancelledError();
      if (below(3) == 0) {
        const auto plan = RollBack(history, below(2) == 0 ? "" : digest, withdraw, At(now, cancel));
        rows = plan.ok() ? absl::StatusOr<std::vector<ActivationRow>>(plan->rows) : plan.status();
        if (plan.ok()) withdrawn = plan->withdrawn_digest;
      } else {
        std::optional<absl::Time> from;
        if (below(2) == 0) from = now + absl::Milliseconds(below(4000));
        rows = Publish(history, digest, from, At(now, cancel));
      }
      if (rows.ok()) {
        EXPECT_EQ(pending != nullptr, cancel != 0);
        if (cancel != 0) cancelled[cancel] = true;
        for (const auto& row : *rows) {
          EXPECT_TRUE(digests.emplace(row.activation.revision(), row.activation.digest()).second);
          EXPECT_EQ(row.activation.revision(), digests.rbegin()->first);
        }
        history = WithRows(history, *rows, withdrawn);
      }
      const auto state = StateAt(history, now);
      EXPECT_GE(state.current().revision(), in_force);
      EXPECT_FALSE(cancelled.count(state.current().revision()));
      EXPECT_FALSE(cancelled.count(state.pending().revision()));
      if (state.has_pending()) {
        EXPECT_GT(state.pending().revision(), state.current().revision());
      }
      in_force = state.current().revision();
    }
  }
}

}  // namespace
}  // namespace zhiping::catalogue
