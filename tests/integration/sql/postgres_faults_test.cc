// PostgreSQL that fails: every case ends in recovery, without opening the database again.
#include <fstream>
#include <thread>

#include "common/sql/standby.h"
#include "common/status/status_macros.h"
#include "tests/integration/sql/database_under_test.h"
#include "tests/processes/tcp_gate.h"

namespace zhiping::sql {
namespace {

using processes::Eventually;
using processes::TcpGate;
using testing::ElementsAre;

constexpr char kInsert[] = "INSERT INTO note (text) VALUES ($1)";

// A database behind a gate.
class PostgresFaultsTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_OK(Execute(*database_, "CREATE TABLE note (text {text})")); }

  std::string UrlThroughGate() { return SharedPostgres().Url(name_, gate_.port()); }

  absl::Status Read(absl::Duration timeout = absl::Seconds(30)) {
    return database_->Query<int64_t>(In(timeout), "SELECT count(*) FROM note").status();
  }
  // What a call gives within the deadline, and a little.
  void ExpectUnavailable(absl::Duration timeout) {
    const absl::Time start = absl::Now();
    EXPECT_EQ(Read(timeout).code(), absl::StatusCode::kUnavailable);
    EXPECT_LT(absl::Now() - start, timeout + absl::Seconds(1));
  }
  // Within what clients wait for.
  void ExpectRecovery() {
    EXPECT_TRUE(Eventually([this] { return Read().ok(); }, absl::Seconds(10)));
    EXPECT_OK(Execute(*database_, kInsert, {"recovered"}));
  }

  const std::string name_ = SharedPostgres().NewDatabase();
  TcpGate gate_{SharedPostgres().port()};
  std::unique_ptr<Database> database_ = OpenOrDie(UrlThroughGate());
};

TEST_F(PostgresFaultsTest, AFrozenServerCostsTheDeadline) {
  SharedPostgres().Freeze();
  // A connection that was open, and then new ones.
  for (int i = 0; i < 3; ++i) ExpectUnavailable(absl::Milliseconds(300));
  SharedPostgres().Thaw();
  ExpectRecovery();
}

TEST_F(PostgresFaultsTest, ConnectingHasATimeoutOfItsOwn) {
  Options options;
  options.connect_timeout = absl::Milliseconds(200);
  database_ = OpenOrDie(UrlThroughGate(), options);
  gate_.Freeze();
  const absl::Time start = absl::Now();
  EXPECT_THAT(Read(), IsSqlError(SqlError::kConnectionLost));
  EXPECT_LT(absl::Now() - start, absl::Seconds(2));
  gate_.Open();
  ExpectRecovery();
}

TEST_F(PostgresFaultsTest, ASilentNetworkCostsTheDeadline) {
  gate_.Freeze();
  for (int i = 0; i < 3; ++i) ExpectUnavailable(absl::Milliseconds(300));
  gate_.Open();
  ExpectRecovery();
}

TEST_F(PostgresFaultsTest, ACutNetworkIsNoticedAtOnce) {
  gate_.Cut();
  ExpectUnavailable(absl::Seconds(5));
  gate_.Open();
  ExpectRecovery();
}

TEST_F(PostgresFaultsTest, IdleConnectionsThatDiedAreReplacedUnnoticed) {
  database_ = OpenOrDie(SharedPostgres().Url(name_));
  ASSERT_OK(Read());
  SharedPostgres().Stop();
  SharedPostgres().Start();
  // The kernel knows that the connection is closed, so not even one call fails.
  EXPECT_OK(Read());
  SharedPostgres().Kill();
  ExpectUnavailable(absl::Seconds(5));
  SharedPostgres().Start();
  EXPECT_OK(Read());
}

TEST_F(PostgresFaultsTest, AKilledServerLosesNothingThatWasCommitted) {
  ASSERT_OK(Execute(*database_, kInsert, {"kept"}));
  const absl::Status status =
      database_->Transact(Soon(), {}, [](Transaction& transaction) -> absl::Status {
        RETURN_IF_ERROR(transaction.Execute(kInsert, {"lost"}).status());
        SharedPostgres().Kill();
        return transaction.Execute(kInsert, {"lost too"}).status();
      });
  // Before COMMIT nothing is in doubt.
  EXPECT_THAT(status, IsSqlError(SqlError::kConnectionLost));
  ExpectUnavailable(absl::Seconds(5));
  SharedPostgres().Start();
  ExpectRecovery();
  EXPECT_THAT(*database_->Query<std::string>(Soon(), "SELECT text FROM note"),
              ElementsAre("kept", "recovered"));
}

