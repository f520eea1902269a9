// How a catalogue starts, gets ready, and ends.
#include <atomic>

#include "common/time/clock.h"
#include "tests/integration/catalogue/catalogue_under_test.h"
#include "tests/integration/sql/database_under_test.h"
#include "tests/processes/tcp_gate.h"

namespace zhiping::catalogue {
namespace {

CatalogueOptions NewOptions(const std::string& database) {
  CatalogueOptions options;
  options.database.database = database;
  options.signing = NewSigning();
  options.redis.address = "";
  return options;
}

TEST(RunningTest, AKeyThatFollowersWouldNotTrustIsNoticedAtTheStart) {
  auto options = NewOptions(sql::NewSetting(sql::Engine::kSqlite));
  options.signing.activation_keys = NewSigning().activation_keys;
  rpc::Metrics metrics;
  const rpc::Log log(rpc::Severity::kError);
  const auto access = *rpc::AccessControl::Open({}, SystemClock(), log);
  EXPECT_THAT(
      Catalogue::Open(options, SystemClock(), {metrics, log, *access}, [](bool) {}).status(),
      HasReason(Reason::UNKNOWN_KEY));
}

class StandbyCheckTest : public testing::Test {
 protected:
  static absl::Status Open(const std::string& database, StandbyCheck check) {
    auto options = NewOptions(database);
    options.standby_check = check;
    rpc::Metrics metrics;
    const rpc::Log log(rpc::Severity::kError);
    const auto access = *rpc::AccessControl::Open({}, SystemClock(), log);
    return Catalogue::Open(options, SystemClock(), {metrics, log, *access}, [](bool) {}).status();
  }
};

TEST_F(StandbyCheckTest, WithoutASynchronousStandbyItStartsOnlyIfTold) {
  const std::string settings[] = {sql::NewSetting(sql::Engine::kPostgres),
                                  sql::NewSetting(sql::Engine::kSqlite)};
  for (const std::string& setting : settings) {
    const absl::Status refused = Open(setting, StandbyCheck::kRequire);
    EXPECT_THAT(refused, HasReason(Reason::NO_SYNCHRONOUS_STANDBY));
    EXPECT_THAT(DetailOf(refused).message().zh(), testing::HasSubstr("--standby-check warn"));
    EXPECT_THAT(DetailOf(refused).message().en(), testing::HasSubstr("--standby-check warn"));
    EXPECT_OK(Open(setting, StandbyCheck::kWarn));
    EXPECT_OK(Open(setting, StandbyCheck::kOff));
  }
}

TEST_F(StandbyCheckTest, ItStartsOnceTheStandbyStreams) {
  processes::Postgres primary(
      {.fsync = true, .more = {"synchronous_standby_names=*"}, .primary = nullptr});
  const std::string setting = primary.Url("postgres");
  const absl::Time start = absl::Now();
  EXPECT_THAT(Open(setting, StandbyCheck::kRequire), HasReason(Reason::NO_SYNCHRONOUS_STANDBY));
  // It did not wait for what it would have written.
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
  processes::Postgres standby({.fsync = true, .more = {}, .primary = &primary});
  EXPECT_TRUE(processes::Eventually([&] { return Open(setting, StandbyCheck::kRequire).ok(); }));
}

TEST(RunningTest, IsReadyWhileItsDatabaseCanBeRead) {
  auto& postgres = sql::SharedPostgres();
  processes::TcpGate gate(postgres.port());
  auto options = NewOptions(postgres.Url(postgres.NewDatabase(), gate.port()));
  options.confirming.retry_interval = absl::Milliseconds(50);
  options.confirming.read_timeout = absl::Milliseconds(200);
  rpc::Metrics metrics;
  const rpc::Log log(rpc::Severity::kError);
  const auto access = *rpc::AccessControl::Open({}, SystemClock(), log);
  std::atomic<bool> ready = false;
  const auto catalogue = Catalogue::Open(options, SystemClock(), {metrics, log, *access},
                                         [&](bool now) { ready = now; });
  ASSERT_OK(catalogue);
  EXPECT_TRUE(processes::Eventually([&] { return ready.load(); }));
  gate.Freeze();
  EXPECT_TRUE(processes::Eventually([&] { return !ready.load(); }));
  gate.Open();
  EXPECT_TRUE(processes::Eventually([&] { return ready.load(); }));
}

TEST(RunningTest, StreamsEndAtOnceWhenItStops) {
  auto catalogue =
      std::make_unique<CatalogueUnderTest>(NewOptions(sql::NewSetting(sql::Engine::kSqlite)));
  grpc::ClientContext context;
  const auto stub = v1::CatalogueService::NewStub(
      rpc::NewChannel(absl::StrCat("127.0.0.1:", catalogue->port()), {}));
  const auto stream = stub->Subscribe(&context);
  ASSERT_TRUE(stream->Write(Hello("scoring-1")));
  v1::SubscribeResponse states;
  ASSERT_TRUE(stream->Read(&states));
  const absl::Time stopping = absl::Now();
  catalogue.reset();
  while (stream->Read(&states)) {
  }
  EXPECT_EQ(rpc::FromGrpcStatus(stream->Finish()).code(), absl::StatusCode::kUnavailable);
  // Less than the server's grace for calls that go on.
  EXPECT_LT(absl::Now() - stopping, absl::Milliseconds(900));
}

}  // namespace
}  // namespace zhiping::catalogue
