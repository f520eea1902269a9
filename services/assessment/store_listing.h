// Lists that should take as long with 300,000 rows as with a thousand: README.md says where they do
// not yet.
//
// The rows of a list are counted first, to 10,001 at most, along an index of what leaves few of
// them: its leads. Few rows are gathered the same way and sorted. More are read in the list's order
// until the page is full: of each lead by itself while those are few (a county, a city), else, up
// to 1,000 rows, gathered still; and above that, in the order of all rows, among which they are
// dense. On SQLite the planner is told so; on PostgreSQL its statistics decide within it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/identity/caller.h"
#include "common/rpc/page_token.h"
#include "common/sql/database.h"

namespace zhiping::assessment {

// Lists are counted exactly up to here.
inline constexpr int kMostCounted = 10'000;

struct Column {
  const char* name;
  bool number = false;
};

// `s.column` is one of the values.
struct OneOf {
  std::string column;
  std::vector<sql::Value> values;
};

// `?` stands for each of the values.
struct Condition {
  std::string sql;
  std::vector<sql::Value> values;
};

struct Listing {
  // Called `s` in conditions.
  std::string table;
  // Has the records, by the same key; empty: the table itself.
  std::string records;
  // The primary key; the order, all of it up or all of it down, which contains the key.
  std::vector<std::string> key;
  std::vector<Column> order;
  bool descending = false;

  // All of these hold.
  // Leaves few rows, by an index: an enterprise, a receipt number.
  std::vector<OneOf> few;
  // Has indexes alone and with the order.
  std::vector<OneOf> equal;
  // The first has an index with the order, and one with the columns of `equal`.
  std::vector<OneOf> one_of;
  // Holds for many rows, or needs no index.
  std::vector<Condition> others;

  // And, unless `all`, at least one of these, with indexes as `few` and `one_of` have them: nothing
  // if there are none.
  bool all = true;
  std::vector<OneOf> few_any_of;
  std::vector<OneOf> any_of;
  // `s.uscc` is enrolled with it, if it is known().
  identity::Person platform;

  // A boolean that is given with each row, whose key is `p`'s.
  std::string extra = "FALSE";
};

struct Listed {
  // `record`, the extra, and the position as a text.
  sql::Rows<sql::Bytes, bool, std::string> rows;
  // The values of the order of the last row, as texts; empty: it is the last of all.
  std::vector<std::string> next;
  int total = 0;
};

// Errors: INVALID_PAGE_TOKEN; those of the database.
absl::StatusOr<Listed> ReadListing(sql::Database& database, absl::Time deadline,
                                   const Listing& listing, const rpc::Page& page);

}  // namespace zhiping::assessment
