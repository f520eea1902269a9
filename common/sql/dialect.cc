#include "common/sql/dialect.h"

#include <array>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace zhiping::sql {
namespace {

struct Word {
  absl::string_view name;
  absl::string_view postgres;
  absl::string_view sqlite;
};

const Word* FindWord(absl::string_view name) {
  static constexpr std::array<Word, 4> kWords = {{
      {"text", "TEXT COLLATE \"C\"", "TEXT COLLATE BINARY"},
      {"bytes", "BYTEA", "BLOB"},
      {"identity", "BIGINT GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY",
       "INTEGER PRIMARY KEY AUTOINCREMENT"},
      {"for_update", "FOR UPDATE", ""},
  }};
  for (const Word& word : kWords) {
    if (word.name == name) return &word;
  }
  return nullptr;
}

absl::Status CheckParameters(absl::string_view sql, size_t parameters) {
  std::vector<bool> seen(parameters);
  size_t missing = parameters;
  for (size_t at = sql.find('$'); at != sql.npos; at = sql.find('$', at + 1)) {
    size_t end = at + 1;
    while (end < sql.size() && absl::ascii_isdigit(sql[end])) ++end;
    uint64_t number = 0;
    if (end == at + 1) continue;
    if (!absl::SimpleAtoi(sql.substr(at + 1, end - at - 1), &number) || number < 1 ||
        number > parameters) {
      return absl::InternalError(absl::StrCat("no parameter for ", sql.substr(at, end - at)));
    }
    if (!seen[number - 1]) --missing;
    seen[number - 1] = true;
  }
  if (missing == 0) return absl::OkStatus();
  return absl::InternalError("a parameter that the statement does not use");
}

}  // namespace

absl::StatusOr<std::string> Translate(Engine engine, absl::string_view sql, size_t parameters) {
  if (absl::Status status = CheckParameters(sql, parameters); !status.ok()) return status;
  std::string translated;
  while (true) {
    const size_t begin = sql.find('{');
    absl::StrAppend(&translated, sql.substr(0, begin));
    if (begin == sql.npos) return translated;
    sql.remove_prefix(begin + 1);
    const size_t end = sql.find('}');
    const Word* const word = end == sql.npos ? nullptr : FindWord(sql.substr(0, end));
    if (word == nullptr) {
      return absl::InternalError(absl::StrCat("unknown word in braces: {", sql.substr(0, end)));
    }
    absl::StrAppend(&translated, engine == Engine::kPostgres ? word->postgres : word->sqlite);
    sql.remove_prefix(end + 1);
  }
}

}  // namespace zhiping::sql
