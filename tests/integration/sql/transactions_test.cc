// Transactions, isolation, the pool and deadlines.
#include <atomic>
#include <thread>

#include "absl/synchronization/barrier.h"
#include "absl/synchronization/notification.h"
#include "common/status/status_macros.h"
#include "tests/integration/sql/database_under_test.h"

namespace zhiping::sql {
namespace {

using testing::ElementsAre;

constexpr char kAdd[] = "UPDATE counter SET value = value + $2 WHERE id = $1";
constexpr char kRead[] = "SELECT value FROM counter WHERE id = $1";
// A statement that takes far longer than any test.
constexpr char kEndless[] =
    "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n % 1000 + 1 FROM numbers) "
    "SELECT count(*) FROM numbers";

class TransactionsTest : public DatabaseTest {
 protected:
  void SetUp() override {
    ASSERT_OK(Execute(*database_, "CREATE TABLE counter (id BIGINT PRIMARY KEY, value BIGINT)"));
    ASSERT_OK(Execute(*database_, "INSERT INTO counter (id, value) VALUES (1, 10), (2, 20)"));
  }

  std::vector<int64_t> Values() {
    const auto rows = database_->Query<int64_t>(Soon(), "SELECT value FROM counter ORDER BY id");
    EXPECT_OK(rows);
    std::vector<int64_t> values;
    for (const auto& [value] : *rows) values.push_back(value);
    return values;
  }
};

// Where SQLite's only writer waits for nobody.
class PostgresTransactionsTest : public TransactionsTest {};

absl::StatusOr<int64_t> ValueOf(Transaction& transaction, int64_t id, bool lock = false) {
  const std::string sql = absl::StrCat(kRead, lock ? " {for_update}" : "");
  ASSIGN_OR_RETURN(const auto rows, transaction.Query<int64_t>(sql, {id}));
  return std::get<0>(rows.at(0));
}

TEST_P(TransactionsTest, CommitsWhatTheBodyDidAndRollsBackWhatItRefused) {
  EXPECT_OK(database_->Transact(Soon(), {}, [](Transaction& transaction) -> absl::Status {
    RETURN_IF_ERROR(transaction.Execute(kAdd, {1, 5}).status());
    const auto value = ValueOf(transaction, 1);
    EXPECT_EQ(*value, 15);  // It sees its own changes.
    return transaction.Batch({{{kAdd, {2, 5}}, {kAdd, {2, 1}}}}).status();
  }));
  EXPECT_THAT(Values(), ElementsAre(15, 26));
  const absl::Status refused =
      database_->Transact(Soon(), {}, [](Transaction& transaction) -> absl::Status {
        RETURN_IF_ERROR(transaction.Execute(kAdd, {1, 1}).status());
        return absl::NotFoundError("mine");
      });
  EXPECT_EQ(refused, absl::NotFoundError("mine"));
  EXPECT_THAT(Values(), ElementsAre(15, 26));
  EXPECT_OK(database_->Transact(Soon(), {}, [](Transaction&) { return absl::OkStatus(); }));
}

TEST_P(TransactionsTest, AFailedStatementCannotBeIgnored) {
  const absl::Status status =
      database_->Transact(Soon(), {}, [](Transaction& transaction) -> absl::Status {
        RETURN_IF_ERROR(transaction.Execute(kAdd, {1, 1}).status());
        EXPECT_THAT(transaction.Execute("INSERT INTO counter (id) VALUES (1)"),
                    IsSqlError(SqlError::kUnique));
        EXPECT_THAT(transaction.Execute(kAdd, {1, 1}), IsSqlError(SqlError::kUnique));
        return absl::OkStatus();
      });
  EXPECT_THAT(status, IsSqlError(SqlError::kUnique));
  EXPECT_THAT(Values(), ElementsAre(10, 20));
}

TEST_P(TransactionsTest, ABatchStopsAtItsFirstFailureAndLeavesNothing) {
  EXPECT_THAT(database_->Apply(Soon(), {{kAdd, {1, 1}},
                                        {"INSERT INTO counter (id) VALUES ($1)", {2}},
                                        {"INSERT INTO counter (id) VALUES ($1)", {3}}}),
              IsSqlError(SqlError::kUnique));
  EXPECT_THAT(Values(), ElementsAre(10, 20));
  EXPECT_OK(database_->Apply(Soon(), {{kAdd, {1, 1}}}));
}

TEST_P(PostgresTransactionsTest, APlanForItsValuesIsNotKept) {
  const auto kept = [this](Plan plan) {
    const Statement read = {absl::StrCat(kRead, " /* ", static_cast<int>(plan), " */"), {1}, plan};
    const Statement count = {
        "SELECT count(*) FROM pg_prepared_statements WHERE statement = $1 || ''", {read.sql}};
    // Of one connection.
    auto results = database_->ReadAll(Soon(), {read, read, count});
    EXPECT_OK(results);
    EXPECT_THAT(*std::move((*results)[1]).Take<int64_t>(), ElementsAre(std::tuple(10)));
    return std::get<0>(std::move(results->back()).Take<int64_t>()->front());
  };
  EXPECT_EQ(kept(Plan::kKept), 1);
  EXPECT_EQ(kept(Plan::kForValues), 0);
}

TEST_P(TransactionsTest, WhatIsRunLaterIsThereBeforeTheNextStatementAndTheCommit) {
  EXPECT_OK(database_->Transact(Soon(), {}, [](Transaction& transaction) -> absl::Status {
    transaction.Later(kAdd, {1, 5});
    transaction.Later(kAdd, {2, 5});
    // The results of those before are not among the batch's.
    const std::vector<Statement> reads = {Statement{kRead, {1}}, Statement{kRead, {2}}};
    auto results = transaction.Batch(reads);
    RETURN_IF_ERROR(results.status());
    EXPECT_EQ(results->size(), 2U);
    EXPECT_EQ(std::get<0>(std::move((*results)[0]).Take<int64_t>()->at(0)), 15);
    transaction.Later(kAdd, {1, 1});
    return absl::OkStatus();
  }));
  EXPECT_THAT(Values(), ElementsAre(16, 25));
  // Also if nothing else is in the transaction.
  EXPECT_OK(database_->Transact(Soon(), {}, [](Transaction& transaction) {
    transaction.Later(kAdd, {1, 1});
    return absl::OkStatus();
  }));
  EXPECT_THAT(Values(), ElementsAre(17, 25));
}

TEST_P(TransactionsTest, WhatFailsLaterLeavesNothing) {
  const auto fail = [](Transaction& transaction) {
    transaction.Later(kAdd, {1, 5});
    transaction.Later("INSERT INTO counter (id) VALUES ($1)", {2});
  };
  EXPECT_THAT(database_->Transact(Soon(), {},
                                  [&](Transaction& transaction) {
                                    fail(transaction);
                                    return absl::OkStatus();
                                  }),
              IsSqlError(SqlError::kUnique));
  EXPECT_THAT(database_->Transact(Soon(), {},
                                  [&](Transaction& transaction) {
                                    fail(transaction);
                                    EXPECT_THAT(ValueOf(transaction, 1),
                                                IsSqlError(SqlError::kUnique));
                                    return absl::OkStatus();
                                  }),
              IsSqlError(SqlError::kUnique));
  // What the body refuses is not run at all.
  EXPECT_EQ(database_->Transact(Soon(), {},
                                [&](Transaction& transaction) {
                                  fail(transaction);
                                  return absl::NotFoundError("mine");
                                }),
            absl::NotFoundError("mine"));
  EXPECT_THAT(Values(), ElementsAre(10, 20));
}

TEST_P(TransactionsTest, SeveralReadsAreOneCall) {
  auto results = database_->ReadAll(Soon(), {{kRead, {2}}, {kRead, {1}}, {kRead, {3}}});
  ASSERT_OK(results);
  ASSERT_EQ(results->size(), 3U);
  EXPECT_EQ(std::get<0>(std::move((*results)[0]).Take<int64_t>()->at(0)), 20);
  EXPECT_EQ(std::get<0>(std::move((*results)[1]).Take<int64_t>()->at(0)), 10);
  EXPECT_EQ((*results)[2].rows(), 0U);
  EXPECT_THAT(database_->ReadAll(Soon(), {{kRead, {1}}, {kAdd, {1, 1}}, {kRead, {1}}}),
              IsSqlError(SqlError::kReadOnly));
  EXPECT_THAT(Values(), ElementsAre(10, 20));
}

TEST_P(TransactionsTest, ReadsCannotWrite) {
  EXPECT_THAT(database_->Query<int64_t>(Soon(), "UPDATE counter SET value = 0 RETURNING value"),
              IsSqlError(SqlError::kReadOnly));
  EXPECT_THAT(database_->Transact(Soon(), {.access = Access::kRead},
                                  [](Transaction& transaction) {
                                    return transaction.Execute(kAdd, {1, 1}).status();
                                  }),
              IsSqlError(SqlError::kReadOnly));
  EXPECT_THAT(Values(), ElementsAre(10, 20));
}

TEST_P(TransactionsTest, AReaderSeesOneMomentAndNothingUncommitted) {
  EXPECT_OK(database_->Transact(
      Soon(), {.access = Access::kRead}, [this](Transaction& reader) -> absl::Status {
        EXPECT_EQ(*ValueOf(reader, 1), 10);
        EXPECT_OK(database_->Transact(Soon(), {}, [this](Transaction& writer) -> absl::Status {
          RETURN_IF_ERROR(writer.Execute(kAdd, {1, 1}).status());
          EXPECT_THAT(Values(), ElementsAre(10, 20));
          return absl::OkStatus();
        }));
        EXPECT_THAT(Values(), ElementsAre(11, 20));
        EXPECT_EQ(*ValueOf(reader, 1), 10);
        return absl::OkStatus();
      }));
}

// Two threads that read, and then write what they read plus one.
std::vector<absl::Status> ReadThenAdd(Database& database, const TransactOptions& options,
                                      bool lock) {
  constexpr int kRounds = 30;
  std::vector<absl::Status> failures;
  absl::Mutex mutex;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round) {
        const absl::Status status =
            database.Transact(Soon(), options, [&](Transaction& transaction) -> absl::Status {
              ASSIGN_OR_RETURN(const int64_t value, ValueOf(transaction, 1, lock));
              return transaction
                  .Execute("UPDATE counter SET value = $2 WHERE id = $1", {1, value + 1})
                  .status();
            });
        absl::MutexLock guard(&mutex);
        if (!status.ok()) failures.push_back(status);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  return failures;
}

TEST_P(TransactionsTest, NoUpdateIsLostUnderARowLock) {
  EXPECT_THAT(ReadThenAdd(*database_, {}, true), testing::IsEmpty());
  EXPECT_THAT(Values(), ElementsAre(10 + 120, 20));
}

TEST_P(TransactionsTest, NoUpdateIsLostWhenSerializable) {
  // Whoever fails knows, and nothing of it stays.
  const auto failures = ReadThenAdd(*database_, {.isolation = Isolation::kSerializable}, false);
  for (const auto& failure : failures) {
    EXPECT_THAT(failure, IsSqlError(SqlError::kSerialization));
  }
  // SQLite has one writer at a time. That PostgreSQL's conflicts fail is shown below, where they
  // are sure to happen.
  EXPECT_TRUE(failures.empty() || postgres());
  EXPECT_EQ(Values()[0], 10 + 120 - static_cast<int64_t>(failures.size()));
}

TEST_P(TransactionsTest, ConflictsAreRepeatedOnlyWhereTheCallerAllows) {
  std::atomic<int> runs = 0;
  const auto body = [&](Transaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(const int64_t value, ValueOf(transaction, 1));
    if (++runs == 1) {
      // Somebody else is faster, once. SQLite's writer cannot be overtaken.
      if (postgres()) {
        EXPECT_OK(Execute(*database_, kAdd, {1, 100}));
      }
    }
    return transaction.Execute("UPDATE counter SET value = $2 WHERE id = $1", {1, value + 1})
        .status();
  };
  EXPECT_OK(database_->Transact(Soon(), {.isolation = Isolation::kSerializable, .may_repeat = true},
                                body));
  EXPECT_EQ(runs, postgres() ? 2 : 1);
  EXPECT_THAT(Values(), ElementsAre(postgres() ? 111 : 11, 20));
  runs = 0;
  const absl::Status once =
      database_->Transact(Soon(), {.isolation = Isolation::kSerializable}, body);
  EXPECT_EQ(once.ok(), !postgres());
  EXPECT_EQ(runs, 1);
}

TEST_P(PostgresTransactionsTest, RepetitionIsBounded) {
  int runs = 0;
  EXPECT_THAT(
      database_->Transact(Soon(), {.isolation = Isolation::kSerializable, .may_repeat = true},
                          [&](Transaction& transaction) -> absl::Status {
                            ++runs;
                            RETURN_IF_ERROR(ValueOf(transaction, 1).status());
                            EXPECT_OK(Execute(*database_, kAdd, {1, 100}));
                            return transaction.Execute(kAdd, {1, 1}).status();
                          }),
      IsSqlError(SqlError::kSerialization));
  EXPECT_EQ(runs, 8);
}

TEST_P(TransactionsTest, DeadlocksEndAndAreRepeated) {
  absl::Barrier* const both = new absl::Barrier(2);
  std::atomic<int> runs = 0;
  std::vector<std::thread> threads;
  for (const int first : {1, 2}) {
    threads.emplace_back([&, first] {
      EXPECT_OK(database_->Transact(
          Soon(), {.may_repeat = true}, [&](Transaction& transaction) -> absl::Status {
            RETURN_IF_ERROR(transaction.Execute(kAdd, {first, 1}).status());
            if (++runs <= 2 && postgres() && both->Block()) delete both;
            return transaction.Execute(kAdd, {3 - first, 1}).status();
          }));
    });
  }
  for (auto& thread : threads) thread.join();
  if (!postgres()) delete both;
  // PostgreSQL: one of them is repeated, and may meet the other once more.
  EXPECT_TRUE(postgres() ? runs >= 3 : runs == 2) << runs;
  EXPECT_THAT(Values(), ElementsAre(12, 22));
}

TEST_P(TransactionsTest, NamedLocksAreHeldToTheEnd) {
  std::atomic<int> inside = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      EXPECT_OK(database_->Transact(Soon(), {}, [&](Transaction& transaction) -> absl::Status {
        RETURN_IF_ERROR(transaction.Lock("only one"));
        RETURN_IF_ERROR(transaction.Execute("SELECT 1").status());
        EXPECT_EQ(++inside, 1);
        absl::SleepFor(absl::Milliseconds(10));
        --inside;
        return transaction.Lock("another");
      }));
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST_P(PostgresTransactionsTest, WaitingForAnotherTransactionEnds) {
  Options options;
  options.busy_timeout = absl::Milliseconds(50);
  const auto impatient = OpenOrDie(setting_, options);
  EXPECT_OK(database_->Transact(Soon(), {}, [&](Transaction& holder) -> absl::Status {
    RETURN_IF_ERROR(holder.Execute(kAdd, {1, 1}).status());
    EXPECT_THAT(Execute(*impatient, kAdd, {1, 1}), IsSqlError(SqlError::kLockTimeout));
    return absl::OkStatus();
  }));
  EXPECT_OK(Execute(*impatient, kAdd, {1, 1}));
}

TEST_P(TransactionsTest, AFullPoolSaysSoWithinTheDeadline) {
  database_.reset();
  Options options;
  options.pool_size = 1;
  database_ = OpenOrDie(setting_, options);
  EXPECT_OK(database_->Transact(
      Soon(), {.access = Access::kRead}, [&](Transaction& transaction) -> absl::Status {
        const absl::Time start = absl::Now();
        EXPECT_THAT(database_->Query<int64_t>(In(absl::Milliseconds(50)), "SELECT 1"),
                    IsSqlError(SqlError::kPoolExhausted));
        EXPECT_LT(absl::Now() - start, absl::Seconds(2));
        return transaction.Execute("SELECT 1").status();
      }));
  EXPECT_OK(database_->Query<int64_t>(Soon(), "SELECT 1"));
}

TEST_P(TransactionsTest, AStatementEndsAtTheDeadline) {
  const absl::Time start = absl::Now();
  const auto rows = database_->Query<int64_t>(In(absl::Milliseconds(200)), kEndless);
  EXPECT_THAT(rows, IsSqlError(SqlError::kStatementTimeout));
  EXPECT_EQ(rows.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_LT(absl::Now() - start, absl::Seconds(2));
  // A transaction that ran out of time has changed nothing.
  EXPECT_THAT(database_->Transact(In(absl::Milliseconds(200)), {},
                                  [](Transaction& transaction) -> absl::Status {
                                    RETURN_IF_ERROR(transaction.Execute(kAdd, {1, 1}).status());
                                    return transaction.Execute(kEndless).status();
                                  }),
              IsSqlError(SqlError::kStatementTimeout));
  EXPECT_THAT(Values(), ElementsAre(10, 20));
  EXPECT_OK(Execute(*database_, kAdd, {1, 1}));
}

TEST_P(TransactionsTest, WhateverTheDeadlineNoCallTakesLongerThanConfigured) {
  database_.reset();
  Options options;
  options.call_timeout = absl::Milliseconds(200);
  database_ = OpenOrDie(setting_, options);
  const absl::Time start = absl::Now();
  EXPECT_THAT(database_->Query<int64_t>(absl::InfiniteFuture(), kEndless),
              IsSqlError(SqlError::kStatementTimeout));
  EXPECT_LT(absl::Now() - start, absl::Seconds(2));
}

TEST_P(TransactionsTest, APassedDeadlineDoesNothing) {
  EXPECT_FALSE(database_->Apply(absl::InfinitePast(), {{kAdd, {1, 1}}}).ok());
  EXPECT_FALSE(database_->Query<int64_t>(absl::Now() - absl::Hours(1), "SELECT 1").ok());
  EXPECT_THAT(Values(), ElementsAre(10, 20));
}

ON_BOTH_DATABASES(TransactionsTest);
INSTANTIATE_TEST_SUITE_P(Databases, PostgresTransactionsTest, testing::Values(Engine::kPostgres));

}  // namespace
}  // namespace zhiping::sql
