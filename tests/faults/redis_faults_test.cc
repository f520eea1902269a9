// P6 for the catalogue, scoring and assessment: a Redis that is absent, slow, hung, full, flushed,
// or serves corrupt or forged bytes never changes an answer and never blocks one for longer than
// its timeout. Here the catalogue is there, and mends Redis; what instances make of Redis alone is
// redis_alone_test.
#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/criteria/release.h"
#include "common/releases/redis_source.h"
#include "common/releases/seed.h"
#include "common/releases/signed_release.h"
#include "common/releases/state.h"
#include "common/time/timestamp.h"
#include "tests/faults/drafts.h"
#include "tests/faults/observed_answers.h"
#include "tests/faults/suite.h"
#include "tests/processes/redis_server.h"
#include "tests/processes/scripted_server.h"
#include "tests/processes/tcp_gate.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::faults {
namespace {

using envelope::Purpose;
using releases::RedisReleaseKey;
using releases::RedisStateKey;

// What a follower waits for Redis at most (redis::Options). A call with Redis may take that longer
// than the same without, and on a busy machine a little more: of several, most; and each.
constexpr absl::Duration kRedisTimeout = absl::Milliseconds(300);
constexpr absl::Duration kSlackOfMost = absl::Milliseconds(50);
constexpr absl::Duration kSlack = absl::Milliseconds(600);
// Earlier releases, each fetched once by each service during a fault.
constexpr int kFetched = 5;
// Whose assessments take the release that is in force when they are opened.
constexpr char kCampaign[] = "always";
// The enterprise that submits.
constexpr int kSubmits = 999;
// By which everything is as it was before the fault.
constexpr absl::Duration kRecovery = absl::Seconds(10);

// A catalogue, and a scoring instance and an assessment service with one Redis, by ways of their
// own; and the same without Redis, as the reference.
class RedisFaultTest : public testing::Test {
 protected:
  void SetUp() override {
    catalogue_.StartAndAwait();
    for (int i = 0; i < kFetched; ++i) fetched_.push_back(catalogue_.PublishNew().digest());
    first_ = catalogue_.PublishNew();
    reference_.StartAndAwait();
    scoring_.StartAndAwait();
    for (AssessmentProcess* const service : {&assessment_reference_, &assessment_}) {
      service->StartAndAwait();
      Drafts drafts(service->channel());
      ASSERT_OK(drafts.OpenCampaign(kCampaign));
      ASSERT_OK(drafts.Register(0));
      ASSERT_OK(drafts.Fill(0, kCampaign));
    }
    ASSERT_TRUE(CopiesAreThere());
    old_state_ = redis_.Run({"GET", RedisStateKey(kProgramme)});
    second_ = catalogue_.PublishNew();
    ASSERT_TRUE(reference_.Reaches(second_.revision()));
    ASSERT_TRUE(scoring_.Reaches(second_.revision()));
    ASSERT_TRUE(CopiesAreThere());
    ASSERT_TRUE(StartsFromRedisAlone(suite_, second_.revision(), absl::Seconds(20)));
  }

  static Flags Through(const processes::TcpGate& gate) {
    return {{"--redis", absl::StrCat("127.0.0.1:", gate.port())}};
  }

  // Whether Redis holds what the catalogue would put there now, and both can be verified.
  bool CopiesAreThere() {
    return processes::Eventually(
        [this] {
          const auto activation = catalogue_.Activation();
          if (!activation.ok()) return false;
          const auto& current = activation->state().current();
          const auto state = releases::OpenState(redis_.Run({"GET", RedisStateKey(kProgramme)}),
                                                 kProgramme, *trust_);
          const auto release =
              releases::OpenRelease(redis_.Run({"GET", RedisReleaseKey(current.digest())}),
                                    {current.digest(), kProgramme}, *trust_, absl::Now());
          return state.ok() && release.ok() &&
                 state->state.current().revision() == current.revision();
        },
        kRecovery);
  }

  // Whether an instance that has nothing but Redis comes to run the revision.
  bool StartsFromRedisAlone(const Suite& suite, int32_t revision, absl::Duration timeout) {
    ScoringProcess alone(suite, With(Through(scoring_gate_), {{"--catalogue", nobody_}}));
    alone.Start();
    return alone.Reaches(revision, timeout);
  }
  bool NothingStartsFromRedis() {
    return !StartsFromRedisAlone(suite_, second_.revision(), absl::Milliseconds(1500));
  }

