// Which database, and how patiently.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace zhiping::sql {

struct Options {
  // `sqlite:PATH`, or PostgreSQL: `postgres://[USER@]HOST[:PORT]/NAME[?KEY=VALUE]`, or libpq's
  // `host=… dbname=…`. Several hosts (`postgres://A:5432,B:5432/NAME`) are tried in their order
  // until one is the primary, each for its share of `connect_timeout`; a standby is never used.
  // `connect_timeout=SECONDS` (1–60) is how long one host may take instead. No password may stand
  // here: settings end up in process lists and logs.
  std::string database;
  // PostgreSQL: a file with the password alone, read at each connect. Empty: what libpq does by
  // itself (PGPASSFILE, `passfile=`, client certificates). Refused with SQLite.
  std::string password_file;
  // Connections, at least 1. SQLite: readers; there is one writer beside them.
  int pool_size = 8;
  // Of connecting, whatever the number of hosts; name resolution excepted, which has no limit.
  absl::Duration connect_timeout = absl::Seconds(3);
  // The most that any call takes, whatever its deadline.
  absl::Duration call_timeout = absl::Seconds(10);
  // How long a statement waits for what another transaction holds.
  absl::Duration busy_timeout = absl::Seconds(5);
};

enum class Engine { kSqlite, kPostgres };

// `Options::database`, taken apart.
struct Setting {
  Engine engine = Engine::kSqlite;
  // SQLite.
  std::string path;
  // PostgreSQL: libpq's keywords and values.
  std::vector<std::pair<std::string, std::string>> keywords;
  // PostgreSQL: how long connecting to one host may take, if the setting says so.
  std::optional<absl::Duration> host_timeout;

  // Without secrets: for logs.
  std::string Description() const;
};

// Errors: INVALID_FIELD, which never quotes the setting.
absl::StatusOr<Setting> ParseSetting(absl::string_view database);

// Whoever answers in place of a server on another machine would be given the password and all that
// is written. Errors: NOT_SECURED unless each host is of this machine, or is asked for a
// certificate of its name (`sslmode=verify-full`).
absl::Status CheckSecured(const Setting& setting);

}  // namespace zhiping::sql
