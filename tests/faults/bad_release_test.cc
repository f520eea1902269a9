// Releases that no catalogue of this version would publish, but that a store may hold all the same:
// damaged on its disk, or published by another version. They are kept out, what runs stays, and the
// catalogue is told why.
#include "absl/algorithm/container.h"
#include "absl/time/clock.h"
#include "common/criteria/release.h"
#include "common/sql/database.h"
#include "common/sql/sequenced_log.h"
#include "tests/faults/suite.h"
#include "tests/integration/sql/database_under_test.h"
#include "tests/processes/tcp_gate.h"
#include "tests/unit/status_matchers.h"
#include "zhiping/catalogue/v1/catalogue_event.pb.h"

namespace zhiping::faults {
namespace {

using catalogue::v1::InstanceConvergence;
using catalogue::v1::Release;
using envelope::Purpose;

// What the store holds as the release of the second revision.
struct Held {
  std::string digest, bytes, envelope;
};

class BadReleaseTest : public testing::Test {
 protected:
  void SetUp() override {
    catalogue_.StartAndAwait();
    first_ = catalogue_.PublishNew();
    scoring_.StartAndAwait();
    ASSERT_TRUE(scoring_.Reaches(1));
  }

  // Validly signed, whatever it is.
  Held Genuine(std::string bytes) const {
    return {criteria::DigestOf(bytes), bytes, suite_.Sign(Purpose::RELEASE, bytes)};
  }
  Held GenuineRelease(const Release& release) const { return Genuine(release.SerializeAsString()); }

  // Publishes a second revision, and replaces what the store holds of it before anybody sees it.
  void PublishReplaced(const std::function<Held(const Held&)>& replace) {
    gate_.Cut();
    const auto published = catalogue_.PublishNew();
    const std::string envelope = *catalogue_.Blob(published.digest());
    const Held held = {published.digest(), envelope::ParseEnvelope(envelope)->payload, envelope};
    catalogue_.Terminate();
    replaced_ = replace(held);
    {
      sql::Options options;
      options.database = "sqlite:" + catalogue_.sqlite_file();
      const auto database = sql::Database::Open(options);
      ASSERT_OK(database);
      const absl::Time deadline = absl::Now() + absl::Seconds(30);
      if (replaced_.digest != held.digest) {
        const auto kept = (*database)->Query<sql::Bytes>(
            deadline, "SELECT summary FROM release WHERE digest = $1", {held.digest});
        ASSERT_OK(kept);
        catalogue::v1::ReleaseSummary summary;
        ASSERT_TRUE(summary.ParseFromString(std::get<0>(kept->front()).value));
        summary.set_digest(replaced_.digest);
        ASSERT_OK((*database)->Apply(
            deadline,
            {{"INSERT INTO release (digest, programme, edition, year, number, summary, bytes, "
              "imported_by, imported_at, envelope, published_at) SELECT $2, programme, edition, "
              "year, number + 1000, $3, bytes, imported_by, imported_at, envelope, "
              "published_at FROM release WHERE digest = $1",
              {held.digest, replaced_.digest, sql::Bytes{summary.SerializeAsString()}}},
             {"UPDATE activation SET digest = $1 WHERE revision = 2", {replaced_.digest}},
             {"DELETE FROM release WHERE digest = $1", {held.digest}},
             {"UPDATE release SET number = number - 1000 WHERE digest = $1", {replaced_.digest}}}));
        TellTheSame(**database);
      }
      ASSERT_OK((*database)->Apply(
          deadline,
          {{"UPDATE release SET bytes = $2, envelope = $3 WHERE digest = $1",
            {replaced_.digest, sql::Bytes{replaced_.bytes}, sql::Bytes{replaced_.envelope}}}}));
    }
    catalogue_.StartAndAwait();
    gate_.Open();
  }

  // The log of changes ends with the second import and activation: it tells of what replaced it.
  void TellTheSame(sql::Database& database) {
    const sql::SequencedLog changes(database, "changes");
    const auto page = changes.Read(sql::Soon(), {}, 1000);
    ASSERT_OK(page);
    ASSERT_EQ(page->entries.size(), 4);
    ASSERT_OK(sql::TamperWithLogs(
        database, "DELETE FROM log_entry WHERE log = 'changes' AND position > 2", {}));
    for (const size_t last : {2, 3}) {
      const sql::LogEntry& entry = page->entries[last];
      catalogue::v1::CatalogueEvent event;
      ASSERT_TRUE(event.ParseFromString(entry.bytes));
      if (event.has_release_imported()) {
        event.mutable_release_imported()->set_digest(replaced_.digest);
      } else {
        ASSERT_TRUE(event.has_release_activated());
        event.mutable_release_activated()->mutable_activation()->set_digest(replaced_.digest);
      }
      ASSERT_OK(database.Transact(sql::Soon(), {}, [&](sql::Transaction& transaction) {
        return changes.Append(transaction, absl::FromUnixMicros(entry.instant_micros),
                              event.SerializeAsString());
      }));
    }
  }

  InstanceConvergence Convergence() {
    const auto convergence = catalogue_.Convergence();
    if (!convergence.ok() || convergence->instances_size() != 1) return {};
    return convergence->instances(0);
  }

