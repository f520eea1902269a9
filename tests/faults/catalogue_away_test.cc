// P13: the catalogue, its database, Redis, or all of them can be away while scoring goes on and
// says how old its criteria are.
#include <filesystem>
#include <iostream>
#include <list>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/criteria/release.h"
#include "common/releases/folder_source.h"
#include "tests/faults/suite.h"
#include "tests/processes/postgres.h"
#include "tests/processes/redis_server.h"
#include "tests/processes/tcp_gate.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::faults {
namespace {

using common::v1::Freshness;

constexpr absl::Duration kStaleAfter = absl::Seconds(1);
constexpr absl::Duration kExpiredAfter = absl::Seconds(3);

class CatalogueAwayTest : public testing::Test {
 protected:
  explicit CatalogueAwayTest(const Flags& catalogue_flags = {})
      : catalogue_(suite_, With({{"--redis", redis_.address()}}, catalogue_flags)) {}

  void SetUp() override {
    catalogue_.StartAndAwait();
    published_ = catalogue_.PublishNew();
    scoring_.StartAndAwait();
    ASSERT_TRUE(scoring_.Reaches(1));
    ASSERT_TRUE(scoring_.Becomes(Freshness::FRESH));
  }

  Flags ScoringFlags() const {
    return {{"--catalogue", catalogue_.address()},
            {"--stale-after", absl::FormatDuration(kStaleAfter)},
            {"--expired-after", absl::FormatDuration(kExpiredAfter)}};
  }

  // Whether the folder comes to hold a state, and the release that was published.
  bool IsKept(const std::string& folder) const {
    return processes::Eventually([&] {
      const auto kept = releases::NewSeedSource(folder);
      return (*kept)->FindState(kProgramme).ok() && (*kept)->FindRelease(published_.digest()).ok();
    });
  }

  // Answers as it should while it knows that little.
  static void ExpectAnswers(const ScoringProcess& scoring, const std::string& digest,
                            Freshness::Value freshness) {
    const auto score = scoring.Score();
    if (freshness == Freshness::EXPIRED) {
      EXPECT_THAT(score, HasReason(Reason::CRITERIA_EXPIRED));
    } else {
      ASSERT_OK(score);
      EXPECT_EQ(score->result().freshness(), freshness);
      EXPECT_EQ(score->result().release_digest(), digest);
    }
    const auto pinned = scoring.ScorePinned(digest);
    ASSERT_OK(pinned);
    EXPECT_EQ(pinned->result().freshness(), freshness);
  }

  // Everything that holds from the beginning of an absence to its end.
  void Check(const std::function<void()>& begin, const std::function<void()>& end) {
    const absl::Time began = absl::Now();
    begin();
    ASSERT_TRUE(scoring_.Becomes(Freshness::STALE));
    EXPECT_GE(scoring_.Status().age_seconds(), absl::ToInt64Seconds(kStaleAfter));
    ExpectAnswers(scoring_, published_.digest(), Freshness::STALE);
    ASSERT_TRUE(scoring_.Becomes(Freshness::EXPIRED));
    EXPECT_GE(absl::Now() - began, kExpiredAfter - absl::Milliseconds(500));
    ExpectAnswers(scoring_, published_.digest(), Freshness::EXPIRED);
    EXPECT_TRUE(scoring_.Serving());
    end();
    ExpectFollowsAgain();
  }
  // On a busy machine a confirmation may be late, and the answer STALE for a moment.
  bool ComesToAnswerFresh() {
    return processes::Eventually([&] {
      for (const auto& score : {scoring_.Score(), scoring_.ScorePinned(published_.digest())}) {
        if (!score.ok() || score->result().freshness() != Freshness::FRESH ||
            score->result().release_digest() != published_.digest()) {
          return false;
        }
      }
      return true;
    });
  }
  // Without a restart.
  void ExpectFollowsAgain() {
    ASSERT_TRUE(ComesToAnswerFresh());
    published_ = catalogue_.PublishNew();
    ASSERT_TRUE(scoring_.Reaches(published_.revision()));
    EXPECT_TRUE(ComesToAnswerFresh());
  }

