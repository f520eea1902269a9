// While releases are published, scheduled, cancelled and rolled back, callers notice nothing but
// what the answers say.
#include <algorithm>
#include <atomic>
#include <iostream>
#include <list>
#include <random>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/time/timestamp.h"
#include "tests/faults/observed_answers.h"
#include "tests/faults/suite.h"
#include "tests/processes/redis_server.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::faults {
namespace {

constexpr int kInstances = 3;
constexpr int kCallers = 16;
// Five releases each, and a rollback.
constexpr int kRounds = 10;
constexpr int kReleases = 50;
// Of a publication until it is in force everywhere (B5), and of a switch at its instant, between
// the instances (the issue's). A machine that is busy holds up a thread now and then: here most
// must be that good, and all within what P5 promises without the stream, the poll interval and a
// second; that all of them are, tests/bench says (B5).
#ifdef ZHIPING_SANITIZED
constexpr absl::Duration kInForceEverywhere = absl::Seconds(2);
constexpr absl::Duration kSwitchTogether = absl::Seconds(1);
#else
constexpr absl::Duration kInForceEverywhere = absl::Milliseconds(250);
constexpr absl::Duration kSwitchTogether = absl::Milliseconds(100);
#endif
constexpr absl::Duration kMargin = absl::Seconds(2);

// What the callers may ask for.
class Published {
 public:
  void Add(const catalogue::v1::Activation& activation, bool in_force) {
    absl::MutexLock lock(&mutex_);
    digests_.push_back(activation.digest());
    if (in_force) revision_ = activation.revision();
  }
  // One of the digests that were published.
  std::string Digest(std::mt19937& random) const {
    absl::MutexLock lock(&mutex_);
    return digests_[random() % digests_.size()];
  }
  // The last revision that was put in force at once.
  int32_t revision() const {
    absl::MutexLock lock(&mutex_);
    return revision_;
  }

 private:
  mutable absl::Mutex mutex_;
  std::vector<std::string> digests_ ABSL_GUARDED_BY(mutex_);
  int32_t revision_ ABSL_GUARDED_BY(mutex_) = 0;
};

// Calls one instance after the other until it is told to end. Used by one thread.
class Caller {
 public:
  Caller(int number, const std::list<ScoringProcess>& instances, const Published& published)
      : instances_(instances), published_(published), random_(number) {}

  void Run(const std::atomic<bool>& ending) {
    while (!ending) {
      const int instance = static_cast<int>(random_() % kInstances);
      const auto& called = *std::next(instances_.begin(), instance);
      switch (random_() % 4) {
        case 0:
          AskPinned(called);
          break;
        case 1:
          Ask(called, instance, published_.revision());
          break;
        default:
          Ask(called, instance, 0);
      }
      absl::SleepFor(absl::Milliseconds(2));
    }
  }

  const std::vector<ObservedAnswer>& answers() const { return answers_; }
  const std::vector<std::string>& failures() const { return failures_; }

 private:
  void Ask(const ScoringProcess& called, int instance, int32_t min_revision) {
    scoring::v1::Criteria criteria;
    criteria.set_min_revision(min_revision);
    const absl::Time begin = absl::Now();
    const auto response = called.Score(criteria);
    if (!response.ok()) return Failed(response.status().ToString());
    const auto& result = response->result();
    if (result.revision() < min_revision) Failed("below the least revision");
    answers_.push_back({instance, begin, absl::Now(), result.revision(), result.release_digest()});
  }
  void AskPinned(const ScoringProcess& called) {
    const std::string digest = published_.Digest(random_);
    const auto response = called.ScorePinned(digest);
    if (!response.ok()) return Failed(response.status().ToString());
    if (response->result().release_digest() != digest) Failed("another release than the pinned");
  }
  void Failed(const std::string& why) { failures_.push_back(why); }

