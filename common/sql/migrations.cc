#include "common/sql/migrations.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/sql/sha256.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace zhiping::sql {
namespace {

constexpr char kTable[] =
    "CREATE TABLE IF NOT EXISTS schema_migration (\n"
    "  part {text} NOT NULL,\n"
    "  number BIGINT NOT NULL,\n"
    "  name {text} NOT NULL,\n"
    "  checksum {text} NOT NULL,\n"
    "  applied_at BIGINT NOT NULL,\n"
    "  PRIMARY KEY (part, number)\n"
    ")";

// Those that are for the engine.
std::vector<Statement> StatementsOf(Engine engine, absl::string_view sql) {
  const absl::string_view other =
      engine == Engine::kPostgres ? "-- only sqlite" : "-- only postgres";
  std::vector<Statement> statements;
  std::string statement;
  bool skipped = false;
  for (const absl::string_view line : absl::StrSplit(sql, '\n')) {
    const absl::string_view text = absl::StripTrailingAsciiWhitespace(line);
    if (absl::StartsWith(absl::StripLeadingAsciiWhitespace(text), "--")) {
      skipped = skipped || text == other;
      continue;
    }
    const bool ends = absl::EndsWith(text, ";");
    absl::StrAppend(&statement, text.substr(0, text.size() - (ends ? 1 : 0)), "\n");
    if (!ends) continue;
    if (!std::exchange(skipped, false)) statements.push_back({std::move(statement), {}});
    statement.clear();
  }
  if (!absl::StripAsciiWhitespace(statement).empty()) {
    statements.push_back({std::move(statement), {}});
  }
  return statements;
}

absl::Status TooNew(absl::string_view part, absl::string_view name) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition, Reason::DATABASE_TOO_NEW,
      absl::StrCat("数据库已由更新的版本升级（", part, " ", name,
                   "），本版本不能使用它；没有做任何修改。请运行更新的版本，或恢复升级前的备份。"),
      absl::StrCat(
          "The database was migrated by a newer version (", part, " ", name,
          "), so this version cannot use it; nothing was changed. Run the newer version, or "
          "restore the backup from before."),
      {{"migration", std::string(name)}, {"part", std::string(part)}});
}

absl::Status Changed(absl::string_view part, absl::string_view applied, absl::string_view known) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition, Reason::MIGRATION_CHANGED,
      absl::StrCat("数据库中已执行的迁移 ", part, " ", applied, " 与本版本的 ", known,
                   " 不同；没有做任何修改。请确认程序与数据库是否匹配。"),
      absl::StrCat(
          "The migration ", part, " ", applied, " that was applied differs from ", known,
          " of this version; nothing was changed. Do program and database belong together?"),
      {{"migration", std::string(applied)}, {"part", std::string(part)}});
}

std::string ChecksumOf(const Migration& migration) {
  return absl::BytesToHexString(Sha256(migration.sql));
}

absl::Status Apply(Engine engine, Transaction& transaction, absl::string_view part, int64_t number,
                   const Migration& migration) {
  // One at a time: a statement can only be prepared when the tables it names are there.
  for (const Statement& statement : StatementsOf(engine, migration.sql)) {
    RETURN_IF_ERROR(transaction.Execute(statement.sql).status());
  }
  return transaction
      .Execute(
          "INSERT INTO schema_migration (part, number, name, checksum, applied_at) "
          "VALUES ($1, $2, $3, $4, $5)",
          {part, number, migration.name, ChecksumOf(migration), absl::ToUnixMicros(absl::Now())})
      .status();
}

}  // namespace

absl::Status Migrate(Database& database, absl::Time deadline, absl::string_view part,
                     absl::Span<const Migration> migrations) {
  return database.Transact(deadline, {}, [&](Transaction& transaction) -> absl::Status {
    RETURN_IF_ERROR(transaction.Lock("schema_migration"));
    RETURN_IF_ERROR(transaction.Execute(kTable).status());
    ASSIGN_OR_RETURN(
        const auto applied,
        (transaction.Query<int64_t, std::string, std::string>(
            "SELECT number, name, checksum FROM schema_migration WHERE part = $1 ORDER BY number",
            {part})));
    for (size_t i = 0; i < applied.size(); ++i) {
      const auto& [number, name, checksum] = applied[i];
      if (i >= migrations.size()) return TooNew(part, std::get<1>(applied.back()));
      if (number != static_cast<int64_t>(i) + 1 || name != migrations[i].name ||
          checksum != ChecksumOf(migrations[i])) {
        return Changed(part, name, migrations[i].name);
      }
    }
    for (size_t i = applied.size(); i < migrations.size(); ++i) {
      RETURN_IF_ERROR(
          Apply(database.engine(), transaction, part, static_cast<int64_t>(i) + 1, migrations[i]));
    }
    return absl::OkStatus();
  });
}

}  // namespace zhiping::sql
