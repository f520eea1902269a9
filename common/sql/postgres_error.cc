#include "common/sql/postgres_error.h"

#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/sql/error.h"

namespace zhiping::sql {
namespace {

struct Code {
  // A SQLSTATE, or the class it begins with.
  absl::string_view state;
  SqlError error;
};

// The first that fits counts.
constexpr std::array<Code, 20> kCodes = {{
    {"23505", SqlError::kUnique},
    {"23503", SqlError::kForeignKey},
    {"40001", SqlError::kSerialization},
    {"40P01", SqlError::kDeadlock},
    {"55P03", SqlError::kLockTimeout},
    {"57014", SqlError::kStatementTimeout},
    {"25006", SqlError::kReadOnly},
    {"53100", SqlError::kDiskFull},
    // Shut down by its administrator, after a crash, or still starting.
    {"57P01", SqlError::kConnectionLost},
    {"57P02", SqlError::kConnectionLost},
    {"57P03", SqlError::kConnectionLost},
    {"57P05", SqlError::kConnectionLost},
    {"25P03", SqlError::kConnectionLost},
    {"53300", SqlError::kConnectionLost},
    {"28", SqlError::kLoginRefused},
    {"3D000", SqlError::kNoDatabase},
    {"42501", SqlError::kPermissionDenied},
    // A protocol violation is a defect; the rest of its class are broken connections.
    {"08P01", SqlError::kOther},
    {"08", SqlError::kConnectionLost},
    {"", SqlError::kOther},
}};

SqlError Classify(absl::string_view state) {
  // What libpq itself reports has no state: the connection broke.
  if (state.empty()) return SqlError::kConnectionLost;
  for (const Code& code : kCodes) {
    if (absl::StartsWith(state, code.state)) return code.error;
  }
  return SqlError::kOther;
}

absl::string_view Field(const PGresult* answer, int field) {
  const char* value = PQresultErrorField(answer, field);
  return value == nullptr ? absl::string_view() : absl::string_view(value);
}

}  // namespace

absl::Status ConnectError(PGconn* connection) {
  // Nothing but the text is known, which has the SQLSTATE, since Attempt asks for it.
  std::string text = PQerrorMessage(connection);
  text = text.substr(0, text.find("\nLOCATION:"));
  const std::string before = ":  ";
  constexpr size_t kStateLength = 5;
  std::string state;
  const size_t at = text.find(before);
  if (at != std::string::npos) {
    state = text.substr(at + before.size(), kStateLength);
    text.replace(at, before.size(), ": SQLSTATE ");
  }
  const bool met_standby = absl::StrContains(text, "server is in hot standby mode");
  const SqlError error = Classify(state);
  return MakeSqlError(met_standby                 ? SqlError::kReadOnly
                      : error == SqlError::kOther ? SqlError::kConnectionLost
                                                  : error,
                      text);
}

absl::Status PostgresError(const PGresult* answer, bool& stale) {
  const absl::string_view state = Field(answer, PG_DIAG_SQLSTATE);
  absl::string_view message = Field(answer, PG_DIAG_MESSAGE_PRIMARY);
  if (state.empty()) message = PQresultErrorMessage(answer);
  SqlError error = Classify(state);
  // A standby refuses to begin a transaction that writes.
  if (state == "0A000" && absl::StrContains(message, "recovery")) error = SqlError::kReadOnly;
  // It may reach another server, and prepares its statements for the tables as they are now.
  stale = stale || state == "0A000" || state == "26000";
  // Messages about data (class 22) quote them.
  const bool quotes = absl::StartsWith(state, "22");
  return MakeSqlError(error, absl::StrCat("SQLSTATE ", state, ": ", quotes ? "" : message, " ",
                                          Field(answer, PG_DIAG_CONSTRAINT_NAME)));
}

}  // namespace zhiping::sql