  // Kept out by the instance that ran the first and by one that starts now, for this reason.
  void ExpectKeptOut(Reason::Value reason) {
    ASSERT_TRUE(processes::Eventually([&] {
      return Convergence().status() == InstanceConvergence::REFUSED;
    })) << catalogue_.Convergence()->ShortDebugString();
    const auto refused = Convergence().report().refused();
    EXPECT_EQ(refused.reason(), Reason::Value_Name(reason));
    EXPECT_EQ(refused.revision(), 2);
    EXPECT_EQ(refused.digest(), replaced_.digest);
    EXPECT_NE(refused.message().zh(), "");
    const auto score = scoring_.Score();
    ASSERT_OK(score);
    EXPECT_EQ(score->result().revision(), 1);
    EXPECT_EQ(score->result().release_digest(), first_.digest());
    EXPECT_FALSE(scoring_.ScorePinned(replaced_.digest).ok());
    ScoringProcess cold(suite_, {{"--catalogue", catalogue_.address()}});
    cold.Start();
    EXPECT_FALSE(cold.Reaches(2, absl::Seconds(1)));
    EXPECT_THAT(cold.Score(), HasReason(Reason::CRITERIA_UNKNOWN));
    // A good one after it is followed.
    ASSERT_TRUE(scoring_.Reaches(catalogue_.PublishNew().revision()));
    ASSERT_TRUE(cold.Reaches(3));
    EXPECT_TRUE(processes::Eventually([&] {
      const auto convergence = catalogue_.Convergence();
      return convergence.ok() && convergence->instances_size() == 2 &&
             convergence->instances(0).status() == InstanceConvergence::APPLIED &&
             convergence->instances(1).status() == InstanceConvergence::APPLIED;
    }));
  }

  Suite suite_;
  CatalogueProcess catalogue_{suite_};
  processes::TcpGate gate_{catalogue_.port()};
  ScoringProcess scoring_{suite_, {{"--catalogue", absl::StrCat("127.0.0.1:", gate_.port())}}};
  catalogue::v1::Activation first_;
  Held replaced_;
};

TEST_F(BadReleaseTest, AGoodOnePutThereTheSameWayIsApplied) {
  PublishReplaced([&](const Held& held) {
    Release release = *criteria::ParseRelease(held.bytes);
    release.set_label("2026-77");
    return GenuineRelease(release);
  });
  ASSERT_TRUE(scoring_.Reaches(2));
  EXPECT_EQ(scoring_.Status().release_digest(), replaced_.digest);
}

TEST_F(BadReleaseTest, AFlippedBit) {
  PublishReplaced([](Held held) {
    auto envelope = *envelope::ParseEnvelope(held.envelope);
    envelope.payload[envelope.payload.size() / 2] ^= 1;
    held.envelope = envelope::SerializeEnvelope(envelope);
    return held;
  });
  ExpectKeptOut(Reason::DIGEST_MISMATCH);
}

TEST_F(BadReleaseTest, AFlippedBitInTheSignature) {
  PublishReplaced([](Held held) {
    auto envelope = *envelope::ParseEnvelope(held.envelope);
    envelope.signatures[0].bytes[7] ^= 1;
    held.envelope = envelope::SerializeEnvelope(envelope);
    return held;
  });
  ExpectKeptOut(Reason::BAD_SIGNATURE);
}

TEST_F(BadReleaseTest, AnotherSigner) {
  const Suite other;
  PublishReplaced([&](Held held) {
    held.envelope = other.Sign(Purpose::RELEASE, held.bytes);
    return held;
  });
  ExpectKeptOut(Reason::UNKNOWN_KEY);
}

TEST_F(BadReleaseTest, UnknownSemantics) {
  PublishReplaced([&](const Held& held) {
    Release release = *criteria::ParseRelease(held.bytes);
    release.set_semantics(criteria::kLatestSemantics + 1);
    return GenuineRelease(release);
  });
  ExpectKeptOut(Reason::UNKNOWN_SEMANTICS);
}

TEST_F(BadReleaseTest, AFieldOfALaterVersion) {
  PublishReplaced([&](const Held& held) {
    Release release = *criteria::ParseRelease(held.bytes);
    release.GetReflection()->MutableUnknownFields(&release)->AddVarint(1000, 1);
    return GenuineRelease(release);
  });
  ExpectKeptOut(Reason::UNKNOWN_FIELD);
}

TEST_F(BadReleaseTest, VectorsThatFail) {
  PublishReplaced([&](const Held& held) {
    Release release = *criteria::ParseRelease(held.bytes);
    auto& expected = *release.mutable_vectors()->mutable_vectors(0)->mutable_expected();
    expected.set_index_numerator(expected.index_numerator() + 1);
    return GenuineRelease(release);
  });
  ExpectKeptOut(Reason::VECTOR_MISMATCH);
  // Put in force once more, it is reported at once: the next report on time is 5 s away.
  const auto again = catalogue_.Publish(replaced_.digest);
  ASSERT_OK(again);
  EXPECT_TRUE(processes::Eventually(
      [&] {
        const auto convergence = catalogue_.Convergence();
        return convergence.ok() &&
               absl::c_any_of(convergence->instances(), [&](const auto& instance) {
                 return instance.report().refused().revision() == again->activation().revision();
               });
      },
      absl::Seconds(1)));
}

}  // namespace
}  // namespace zhiping::faults
