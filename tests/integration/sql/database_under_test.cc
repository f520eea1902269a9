#include "tests/integration/sql/database_under_test.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"

namespace zhiping::sql {

processes::Postgres& SharedPostgres() {
  static processes::Postgres server({.fsync = false, .more = {}, .primary = nullptr});
  return server;
}

std::string NewSetting(Engine engine) {
  if (engine == Engine::kSqlite) {
    return absl::StrCat("sqlite:", processes::NewFolder(), "/测试.db");
  }
  return SharedPostgres().Url(SharedPostgres().NewDatabase());
}

std::unique_ptr<Database> OpenOrDie(const std::string& setting, Options options) {
  options.database = setting;
  auto database = Database::Open(options);
  if (!database.ok()) {
    std::cerr << database.status() << "\n";
    std::abort();
  }
  return *std::move(database);
}

absl::Status Execute(Database& database, absl::string_view sql, std::vector<Value> parameters) {
  return database.Apply(Soon(), {{std::string(sql), std::move(parameters)}}).status();
}

absl::Status TamperWithLogs(Database& database, absl::string_view sql,
                            std::vector<Value> parameters) {
  std::vector<Statement> statements;
  if (database.engine() == Engine::kPostgres) {
    statements = {{"DROP TRIGGER IF EXISTS log_entry_change ON log_entry", {}}};
  } else {
    statements = {{"DROP TRIGGER IF EXISTS log_entry_update", {}},
                  {"DROP TRIGGER IF EXISTS log_entry_delete", {}}};
  }
  statements.push_back({std::string(sql), std::move(parameters)});
  return database.Apply(Soon(), statements).status();
}

}  // namespace zhiping::sql
