// A catalogue restored from an older backup, two on one database, and databases of other versions.
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/envelope/envelope.h"
#include "common/releases/redis_source.h"
#include "services/catalogue/store.h"
#include "tests/faults/suite.h"
#include "tests/processes/redis_server.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::faults {
namespace {

namespace fs = std::filesystem;
using common::v1::Freshness;
using testing::HasSubstr;

absl::Time Soon() { return absl::Now() + absl::Seconds(30); }

class RestoredTest : public testing::Test {
 protected:
  void SetUp() override {
    catalogue_.StartAndAwait();
    catalogue_.PublishNew();
    scoring_.StartAndAwait();
    ASSERT_TRUE(scoring_.Reaches(1));
  }

  // Of the database; the catalogue runs before and after it.
  void BackUp() {
    ASSERT_EQ(catalogue_.Terminate(), 0);
    fs::copy_file(catalogue_.sqlite_file(), backup_);
    catalogue_.StartAndAwait();
  }
  // The catalogue has lost what came after the backup, and runs.
  void Restore() {
    catalogue_.Kill();
    for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(catalogue_.sqlite_file() + suffix);
    fs::copy_file(backup_, catalogue_.sqlite_file());
    catalogue_.StartAndAwait();
  }

  bool SaysInConvergence(const std::string& refusal) {
    const auto convergence = catalogue_.Convergence();
    if (!convergence.ok()) return false;
    for (const auto& instance : convergence->instances()) {
      if (instance.report().refused().reason() == refusal) return true;
    }
    return false;
  }
  // Puts the first release back in force, and withdraws the one that is.
  catalogue::v1::Activation Withdraw() {
    catalogue::v1::RollBackRequest request;
    request.set_withdraw(true);
    const auto response = catalogue_.RollBack(request);
    EXPECT_OK(response);
    return response->activation();
  }
  // That one was withdrawn as revision 3, which the store has lost and was told of. It gets into
  // force again by nothing, and nothing is signed until another is.
  void ExpectWithdrawn(const std::string& digest) {
    ASSERT_TRUE(processes::Eventually([&] { return catalogue_.HasAlarm("RELEASE_WITHDRAWN"); }));
    EXPECT_EQ(catalogue_.Activation()->envelope(), "");
    ASSERT_OK(
        catalogue_.Fence(std::max(3, catalogue_.Activations().back().activation().revision())));
    EXPECT_THAT(catalogue_.Publish(digest), HasReason(Reason::RELEASE_WITHDRAWN));
    EXPECT_EQ(catalogue_.Activation()->envelope(), "");
    catalogue::v1::RollBackRequest back;
    const auto response = catalogue_.RollBack(back);
    ASSERT_OK(response);
    EXPECT_NE(response->activation().digest(), digest);
    ExpectFollows(scoring_, response->activation());
    EXPECT_FALSE(catalogue_.HasAlarm("RELEASE_WITHDRAWN"));
    EXPECT_FALSE(catalogue_.HasAlarm("REVISION_AHEAD"));
    const auto activation = catalogue_.Activation();
    ASSERT_OK(activation);
    EXPECT_NE(activation->envelope(), "");
    EXPECT_THAT(activation->state().withdrawn(), testing::ElementsAre(digest));
    back.set_digest(digest);
    EXPECT_THAT(catalogue_.RollBack(back), HasReason(Reason::RELEASE_WITHDRAWN));
  }
  // What the log of changes says of withdrawals: `digest revision`.
  std::vector<std::string> LoggedWithdrawals() {
    std::vector<std::string> withdrawals;
    for (const auto& event : Events()) {
      if (!event.has_release_withdrawn()) continue;
      withdrawals.push_back(absl::StrCat(event.release_withdrawn().digest(), " ",
                                         event.release_withdrawn().revision()));
    }
    return withdrawals;
  }
  // The log of changes of the catalogue, which ends for it.
  std::vector<catalogue::v1::CatalogueEvent> Events() {
    catalogue_.Terminate();
    sql::Options options;
    options.database = "sqlite:" + catalogue_.sqlite_file();
    const auto database = sql::Database::Open(options);
    EXPECT_OK(database);
    const auto store = catalogue::Store::Open(**database, Soon());
    EXPECT_OK(store);
    EXPECT_OK((*store)->SequenceChanges(Soon()));
    EXPECT_OK((*store)->changes().Verify(Soon()));
    const auto log = (*store)->changes().Read(Soon(), {}, 1000);
    EXPECT_OK(log);
    std::vector<catalogue::v1::CatalogueEvent> events;
    for (const auto& entry : log->entries) {
      EXPECT_TRUE(events.emplace_back().ParseFromString(entry.bytes));
    }
    return events;
  }
  // Nothing is signed, the alarm is raised, and whoever knew more goes on under that.
  void ExpectStopped(const std::string& alarm, const catalogue::v1::Activation& known) {
    ASSERT_TRUE(processes::Eventually([&] { return catalogue_.HasAlarm(alarm); }));
    EXPECT_EQ(catalogue_.Activation()->envelope(), "");
    const auto score = scoring_.Score();
    ASSERT_OK(score);
    EXPECT_EQ(score->result().revision(), known.revision());
    EXPECT_EQ(score->result().release_digest(), known.digest());
  }
  static void ExpectFollows(const ScoringProcess& instance,
                            const catalogue::v1::Activation& published) {
    ASSERT_TRUE(instance.Reaches(published.revision()));
    EXPECT_EQ(instance.Status().release_digest(), published.digest());
    EXPECT_TRUE(instance.Becomes(Freshness::FRESH));
  }
  void ExpectBothFollow(const catalogue::v1::Activation& published) {
    ExpectFollows(scoring_, published);
    ExpectFollows(newcomer_, published);
  }