TEST_F(PostgresFaultsTest, ACommitWithoutAnswerIsUnknown) {
  // The answer is on its way and never arrives: it was done all the same.
  const absl::Status status = database_->Transact(
      In(absl::Seconds(1)), {}, [this](Transaction& transaction) -> absl::Status {
        RETURN_IF_ERROR(transaction.Execute(kInsert, {"done"}).status());
        gate_.Delay(absl::Milliseconds(600));  // In each direction.
        return absl::OkStatus();
      });
  EXPECT_THAT(status, IsSqlError(SqlError::kCommitUnknown));
  EXPECT_THAT(status, HasReason(Reason::COMMIT_UNKNOWN));
  gate_.Open();
  EXPECT_TRUE(Eventually([this] {
    const auto rows = database_->Query<std::string>(Soon(), "SELECT text FROM note");
    return rows.ok() && *rows == Rows<std::string>{{"done"}};
  }));
  // It never got there: it was not.
  gate_.Freeze();
  EXPECT_THAT(database_->Apply(In(absl::Milliseconds(300)), {{kInsert, {"not done"}}}),
              IsSqlError(SqlError::kCommitUnknown));
  gate_.Cut();
  gate_.Open();
  ExpectRecovery();
  EXPECT_THAT(*database_->Query<std::string>(Soon(), "SELECT text FROM note"),
              ElementsAre("done", "recovered"));
}

TEST_F(PostgresFaultsTest, ACommitThatAnswersRollbackIsAnError) {
  // Below Transaction, which would not even ask.
  const auto backend = NewPostgresBackend(*ParseSetting(UrlThroughGate()), {});
  const Deadline deadline(absl::Seconds(30));
  const auto connection = backend->Connect(Access::kWrite, deadline);
  ASSERT_OK(connection);
  const Statement bad = {"INSERT INTO note (text) SELECT CAST('x' AS BIGINT)::TEXT", {}};
  EXPECT_FALSE((*connection)
                   ->Run(backend->Begin(Access::kWrite, Isolation::kReadCommitted), {&bad, 1},
                         false, deadline)
                   .ok());
  const auto commit = (*connection)->Run("", {}, true, deadline);
  EXPECT_EQ(commit.status().code(), absl::StatusCode::kInternal);
  EXPECT_NE(commit.status().message().find("ROLLBACK"), absl::string_view::npos);
  EXPECT_TRUE((*connection)->Usable());
}

TEST_F(PostgresFaultsTest, WhatNobodyWaitsForIsEndedByTheServer) {
  EXPECT_THAT(database_->Query<int64_t>(In(absl::Milliseconds(200)),
                                        "SELECT count(*) FROM (SELECT pg_sleep(3600)) AS s"),
              IsSqlError(SqlError::kStatementTimeout));
  EXPECT_TRUE(Eventually([this] {
    const auto rows = database_->Query<int64_t>(
        Soon(),
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
        "query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()");
    return rows.ok() && *rows == Rows<int64_t>{{0}};
  }));
}

TEST_F(PostgresFaultsTest, WhatTheServerRefusesIsClassified) {
  const std::vector<std::pair<std::string, SqlError>> kStates = {
      {"23505", SqlError::kUnique},         {"23503", SqlError::kForeignKey},
      {"40001", SqlError::kSerialization},  {"40P01", SqlError::kDeadlock},
      {"55P03", SqlError::kLockTimeout},    {"57014", SqlError::kStatementTimeout},
      {"53100", SqlError::kDiskFull},       {"25006", SqlError::kReadOnly},
      {"57P01", SqlError::kConnectionLost}, {"08006", SqlError::kConnectionLost},
      {"08P01", SqlError::kOther},          {"22P02", SqlError::kOther}};
  for (const auto& [state, error] : kStates) {
    const absl::Status status = Execute(
        *database_,
        absl::StrCat("DO 'BEGIN RAISE EXCEPTION ''secret'' USING ERRCODE = ''", state, "''; END'"));
    const bool in_doubt = error == SqlError::kConnectionLost;
    EXPECT_THAT(status, IsSqlError(in_doubt ? SqlError::kCommitUnknown : error)) << state;
    // What a message about data quotes stays out of the log.
    if (state == "22P02") {
      EXPECT_EQ(status.ToString().find("secret"), std::string::npos);
    }
  }
  ExpectRecovery();
}

TEST_F(PostgresFaultsTest, TheRealTypesAreNamedWhenTheyAreNotRead) {
  const auto rows = database_->Query<int64_t>(Soon(), "SELECT now()");
  EXPECT_EQ(rows.status().code(), absl::StatusCode::kInternal);
  EXPECT_NE(rows.status().message().find("1184"), absl::string_view::npos);
}

TEST_F(PostgresFaultsTest, ThePasswordComesFromAFileAndIsNowhereElse) {
  ASSERT_OK(Execute(*database_, "CREATE ROLE guest LOGIN PASSWORD 'correct horse'"));
  Options options;
  options.password_file = processes::NewFolder() + "/password";
  std::ofstream(options.password_file) << "correct horse\n";
  const auto guest = OpenOrDie(
      absl::StrCat("host=127.0.0.1 user=guest port=", SharedPostgres().port(), " dbname=", name_),
      options);
  EXPECT_OK(guest->Query<int64_t>(Soon(), "SELECT 1"));
  EXPECT_EQ(guest->description().find("correct"), std::string::npos);
  std::ofstream(options.password_file + "2");
  options.password_file += "3";
  EXPECT_THAT(OpenOrDie(UrlThroughGate(), options)->Query<int64_t>(Soon(), "SELECT 1"),
              HasReason(Reason::FILE_UNREADABLE));
}