  const std::list<ScoringProcess>& instances_;
  const Published& published_;
  std::mt19937 random_;
  std::vector<ObservedAnswer> answers_;
  std::vector<std::string> failures_;
};

class ReleaseStormTest : public testing::Test {
 protected:
  void SetUp() override {
    catalogue_.StartAndAwait();
    published_.Add(catalogue_.PublishNew(), /*in_force=*/true);
    for (int i = 0; i < kInstances; ++i) {
      instances_.emplace_back(suite_, Flags{{"--catalogue", catalogue_.address()},
                                            {"--redis", redis_.address()},
                                            {"--poll-interval", "1s"}});
      instances_.back().Start();
    }
    for (const auto& instance : instances_) ASSERT_TRUE(instance.Reaches(1));
  }

  void PublishAtOnce(int32_t cancelled = 0) {
    catalogue::v1::PublishReleaseRequest request;
    request.set_digest(catalogue_.ImportNew());
    request.set_cancel_pending_revision(cancelled);
    const auto response = catalogue_.Publish(request);
    ASSERT_OK(response);
    published_.Add(response->activation(), /*in_force=*/true);
  }
  void RollBack() {
    const auto response = catalogue_.RollBack({});
    ASSERT_OK(response);
    published_.Add(response->activation(), /*in_force=*/true);
  }
  // Gives its revision.
  int32_t Schedule(absl::Duration ahead) {
    catalogue::v1::PublishReleaseRequest request;
    request.set_digest(catalogue_.ImportNew());
    const absl::Time instant = absl::Now() + ahead;
    *request.mutable_in_force_from() = ToTimestamp(instant);
    const auto response = catalogue_.Publish(request);
    EXPECT_OK(response);
    if (!response.ok()) return 0;
    published_.Add(response->activation(), /*in_force=*/false);
    return response->activation().revision();
  }
  void Operate() {
    for (int round = 0; round < kRounds; ++round) {
      PublishAtOnce();
      // Far ahead: whoever cancels at the instant itself may be too late for a moment.
      int32_t scheduled = Schedule(absl::Hours(1));
      PublishAtOnce(/*cancelled=*/scheduled);
      scheduled = Schedule(absl::Milliseconds(1500));
      ASSERT_TRUE(processes::Eventually(
          [&] { return catalogue_.Activation()->state().current().revision() == scheduled; }));
      switched_.push_back(scheduled);
      PublishAtOnce();
      RollBack();
      ASSERT_FALSE(HasFailure());
    }
  }
  static size_t Releases(const std::vector<catalogue::v1::ActivationRecord>& activations) {
    std::set<std::string> digests;
    for (const auto& record : activations) digests.insert(record.activation().digest());
    return digests.size();
  }
  void ExpectSwitchesTogether() {
    const auto apart = SwitchesApart(instances_, switched_);
    std::cout << apart.size() << " scheduled switches on " << kInstances
              << " instances, apart by their own clocks: median " << Percentile(apart, 0.5)
              << ", longest " << apart.back() << " (to reach: 100ms)\n";
    EXPECT_LE(Percentile(apart, 0.8), kSwitchTogether);
    EXPECT_LE(apart.back(), kMargin);
  }

