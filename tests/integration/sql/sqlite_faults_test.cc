// What only SQLite has: a file.
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "common/status/status_macros.h"
#include "tests/integration/sql/database_under_test.h"

namespace zhiping::sql {
namespace {

using testing::ElementsAre;

Options OptionsFor(const std::string& setting) {
  Options options;
  options.database = setting;
  return options;
}

// Runs `body` in another process, which is killed at the end of this object.
class OtherProcess {
 public:
  // Returns when the body has called its parameter, which never returns.
  explicit OtherProcess(const std::function<void(const std::function<void()>&)>& body) {
    int ends[2];
    if (pipe(ends) != 0) std::abort();
    pid_ = fork();
    if (pid_ == 0) {
      body([&ends] {
        if (write(ends[1], "x", 1) != 1) _exit(1);
        while (true) pause();
      });
      _exit(1);
    }
    char ready = 0;
    close(ends[1]);
    if (read(ends[0], &ready, 1) != 1) std::abort();
    close(ends[0]);
  }
  ~OtherProcess() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  OtherProcess(const OtherProcess&) = delete;
  OtherProcess& operator=(const OtherProcess&) = delete;

 private:
  pid_t pid_ = -1;
};

TEST(SqliteFile, IsOneProcessesAtATime) {
  const std::string setting = NewSetting(Engine::kSqlite);
  {
    const OtherProcess other([&](const auto& ready) {
      const auto database = OpenOrDie(setting);
      EXPECT_OK(Execute(*database, "CREATE TABLE t (id BIGINT)"));
      ready();
    });
    const auto second = Database::Open(OptionsFor(setting));
    EXPECT_THAT(second, HasReason(Reason::DATABASE_IN_USE));
    EXPECT_NE(second.status().message().find("测试.db"), absl::string_view::npos);
  }
  // The lock died with the process; what it had committed did not.
  const auto database = Database::Open(OptionsFor(setting));
  ASSERT_OK(database);
  EXPECT_OK((*database)->Query<int64_t>(Soon(), "SELECT id FROM t"));
  // The same file by another name, and in the same process.
  const std::string path = setting.substr(7);
  const std::string link = processes::NewFolder() + "/link.db";
  ASSERT_EQ(symlink(path.c_str(), link.c_str()), 0);
  EXPECT_THAT(Database::Open(OptionsFor("sqlite:" + link)), HasReason(Reason::DATABASE_IN_USE));
}

// Its last commits are in a file beside the name by which it was opened.
TEST(SqliteFile, WithTwoNamesIsRefused) {
  const std::string setting = NewSetting(Engine::kSqlite);
  const std::string path = setting.substr(7);
  const std::string link = path + ".link";
  {
    const auto database = OpenOrDie(setting);
    ASSERT_OK(Execute(*database, "CREATE TABLE t (id BIGINT)"));
    ASSERT_EQ(::link(path.c_str(), link.c_str()), 0);
    const auto second = Database::Open(OptionsFor("sqlite:" + link));
    EXPECT_THAT(second, HasReason(Reason::FILE_UNREADABLE));
    const auto message = DetailOf(second.status()).message();
    EXPECT_THAT(message.zh(), testing::HasSubstr(link + "”：它有 2 个文件名（硬链接）"));
    EXPECT_THAT(message.en(), testing::HasSubstr(link + "\": it has 2 names (hard links)"));
    // The first one goes on, with its locks.
    EXPECT_OK(Execute(*database, "INSERT INTO t (id) VALUES (1)"));
    EXPECT_THAT(Database::Open(OptionsFor(setting)), HasReason(Reason::DATABASE_IN_USE));
  }
  EXPECT_FALSE(Database::Open(OptionsFor(setting)).ok());
  ASSERT_EQ(unlink(link.c_str()), 0);
  const auto database = OpenOrDie(setting);
  EXPECT_THAT(*database->Query<int64_t>(Soon(), "SELECT id FROM t"), ElementsAre(1));
}

// As by a bind mount: another path, and no other name.
TEST(SqliteFile, IsLockedWhateverItsPath) {
  const std::string setting = NewSetting(Engine::kSqlite);
  const std::string moved = setting.substr(7) + ".moved";
  const OtherProcess other([&](const auto& ready) {
    const auto database = OpenOrDie(setting);
    EXPECT_OK(Execute(*database, "CREATE TABLE t (id BIGINT)"));
    ready();
  });
  ASSERT_EQ(rename(setting.substr(7).c_str(), moved.c_str()), 0);
  EXPECT_THAT(Database::Open(OptionsFor("sqlite:" + moved)), HasReason(Reason::DATABASE_IN_USE));
  // Nor is another file put in its place, since the service writes to the first.
  EXPECT_THAT(Database::Open(OptionsFor(setting)), HasReason(Reason::DATABASE_IN_USE));
}

TEST(SqliteFile, HasNoPassword) {
  Options options = OptionsFor(NewSetting(Engine::kSqlite));
  options.password_file = "/dev/null";
  const auto database = Database::Open(options);
  EXPECT_THAT(database, HasReason(Reason::INVALID_FIELD));
  EXPECT_THAT(DetailOf(database.status()).message().zh(),
              testing::HasSubstr("--database-password-file"));
}

TEST(SqliteFile, WhyItCannotBeOpenedIsSaidInChineseToo) {
  const std::string folder = processes::NewFolder();
  std::ofstream(folder + "/text.db") << std::string(4096, 'x');
  std::ofstream(folder + "/file");
  {
    const auto whole = OpenOrDie("sqlite:" + folder + "/cut.db");
    EXPECT_OK(Execute(*whole, "CREATE TABLE t (bytes {bytes})"));
    EXPECT_OK(Execute(*whole, "INSERT INTO t VALUES ($1)", {Bytes{std::string(100'000, 'x')}}));
  }
  std::filesystem::resize_file(folder + "/cut.db", 8'000);
  ASSERT_EQ(mkdir((folder + "/folder.db").c_str(), 0700), 0);
  const std::pair<const char*, const char*> cases[] = {
      {"/text.db", "：它不是 SQLite 数据库。"},       {"/cut.db", "：文件已损坏，请从备份恢复。"},
      {"/file/a.db", "：路径中有一段不是文件夹。"},   {"/none/a.db", "：文件不存在。"},
      {"/folder.db", "：这是一个文件夹，不是文件。"},
  };
  for (const auto& [name, why] : cases) {
    const auto database = Database::Open(OptionsFor("sqlite:" + folder + name));
    ASSERT_FALSE(database.ok()) << name;
    EXPECT_THAT(DetailOf(database.status()).message().zh(), testing::HasSubstr(why)) << name;
  }
}

TEST(SqliteFile, AKilledProcessLeavesWhatItCommittedAndNothingElse) {
  const std::string setting = NewSetting(Engine::kSqlite);
  {
    const OtherProcess other([&](const auto& ready) {
      const auto database = OpenOrDie(setting);
      EXPECT_OK(Execute(*database, "CREATE TABLE t (id BIGINT)"));
      EXPECT_OK(Execute(*database, "INSERT INTO t (id) VALUES (1)"));
      EXPECT_OK(database->Transact(Soon(), {}, [&](Transaction& transaction) -> absl::Status {
        EXPECT_OK(transaction.Execute("INSERT INTO t (id) VALUES (2)"));
        ready();
        return absl::OkStatus();
      }));
    });
  }
  const auto database = OpenOrDie(setting);
  EXPECT_THAT(*database->Query<int64_t>(Soon(), "SELECT id FROM t"), ElementsAre(1));
}

TEST(SqliteFile, IsItsOwnersAlone) {
  const std::string setting = NewSetting(Engine::kSqlite);
  const auto database = OpenOrDie(setting);
  ASSERT_OK(Execute(*database, "CREATE TABLE t (id BIGINT)"));
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
    struct stat about {};
    ASSERT_EQ(stat((setting.substr(7) + suffix).c_str(), &about), 0) << suffix;
    EXPECT_EQ(about.st_mode & 0777, 0600U) << suffix;
  }
}

TEST(SqliteFile, IsSyncedAtEachCommit) {
  const auto database = OpenOrDie(NewSetting(Engine::kSqlite));
  EXPECT_OK(database->Transact(Soon(), {}, [](Transaction& transaction) -> absl::Status {
    EXPECT_EQ(std::get<0>(transaction.Query<int64_t>("PRAGMA synchronous")->at(0)), 2);
    EXPECT_EQ(std::get<0>(transaction.Query<std::string>("PRAGMA journal_mode")->at(0)), "wal");
    EXPECT_EQ(std::get<0>(transaction.Query<int64_t>("PRAGMA foreign_keys")->at(0)), 1);
    return absl::OkStatus();
  }));
}

TEST(SqliteFile, ThatIsNoDatabaseOrCannotBeThereIsNamed) {
  const std::string folder = processes::NewFolder();
  std::ofstream(folder + "/text.db") << std::string(4096, 'x');
  const auto text = Database::Open(OptionsFor("sqlite:" + folder + "/text.db"));
  EXPECT_THAT(text, HasReason(Reason::FILE_UNREADABLE));
  EXPECT_NE(text.status().message().find("text.db"), absl::string_view::npos);
  EXPECT_THAT(Database::Open(OptionsFor("sqlite:" + folder + "/no/such.db")),
              HasReason(Reason::FILE_UNWRITABLE));
  EXPECT_FALSE(Database::Open(OptionsFor("sqlite:" + folder)).ok());
}

TEST(SqliteFile, AFullDiskIsSaidAndLeavesNothing) {
  const auto database = OpenOrDie(NewSetting(Engine::kSqlite));
  ASSERT_OK(Execute(*database, "CREATE TABLE t (id BIGINT, body {bytes})"));
  EXPECT_THAT(database->Transact(Soon(), {},
                                 [](Transaction& transaction) -> absl::Status {
                                   RETURN_IF_ERROR(
                                       transaction.Execute("PRAGMA max_page_count = 10").status());
                                   return transaction
                                       .Execute("INSERT INTO t (id, body) VALUES (1, $1)",
                                                {Bytes{std::string(1 << 20, 'x')}})
                                       .status();
                                 }),
              IsSqlError(SqlError::kDiskFull));
  EXPECT_THAT(*database->Query<int64_t>(Soon(), "SELECT count(*) FROM t"), ElementsAre(0));
  EXPECT_OK(Execute(*database, "INSERT INTO t (id) VALUES (2)"));
}

TEST(SqliteFile, ThatMayNotGrowIsAFullDiskToo) {
  const auto database = OpenOrDie(NewSetting(Engine::kSqlite));
  ASSERT_OK(Execute(*database, "CREATE TABLE t (body {bytes})"));
  const auto insert = [&](int kilobytes) {
    return Execute(*database, "INSERT INTO t (body) VALUES ($1)",
                   {Bytes{std::string(kilobytes << 10, 'x')}});
  };
  signal(SIGXFSZ, SIG_IGN);
  const auto limit = [](rlim_t bytes) {
    const struct rlimit size = {bytes, RLIM_INFINITY};
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &size), 0);
  };
  limit(256 << 10);
  EXPECT_OK(insert(10));
  // At the commit, and before it when the cache is full.
  for (const int kilobytes : {500, 20'000}) {
    const absl::Status refused = insert(kilobytes);
    EXPECT_THAT(refused, IsSqlError(SqlError::kDiskFull));
    EXPECT_TRUE(absl::IsUnavailable(refused)) << refused;
  }
  EXPECT_THAT(*database->Query<int64_t>(Soon(), "SELECT count(*) FROM t"), ElementsAre(1));
  limit(RLIM_INFINITY);
  EXPECT_OK(insert(500));
  EXPECT_THAT(*database->Query<int64_t>(Soon(), "SELECT count(*) FROM t"), ElementsAre(2));
}

TEST(SqliteFile, AnotherProgramsLockIsWaitedForAndEnds) {
  // As the sqlite3 command would hold it: what locks our own processes out does not know of others.
  const std::string setting = NewSetting(Engine::kSqlite);
  Options options;
  options.busy_timeout = absl::Milliseconds(300);
  const auto database = OpenOrDie(setting, options);
  ASSERT_OK(Execute(*database, "CREATE TABLE t (id BIGINT)"));
  {
    const OtherProcess holder([&](const auto& ready) {
      sqlite3* handle = nullptr;
      sqlite3_open(setting.substr(7).c_str(), &handle);
      EXPECT_EQ(sqlite3_exec(handle, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr), SQLITE_OK);
      ready();
    });
    for (int i = 0; i < 3; ++i) {
      const absl::Status refused = Execute(*database, "INSERT INTO t (id) VALUES (1)");
      EXPECT_THAT(refused, IsSqlError(SqlError::kStatementTimeout));
      EXPECT_TRUE(absl::IsUnavailable(refused)) << refused;
    }
    EXPECT_OK(database->Query<int64_t>(Soon(), "SELECT count(*) FROM t"));
  }
  EXPECT_TRUE(processes::Eventually(
      [&] { return Execute(*database, "INSERT INTO t (id) VALUES (1)").ok(); }));
}

}  // namespace
}  // namespace zhiping::sql