  Suite suite_;
  processes::RedisServer redis_;
  CatalogueProcess catalogue_;
  ScoringProcess scoring_{suite_, With(ScoringFlags(), {{"--redis", redis_.address()}})};
  catalogue::v1::Activation published_;
};

TEST_F(CatalogueAwayTest, WhileItIsThereNothingAges) {
  const absl::Time end = absl::Now() + kExpiredAfter + absl::Seconds(1);
  while (absl::Now() < end) {
    ASSERT_NE(scoring_.Status().freshness(), Freshness::EXPIRED);
    ASSERT_OK(scoring_.Score());
    absl::SleepFor(absl::Milliseconds(20));
  }
  EXPECT_TRUE(scoring_.Becomes(Freshness::FRESH));
}

TEST_F(CatalogueAwayTest, KilledAndStartedAgain) {
  Check([&] { catalogue_.Kill(); }, [&] { catalogue_.StartAndAwait(); });
}

TEST_F(CatalogueAwayTest, Frozen) {
  Check([&] { catalogue_.Freeze(); }, [&] { catalogue_.Thaw(); });
}

// However seldom it asks once it knows.
TEST_F(CatalogueAwayTest, AnInstanceThatKnowsNothingAsksRedisEverySecond) {
  const Flags flags = {{"--catalogue", absl::StrCat("127.0.0.1:", processes::FreePort())},
                       {"--redis", redis_.address()},
                       {"--poll-interval", "10m"}};
  // What the catalogue published comes to Redis a moment later.
  ScoringProcess first(suite_, flags);
  first.Start();
  ASSERT_TRUE(first.Reaches(published_.revision())) << first.Output();
  redis_.Freeze();
  ScoringProcess newcomer(suite_, flags);
  newcomer.Start();
  ASSERT_TRUE(processes::Eventually(
      [&] { return absl::StrContains(newcomer.Output(), "criteria_unknown"); }));
  redis_.Thaw();
  EXPECT_TRUE(newcomer.Reaches(published_.revision(), absl::Seconds(8))) << newcomer.Output();
}

TEST_F(CatalogueAwayTest, KilledTogetherWithRedis) {
  Check(
      [&] {
        redis_.Kill();
        catalogue_.Kill();
      },
      [&] {
        redis_.Start();
        catalogue_.StartAndAwait();
      });
}

// ---- Starting while it is away ------------------------------------------------------------------

// What an operator sees of it: in the log, and in what Prometheus is told.
TEST_F(CatalogueAwayTest, KilledWithRedisIsLoggedAndCounted) {
  const int port = processes::FreePort();
  ScoringProcess watched(
      suite_, With(ScoringFlags(), {{"--redis", redis_.address()},
                                    {"--metrics-listen", absl::StrCat("127.0.0.1:", port)}}));
  const auto comes_to_say = [&](const std::string& line) {
    return processes::Eventually(
        [&] { return absl::StrContains(processes::HttpGet(port, "/metrics"), line); });
  };
  const auto freshness = [](const char* value, int holds) {
    return absl::StrCat("zhiping_release_freshness{freshness=\"", value, "\",programme=\"",
                        kProgramme, "\"} ", holds, "\n");
  };
  const auto logs = [&](const std::string& words) {
    return processes::Eventually([&] { return absl::StrContains(watched.Output(), words); });
  };
  watched.StartAndAwait();
  EXPECT_TRUE(comes_to_say(freshness("FRESH", 1)));
  EXPECT_TRUE(
      comes_to_say(absl::StrCat("zhiping_release_revision{programme=\"", kProgramme, "\"} 1\n")));
  EXPECT_TRUE(comes_to_say("zhiping_redis_breaker_open 0"));
  EXPECT_TRUE(logs(R"("event":"stream_open")"));
  EXPECT_FALSE(absl::StrContains(watched.Output(), "source_away"));
  catalogue_.Kill();
  redis_.Kill();
  EXPECT_TRUE(comes_to_say(freshness("EXPIRED", 1)));
  EXPECT_TRUE(comes_to_say(freshness("FRESH", 0)));
  EXPECT_TRUE(comes_to_say("zhiping_redis_breaker_open 1"));
  EXPECT_TRUE(comes_to_say(R"(result="no_answer",source="catalogue",what="state"})"));
  EXPECT_TRUE(logs(R"("event":"stream_lost")"));
  for (const char* source : {"catalogue", "redis"}) {
    EXPECT_TRUE(logs(absl::StrCat(R"("event":"source_away","source":")", source, "\"")));
  }
  EXPECT_TRUE(logs(R"("freshness":"STALE")"));
  EXPECT_TRUE(logs(R"("freshness":"EXPIRED")"));
  catalogue_.StartAndAwait();
  EXPECT_TRUE(comes_to_say(freshness("FRESH", 1)));
  EXPECT_TRUE(logs(R"("event":"source_back","source":"catalogue")"));
}