  // The answers of an instance: under the release in force, and pinned to that and to an earlier
  // one that it does not hold and looks for in Redis first.
  void ExpectAnswersOfTheReference(const ScoringProcess& instance) {
    ExpectAnswerOfTheReference(instance, {});
    for (const auto& digest : {second_.digest(), first_.digest()}) {
      ExpectAnswerOfTheReference(instance, digest);
    }
    // One that was never published; nobody asked for it before.
    scoring::v1::Criteria criteria;
    criteria.set_release_digest(criteria::DigestOf(absl::StrCat("never published ", ++misspelt_)));
    const absl::Status expected = reference_.Score(criteria).status();
    const absl::Status refused = instance.Score(criteria).status();
    EXPECT_TRUE(absl::IsNotFound(expected)) << expected;
    EXPECT_EQ(refused.code(), expected.code()) << refused;
    EXPECT_EQ(DetailOf(refused).ShortDebugString(), DetailOf(expected).ShortDebugString());
  }
  // How much longer it took than the reference, which has no Redis.
  absl::Duration ExpectAnswerOfTheReference(const ScoringProcess& instance,
                                            const std::string& digest) {
    scoring::v1::Criteria criteria;
    criteria.set_release_digest(digest);
    return ExpectSame(
        digest, [&] { return reference_.Score(criteria); },
        [&] { return instance.Score(criteria); });
  }
  // The same of an assessment service: a campaign under the release.
  absl::Duration ExpectCampaignOfTheReference(const std::string& digest) {
    const std::string campaign = absl::StrCat("fetched-", ++campaigns_);
    const auto open = [&](const AssessmentProcess& service) {
      auto opened = Drafts(service.channel()).OpenCampaign(campaign, digest);
      // They are two campaigns.
      if (opened.ok()) {
        for (auto* const time : {opened->mutable_opens_at(), opened->mutable_closes_at(),
                                 opened->mutable_created_at(), opened->mutable_updated_at()}) {
          time->Clear();
        }
      }
      return opened;
    };
    return ExpectSame(
        digest, [&] { return open(assessment_reference_); }, [&] { return open(assessment_); });
  }
  // And what a draft scores that was opened before the fault, and one that is opened now under the
  // release in force.
  void ExpectDraftsOfTheReference() {
    const auto preview = [](const AssessmentProcess& service, int enterprise) {
      auto previewed = Drafts(service.channel()).Preview(enterprise, kCampaign);
      if (previewed.ok()) previewed->clear_etag();
      return previewed;
    };
    const auto open = [](const AssessmentProcess& service, int enterprise) {
      Drafts drafts(service.channel());
      EXPECT_OK(drafts.Register(enterprise));
      EXPECT_OK(drafts.Fill(enterprise, kCampaign));
    };
    for (const AssessmentProcess* const service : {&assessment_reference_, &assessment_}) {
      // It follows by itself.
      EXPECT_TRUE(processes::Eventually(
          [&] {
            open(*service, ++enterprises_);
            const auto previewed = preview(*service, enterprises_);
            return previewed.ok() && previewed->result().release_digest() == second_.digest();
          },
          absl::Seconds(5)));
    }
    const int enterprise = ++enterprises_;
    open(assessment_reference_, enterprise);
    open(assessment_, enterprise);
    for (const int of : {0, enterprise}) {
      ExpectSame(
          absl::StrCat("draft of enterprise ", of),
          [&] { return preview(assessment_reference_, of); },
          [&] { return preview(assessment_, of); });
    }
  }
  // And what a submission says.
  void ExpectSubmissionOfTheReference() {
    const auto submit =
        [](const AssessmentProcess& service) -> absl::StatusOr<common::v1::ScoreResult> {
      Drafts drafts(service.channel());
      EXPECT_OK(drafts.Register(kSubmits));
      auto request = drafts.Fill(kSubmits, kCampaign);
      if (!request.ok()) return request.status();
      request->set_request_id("00000000-0000-4000-8000-999999999999");
      const auto submitted = drafts.Submit(*request);
      if (!submitted.ok()) return submitted.status();
      return submitted->submission().content().result();
    };
    ExpectSame(
        "submission", [&] { return submit(assessment_reference_); },
        [&] { return submit(assessment_); });
  }
  // The answers are equal. How much longer the second took.
  template <typename Without, typename With>
  static absl::Duration ExpectSame(const std::string& what, const Without& without,
                                   const With& with) {
    const absl::Time begin = absl::Now();
    const auto expected = without();
    const absl::Time between = absl::Now();
    const auto answer = with();
    const absl::Duration longer = (absl::Now() - between) - (between - begin);
    EXPECT_OK(expected);
    EXPECT_OK(answer);
    EXPECT_LT(longer, kRedisTimeout + kSlack) << what;
    if (!expected.ok() || !answer.ok()) return longer;
    EXPECT_TRUE(answer->SerializeAsString() == expected->SerializeAsString())
        << what << ": " << answer->DebugString() << "instead of " << expected->DebugString();
    return longer;
  }
  // Fetched by neither before: most of them take no longer than Redis's timeout and as long as
  // without Redis.
  void ExpectFetchesWaitForRedisAtMost(
      const std::string& service,
      const std::function<absl::Duration(const std::string& digest)>& fetch) {
    std::vector<absl::Duration> longer;
    for (const auto& digest : fetched_) longer.push_back(fetch(digest));
    std::sort(longer.begin(), longer.end());
    std::cout << service << ": releases fetched with Redis, longer than without: median "
              << Percentile(longer, 0.5) << ", most " << longer.back() << "\n";
    EXPECT_LT(Percentile(longer, 0.5), kRedisTimeout + kSlackOfMost);
  }

