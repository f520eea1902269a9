// A database that does not answer costs one caller its time, and not everybody; one that is busy is
// no such database.
#include <atomic>
#include <functional>
#include <map>
#include <thread>
#include <vector>

#include "common/status/status_macros.h"
#include "tests/integration/sql/database_under_test.h"
#include "tests/processes/tcp_gate.h"

namespace zhiping::sql {
namespace {

class AnsweringTest : public testing::Test {
 protected:
  AnsweringTest() { SetPool(2); }

  void SetPool(int size) {
    Options options;
    options.pool_size = size;
    database_ =
        OpenOrDie(SharedPostgres().Url(SharedPostgres().NewDatabase(), gate_.port()), options);
    EXPECT_OK(Read(absl::Seconds(30)));
  }
  absl::Status Read(absl::Duration timeout, const std::string& what = "1::BIGINT") {
    return database_->Query<int64_t>(In(timeout), "SELECT " + what).status();
  }
  // How many of so many at once fail, by how.
  static std::map<absl::StatusCode, int> AtOnce(int count,
                                                const std::function<absl::Status()>& call) {
    std::map<absl::StatusCode, int> failures;
    absl::Mutex mutex;
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i) {
      threads.emplace_back([&] {
        const absl::Status status = call();
        absl::MutexLock lock(&mutex);
        if (!status.ok()) ++failures[status.code()];
      });
    }
    for (std::thread& thread : threads) thread.join();
    return failures;
  }

  processes::TcpGate gate_{SharedPostgres().port()};
  std::unique_ptr<Database> database_;
};

constexpr int kMany = 20;
const std::map<absl::StatusCode, int> kAllUnavailable = {{absl::StatusCode::kUnavailable, kMany}};

TEST_F(AnsweringTest, OneThatIsSilentIsWaitedForByOneCaller) {
  gate_.Freeze();
  EXPECT_THAT(Read(absl::Milliseconds(400)), IsSqlError(SqlError::kStatementTimeout));
  // Whoever has all the time there is, is told at once.
  const absl::Time begun = absl::Now();
  EXPECT_EQ(AtOnce(kMany, [this] { return Read(absl::Seconds(30)); }), kAllUnavailable);
  EXPECT_LT(absl::Now() - begun, absl::Seconds(3));
  gate_.Open();
  EXPECT_TRUE(processes::Eventually([this] { return Read(absl::Seconds(30)).ok(); }));
  EXPECT_TRUE(AtOnce(kMany, [this] { return Read(absl::Seconds(30)); }).empty());
}

TEST_F(AnsweringTest, WhoGetsNoConnectionOfASilentOneIsToldSo) {
  gate_.Freeze();
  // More than there are connections, all until the same instant.
  const absl::Time end = In(absl::Milliseconds(600));
  const auto read = [&] { return database_->Query<int64_t>(end, "SELECT 1::BIGINT").status(); };
  EXPECT_EQ(AtOnce(kMany, read), kAllUnavailable);
  gate_.Open();
}

TEST_F(AnsweringTest, OneThatIsBusyIsBusy) {
  std::atomic<bool> over = false;
  std::atomic<int> answers = 0;
  std::vector<std::thread> busy;
  for (int i = 0; i < 2; ++i) {
    busy.emplace_back([&] {
      EXPECT_OK(database_->Transact(Soon(), {}, [&](Transaction& transaction) -> absl::Status {
        while (!over) {
          RETURN_IF_ERROR(transaction.Execute("SELECT 1").status());
          ++answers;
          absl::SleepFor(absl::Milliseconds(20));
        }
        return absl::OkStatus();
      }));
    });
  }
  EXPECT_TRUE(processes::Eventually([&] { return answers > 10; }));
  EXPECT_EQ(AtOnce(kMany, [this] { return Read(absl::Milliseconds(600)); }),
            (std::map<absl::StatusCode, int>{{absl::StatusCode::kResourceExhausted, kMany}}));
  over = true;
  for (std::thread& thread : busy) thread.join();
  EXPECT_OK(Read(absl::Seconds(30)));
}

TEST_F(AnsweringTest, OneStatementThatTakesLongKeepsNobodyOut) {
  std::atomic<bool> over = false;
  std::thread slow([&] {
    EXPECT_THAT(Read(absl::Seconds(1), "count(*) FROM (SELECT pg_sleep(60)) AS s"),
                IsSqlError(SqlError::kStatementTimeout));
    over = true;
  });
  while (!over) EXPECT_OK(Read(absl::Seconds(30)));
  slow.join();
  EXPECT_TRUE(AtOnce(kMany, [this] { return Read(absl::Seconds(30)); }).empty());
  // Nor if it was alone.
  EXPECT_FALSE(Read(absl::Milliseconds(500), "count(*) FROM (SELECT pg_sleep(60)) AS s").ok());
  EXPECT_OK(Read(absl::Seconds(30)));
}

}  // namespace
}  // namespace zhiping::sql
