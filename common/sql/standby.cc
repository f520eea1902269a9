#include "common/sql/standby.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace zhiping::sql {
namespace {

absl::Status Missing(absl::string_view zh, absl::string_view en) {
  return MakeError(absl::StatusCode::kFailedPrecondition, Reason::NO_SYNCHRONOUS_STANDBY,
                   absl::StrCat("高可用模式要求同步备库：", zh, "。"),
                   absl::StrCat("HA mode needs a synchronous standby: ", en, "."));
}

}  // namespace

absl::Status CheckSynchronousStandby(Database& database, absl::Time deadline) {
  if (database.engine() == Engine::kSqlite) {
    return Missing("SQLite 没有备库，请使用 PostgreSQL", "SQLite has none, use PostgreSQL");
  }
  using Settings = Rows<std::string, std::string, std::string, int64_t>;
  ASSIGN_OR_RETURN(const Settings rows,
                   (database.Query<std::string, std::string, std::string, int64_t>(
                       deadline,
                       "SELECT current_setting('fsync'), current_setting('synchronous_commit'), "
                       "current_setting('synchronous_standby_names'), (SELECT count(*) FROM "
                       "pg_stat_replication WHERE state = 'streaming' AND sync_state IN "
                       "('sync', 'quorum'))")));
  const auto& [fsync, synchronous_commit, names, standbys] = rows.front();
  if (fsync != "on") return Missing("fsync 未开启", "fsync is off");
  if (synchronous_commit != "on" && synchronous_commit != "remote_apply") {
    return Missing(absl::StrCat("synchronous_commit 为 ", synchronous_commit, "，应为 on"),
                   absl::StrCat("synchronous_commit is ", synchronous_commit, ", not on"));
  }
  if (names.empty()) {
    return Missing("synchronous_standby_names 为空", "synchronous_standby_names is empty");
  }
  if (standbys == 0) {
    return Missing("没有同步备库在接收数据，或数据库用户没有 pg_monitor 权限",
                   "none is streaming, or the role lacks pg_monitor");
  }
  return absl::OkStatus();
}

}  // namespace zhiping::sql