  // How long calls take that have all they need at hand; sorted.
  std::vector<absl::Duration> Latencies() {
    std::vector<absl::Duration> latencies;
    for (int i = 0; i < 300; ++i) {
      const absl::Time begin = absl::Now();
      EXPECT_OK(scoring_.Score());
      latencies.push_back(absl::Now() - begin);
    }
    std::sort(latencies.begin(), latencies.end());
    return latencies;
  }

  // Everything that must hold during a fault that `begin` makes and `felt` notices, and after
  // `end`.
  void Check(const std::function<void()>& begin, const std::function<bool()>& felt,
             const std::function<void()>& end) {
    const auto before = Latencies();
    begin();
    ASSERT_TRUE(felt());
    ExpectFetchesWaitForRedisAtMost("scoring", [&](const std::string& digest) {
      return ExpectAnswerOfTheReference(scoring_, digest);
    });
    ExpectFetchesWaitForRedisAtMost("assessment", [&](const std::string& digest) {
      return ExpectCampaignOfTheReference(digest);
    });
    ExpectAnswersOfTheReference(scoring_);
    ExpectDraftsOfTheReference();
    const auto during = Latencies();
    std::cout << "Score at hand, 99 %: " << Percentile(before, 0.99) << " before, "
              << Percentile(during, 0.99) << " during the fault\n";
    // Whoever waited for Redis would wait for its timeout.
    EXPECT_LT(Percentile(during, 0.99), absl::Milliseconds(100));

    ScoringProcess cold(suite_,
                        With(Through(scoring_gate_), {{"--catalogue", catalogue_.address()}}));
    cold.StartAndAwait();
    ASSERT_TRUE(cold.Reaches(second_.revision()));
    ExpectAnswersOfTheReference(cold);
    assessment_.Kill();
    assessment_.StartAndAwait();
    ExpectDraftsOfTheReference();
    // The catalogue publishes as ever, and is followed.
    second_ = catalogue_.PublishNew();
    for (const ScoringProcess* const instance : {&reference_, &scoring_, &cold}) {
      ASSERT_TRUE(instance->Reaches(second_.revision(), absl::Seconds(5)));
    }
    ExpectAnswersOfTheReference(scoring_);
    ExpectAnswersOfTheReference(cold);
    ExpectDraftsOfTheReference();
    ExpectSubmissionOfTheReference();

    const absl::Time ended = absl::Now();
    end();
    ASSERT_TRUE(CopiesAreThere());
    std::cout << "Redis holds everything " << absl::Now() - ended << " after the fault\n";
    catalogue_.Kill();
    EXPECT_TRUE(StartsFromRedisAlone(suite_, second_.revision(), kRecovery));
  }

