// A setting with several hosts: the primary is used, and one that never answers holds up nothing
// for long.
#include "absl/strings/str_cat.h"
#include "common/sql/connection.h"
#include "common/status/error.h"
#include "tests/integration/sql/database_under_test.h"
#include "tests/processes/tcp_gate.h"

namespace zhiping::sql {
namespace {

using processes::Eventually;
using processes::Postgres;
using processes::TcpGate;

// A standby answers every read, and may be behind: a catalogue that read there would go on
// confirming what is no longer in force.
TEST(PostgresHosts, AStandbyIsNeitherReadNorWritten) {
  Postgres primary;
  const auto at_primary = OpenOrDie(primary.Url("postgres"));
  ASSERT_OK(Execute(*at_primary, "CREATE TABLE t (id BIGINT)"));
  Postgres standby({.fsync = true, .more = {}, .primary = &primary});
  const auto alone = OpenOrDie(standby.Url("postgres"));
  EXPECT_THAT(alone->Query<int64_t>(Soon(), "SELECT id FROM t"), IsSqlError(SqlError::kReadOnly));
  EXPECT_THAT(Execute(*alone, "INSERT INTO t (id) VALUES (1)"), IsSqlError(SqlError::kReadOnly));
  // Whichever stands first, the primary is used, by either of the usual words for it.
  for (const char* attributes :
       {"", "?target_session_attrs=read-write", "?target_session_attrs=primary"}) {
    const auto both = OpenOrDie(Postgres::Url(standby, primary, "postgres") + attributes);
    EXPECT_OK(Execute(*both, "INSERT INTO t (id) VALUES (2)")) << attributes;
  }
  // The primary goes, and nothing is read from the standby in its place; it is promoted, and is
  // used.
  const auto both = OpenOrDie(Postgres::Url(primary, standby, "postgres"));
  ASSERT_THAT(both->Query<int64_t>(Soon(), "SELECT id FROM t"), IsOk());
  primary.Kill();
  EXPECT_TRUE(Eventually([&] {
    const auto read = both->Query<int64_t>(Soon(), "SELECT id FROM t");
    return !read.ok() && SqlErrorOf(read.status()) == SqlError::kReadOnly;
  }));
  standby.Promote();
  EXPECT_TRUE(Eventually([&] { return Execute(*both, "INSERT INTO t (id) VALUES (3)").ok(); }));
}

// Its machine still takes connections, and nothing on it answers.
TEST(PostgresHosts, AFrozenPrimaryIsPassedOverWithinTheConnectTimeout) {
  const absl::Duration connect_timeout = Options().connect_timeout;
  Postgres frozen;
  Postgres standby({.fsync = false, .more = {}, .primary = &frozen});
  const std::string url = Postgres::Url(frozen, standby, "postgres");
  const auto running = OpenOrDie(url);
  ASSERT_OK(running->Query<int64_t>(Soon(), "SELECT 1"));
  frozen.Freeze();
  // The connection that was open costs the deadline of the call that tries it.
  EXPECT_EQ(running->Query<int64_t>(In(absl::Milliseconds(200)), "SELECT 1").status().code(),
            absl::StatusCode::kUnavailable);
  absl::Time start = absl::Now();
  EXPECT_THAT(running->Query<int64_t>(Soon(), "SELECT 1"), IsSqlError(SqlError::kReadOnly));
  EXPECT_LT(absl::Now() - start, connect_timeout);
  standby.Promote();
  start = absl::Now();
  EXPECT_OK(Execute(*running, "CREATE TABLE t (id BIGINT)"));
  EXPECT_LT(absl::Now() - start, connect_timeout);
  // A service that starts now; what it connects to next does not wait for the frozen one again.
  const auto started = NewPostgresBackend(*ParseSetting(url), {});
  start = absl::Now();
  EXPECT_OK(started->Connect(Access::kRead, Deadline(absl::Seconds(30))));
  EXPECT_LT(absl::Now() - start, connect_timeout);
  start = absl::Now();
  EXPECT_OK(started->Connect(Access::kRead, Deadline(absl::Seconds(30))));
  EXPECT_LT(absl::Now() - start, connect_timeout / 4);
  // The other way round: it thaws, is the primary still, and the promoted one goes.
  frozen.Thaw();
  standby.Kill();
  EXPECT_TRUE(Eventually([&] { return Execute(*running, "CREATE TABLE t (id BIGINT)").ok(); }));
}

TEST(PostgresHosts, AFrozenServerAloneIsUnavailableInTime) {
  Postgres frozen({.fsync = false, .more = {}, .primary = nullptr});
  frozen.Freeze();
  const auto alone = OpenOrDie(frozen.Url("postgres"));
  const absl::Time start = absl::Now();
  EXPECT_THAT(alone->Query<int64_t>(Soon(), "SELECT 1"), IsSqlError(SqlError::kConnectionLost));
  EXPECT_LT(absl::Now() - start, Options().connect_timeout + absl::Seconds(1));
  frozen.Thaw();
  EXPECT_OK(alone->Query<int64_t>(Soon(), "SELECT 1"));
}

TEST(PostgresHosts, EachThatDidNotAnswerIsNamedInTheLog) {
  TcpGate one(SharedPostgres().port()), other(SharedPostgres().port());
  one.Freeze();
  other.Freeze();
  Options options;
  options.connect_timeout = absl::Milliseconds(200);
  const auto database = OpenOrDie(absl::StrCat("postgres://zhiping@127.0.0.1:", one.port(),
                                               ",127.0.0.1:", other.port(), "/postgres"),
                                  options);
  const absl::Status status = database->Query<int64_t>(Soon(), "SELECT 1").status();
  EXPECT_THAT(status, IsSqlError(SqlError::kConnectionLost));
  for (const TcpGate* gate : {&one, &other}) {
    EXPECT_THAT(LogText(status), testing::HasSubstr(absl::StrCat(gate->port())));
  }
}

TEST(PostgresHosts, ConnectTimeoutInTheSettingIsHowLongOneHostMayTake) {
  const std::string name = SharedPostgres().NewDatabase();
  TcpGate gate(SharedPostgres().port());
  const std::string url = SharedPostgres().Url(name, gate.port());
  // Shorter than what connecting may take otherwise.
  gate.Freeze();
  absl::Time start = absl::Now();
  EXPECT_THAT(OpenOrDie(url + "?connect_timeout=1")->Query<int64_t>(Soon(), "SELECT 1"),
              IsSqlError(SqlError::kConnectionLost));
  EXPECT_LT(absl::Now() - start, absl::Seconds(2));
  // And longer: what is slow is waited for.
  gate.Open();
  gate.Delay(absl::Milliseconds(200));
  Options options;
  options.connect_timeout = absl::Milliseconds(100);
  EXPECT_THAT(OpenOrDie(url, options)->Query<int64_t>(Soon(), "SELECT 1"),
              IsSqlError(SqlError::kConnectionLost));
  EXPECT_OK(OpenOrDie(url + "?connect_timeout=20", options)->Query<int64_t>(Soon(), "SELECT 1"));
}

}  // namespace
}  // namespace zhiping::sql