// What callers pin that nobody has waits for the catalogue; what the folder has does not wait for
// it.
TEST_F(CatalogueAwayTest, FrozenWhileCallersPinWhatNobodyHas) {
  const std::string folder = processes::NewFolder();
  ScoringProcess cached(suite_, With(ScoringFlags(), {{"--cache-dir", folder}}));
  cached.StartAndAwait();
  ASSERT_TRUE(IsKept(folder));
  const std::string earlier = published_.digest();
  published_ = catalogue_.PublishNew();
  ASSERT_TRUE(IsKept(folder));
  // Runs what is in force, and has the earlier one in its folder only.
  ASSERT_EQ(cached.Terminate(), 0);
  cached.StartAndAwait();
  ASSERT_TRUE(cached.Reaches(published_.revision()));
  catalogue_.Freeze();
  std::list<std::thread> callers;
  for (int i = 0; i < 24; ++i) {
    callers.emplace_back([&cached, i] {
      scoring::v1::Criteria criteria;
      criteria.set_release_digest(criteria::DigestOf(absl::StrCat("unknown ", i)));
      EXPECT_FALSE(cached.Score(criteria, absl::Seconds(1)).ok());
    });
  }
  for (auto& caller : callers) caller.join();
  const absl::Time start = absl::Now();
  EXPECT_OK(cached.ScorePinned(earlier));
  EXPECT_LT(absl::Now() - start, absl::Seconds(1));
  catalogue_.Thaw();
}

class ColdStartTest : public CatalogueAwayTest {
 protected:
  void SetUp() override {
    CatalogueAwayTest::SetUp();
    // An instance that fills its cache folder, and a seed folder made of that.
    ScoringProcess before(suite_, With(ScoringFlags(), {{"--cache-dir", cache_}}));
    before.StartAndAwait();
    ASSERT_TRUE(before.Reaches(1));
    ASSERT_TRUE(IsKept(cache_));
    before.Terminate();
    std::filesystem::copy(cache_, seed_);
    ASSERT_TRUE(processes::Eventually([&] { return redis_.Run({"DBSIZE"}) == "2"; }));
  }

  // Starts with one source besides the catalogue, answers, and ages.
  void ExpectStartsWith(const Flags& source) {
    auto& cold = cold_.emplace_back(suite_, With(ScoringFlags(), source));
    const absl::Time begin = absl::Now();
    cold.StartAndAwait();
    std::cout << "ready from " << source.begin()->first << " alone after " << absl::Now() - begin
              << "\n";
    const auto score = cold.ScorePinned(published_.digest());
    ASSERT_OK(score);
    EXPECT_EQ(cold.Revision(), 1);
    // What was signed before the catalogue went is not fresh for coming in only now.
    ASSERT_TRUE(cold.Becomes(Freshness::EXPIRED));
    ExpectAnswers(cold, published_.digest(), Freshness::EXPIRED);
  }
  void ExpectStartsWithAnySourceAndNotWithNone() {
    auto& nothing = cold_.emplace_back(suite_, ScoringFlags());
    nothing.Start();
    ExpectStartsWith({{"--cache-dir", cache_}});
    ExpectStartsWith({{"--seed-dir", seed_}});
    ExpectStartsWith({{"--redis", redis_.address()}});
    EXPECT_FALSE(nothing.Serving());
    EXPECT_THAT(nothing.Score(), HasReason(Reason::CRITERIA_UNKNOWN));
  }
  void ExpectAllFollow() {
    for (const auto& cold : cold_) {
      ASSERT_TRUE(cold.Becomes(Freshness::FRESH));
      EXPECT_TRUE(processes::Eventually([&] { return cold.Serving(); }));
      ExpectAnswers(cold, published_.digest(), Freshness::FRESH);
    }
  }

