// Bringing a database to the tables that a program needs: numbered SQL files, applied in order,
// each once, all or none.
//
// A part's files are `NNNN_name.sql`, 0001 first, without gaps; `zhiping_migrations` (CMake, in
// migrations.cmake) compiles them into the program. A statement ends with `;` at the end of a line;
// a line that begins with `--` is a comment; the words of dialect.h hold. The comment
// `-- only sqlite` or `-- only postgres` says that the statement after it is for that database
// alone. A file that has been released never changes. A new one must leave the tables usable for
// the version before it, since both run during a rolling update.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/sql/database.h"

namespace zhiping::sql {

struct Migration {
  // `0001_name`.
  absl::string_view name;
  absl::string_view sql;
};

// Applies what of `migrations` (0001 first) is not applied yet, in one transaction under a lock,
// and records name and SHA-256. `part` names whose tables they are: the parts of a database count
// apart. Nothing changes on an error. Errors: DATABASE_TOO_NEW if more than these were applied;
// MIGRATION_CHANGED if others were; those of the database.
absl::Status Migrate(Database& database, absl::Time deadline, absl::string_view part,
                     absl::Span<const Migration> migrations);

}  // namespace zhiping::sql