  // The same for other bytes in Redis, which the catalogue cannot replace until the fault ends.
  void CheckBytes(const std::string& state, const std::string& release,
                  const std::function<bool()>& felt) {
    Check(
        [&] {
          catalogue_gate_.Cut();
          redis_.Run({"SET", RedisStateKey(kProgramme), state});
          std::vector<std::string> digests = fetched_;
          digests.insert(digests.end(), {first_.digest(), second_.digest()});
          for (const auto& digest : digests) redis_.Run({"SET", RedisReleaseKey(digest), release});
        },
        felt, [&] { catalogue_gate_.Open(); });
  }

  // What the catalogue signed, changed and signed by somebody.
  std::string StateBy(const Suite& suite,
                      const std::function<void(catalogue::v1::ActivationState&)>& change) {
    auto state = catalogue_.Activation()->state();
    *state.mutable_confirmed_at() = ToTimestamp(absl::Now());
    change(state);
    return suite.Sign(Purpose::ACTIVATION, state.SerializeAsString());
  }
  std::string PayloadOf(const catalogue::v1::Activation& activation) {
    return envelope::ParseEnvelope(*catalogue_.Blob(activation.digest()))->payload;
  }

  Suite suite_;
  const std::shared_ptr<const envelope::Trust> trust_ =
      *releases::ReadTrustFile(suite_.trust_file());
  processes::RedisServer redis_;
  processes::TcpGate catalogue_gate_{redis_.port()}, scoring_gate_{redis_.port()};
  // Where no catalogue is.
  const std::string nobody_ = absl::StrCat("127.0.0.1:", processes::FreePort());
  CatalogueProcess catalogue_{suite_, Through(catalogue_gate_)};
  // Without Redis.
  ScoringProcess reference_{suite_, {{"--catalogue", catalogue_.address()}}};
  ScoringProcess scoring_{suite_,
                          With(Through(scoring_gate_), {{"--catalogue", catalogue_.address()}})};
  AssessmentProcess assessment_reference_{suite_, catalogue_, reference_};
  AssessmentProcess assessment_{suite_, catalogue_, scoring_, Through(scoring_gate_)};
  // How many campaigns were opened during the fault, and enterprises registered.
  int misspelt_ = 0;
  int campaigns_ = 0, enterprises_ = 0;
  std::vector<std::string> fetched_;
  catalogue::v1::Activation first_, second_;
  // When the first was in force.
  std::string old_state_;
};

TEST_F(RedisFaultTest, KilledAndStartedEmpty) {
  Check([&] { redis_.Kill(); }, [&] { return redis_.Run({"PING"}) == "no reply"; },
        [&] { redis_.Start(); });
}

TEST_F(RedisFaultTest, Frozen) {
  Check([&] { redis_.Freeze(); }, [&] { return NothingStartsFromRedis(); }, [&] { redis_.Thaw(); });
}

TEST_F(RedisFaultTest, BehindANetworkThatSwallowsEverything) {
  Check(
      [&] {
        catalogue_gate_.Freeze();
        scoring_gate_.Freeze();
      },
      [&] { return NothingStartsFromRedis(); },
      [&] {
        catalogue_gate_.Open();
        scoring_gate_.Open();
      });
}

// Slow, but in time: what makes a client's breaker leave others alone does not help here.
TEST_F(RedisFaultTest, Slow) {
  constexpr absl::Duration kDelay = absl::Milliseconds(35);
  Check(
      [&] {
        catalogue_gate_.Delay(kDelay);
        scoring_gate_.Delay(kDelay);
      },
      [&] {
        const auto client =
            redis::Client::Create({.address = absl::StrCat("127.0.0.1:", scoring_gate_.port()),
                                   .command_timeout = absl::Seconds(10)});
        const absl::Time begin = absl::Now();
        return (*client)->Ping().ok() && absl::Now() - begin > 2 * kDelay;
      },
      [&] {
        catalogue_gate_.Delay(absl::ZeroDuration());
        scoring_gate_.Delay(absl::ZeroDuration());
      });
}

TEST_F(RedisFaultTest, Full) {
  Check(
      [&] {
        redis_.Run({"CONFIG", "SET", "maxmemory", "1"});
      },
      [&] {
        return absl::StrContains(redis_.Run({"SET", "any", "thing"}), "OOM");
      },
      [&] {
        redis_.Run({"CONFIG", "SET", "maxmemory", "0"});
      });
}

TEST_F(RedisFaultTest, Flushed) {
  Check(
      [&] {
        // So that it stays empty.
        catalogue_gate_.Cut();
        redis_.Flush();
      },
      [&] { return NothingStartsFromRedis(); }, [&] { catalogue_gate_.Open(); });
}

TEST_F(RedisFaultTest, SpeakingAnotherProtocol) {
  std::optional<processes::ScriptedServer> other;
  Check(
      [&] {
        redis_.Kill();
        other.emplace(processes::ScriptedServer::Answering("HTTP/1.1 400 Bad Request\r\n\r\n"),
                      redis_.port());
      },
      [&] { return NothingStartsFromRedis() && other->connections() > 0; },
      [&] {
        other.reset();
        redis_.Start();
      });
}

TEST_F(RedisFaultTest, HoldingGarbage) {
  CheckBytes("garbage", std::string(100'000, '\xff'), [&] { return NothingStartsFromRedis(); });
}

TEST_F(RedisFaultTest, HoldingOtherTypes) {
  Check(
      [&] {
        catalogue_gate_.Cut();
        for (const auto& key : {RedisStateKey(kProgramme), RedisReleaseKey(first_.digest()),
                                RedisReleaseKey(second_.digest())}) {
          redis_.Run({"DEL", key});
          redis_.Run({"RPUSH", key, "a list"});
        }
      },
      [&] { return NothingStartsFromRedis(); }, [&] { catalogue_gate_.Open(); });
}

TEST_F(RedisFaultTest, HoldingTruncatedEnvelopes) {
  const std::string state = redis_.Run({"GET", RedisStateKey(kProgramme)});
  const std::string release = *catalogue_.Blob(second_.digest());
  CheckBytes(state.substr(0, state.size() / 2), release.substr(0, release.size() / 2),
             [&] { return NothingStartsFromRedis(); });
}

TEST_F(RedisFaultTest, HoldingAReplacedRelease) {
  // Validly signed, but other bytes than their name says.
  CheckBytes(redis_.Run({"GET", RedisStateKey(kProgramme)}),
             suite_.Sign(Purpose::RELEASE, PayloadOf(first_) + " "),
             [&] { return NothingStartsFromRedis(); });
}

TEST_F(RedisFaultTest, HoldingWhatAForgerSigned) {
  const Suite forger;
  const std::string state =
      StateBy(forger, [&](auto& forged) { forged.mutable_current()->set_revision(99); });
  // The bytes are right: only the signature is not. Whoever trusts the forger believes it all.
  CheckBytes(state, forger.Sign(Purpose::RELEASE, PayloadOf(second_)), [&] {
    return NothingStartsFromRedis() && StartsFromRedisAlone(forger, 99, absl::Seconds(20));
  });
}

TEST_F(RedisFaultTest, HoldingAnotherProgrammesState) {
  const std::string state = StateBy(suite_, [&](auto& other) {
    other.set_programme("another");
    other.mutable_current()->set_revision(99);
  });
  // The signature counts, for the other programme.
  ASSERT_OK(releases::OpenState(state, "another", *trust_));
  CheckBytes(state, "another programme's bytes", [&] { return NothingStartsFromRedis(); });
}

TEST_F(RedisFaultTest, HoldingAnOldState) {
  // Whoever has nothing else starts from it; whoever reaches the catalogue does not.
  CheckBytes(old_state_, *catalogue_.Blob(first_.digest()),
             [&] { return StartsFromRedisAlone(suite_, first_.revision(), absl::Seconds(20)); });
}

// The catalogue itself: what is lost of one release alone comes back too.
TEST_F(RedisFaultTest, AReleaseThatRedisDroppedComesBack) {
  redis_.Run({"DEL", RedisReleaseKey(second_.digest())});
  ASSERT_TRUE(NothingStartsFromRedis());
  EXPECT_TRUE(CopiesAreThere());
}

}  // namespace
}  // namespace zhiping::faults
