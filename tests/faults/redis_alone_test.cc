// P6 where Redis could do harm: the catalogue is away, so that instances hear nothing else. What
// Redis offers without a right to it (forged, of another programme, older than what is known,
// against what is known, damaged) changes no answer, though what it names can be had and is validly
// signed. Each case ends with the same offer made rightly, which is taken up at once: the wrong one
// did reach the instances.
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/envelope/envelope.h"
#include "common/releases/redis_source.h"
#include "tests/faults/suite.h"
#include "tests/processes/redis_server.h"
#include "tests/processes/tcp_gate.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::faults {
namespace {

using catalogue::v1::ActivationState;
using common::v1::Freshness;
using envelope::Purpose;
using releases::RedisReleaseKey;
using releases::RedisStateKey;

// By which everything is as it was before the fault.
constexpr absl::Duration kRecovery = absl::Seconds(10);
// After so many questions an instance would have taken up what it believes.
constexpr int kQuestions = 4;

// Instances under the second revision, cut off from a catalogue that has published a third, as
// Redis is. Redis says whatever a test puts there.
class RedisAloneTest : public testing::Test {
 protected:
  void SetUp() override {
    catalogue_.StartAndAwait();
    first_ = catalogue_.PublishNew();
    first_state_ = Sign(suite_, catalogue_.Activation()->state());
    second_ = catalogue_.PublishNew();
    reference_.StartAndAwait();
    warm_.StartAndAwait();
    for (const ScoringProcess* const instance : {&reference_, &warm_}) {
      ASSERT_TRUE(instance->Reaches(2));
    }
    expected_ = *reference_.Score();
    expected_first_ = *reference_.ScorePinned(first_.digest());
    to_catalogue_.Cut();
    to_redis_.Cut();
    third_ = catalogue_.PublishNew();
    third_state_ = catalogue_.Activation()->state();
    third_release_ = *catalogue_.Blob(third_.digest());
    for (const auto& activation : {first_, second_}) Put(activation, Blob(activation));
  }

  std::string Blob(const catalogue::v1::Activation& activation) {
    return *catalogue_.Blob(activation.digest());
  }
  void Put(const catalogue::v1::Activation& activation, const std::string& envelope) {
    redis_.Run({"SET", RedisReleaseKey(activation.digest()), envelope});
  }
  static std::string Sign(const Suite& suite, const ActivationState& state) {
    return suite.Sign(Purpose::ACTIVATION, state.SerializeAsString());
  }
  // What Redis says from now on: a state, and what stands for the third release.
  void Offer(const std::string& state, const std::string& third_release) {
    Put(third_, third_release);
    redis_.Run({"SET", RedisStateKey(kProgramme), state});
  }

  // The state is refused for this reason by whoever knows the second revision. An instance that
  // knows nothing starts under `unknowing_starts`; 0: does not start.
  void ExpectStateKeptOut(const std::string& state, Reason::Value reason,
                          int32_t unknowing_starts = 0) {
    Offer(state, third_release_);
    EXPECT_TRUE(Refuses(warm_, reason));
    ExpectUnmoved();
    ExpectTheFolderUnmoved(Freshness::FRESH);
    ScoringProcess unknowing(suite_, Following());
    unknowing.Start();
    EXPECT_TRUE(unknowing_starts != 0 || Refuses(unknowing, reason));
    ExpectTakenUpWhenRight(unknowing, unknowing_starts);
  }
  // What stands for the third release is not taken for it, though the state that names it is right.
  // Whoever starts knows that it is behind.
  void ExpectReleaseKeptOut(const std::string& release) {
    Offer(Sign(suite_, third_state_), release);
    ExpectUnmoved();
    ExpectTheFolderUnmoved(Freshness::STALE);
    ScoringProcess unknowing(suite_, Following());
    unknowing.Start();
    EXPECT_TRUE(Says(unknowing, "\"criteria_unknown\""));
    AwaitQuestions();
    ExpectTakenUpWhenRight(unknowing, 0);
  }

  // Whether its log comes to say so; here that it refused a state of Redis.
  static bool Says(const ScoringProcess& instance, const std::string& what) {
    return processes::Eventually([&] { return absl::StrContains(instance.Output(), what); },
                                 kRecovery);
  }
  static bool Refuses(const ScoringProcess& instance, Reason::Value reason) {
    return Says(instance, absl::StrCat("\"source\":\"redis\",\"reason\":\"",
                                       Reason::Value_Name(reason), "\""));
  }

  // The warm instance asks Redis again and again, and answers as one without Redis did, in force
  // and pinned.
  void ExpectUnmoved() {
    AwaitQuestions();
    ExpectAnswer(warm_.Score(), expected_);
    ExpectAnswer(warm_.ScorePinned(first_.digest()), expected_first_);
  }
  static void ExpectAnswer(const absl::StatusOr<scoring::v1::ScoreResponse>& answer,
                           const scoring::v1::ScoreResponse& expected) {
    ASSERT_OK(answer);
    EXPECT_TRUE(answer->SerializeAsString() == expected.SerializeAsString())
        << "under revision " << answer->result().revision() << ", release "
        << answer->result().release_label();
  }

  // Whoever starts from what the warm instance has kept comes to run what that one ran: from the
  // folder alone, and with Redis; then with this freshness.
  void ExpectTheFolderUnmoved(Freshness::Value with_redis) {
    warm_.Kill();
    {
      ScoringProcess alone(suite_,
                           {{"--catalogue", Through(to_catalogue_)}, {"--cache-dir", folder_}});
      alone.Start();
      EXPECT_TRUE(alone.Reaches(2, kRecovery));
      ExpectAnswer(alone.Score(), expected_);
    }
    warm_.Start();
    ASSERT_TRUE(warm_.Reaches(2, kRecovery));
    scoring::v1::ScoreResponse expected = expected_;
    expected.mutable_result()->set_freshness(with_redis);
    ExpectAnswer(warm_.Score(), expected);
  }