// What its administrator has to mend is said, and is enough: nothing is opened again.
TEST_F(PostgresFaultsTest, AnAccountThatIsNotThereOrMayTooLittle) {
  const std::string role = absl::StrCat("role_of_", name_);
  const auto theirs = OpenOrDie(absl::StrCat("host=127.0.0.1 user=", role,
                                             " port=", SharedPostgres().port(), " dbname=", name_));
  const auto ask = [&] { return theirs->Query<int64_t>(Soon(), "SELECT 1").status(); };
  const auto create = [&] { return Execute(*theirs, "CREATE TABLE public.of_theirs (id BIGINT)"); };
  EXPECT_THAT(ask(), IsSqlError(SqlError::kLoginRefused));
  EXPECT_THAT(LogText(ask()), testing::HasSubstr("SQLSTATE 28000"));
  EXPECT_THAT(LogText(ask()), Not(testing::HasSubstr("LOCATION")));
  ASSERT_OK(Execute(*database_, absl::StrCat("CREATE ROLE ", role, " LOGIN")));
  EXPECT_OK(ask());
  EXPECT_THAT(create(), IsSqlError(SqlError::kPermissionDenied));
  ASSERT_OK(Execute(*database_, absl::StrCat("GRANT CREATE ON SCHEMA public TO ", role)));
  EXPECT_OK(create());
}

TEST_F(PostgresFaultsTest, ADatabaseThatIsNotThereOrHasAnotherEncoding) {
  const std::string name = absl::StrCat("of_", name_);
  const auto theirs = OpenOrDie(SharedPostgres().Url(name));
  const auto ask = [](Database& database) {
    return database.Query<int64_t>(Soon(), "SELECT 1").status();
  };
  EXPECT_THAT(ask(*theirs), IsSqlError(SqlError::kNoDatabase));
  ASSERT_OK(Execute(*database_, absl::StrCat("ALTER DATABASE ", SharedPostgres().NewDatabase(),
                                             " RENAME TO ", name)));
  EXPECT_OK(ask(*theirs));
  const auto latin = OpenOrDie(SharedPostgres().Url(SharedPostgres().NewDatabase(
      "TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'")));
  EXPECT_THAT(ask(*latin), HasReason(Reason::DATABASE_ENCODING));
  EXPECT_THAT(DetailOf(ask(*latin)).message().zh(), testing::HasSubstr("而不是 LATIN1"));
}

TEST(SynchronousStandby, IsRequiredAndFound) {
  processes::Postgres primary(
      {.fsync = true, .more = {"synchronous_standby_names=*"}, .primary = nullptr});
  const auto database = OpenOrDie(primary.Url("postgres"));
  EXPECT_THAT(CheckSynchronousStandby(*database, Soon()),
              HasReason(Reason::NO_SYNCHRONOUS_STANDBY));
  // Without waiting for a standby.
  ASSERT_OK(database->Apply(
      Soon(), {{"SET LOCAL synchronous_commit TO local", {}}, {"CREATE TABLE t (id BIGINT)", {}}}));
  // Committed there, but nowhere else yet: the caller gets no OK for it.
  const auto waiting =
      database->Apply(In(absl::Seconds(1)), {{"INSERT INTO t (id) VALUES (0)", {}}});
  EXPECT_THAT(waiting, IsSqlError(SqlError::kCommitUnknown));
  {
    processes::Postgres standby({.fsync = true, .more = {}, .primary = &primary});
    EXPECT_TRUE(Eventually([&] { return CheckSynchronousStandby(*database, Soon()).ok(); }));
    EXPECT_OK(Execute(*database, "INSERT INTO t (id) VALUES (1)"));
  }
  // A wait that the operator ends is not an acknowledgement.
  std::thread operators([&] {
    EXPECT_TRUE(Eventually([&] {
      const auto ended = database->Query<bool>(
          Soon(),
          "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
      return ended.ok() && !ended->empty();
    }));
  });
  EXPECT_THAT(Execute(*database, "INSERT INTO t (id) VALUES (3)"),
              IsSqlError(SqlError::kCommitUnknown));
  operators.join();
}

TEST(SynchronousStandby, IsNotWhatAServerAloneOrSqliteHas) {
  const auto alone = OpenOrDie(NewSetting(Engine::kPostgres));
  EXPECT_THAT(CheckSynchronousStandby(*alone, Soon()), HasReason(Reason::NO_SYNCHRONOUS_STANDBY));
  const auto sqlite = OpenOrDie(NewSetting(Engine::kSqlite));
  EXPECT_THAT(CheckSynchronousStandby(*sqlite, Soon()), HasReason(Reason::NO_SYNCHRONOUS_STANDBY));
}

}  // namespace
}  // namespace zhiping::sql
