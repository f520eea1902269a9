#include "common/sql/postgres_connect.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/files/file.h"
#include "common/sql/error.h"
#include "common/sql/postgres_error.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace zhiping::sql {
namespace {

constexpr size_t kMaxPasswordBytes = 4096;

// The setting, and what every session of ours has.
Keywords WithOurOwn(Keywords keywords, absl::Duration busy_timeout) {
  // Reads are sent outside of transactions; this makes a write there fail as on SQLite. A
  // statement whose caller has gone ends soon.
  std::string session =
      absl::StrCat("-c default_transaction_read_only=on -c client_connection_check_interval=1000",
                   " -c lock_timeout=", absl::ToInt64Milliseconds(busy_timeout));
  for (const auto& [keyword, value] : keywords) {
    if (keyword == "options") absl::StrAppend(&session, " ", value);
  }
  keywords.emplace_back("options", session);
  keywords.emplace_back("client_encoding", "UTF8");
  // A standby answers every read, and what it says may be of an hour ago: a catalogue would
  // confirm that. Not `read-write`, by which libpq means the default above.
  keywords.emplace_back("target_session_attrs", "primary");
  keywords.emplace_back("fallback_application_name", "zhiping");
  return keywords;
}

// One attempt of libpq's, at one address.
absl::StatusOr<PostgresHandle> Attempt(const Keywords& settings, const Deadline& deadline) {
  std::vector<const char*> keywords, values;
  for (const auto& [keyword, value] : settings) {
    keywords.push_back(keyword.c_str());
    values.push_back(value.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  PostgresHandle handle(PQconnectStartParams(keywords.data(), values.data(), 0));
  if (handle == nullptr) return MakeSqlError(SqlError::kConnectionLost, "out of memory");
  PQsetErrorVerbosity(handle.get(), PQERRORS_VERBOSE);
  PostgresPollingStatusType state = PGRES_POLLING_WRITING;
  while (state != PGRES_POLLING_OK) {
    if (state == PGRES_POLLING_FAILED || PQstatus(handle.get()) == CONNECTION_BAD) {
      return ConnectError(handle.get());
    }
    if (!AwaitSocket(handle.get(), state == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline)) {
      return MakeSqlError(SqlError::kConnectionLost,
                          absl::StrCat("connecting to ", PQhost(handle.get()), " port ",
                                       PQport(handle.get()), " took too long"));
    }
    state = PQconnectPoll(handle.get());
  }
  PQsetErrorVerbosity(handle.get(), PQERRORS_DEFAULT);
  return handle;
}

// Tries one after the other, each with an equal share of the time that is left and `longest` at
// most, until `connect` gives a connection; else what all of them said.
absl::StatusOr<PostgresHandle> TryEach(
    size_t count, const Deadline& deadline, absl::Duration longest,
    const std::function<absl::StatusOr<PostgresHandle>(size_t, const Deadline&)>& connect) {
  // Why, in the order of what tells more.
  SqlError error = SqlError::kConnectionLost;
  std::vector<std::string> texts;
  for (size_t i = 0; i < count && !deadline.Passed(); ++i) {
    const absl::Duration share = deadline.Left() / static_cast<int64_t>(count - i);
    auto handle = connect(i, deadline.Within(std::min(share, longest)));
    if (handle.ok()) return handle;
    if (const SqlError why = SqlErrorOf(handle.status()); why != SqlError::kConnectionLost) {
      if (error != SqlError::kReadOnly) error = why;
    }
    texts.push_back(LogText(handle.status()));
  }
  if (texts.empty()) texts.emplace_back("no time was left to connect");
  return MakeSqlError(error, absl::StrJoin(texts, "; "));
}

absl::StatusOr<PostgresHandle> ConnectTo(const Keywords& host, const Deadline& deadline) {
  ASSIGN_OR_RETURN(const auto addresses, EachAddress(host));
  return TryEach(addresses.size(), deadline, absl::InfiniteDuration(),
                 [&](size_t i, const Deadline& until) { return Attempt(addresses[i], until); });
}

}  // namespace

bool AwaitSocket(PGconn* connection, short events, const Deadline& deadline) {
  while (!deadline.Passed()) {
    pollfd polled = {PQsocket(connection), events, 0};
    const int ready = poll(&polled, 1, deadline.Milliseconds());
    if (ready > 0 || (ready < 0 && errno != EINTR)) return true;
  }
  return false;
}

PostgresConnector::PostgresConnector(const Setting& setting, const Options& options)
    : password_file_(options.password_file),
      connect_timeout_(setting.host_timeout.has_value() ? absl::InfiniteDuration()
                                                        : options.connect_timeout),
      host_timeout_(setting.host_timeout.value_or(absl::InfiniteDuration())),
      hosts_(EachHost(WithOurOwn(setting.keywords, options.busy_timeout))) {}

absl::StatusOr<PostgresHandle> PostgresConnector::Connect(const Deadline& deadline) {
  Keywords password;
  if (!password_file_.empty()) {
    ASSIGN_OR_RETURN(const std::string read, ReadRegularFile(password_file_, kMaxPasswordBytes));
    password.emplace_back("password", std::string(absl::StripTrailingAsciiWhitespace(read)));
  }
  const size_t first = last_;
  const auto connect = [&](size_t i, const Deadline& until) -> absl::StatusOr<PostgresHandle> {
    const size_t number = (first + i) % hosts_.size();
    Keywords host = hosts_[number];
    host.insert(host.end(), password.begin(), password.end());
    auto handle = ConnectTo(host, until);
    if (handle.ok()) last_ = number;
    return handle;
  };
  ASSIGN_OR_RETURN(PostgresHandle handle, TryEach(hosts_.size(), deadline.Within(connect_timeout_),
                                                  host_timeout_, connect));
  if (PQsetnonblocking(handle.get(), 1) != 0 || PQenterPipelineMode(handle.get()) == 0) {
    return MakeSqlError(SqlError::kConnectionLost, PQerrorMessage(handle.get()));
  }
  const char* const reported = PQparameterStatus(handle.get(), "server_encoding");
  const std::string encoding = reported == nullptr ? "?" : reported;
  if (encoding != "UTF8") {
    return MakeError(absl::StatusCode::kFailedPrecondition, Reason::DATABASE_ENCODING,
                     absl::StrCat("数据库的编码应为 UTF8，而不是 ", encoding,
                                  "：请以 ENCODING 'UTF8' 另建数据库。"),
                     absl::StrCat("The database should have the encoding UTF8, not ", encoding,
                                  ": create another with ENCODING 'UTF8'."),
                     {{"encoding", encoding}});
  }
  return handle;
}

}  // namespace zhiping::sql