  Suite suite_;
  CatalogueProcess catalogue_{suite_};
  ScoringProcess scoring_{suite_, {{"--catalogue", catalogue_.address()}}};
  // Starts after the restore, and knows nothing of before.
  ScoringProcess newcomer_{suite_, {{"--catalogue", catalogue_.address()}}};
  const std::string backup_ = processes::NewFolder() + "/backup.db";
};

TEST_F(RestoredTest, AnOlderBackupIsNoticedAndNothingIsSignedUntilItIsFenced) {
  BackUp();
  catalogue_.PublishNew();
  const auto known = catalogue_.PublishNew();
  ASSERT_TRUE(scoring_.Reaches(3));
  scoring_.Freeze();
  Restore();
  // As long as nobody tells, the past is signed as if it were the present.
  newcomer_.StartAndAwait();
  ASSERT_TRUE(newcomer_.Reaches(1));
  scoring_.Thaw();
  ExpectStopped("REVISION_AHEAD", known);
  const auto digest = catalogue_.Import("恢复之后");
  ASSERT_OK(digest);
  EXPECT_THAT(catalogue_.Publish(*digest), HasReason(Reason::REVISION_AHEAD));
  EXPECT_EQ(scoring_.Revision(), 3);
  ASSERT_OK(catalogue_.Fence(3));
  const auto published = catalogue_.Publish(*digest);
  ASSERT_OK(published);
  EXPECT_EQ(published->activation().revision(), 4);
  ExpectBothFollow(published->activation());
  EXPECT_FALSE(catalogue_.HasAlarm("REVISION_AHEAD"));
}

// A power cut takes along catalogue and instances; what the instances knew is in their folders.
class RestoredWithInstancesTest : public RestoredTest {
 protected:
  RestoredWithInstancesTest() { scoring_.SetFlag("--cache-dir", processes::NewFolder()); }
};

TEST_F(RestoredWithInstancesTest, AnOlderBackupIsNoticed) {
  BackUp();
  catalogue_.PublishNew();
  const auto known = catalogue_.PublishNew();
  ASSERT_TRUE(scoring_.Reaches(3));
  ASSERT_EQ(scoring_.Terminate(), 0);
  Restore();
  scoring_.StartAndAwait();
  ExpectStopped("REVISION_AHEAD", known);
  ASSERT_OK(catalogue_.Fence(3));
  ExpectFollows(scoring_, catalogue_.PublishNew());
  EXPECT_FALSE(catalogue_.HasAlarm("REVISION_AHEAD"));
}

TEST_F(RestoredWithInstancesTest, TheSameRevisionForAnotherReleaseIsRefused) {
  BackUp();
  const auto known = catalogue_.PublishNew();
  ASSERT_TRUE(scoring_.Reaches(2));
  ASSERT_EQ(scoring_.Terminate(), 0);
  Restore();
  ASSERT_NE(catalogue_.PublishNew().digest(), known.digest());
  scoring_.StartAndAwait();
  ExpectStopped("REVISION_CONFLICT", known);
  ExpectFollows(scoring_, catalogue_.PublishNew());
}

TEST_F(RestoredTest, AFenceBeforeTheFollowersAreMetHidesNothing) {
  BackUp();
  const auto known = catalogue_.PublishNew();
  ASSERT_TRUE(scoring_.Reaches(2));
  scoring_.Freeze();
  Restore();
  ASSERT_OK(catalogue_.Fence(4));
  scoring_.Thaw();
  ExpectStopped("REVISION_AHEAD", known);
  const auto published = catalogue_.PublishNew();
  EXPECT_EQ(published.revision(), 5);
  ExpectFollows(scoring_, published);
}

TEST_F(RestoredTest, TheSameRevisionForAnotherReleaseIsRefused) {
  BackUp();
  const auto known = catalogue_.PublishNew();
  ASSERT_TRUE(scoring_.Reaches(2));
  scoring_.Freeze();
  Restore();
  const auto other = catalogue_.PublishNew();
  ASSERT_EQ(other.revision(), known.revision());
  ASSERT_NE(other.digest(), known.digest());
  // Two instances would answer under one revision by different criteria.
  newcomer_.StartAndAwait();
  ASSERT_TRUE(newcomer_.Reaches(2));
  scoring_.Thaw();
  ExpectStopped("REVISION_CONFLICT", known);
  EXPECT_TRUE(processes::Eventually([&] { return SaysInConvergence("REVISION_CONFLICT"); }));
  ExpectBothFollow(catalogue_.PublishNew());
  EXPECT_FALSE(catalogue_.HasAlarm("REVISION_CONFLICT"));
}

TEST_F(RestoredTest, AWithdrawalThatARunningFollowerKnowsIsForEver) {
  const std::string digest = catalogue_.PublishNew().digest();
  BackUp();
  const auto known = Withdraw();
  ASSERT_TRUE(scoring_.Reaches(known.revision()));
  scoring_.Freeze();
  Restore();
  ASSERT_EQ(catalogue_.Activation()->state().current().digest(), digest);
  scoring_.Thaw();
  ExpectStopped("REVISION_AHEAD", known);
  ExpectWithdrawn(digest);
  EXPECT_THAT(LoggedWithdrawals(), testing::ElementsAre(digest + " 0"));
}

// Fenced and published before anybody told: no revision shows what is wrong.
TEST_F(RestoredTest, AWithdrawalIsMetBehindAFenceToo) {
  const std::string digest = catalogue_.PublishNew().digest();
  BackUp();
  ASSERT_TRUE(scoring_.Reaches(Withdraw().revision()));
  scoring_.Freeze();
  Restore();
  ASSERT_OK(catalogue_.Fence(3));
  ASSERT_OK(catalogue_.Publish(digest));
  newcomer_.StartAndAwait();
  ASSERT_TRUE(newcomer_.Reaches(4));
  scoring_.Thaw();
  ASSERT_TRUE(processes::Eventually([&] { return catalogue_.HasAlarm("RELEASE_WITHDRAWN"); }));
  // One that is to come leaves the withdrawn one in force.
  catalogue::v1::PublishReleaseRequest later;
  later.set_digest(catalogue_.ImportNew());
  later.mutable_in_force_from()->set_seconds(absl::ToUnixSeconds(Soon()));
  EXPECT_THAT(catalogue_.Publish(later), HasReason(Reason::RELEASE_WITHDRAWN));
  ExpectWithdrawn(digest);
}

TEST_F(RestoredWithInstancesTest, AWithdrawalIsForEver) {
  const std::string digest = catalogue_.PublishNew().digest();
  BackUp();
  const auto known = Withdraw();
  ASSERT_TRUE(scoring_.Reaches(known.revision()));
  ASSERT_EQ(scoring_.Terminate(), 0);
  Restore();
  scoring_.StartAndAwait();
  ExpectStopped("REVISION_AHEAD", known);
  ExpectWithdrawn(digest);
}

TEST_F(RestoredWithInstancesTest, AWithdrawalIsMetBehindAFenceToo) {
  const std::string digest = catalogue_.PublishNew().digest();
  BackUp();
  ASSERT_TRUE(scoring_.Reaches(Withdraw().revision()));
  ASSERT_EQ(scoring_.Terminate(), 0);
  Restore();
  ASSERT_OK(catalogue_.Fence(3));
  ASSERT_OK(catalogue_.Publish(digest));
  scoring_.StartAndAwait();
  ExpectWithdrawn(digest);
}

// Nobody runs that could tell.
class RestoredWithRedisTest : public RestoredTest {
 protected:
  RestoredWithRedisTest() {
    catalogue_.SetFlag("--redis", redis_.address());
    scoring_.SetFlag("--redis", redis_.address());
  }

