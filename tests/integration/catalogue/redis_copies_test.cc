// What a catalogue leaves in Redis, and what it replaces there.
#include "services/catalogue/redis_copies.h"

#include "absl/time/clock.h"
#include "common/criteria/release.h"
#include "common/releases/redis_source.h"
#include "tests/integration/catalogue/catalogue_under_test.h"
#include "tests/integration/sql/database_under_test.h"
#include "tests/processes/redis_server.h"

namespace zhiping::catalogue {
namespace {

class RedisCopiesTest : public testing::Test {
 protected:
  RedisCopiesTest() {
    options_.database.database = sql::NewSetting(sql::Engine::kSqlite);
    options_.signing = NewSigning();
    options_.redis.address = "";
    catalogue_ = std::make_unique<CatalogueUnderTest>(options_);
    EXPECT_OK(catalogue_->Publish(Publication(catalogue_->Import())));
    signing_ = *Signing::Open(options_.signing, absl::Now());
    redis::Options redis;
    redis.address = redis_.address();
    client_ = *redis::Client::Create(redis);
  }

  // What the catalogue confirms, with revision 1 in force.
  ConfirmedPtr Confirm() {
    auto confirmed = std::make_shared<Confirmed>();
    confirmed->history =
        std::make_shared<const History>(*catalogue_->store().ReadHistory(sql::Soon(), kProgramme));
    confirmed->state = StateAt(*confirmed->history, absl::Now());
    confirmed->envelope = *signing_->SignState(confirmed->state);
    return confirmed;
  }
  // What is in Redis after the catalogue, about to put `own` there, found `found`.
  std::string LeftOf(const std::string& found, const ConfirmedPtr& own) {
    const std::string key = releases::RedisStateKey(kProgramme);
    EXPECT_OK(client_->Set(key, found, absl::Hours(1)));
    const rpc::Log log(rpc::Severity::kError);
    ForeignStates foreign(catalogue_->store(), *signing_, SystemClock(), log, [] {});
    RedisCopies copies(*client_, catalogue_->store(), *signing_, foreign, SystemClock(), log);
    copies.Offer(own);
    copies.Refresh();
    return client_->Get(key)->value_or("");
  }

  processes::RedisServer redis_;
  CatalogueOptions options_;
  std::unique_ptr<CatalogueUnderTest> catalogue_;
  std::unique_ptr<Signing> signing_;
  std::unique_ptr<redis::Client> client_;
};

// A release that Redis is not given holds nothing else up.
TEST_F(RedisCopiesTest, TheStateIsCopiedWithoutAReleaseThatIsTooLarge) {
  redis::Options small;
  small.address = redis_.address();
  small.max_value_bytes = 64 << 10;
  const auto client = *redis::Client::Create(small);
  const auto confirmed = Confirm();
  const rpc::Log log(rpc::Severity::kError);
  ForeignStates foreign(catalogue_->store(), *signing_, SystemClock(), log, [] {});
  RedisCopies copies(*client, catalogue_->store(), *signing_, foreign, SystemClock(), log);
  copies.Offer(confirmed);
  copies.Refresh();
  EXPECT_EQ(client_->Get(releases::RedisStateKey(kProgramme))->value_or(""), confirmed->envelope);
  EXPECT_EQ(*client_->Get(releases::RedisReleaseKey(confirmed->state.current().digest())),
            std::nullopt);
  // A newer state replaces it.
  const auto newer = Confirm();
  copies.Offer(newer);
  copies.Refresh();
  EXPECT_EQ(client_->Get(releases::RedisStateKey(kProgramme))->value_or(""), newer->envelope);
  // One that Redis has lost comes back.
  redis_.Run({"FLUSHALL"});
  copies.Refresh();
  EXPECT_EQ(client_->Get(releases::RedisStateKey(kProgramme))->value_or(""), newer->envelope);
}

// Of another store that has published twice, as a catalogue has after it lost its own.
TEST_F(RedisCopiesTest, NoRevisionIsGivenBeforeRedisWasLookedAt) {
  auto known = Confirm()->state;
  known.mutable_current()->set_revision(2);
  const std::string key = releases::RedisStateKey(kProgramme);
  ASSERT_OK(client_->Set(key, *signing_->SignState(known), absl::Hours(1)));
  CatalogueOptions options = options_;
  options.database.database = sql::NewSetting(sql::Engine::kSqlite);
  options.redis.address = redis_.address();
  // Nobody but the publication looks.
  options.watch_interval = absl::Seconds(10);
  {
    CatalogueUnderTest restored(options);
    EXPECT_THAT(restored.Publish(Publication(restored.Import())),
                HasReason(Reason::REVISION_AHEAD));
  }
  // A rollback gives one too: of a store with two publications, where Redis knows more.
  ASSERT_OK(catalogue_->Publish(Publication(catalogue_->Import("改"))));
  known.mutable_current()->set_revision(7);
  ASSERT_OK(client_->Set(key, *signing_->SignState(known), absl::Hours(1)));
  catalogue_.reset();
  options.database.database = options_.database.database;
  CatalogueUnderTest restarted(options);
  EXPECT_THAT(restarted.RollBack(Rollback()), HasReason(Reason::REVISION_AHEAD));
}

TEST_F(RedisCopiesTest, WithoutRedisRevisionsAreGivenUntilItIsBack) {
  auto known = Confirm()->state;
  known.mutable_current()->set_revision(7);
  redis_.Kill();
  catalogue_.reset();
  CatalogueOptions options = options_;
  options.redis.address = redis_.address();
  options.redis.breaker_pause = absl::Milliseconds(50);
  options.watch_interval = absl::Seconds(10);
  CatalogueUnderTest restarted(options);
  const auto published = restarted.Publish(Publication(restarted.Import("改")));
  ASSERT_OK(published);
  EXPECT_EQ(published->activation().revision(), 2);
  redis_.Start();
  ASSERT_TRUE(processes::Eventually([&] {
    return client_
        ->Set(releases::RedisStateKey(kProgramme), *signing_->SignState(known), absl::Hours(1))
        .ok();
  }));
  EXPECT_TRUE(processes::Eventually([&] {
    return DetailOf(restarted.Publish(Publication(restarted.Import("改"))).status()).reason() ==
           Reason::REVISION_AHEAD;
  }));
}

TEST_F(RedisCopiesTest, AStateThatSaysMoreThanThisStoreStaysThere) {
  const ConfirmedPtr own = Confirm();
  auto ahead = own->state;
  ahead.mutable_current()->set_revision(2);
  auto conflict = own->state;
  conflict.mutable_current()->set_digest(criteria::DigestOf("another release"));
  for (const auto& state : {ahead, conflict}) {
    const auto envelope = signing_->SignState(state);
    ASSERT_OK(envelope);
    EXPECT_EQ(LeftOf(*envelope, own), *envelope) << state.ShortDebugString();
  }
}

TEST_F(RedisCopiesTest, WhatIsOlderOrNotSignedIsReplaced) {
  const ConfirmedPtr own = Confirm();
  auto older = own->state;
  older.mutable_confirmed_at()->set_seconds(older.confirmed_at().seconds() - 60);
  EXPECT_EQ(LeftOf(*signing_->SignState(older), own), own->envelope);
  EXPECT_EQ(LeftOf("{}", own), own->envelope);
}

}  // namespace
}  // namespace zhiping::catalogue
