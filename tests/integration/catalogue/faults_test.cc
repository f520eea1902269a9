// Several replicas, Redis, and a database that goes away.
#include <thread>

#include "absl/time/clock.h"
#include "common/releases/redis_source.h"
#include "common/releases/seed.h"
#include "common/releases/state.h"
#include "tests/integration/catalogue/catalogue_under_test.h"
#include "tests/integration/sql/database_under_test.h"
#include "tests/processes/redis_server.h"
#include "tests/processes/tcp_gate.h"

namespace zhiping::catalogue {
namespace {

using Admin = v1::CatalogueAdminService::Stub;
using Public = v1::CatalogueService::Stub;

absl::StatusOr<v1::PublishReleaseResponse> Publish(CatalogueUnderTest& catalogue) {
  return catalogue.Publish(Publication(catalogue.Import()));
}

CatalogueOptions Options(const std::string& database) {
  CatalogueOptions options;
  options.database.database = database;
  options.signing = NewSigning();
  options.redis.address = "";
  return options;
}

TEST(ReplicasTest, TwoOnOneDatabaseGiveOnePicture) {
  const auto options = Options(sql::NewSetting(sql::Engine::kPostgres));
  CatalogueUnderTest one(options);
  CatalogueUnderTest other(options);
  const auto published = Publish(one);
  ASSERT_OK(published);
  EXPECT_EQ(other.Activation()->state().current().digest(), published->activation().digest());
  grpc::ClientContext context;
  const auto stream = one.stub().Subscribe(&context);
  const auto hello = Hello("scoring-1");
  ASSERT_TRUE(stream->Write(hello));
  EXPECT_TRUE(processes::Eventually([&] {
    const auto seen = other.Convergence();
    return seen.ok() && seen->instances_size() == 1 &&
           seen->instances(0).status() == v1::InstanceConvergence::BEHIND;
  }));
  context.TryCancel();
}

// PostgreSQL refuses a commit, as it does those that cannot be serialized, and another replica
// answers the request before it is tried again.
TEST(ReplicasTest, WhatWasNotCommittedIsNotSpread) {
  auto options = Options(sql::NewSetting(sql::Engine::kPostgres));
  // What is spread is what was committed: nobody looks for other changes.
  options.watch_interval = absl::Hours(1);
  CatalogueUnderTest one(options);
  CatalogueUnderTest other(options);
  grpc::ClientContext context;
  const auto stream = one.stub().Subscribe(&context);
  ASSERT_TRUE(stream->Write(Hello("scoring-1")));
  const auto trust = releases::ReadTrustFile(options.signing.trust_file);
  const auto read = [&]() -> v1::Activation {
    v1::SubscribeResponse states;
    EXPECT_TRUE(stream->Read(&states));
    return releases::OpenState(states.envelopes(0), kProgramme, **trust)->state.current();
  };
  EXPECT_EQ(read().revision(), 0);
  const auto request = Publication(one.Import());
  const auto database = sql::OpenOrDie(options.database.database);
  for (const char* const sql :
       {"CREATE SEQUENCE commits",
        "CREATE FUNCTION fail_first() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN IF nextval(''commits'') = 1 THEN PERFORM pg_sleep(0.5); "
        "RAISE EXCEPTION ''first'' USING ERRCODE = ''40001''; END IF; RETURN NULL; END'",
        "CREATE CONSTRAINT TRIGGER fail_first AFTER INSERT ON activation DEFERRABLE "
        "INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail_first()"}) {
    ASSERT_OK(sql::Execute(*database, sql));
  }
  absl::StatusOr<v1::PublishReleaseResponse> repeated;
  std::thread repeating([&] { repeated = one.Publish(request); });
  EXPECT_TRUE(processes::Eventually([&] {
    const auto taken =
        database->Query<int64_t>(sql::Soon(), "SELECT count(*) FROM commits WHERE is_called");
    return taken.ok() && std::get<0>(taken->front()) == 1;
  }));
  const auto answered = other.Publish(request);
  repeating.join();
  ASSERT_OK(answered);
  ASSERT_OK(repeated);
  EXPECT_EQ(repeated->SerializeAsString(), answered->SerializeAsString());
  ASSERT_OK(one.Publish(Publication(one.Import("改"))));
  for (v1::Activation current = read(); current.revision() != 2; current = read()) {
    ASSERT_EQ(current.SerializeAsString(), answered->activation().SerializeAsString());
  }
  context.TryCancel();
}

TEST(DatabaseTest, AwayIsUnavailableUntilItIsBack) {
  auto& postgres = sql::SharedPostgres();
  processes::TcpGate gate(postgres.port());
  auto options = Options(postgres.Url(postgres.NewDatabase(), gate.port()));
  CatalogueUnderTest catalogue(options);
  ASSERT_OK(Publish(catalogue));
  gate.Cut();
  EXPECT_EQ(catalogue.Activation().status().code(), absl::StatusCode::kUnavailable);
  gate.Open();
  EXPECT_TRUE(processes::Eventually([&] { return catalogue.Activation().ok(); }));
}

TEST(DatabaseTest, ReportsThatCannotBeWrittenAreLoggedAndWrittenLater) {
  auto& postgres = sql::SharedPostgres();
  processes::TcpGate gate(postgres.port());
  const auto database = sql::OpenOrDie(postgres.Url(postgres.NewDatabase(), gate.port()));
  const auto store = *Store::Open(*database, sql::Soon());
  const auto signing = *Signing::Open(NewSigning(), absl::Now());
  testing::internal::CaptureStdout();
  {
    const rpc::Log log(rpc::Severity::kInfo);
    ForeignStates foreign(*store, *signing, SystemClock(), log, [] {});
    InstanceWatch watch(SystemClock(), absl::Seconds(15));
    InstanceReports reports(*store, foreign, watch, SystemClock(), log, {}, [] {});
    const auto write = [&] { reports.Write(absl::Now() + absl::Seconds(1)); };
    gate.Cut();
    reports.Report(Hello("scoring-1"), /*begins=*/true);
    write();
    write();
    gate.Open();
    EXPECT_TRUE(processes::Eventually([&] {
      write();
      const auto kept = store->Instances(sql::Soon());
      return kept.ok() && kept->size() == 1;
    }));
    write();
  }
  const std::string logged = testing::internal::GetCapturedStdout();
  EXPECT_THAT(logged, testing::ContainsRegex("\"reports_not_written\".*\"DATABASE_UNAVAILABLE\""));
  for (const std::string event : {"\"reports_not_written\"", "\"reports_written\""}) {
    EXPECT_NE(logged.find(event), std::string::npos) << event << logged;
    EXPECT_EQ(logged.find(event), logged.rfind(event)) << logged;
  }
  // What is well has no reason.
  EXPECT_THAT(logged, testing::EndsWith("\"event\":\"reports_written\"}\n"));
}

TEST(RedisTest, AFlushedRedisFillsAgain) {
  processes::RedisServer redis;
  auto options = Options(sql::NewSetting(sql::Engine::kSqlite));
  options.redis.address = redis.address();
  CatalogueUnderTest catalogue(options);
  const auto published = Publish(catalogue);
  ASSERT_OK(published);
  const auto filled = [&] {
    return redis.Run({"EXISTS", releases::RedisStateKey(kProgramme),
                      releases::RedisReleaseKey(published->activation().digest())}) == "2";
  };
  EXPECT_TRUE(processes::Eventually(filled));
  redis.Flush();
  EXPECT_TRUE(processes::Eventually(filled, absl::Seconds(10)));
}

TEST(RedisTest, ARevisionFromAnotherStoreStopsSigningUntilItIsFenced) {
  processes::RedisServer redis;
  auto options = Options(sql::NewSetting(sql::Engine::kSqlite));
  options.redis.address = redis.address();
  const auto trust = releases::ReadTrustFile(options.signing.trust_file);
  {
    CatalogueUnderTest lost(options);
    ASSERT_OK(Publish(lost));
    ASSERT_OK(Publish(lost));
    // The second revision, as Redis holds it.
    ASSERT_TRUE(processes::Eventually([&] {
      const auto held = releases::OpenState(redis.Run({"GET", releases::RedisStateKey(kProgramme)}),
                                            kProgramme, **trust);
      return held.ok() && releases::HighestRevision(held->state) == 2;
    }));
  }
  options.database.database = sql::NewSetting(sql::Engine::kSqlite);
  CatalogueUnderTest restored(options);
  const auto imported =
      Call<v1::ImportEditionResponse>(restored.admin(), &Admin::ImportEdition, Edition2026());
  ASSERT_OK(imported);
  EXPECT_TRUE(processes::Eventually([&] {
    const auto answer = restored.Convergence();
    return answer.ok() && answer->alarms_size() == 1 &&
           answer->alarms(0).kind() == "REVISION_AHEAD";
  }));
  EXPECT_EQ(restored.Activation()->envelope(), "");
  EXPECT_THAT(Publish(restored), HasReason(Reason::REVISION_AHEAD));
  v1::FenceRevisionRequest fence;
  fence.set_programme(kProgramme);
  fence.set_above(2);
  fence.mutable_actor()->set_name("张三");
  fence.mutable_actor()->set_reason("测试");
  fence.set_request_id(NewRequestId());
  ASSERT_OK(Call<v1::FenceRevisionResponse>(restored.admin(), &Admin::FenceRevision, fence));
  EXPECT_EQ(Publish(restored)->activation().revision(), 3);
  EXPECT_NE(restored.Activation()->envelope(), "");
}

}  // namespace
}  // namespace zhiping::catalogue