  Suite suite_;
  processes::RedisServer redis_;
  CatalogueProcess catalogue_{suite_, {{"--redis", redis_.address()}}};
  std::list<ScoringProcess> instances_;
  Published published_;
  // Scheduled revisions that came into force.
  std::vector<int32_t> switched_;
};

TEST_F(ReleaseStormTest, EveryCallIsAnsweredUnderAReleaseThatWasInForce) {
  std::list<Caller> callers;
  std::vector<std::thread> threads;
  std::atomic<bool> ending = false;
  for (int i = 0; i < kCallers; ++i) {
    auto& caller = callers.emplace_back(i, instances_, published_);
    threads.emplace_back([&caller, &ending] { caller.Run(ending); });
  }
  Operate();
  const int32_t last = catalogue_.Activation()->state().current().revision();
  for (const auto& instance : instances_) EXPECT_TRUE(instance.Reaches(last));
  // So that each caller's last answers are under it.
  absl::SleepFor(absl::Milliseconds(200));
  ending = true;
  for (auto& thread : threads) thread.join();

  std::vector<ObservedAnswer> answers;
  for (const auto& caller : callers) {
    EXPECT_THAT(caller.failures(), testing::IsEmpty());
    answers.insert(answers.end(), caller.answers().begin(), caller.answers().end());
  }
  auto activations = catalogue_.Activations();
  EXPECT_EQ(Releases(activations), 1 + kReleases);
  EXPECT_THAT(WrongAnswers(activations, answers, kMargin), testing::IsEmpty());
  // The first was there before the instances.
  activations.erase(activations.begin());
  const auto delays = DelaysUntilAnswered(activations, answers, kInstances);
  std::cout << answers.size() << " answers under " << activations.size()
            << " activations; in force on " << kInstances << " instances under " << kCallers
            << " callers: median " << Percentile(delays, 0.5) << ", 99 % "
            << Percentile(delays, 0.99) << ", longest " << delays.back()
            << " (to reach: 99 % within 250ms)\n";
  EXPECT_LE(Percentile(delays, 0.9), kInForceEverywhere);
  EXPECT_LT(delays.back(), kMargin);
  ExpectSwitchesTogether();
}

// What the test above rests on: its judge notices what it should.
TEST(WrongAnswersTest, EveryKindOfWrongAnswerIsNoticed) {
  const absl::Time start = absl::FromUnixSeconds(1'800'000'000);
  std::vector<catalogue::v1::ActivationRecord> activations;
  for (int revision = 1; revision <= 3; ++revision) {
    auto& record = activations.emplace_back();
    record.mutable_activation()->set_revision(revision);
    record.mutable_activation()->set_digest(absl::StrCat("sha256:", revision));
    *record.mutable_activation()->mutable_in_force_from() =
        ToTimestamp(start + absl::Seconds(10 * revision));
  }
  activations[1].set_state(catalogue::v1::ActivationRecord::CANCELLED);
  const auto at = [&](int seconds, int32_t revision, int digest) {
    return ObservedAnswer{0, start + absl::Seconds(seconds),
                          start + absl::Seconds(seconds) + absl::Milliseconds(1), revision,
                          absl::StrCat("sha256:", digest)};
  };
  const auto wrong = [&](const std::vector<ObservedAnswer>& answers) {
    return WrongAnswers(activations, answers, absl::Seconds(1));
  };
  EXPECT_THAT(wrong({at(11, 1, 1), at(25, 1, 1), at(31, 1, 1), at(32, 3, 3)}), testing::IsEmpty());
  EXPECT_THAT(wrong({at(12, 4, 4)}), testing::ElementsAre(testing::HasSubstr("no such")));
  EXPECT_THAT(wrong({at(21, 2, 2)}), testing::ElementsAre(testing::HasSubstr("no such")));
  EXPECT_THAT(wrong({at(12, 1, 3)}), testing::ElementsAre(testing::HasSubstr("another release")));
  EXPECT_THAT(wrong({at(9, 1, 1)}), testing::ElementsAre(testing::HasSubstr("before it")));
  EXPECT_THAT(wrong({at(32, 1, 1)}), testing::ElementsAre(testing::HasSubstr("replaced")));
  EXPECT_THAT(wrong({at(30, 3, 3), at(31, 1, 1)}),
              testing::ElementsAre(testing::HasSubstr("after revision 3")));
  EXPECT_THAT(DelaysUntilAnswered(activations, {at(11, 1, 1), at(33, 3, 3)}, 1),
              testing::ElementsAre(absl::Milliseconds(1001), absl::Milliseconds(3001)));
}

}  // namespace
}  // namespace zhiping::faults
