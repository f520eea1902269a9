// Transactions of three statements per second, through common/sql and through the C APIs alone, on
// the same databases, every commit synced unless it says otherwise. Prints one line each: what,
// callers, raw, ours, ratio.
#include <libpq-fe.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/sql/database.h"
#include "common/status/status_macros.h"
#include "tests/processes/postgres.h"

namespace zhiping::sql {
namespace {

constexpr absl::Duration kEach = absl::Seconds(1);
constexpr int kRounds = 5;
constexpr int kCallers = 8;

constexpr char kSchema[] =
    "CREATE TABLE enterprise (id BIGINT PRIMARY KEY, version BIGINT NOT NULL)";
constexpr char kSubmissions[] =
    "CREATE TABLE submission (id {identity}, enterprise BIGINT NOT NULL, body {bytes} NOT NULL)";
constexpr char kEnterprises[] = "INSERT INTO enterprise (id, version) VALUES ($1, 0)";
constexpr std::array<const char*, 3> kStatements = {
    "UPDATE enterprise SET version = version + 1 WHERE id = $1",
    "INSERT INTO submission (enterprise, body) VALUES ($1, $2)",
    "SELECT version FROM enterprise WHERE id = $1"};

void Require(bool holds, const std::string& what) {
  if (holds) return;
  std::fprintf(stderr, "failed: %s\n", what.c_str());
  std::exit(1);
}

const std::string& Body() {
  static const std::string body(500, 'x');
  return body;
}

// How often per second `callers` threads run what `make(caller)` gives.
double Rate(int callers, const std::function<std::function<void()>(int)>& make) {
  std::atomic<int64_t> done = 0;
  std::vector<std::function<void()>> work;
  for (int caller = 0; caller < callers; ++caller) work.push_back(make(caller));
  const absl::Time start = absl::Now(), end = start + kEach;
  std::vector<std::thread> threads;
  for (auto& once : work) {
    threads.emplace_back([&] {
      for (; absl::Now() < end; ++done) once();
    });
  }
  for (auto& thread : threads) thread.join();
  return static_cast<double>(done) / absl::ToDoubleSeconds(absl::Now() - start);
}

std::function<void()> RawSqlite(const std::string& path, int caller) {
  sqlite3* opened = nullptr;
  Require(sqlite3_open(path.c_str(), &opened) == SQLITE_OK, path);
  const std::shared_ptr<sqlite3> handle(opened, sqlite3_close_v2);
  sqlite3_exec(opened, "PRAGMA synchronous = FULL", nullptr, nullptr, nullptr);
  std::vector<std::shared_ptr<sqlite3_stmt>> prepared;
  for (const char* sql :
       {"BEGIN IMMEDIATE", kStatements[0], kStatements[1], kStatements[2], "COMMIT"}) {
    sqlite3_stmt* statement = nullptr;
    Require(sqlite3_prepare_v2(opened, sql, -1, &statement, nullptr) == SQLITE_OK, sql);
    prepared.emplace_back(statement, sqlite3_finalize);
  }
  return [handle, prepared, caller] {
    for (const auto& statement : prepared) {
      const int parameters = sqlite3_bind_parameter_count(statement.get());
      if (parameters > 0) sqlite3_bind_int64(statement.get(), 1, caller);
      if (parameters > 1) {
        sqlite3_bind_blob(statement.get(), 2, Body().data(), static_cast<int>(Body().size()),
                          SQLITE_STATIC);
      }
      int code = SQLITE_ROW;
      while (code == SQLITE_ROW) code = sqlite3_step(statement.get());
      Require(code == SQLITE_DONE, sqlite3_errmsg(handle.get()));
      sqlite3_reset(statement.get());
    }
  };
}

std::function<void()> RawPostgres(const std::string& url, int caller) {
  const std::shared_ptr<PGconn> connection(PQconnectdb(url.c_str()), PQfinish);
  const auto require = [connection](PGresult* result) {
    const ExecStatusType status = PQresultStatus(result);
    Require(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK,
            PQerrorMessage(connection.get()));
    PQclear(result);
  };
  const std::array<Oid, 2> types = {20, 17};
  for (size_t i = 0; i < kStatements.size(); ++i) {
    require(PQprepare(connection.get(), absl::StrCat("s", i).c_str(), kStatements[i],
                      i == 1 ? 2 : 1, types.data()));
  }
  return [connection, require, caller] {
    const std::string id = absl::StrCat(caller);
    const std::array<const char*, 2> values = {id.c_str(), Body().data()};
    const std::array<int, 2> lengths = {0, static_cast<int>(Body().size())}, formats = {0, 1};
    require(PQexec(connection.get(), "BEGIN"));
    for (size_t i = 0; i < kStatements.size(); ++i) {
      require(PQexecPrepared(connection.get(), absl::StrCat("s", i).c_str(), i == 1 ? 2 : 1,
                             values.data(), lengths.data(), formats.data(), 1));
    }
    require(PQexec(connection.get(), "COMMIT"));
  };
}

std::vector<Statement> StatementsOf(int caller) {
  return {{kStatements[0], {caller}},
          {kStatements[1], {caller, Bytes{Body()}}},
          {kStatements[2], {caller}}};
}

std::function<void()> OneByOne(Database& database, int caller) {
  return [&database, statements = StatementsOf(caller)] {
    const absl::Status status = database.Transact(
        absl::InfiniteFuture(), {}, [&](Transaction& transaction) -> absl::Status {
          for (const auto& [sql, parameters, plan] : statements) {
            RETURN_IF_ERROR(transaction.Execute(sql, parameters).status());
          }
          return absl::OkStatus();
        });
    Require(status.ok(), status.ToString());
  };
}

std::function<void()> Pipelined(Database& database, int caller) {
  return [&database, statements = StatementsOf(caller)] {
    const auto results = database.Apply(absl::InfiniteFuture(), statements);
    Require(results.ok(), results.status().ToString());
  };
}

std::unique_ptr<Database> Open(const std::string& setting) {
  Options options;
  options.database = setting;
  options.pool_size = kCallers;
  auto database = Database::Open(options);
  Require(database.ok(), database.status().ToString());
  std::vector<Statement> schema = {{kSchema, {}}, {kSubmissions, {}}};
  for (const Statement& statement : schema) {
    const auto made = (*database)->Apply(absl::InfiniteFuture(), {&statement, 1});
    Require(made.ok(), made.status().ToString());
  }
  for (int caller = 0; caller < kCallers; ++caller) {
    const auto made = (*database)->Apply(absl::InfiniteFuture(), {{kEnterprises, {caller}}});
    Require(made.ok(), made.status().ToString());
  }
  return *std::move(database);
}

using Make = std::function<std::function<void()>(int)>;

// Rounds are interleaved, and medians compared, since the machine may be shared.
void Compare(const std::string& what, int callers, const Make& raw, const Make& ours) {
  std::array<double, kRounds> raw_rates, our_rates;
  for (int round = 0; round < kRounds; ++round) {
    raw_rates[round] = Rate(callers, raw);
    our_rates[round] = Rate(callers, ours);
  }
  std::sort(raw_rates.begin(), raw_rates.end());
  std::sort(our_rates.begin(), our_rates.end());
  const double raw_rate = raw_rates[kRounds / 2], our_rate = our_rates[kRounds / 2];
  std::printf("%-31s %d  raw %7.0f/s  ours %7.0f/s  ratio %.2f\n", what.c_str(), callers, raw_rate,
              our_rate, our_rate / raw_rate);
}

void Run() {
  const std::string path = processes::NewFolder() + "/bench.db";
  {
    const auto sqlite = Open("sqlite:" + path);
    Compare(
        "sqlite", 1, [&](int caller) { return RawSqlite(path, caller); },
        [&](int caller) { return OneByOne(*sqlite, caller); });
  }
  // Without waiting for the disk, what the layer itself costs shows.
  for (const bool fsync : {true, false}) {
    processes::Postgres server({.fsync = fsync, .more = {}, .primary = nullptr});
    const std::string url = server.Url(server.NewDatabase());
    const auto postgres = Open(url);
    const std::string name = fsync ? "postgres" : "postgres, no fsync";
    const Make raw = [&](int caller) { return RawPostgres(url, caller); };
    for (const int callers : {1, kCallers}) {
      Compare(name + ", one by one", callers, raw,
              [&](int caller) { return OneByOne(*postgres, caller); });
      Compare(name + ", pipelined", callers, raw,
              [&](int caller) { return Pipelined(*postgres, caller); });
    }
  }
}

}  // namespace
}  // namespace zhiping::sql

int main() {
  zhiping::sql::Run();
  return 0;
}