  // The control, and the recovery.
  void ExpectTakenUpWhenRight(ScoringProcess& unknowing, int32_t starts) {
    ASSERT_TRUE(unknowing.Reaches(starts, kRecovery));
    Offer(Sign(suite_, third_state_), third_release_);
    for (const ScoringProcess* const instance : {&warm_, &unknowing}) {
      ASSERT_TRUE(instance->Reaches(3, kRecovery));
      const auto score = instance->Score();
      ASSERT_OK(score);
      EXPECT_EQ(score->result().release_digest(), third_.digest());
    }
    to_redis_.Open();
    to_catalogue_.Open();
    const int32_t next = catalogue_.PublishNew().revision();
    for (const ScoringProcess* const instance : {&reference_, &warm_, &unknowing}) {
      EXPECT_TRUE(instance->Reaches(next, kRecovery));
    }
  }

  // Returns when instances have asked Redis that often again.
  void AwaitQuestions() {
    const int before = Questions();
    ASSERT_TRUE(processes::Eventually([&] { return Questions() >= before + kQuestions; }));
  }
  int Questions() {
    const std::string stats = redis_.Run({"INFO", "commandstats"});
    const std::string name = "cmdstat_get:calls=";
    const size_t at = stats.find(name);
    if (at == std::string::npos) return 0;
    const size_t begin = at + name.size();
    int questions = 0;
    EXPECT_TRUE(absl::SimpleAtoi(stats.substr(begin, stats.find(',', begin) - begin), &questions));
    return questions;
  }

  static std::string Through(const processes::TcpGate& gate) {
    return absl::StrCat("127.0.0.1:", gate.port());
  }
  Flags Following() const {
    return {{"--catalogue", Through(to_catalogue_)}, {"--redis", redis_.address()}};
  }

  Suite suite_;
  processes::RedisServer redis_;
  // The catalogue's way to Redis, and the instances' to the catalogue.
  processes::TcpGate to_redis_{redis_.port()};
  CatalogueProcess catalogue_{suite_, {{"--redis", Through(to_redis_)}}};
  processes::TcpGate to_catalogue_{catalogue_.port()};
  // Without Redis.
  ScoringProcess reference_{suite_, {{"--catalogue", Through(to_catalogue_)}}};
  const std::string folder_ = processes::NewFolder();
  ScoringProcess warm_{suite_, With(Following(), {{"--cache-dir", folder_}})};
  catalogue::v1::Activation first_, second_, third_;
  // When the first was in force, signed.
  std::string first_state_;
  ActivationState third_state_;
  std::string third_release_;
  // What instances without Redis answer under the second, and pinned to the first.
  scoring::v1::ScoreResponse expected_, expected_first_;
};

TEST_F(RedisAloneTest, AStateThatAForgerSigned) {
  const Suite forger;
  ExpectStateKeptOut(Sign(forger, third_state_), Reason::UNKNOWN_KEY);
}

TEST_F(RedisAloneTest, AStateUnderTheSignatureOfAnother) {
  auto envelope = *envelope::ParseEnvelope(first_state_);
  envelope.payload = third_state_.SerializeAsString();
  ExpectStateKeptOut(envelope::SerializeEnvelope(envelope), Reason::BAD_SIGNATURE);
}

TEST_F(RedisAloneTest, AStateSignedAsSomethingElse) {
  ExpectStateKeptOut(suite_.Sign(Purpose::RELEASE, third_state_.SerializeAsString()),
                     Reason::WRONG_PAYLOAD_TYPE);
}

TEST_F(RedisAloneTest, AnotherProgrammesState) {
  auto other = third_state_;
  other.set_programme("another");
  ExpectStateKeptOut(Sign(suite_, other), Reason::UNKNOWN_PROGRAMME);
}

TEST_F(RedisAloneTest, AnOldState) {
  // Whoever knows nothing newer starts from it: its age is that of its confirmation.
  ExpectStateKeptOut(first_state_, Reason::REVISION_BEHIND, /*unknowing_starts=*/1);
}

TEST_F(RedisAloneTest, AStateAgainstWhatIsKnown) {
  // The second revision, for the first release. Whoever knows nothing of it cannot tell.
  auto against = third_state_;
  *against.mutable_current() = second_;
  against.mutable_current()->set_digest(first_.digest());
  ExpectStateKeptOut(Sign(suite_, against), Reason::REVISION_CONFLICT, /*unknowing_starts=*/2);
}

TEST_F(RedisAloneTest, GarbageForAState) { ExpectStateKeptOut("garbage", Reason::MALFORMED); }

TEST_F(RedisAloneTest, HalfAState) {
  const std::string state = Sign(suite_, third_state_);
  ExpectStateKeptOut(state.substr(0, state.size() / 2), Reason::MALFORMED);
}

TEST_F(RedisAloneTest, AReleaseThatAForgerSigned) {
  const Suite forger;
  ExpectReleaseKeptOut(
      forger.Sign(Purpose::RELEASE, envelope::ParseEnvelope(third_release_)->payload));
}

TEST_F(RedisAloneTest, AnotherReleaseForTheRelease) { ExpectReleaseKeptOut(Blob(first_)); }

TEST_F(RedisAloneTest, GarbageForARelease) { ExpectReleaseKeptOut(std::string(100'000, '\xff')); }

}  // namespace
}  // namespace zhiping::faults