  const std::string cache_ = processes::NewFolder();
  const std::string seed_ = processes::NewFolder() + "/seed";
  std::list<ScoringProcess> cold_;
};

TEST_F(ColdStartTest, WithTheCatalogueKilled) {
  catalogue_.Kill();
  ExpectStartsWithAnySourceAndNotWithNone();
  catalogue_.StartAndAwait();
  ExpectAllFollow();
}

TEST_F(ColdStartTest, WithTheCatalogueFrozen) {
  catalogue_.Freeze();
  ExpectStartsWithAnySourceAndNotWithNone();
  catalogue_.Thaw();
  ExpectAllFollow();
}

// ---- The database -------------------------------------------------------------------------------

// A database of the server behind the gate.
struct Database {
  processes::Postgres postgres{{.fsync = false, .more = {}, .primary = nullptr}};
  processes::TcpGate gate{postgres.port()};
  std::string url = postgres.Url(postgres.NewDatabase(), gate.port());
};

class DatabaseAwayTest : private Database, public CatalogueAwayTest {
 protected:
  DatabaseAwayTest() : CatalogueAwayTest({{"--database", url}}) {}
  processes::TcpGate& gate() { return Database::gate; }
  processes::Postgres& postgres() { return Database::postgres; }

  // The catalogue says that it cannot answer, at once or by its deadline, and goes on running.
  void ExpectCatalogueUnavailable() {
    EXPECT_EQ(catalogue_.Activation().status().code(), absl::StatusCode::kUnavailable);
    EXPECT_TRUE(processes::Eventually([&] { return !catalogue_.Serving(); }));
  }
};

TEST_F(DatabaseAwayTest, Cut) {
  Check(
      [&] {
        gate().Cut();
        ExpectCatalogueUnavailable();
      },
      [&] {
        gate().Open();
        EXPECT_TRUE(processes::Eventually([&] { return catalogue_.Serving(); }));
      });
}

TEST_F(DatabaseAwayTest, Frozen) {
  Check([&] { postgres().Freeze(); }, [&] { postgres().Thaw(); });
}

// Callers are told that the database does not answer, not that the catalogue does not.
TEST_F(DatabaseAwayTest, FrozenIsSaidBeforeTheDeadline) {
  postgres().Freeze();
  EXPECT_THAT(catalogue_.Activation(), HasReason(Reason::DATABASE_TIMEOUT));
  postgres().Thaw();
}

TEST_F(DatabaseAwayTest, TogetherWithTheCatalogueAndRedis) {
  const std::string cache = processes::NewFolder();
  ScoringProcess cached(
      suite_, With(ScoringFlags(), {{"--redis", redis_.address()}, {"--cache-dir", cache}}));
  cached.StartAndAwait();
  ASSERT_TRUE(IsKept(cache));
  cached.Kill();
  Check(
      [&] {
        postgres().Kill();
        redis_.Kill();
        catalogue_.Freeze();
        cached.StartAndAwait();
        ASSERT_OK(cached.ScorePinned(published_.digest()));
      },
      [&] {
        catalogue_.Thaw();
        redis_.Start();
        postgres().Start();
      });
  EXPECT_TRUE(cached.Reaches(published_.revision()));
}

}  // namespace
}  // namespace zhiping::faults