  processes::RedisServer redis_;
};

TEST_F(RestoredWithRedisTest, AWithdrawalIsForEver) {
  const std::string digest = catalogue_.PublishNew().digest();
  BackUp();
  const auto known = Withdraw();
  ASSERT_TRUE(processes::Eventually([&] {
    const auto state =
        envelope::ParseEnvelope(redis_.Run({"GET", releases::RedisStateKey(kProgramme)}));
    catalogue::v1::ActivationState there;
    return state.ok() && there.ParseFromString(state->payload) &&
           there.current().revision() == known.revision();
  }));
  ASSERT_EQ(scoring_.Terminate(), 0);
  Restore();
  EXPECT_THAT(catalogue_.Publish(digest), HasReason(Reason::REVISION_AHEAD));
  EXPECT_TRUE(catalogue_.HasAlarm("RELEASE_WITHDRAWN"));
  scoring_.StartAndAwait();
  ExpectWithdrawn(digest);
}

// Results carry the label, which must not stand for two releases.
TEST_F(RestoredTest, ALabelThatWasGivenAfterTheBackupIsNotGivenAgain) {
  BackUp();
  for (const char* change : {"二", "三"}) {
    const auto digest = catalogue_.Import(change);
    ASSERT_OK(digest);
    ASSERT_OK(catalogue_.Publish(*digest));
  }
  const std::string lost = scoring_.Reaches(3) ? scoring_.Status().release_digest() : "";
  scoring_.Freeze();
  Restore();
  const auto early = catalogue_.Import("四");
  ASSERT_OK(early);
  scoring_.Thaw();
  ASSERT_TRUE(processes::Eventually([&] { return catalogue_.HasAlarm("REVISION_AHEAD"); }));
  ASSERT_OK(catalogue_.Fence(3));
  EXPECT_THAT(catalogue_.Publish(*early), HasReason(Reason::LABEL_TAKEN));
  // What followers run is known by its digest: brought again it is the same.
  const auto same = catalogue_.Import("三");
  ASSERT_OK(same);
  EXPECT_EQ(*same, lost);
  auto published = catalogue_.Publish(*same);
  ASSERT_OK(published);
  EXPECT_EQ(published->release_label(), "2026-3");
  const auto digest = catalogue_.Import("四");
  ASSERT_OK(digest);
  published = catalogue_.Publish(*digest);
  ASSERT_OK(published);
  EXPECT_EQ(published->release_label(), "2026-4");
  ExpectFollows(scoring_, published->activation());
}

TEST_F(RestoredTest, AFenceIsOneForLabelsToo) {
  const auto early = catalogue_.Import("二");
  ASSERT_OK(early);
  BackUp();
  Restore();
  ASSERT_OK(catalogue_.Fence(7));
  EXPECT_THAT(catalogue_.Publish(*early), HasReason(Reason::LABEL_TAKEN));
  const auto digest = catalogue_.Import("二");
  ASSERT_OK(digest);
  const auto published = catalogue_.Publish(*digest);
  ASSERT_OK(published);
  EXPECT_EQ(published->activation().revision(), 8);
  EXPECT_EQ(published->release_label(), "2026-8");
}

TEST_F(RestoredTest, ANamedRestoreGivesTheStoreANewIncarnationOnce) {
  const auto incarnation = [&] { return catalogue_.Activation()->state().incarnation(); };
  const auto restart = [&](const std::string& restored) {
    catalogue_.Terminate();
    if (!restored.empty()) catalogue_.SetFlag("--restored", restored);
    catalogue_.StartAndAwait();
  };
  const std::string first = incarnation();
  restart("");
  EXPECT_EQ(incarnation(), first);
  restart("one");
  const std::string second = incarnation();
  EXPECT_NE(second, first);
  restart("one");
  EXPECT_EQ(incarnation(), second);
  restart("two");
  const std::string third = incarnation();
  EXPECT_NE(third, second);
  // Followers go by revisions.
  const auto published = catalogue_.PublishNew();
  EXPECT_TRUE(scoring_.Reaches(published.revision()));
  EXPECT_TRUE(scoring_.Becomes(Freshness::FRESH));

  std::vector<std::string> restores;
  for (const auto& event : Events()) {
    if (!event.has_store_restored()) continue;
    restores.push_back(event.store_restored().name() + " " + event.store_restored().incarnation());
  }
  EXPECT_THAT(restores, testing::ElementsAre("one " + second, "two " + third));
}

TEST_F(RestoredTest, ASecondCatalogueOnOneFileDoesNotStart) {
  CatalogueProcess second(suite_, {{"--database", "sqlite:" + catalogue_.sqlite_file()}});
  second.Start();
  EXPECT_EQ(second.AwaitEnd(), 1);
  EXPECT_THAT(second.Output(), HasSubstr("in use by another process"));
  EXPECT_THAT(second.Output(), HasSubstr("正被另一个进程使用"));
  ExpectFollows(scoring_, catalogue_.PublishNew());
  // Once the first has ended, however it did.
  catalogue_.Kill();
  second.StartAndAwait();
  EXPECT_EQ(second.Activation()->state().current().revision(), 2);
}

TEST_F(RestoredTest, ADatabaseOfANewerVersionIsRefusedAndUnchanged) {
  catalogue_.Terminate();
  const auto apply = [&](const std::string& statement) {
    sql::Options options;
    options.database = "sqlite:" + catalogue_.sqlite_file();
    const auto database = sql::Database::Open(options);
    EXPECT_OK((*database)->Apply(Soon(), {{statement, {}}}));
  };
  apply(
      "INSERT INTO schema_migration (part, number, name, checksum, applied_at) "
      "VALUES ('catalogue', 99, '0099_later', '', 0)");
  catalogue_.Start();
  EXPECT_EQ(catalogue_.AwaitEnd(), 1);
  EXPECT_THAT(catalogue_.Output(), HasSubstr("migrated by a newer version (catalogue 0099_later)"));
  EXPECT_THAT(catalogue_.Output(), HasSubstr("更新的版本"));
  EXPECT_OK(scoring_.Score());
  apply("DELETE FROM schema_migration WHERE number = 99");
  catalogue_.StartAndAwait();
  ExpectFollows(scoring_, catalogue_.PublishNew());
}

}  // namespace
}  // namespace zhiping::faults
