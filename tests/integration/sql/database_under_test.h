// The suite that every backend of common/sql passes: each test runs on SQLite and on a real
// PostgreSQL, with a database of its own.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "common/sql/database.h"
#include "tests/processes/postgres.h"
#include "tests/processes/process.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::sql {

// The PostgreSQL of this program, started at first use.
processes::Postgres& SharedPostgres();

// A setting (Options::database) for a new, empty database.
std::string NewSetting(Engine engine);

// Opens it, with the other options as given; the test ends if that fails.
std::unique_ptr<Database> OpenOrDie(const std::string& setting, Options options = {});

// The statement in the body alone.
absl::Status Execute(Database& database, absl::string_view sql, std::vector<Value> parameters = {});

// The same after dropping what keeps entries of logs as they are: what an attacker does who has the
// file, or the rights of the tables' owner.
absl::Status TamperWithLogs(Database& database, absl::string_view sql,
                            std::vector<Value> parameters = {});

inline absl::Time In(absl::Duration duration) { return absl::Now() + duration; }
// Longer than anything here should take.
inline absl::Time Soon() { return In(absl::Seconds(30)); }

MATCHER_P(IsSqlError, error, "is the SqlError") {
  if (ToStatus(arg).ok()) return false;
  *result_listener << ToStatus(arg);
  return SqlErrorOf(ToStatus(arg)) == error;
}

class DatabaseTest : public testing::TestWithParam<Engine> {
 protected:
  bool postgres() const { return GetParam() == Engine::kPostgres; }

  const std::string setting_ = NewSetting(GetParam());
  std::unique_ptr<Database> database_ = OpenOrDie(setting_);
};

}  // namespace zhiping::sql

// Instantiates a suite for both backends.
#define ON_BOTH_DATABASES(suite)                                                           \
  INSTANTIATE_TEST_SUITE_P(                                                                \
      Databases, suite,                                                                    \
      testing::Values(::zhiping::sql::Engine::kSqlite, ::zhiping::sql::Engine::kPostgres), \
      [](const auto& test) {                                                               \
        return test.param == ::zhiping::sql::Engine::kSqlite ? "Sqlite" : "Postgres";      \
      })
