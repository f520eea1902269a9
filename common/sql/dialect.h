// The few words by which one text of SQL serves both databases. In any statement or migration:
//
//   word         PostgreSQL                                  SQLite
//   {text}       TEXT COLLATE "C"                            TEXT COLLATE BINARY
//   {bytes}      BYTEA                                       BLOB
//   {identity}   BIGINT GENERATED ALWAYS AS IDENTITY         INTEGER PRIMARY KEY AUTOINCREMENT
//                (CACHE 1) PRIMARY KEY
//   {for_update} FOR UPDATE                                  (nothing: there is one writer)
//
// Braces stand for nothing else. BIGINT, BOOLEAN, TRUE, FALSE, RETURNING and ON CONFLICT are
// understood by both.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/sql/options.h"

namespace zhiping::sql {

// The statement in the engine's words. INTERNAL for an unknown word, and unless `$1` … `$n` with
// n = parameters all stand in it and no other.
absl::StatusOr<std::string> Translate(Engine engine, absl::string_view sql, size_t parameters);

}  // namespace zhiping::sql
