#include "common/sql/options.h"

#include <libpq-fe.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/rpc/loopback.h"
#include "common/sql/postgres_hosts.h"
#include "common/status/error.h"

namespace zhiping::sql {
namespace {

// What libpq says about a setting it cannot read quotes pieces of it, passwords included: none of
// that is repeated.
absl::Status Invalid(absl::string_view zh, absl::string_view en) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::INVALID_FIELD, zh, en,
                   {{"field", "database"}});
}

absl::StatusOr<Setting> ParsePostgres(const std::string& database) {
  struct Free {
    void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
  };
  const std::unique_ptr<PQconninfoOption, Free> options(PQconninfoParse(database.c_str(), nullptr));
  if (options == nullptr) {
    return Invalid("数据库设置无法识别，应为 postgres://主机/库名 或 host=主机 dbname=库名。",
                   "The database setting cannot be read: it should be postgres://HOST/NAME or "
                   "host=HOST dbname=NAME.");
  }
  Setting setting;
  setting.engine = Engine::kPostgres;
  for (const auto* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    const absl::string_view keyword = option->keyword;
    if (absl::EndsWith(keyword, "password")) {
      return Invalid("数据库设置中不能写密码：请用密码文件或 PGPASSFILE。",
                     "The database setting must not hold a password: use the password file or "
                     "PGPASSFILE.");
    }
    if (keyword == "target_session_attrs") {
      // Both mean the primary, which is where we always go: see postgres_connect.cc.
      const absl::string_view server = option->val;
      if (server == "primary" || server == "read-write") continue;
      return Invalid(
          "数据库设置中的 target_session_attrs 只能是 primary 或 "
          "read-write：从备库读到的可能是旧数据。",
          "target_session_attrs in the database setting can only be primary or read-write: "
          "what a standby has may be old.");
    }
    if (keyword == "connect_timeout") {
      // libpq heeds it only where it may block.
      int64_t seconds = 0;
      if (!absl::SimpleAtoi(option->val, &seconds) || seconds < 1 || seconds > 60) {
        return Invalid("数据库设置中的 connect_timeout 应为 1–60（秒），是连接一台主机的最长时间。",
                       "connect_timeout in the database setting should be 1–60: the seconds that "
                       "connecting to one host may take.");
      }
      setting.host_timeout = absl::Seconds(seconds);
      continue;
    }
    setting.keywords.emplace_back(keyword, option->val);
  }
  return setting;
}

std::string FromEnvironment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Where libpq connects to for one host of a setting; empty: the socket of this machine.
std::string AddressOf(const Keywords& host) {
  for (const std::string& address : {ValueOf(host, "hostaddr"), ValueOf(host, "host"),
                                     FromEnvironment("PGHOSTADDR"), FromEnvironment("PGHOST")}) {
    if (!address.empty()) return address;
  }
  // Its file says where.
  const std::string service = ValueOf(host, "service");
  return service.empty() ? FromEnvironment("PGSERVICE") : service;
}

bool IsOfThisMachine(const std::string& address) {
  if (address.empty() || address.front() == '/' || address.front() == '@') return true;
  const bool ipv6 = absl::StrContains(address, ':');
  return rpc::IsLoopbackAddress(ipv6 ? absl::StrCat("[", address, "]:0")
                                     : absl::StrCat(address, ":0"));
}

}  // namespace

std::string Setting::Description() const {
  if (engine == Engine::kSqlite) return absl::StrCat("sqlite:", path);
  std::string description = "postgres:";
  for (const auto& [keyword, value] : keywords) {
    for (const absl::string_view shown : {"host", "hostaddr", "port", "dbname", "user"}) {
      if (keyword == shown) absl::StrAppend(&description, " ", keyword, "=", value);
    }
  }
  return description;
}

absl::StatusOr<Setting> ParseSetting(absl::string_view database) {
  // libpq would read only what comes before.
  if (absl::StrContains(database, '\0')) {
    return Invalid("数据库设置含有空字符（NUL）。", "The database setting contains NUL.");
  }
  absl::string_view path = database;
  if (absl::ConsumePrefix(&path, "sqlite:")) {
    if (path.empty() || path == ":memory:") {
      return Invalid("sqlite: 后面应为文件路径。", "After sqlite: there should be a file's path.");
    }
    Setting setting;
    setting.path = std::string(path);
    return setting;
  }
  if (absl::StartsWith(database, "postgres://") || absl::StartsWith(database, "postgresql://") ||
      absl::StrContains(database, '=')) {
    return ParsePostgres(std::string(database));
  }
  return Invalid("数据库设置应为 sqlite:路径 或 postgres://主机/库名。",
                 "The database setting should be sqlite:PATH or postgres://HOST/NAME.");
}

absl::Status CheckSecured(const Setting& setting) {
  if (setting.engine == Engine::kSqlite || ValueOf(setting.keywords, "sslmode") == "verify-full") {
    return absl::OkStatus();
  }
  const std::vector<Keywords> hosts = EachHost(setting.keywords);
  const auto beyond = std::find_if_not(hosts.begin(), hosts.end(), [](const Keywords& host) {
    return IsOfThisMachine(AddressOf(host));
  });
  if (beyond == hosts.end()) return absl::OkStatus();
  const std::string address = AddressOf(*beyond);
  return MakeError(
      absl::StatusCode::kInvalidArgument, Reason::NOT_SECURED,
      absl::StrCat("数据库（", address,
                   "）不在本机，须在数据库设置中写明 sslmode=verify-full，并用 sslrootcert "
                   "给出签发其证书的机构证书（PEM）：否则口令和数据可能交给冒充数据库的一方。"),
      absl::StrCat("The database (", address,
                   ") is on another machine: its setting has to say sslmode=verify-full, and "
                   "with sslrootcert the authority (PEM) of its certificate; or the password and "
                   "the data may go to whoever answers in its place."),
      {{"field", "database"}});
}

}  // namespace zhiping::sql
