#include "common/sql/error.h"

#include <array>

#include "common/status/error.h"

namespace zhiping::sql {
namespace {

struct Kind {
  SqlError error;
  absl::StatusCode code;
  Reason::Value reason;
  const char* zh;
  const char* en;
};

constexpr std::array<Kind, 14> kKinds = {{
    {SqlError::kUnique, absl::StatusCode::kAlreadyExists, Reason::ROW_EXISTS, "已有相同键的记录。",
     "There is a record with this key already."},
    {SqlError::kForeignKey, absl::StatusCode::kFailedPrecondition, Reason::ROW_REFERENCED,
     "记录之间的引用不成立。",
     "A record refers to one that is not there, or is still referred to."},
    {SqlError::kSerialization, absl::StatusCode::kAborted, Reason::TRANSACTION_CONFLICT,
     "同时有其他修改，请重试。", "Somebody else changed the same records meanwhile: try again."},
    {SqlError::kDeadlock, absl::StatusCode::kAborted, Reason::TRANSACTION_DEADLOCK,
     "同时有其他修改，请重试。", "Two changes waited for each other: try again."},
    {SqlError::kLockTimeout, absl::StatusCode::kAborted, Reason::LOCK_TIMEOUT,
     "记录正在被其他操作使用，请稍后重试。",
     "The records are in use by another change: try again."},
    {SqlError::kStatementTimeout, absl::StatusCode::kUnavailable, Reason::DATABASE_TIMEOUT,
     "数据库没有及时应答，请稍后重试。", "The database did not answer in time: try again later."},
    {SqlError::kConnectionLost, absl::StatusCode::kUnavailable, Reason::DATABASE_UNAVAILABLE,
     "暂时无法连接数据库，请稍后重试。", "The database cannot be reached: try again later."},
    {SqlError::kCommitUnknown, absl::StatusCode::kUnavailable, Reason::COMMIT_UNKNOWN,
     "未能确认修改是否已保存，请用同一请求编号重试。",
     "It is not known whether the change was saved: try again with the same request id."},
    {SqlError::kPoolExhausted, absl::StatusCode::kResourceExhausted, Reason::OVERLOADED,
     "服务繁忙，请稍后重试。", "The service is busy: try again later."},
    {SqlError::kDiskFull, absl::StatusCode::kUnavailable, Reason::DATABASE_FULL,
     "数据库的磁盘已满，请联系管理员，稍后重试。",
     "The database's disk is full: tell its administrator, and try again later."},
    {SqlError::kReadOnly, absl::StatusCode::kUnavailable, Reason::DATABASE_READ_ONLY,
     "数据库当前只读。", "The database accepts no changes at present."},
    {SqlError::kLoginRefused, absl::StatusCode::kUnavailable, Reason::DATABASE_LOGIN_REFUSED,
     "数据库拒绝本服务登录：请管理员核对用户名、口令文件和 pg_hba.conf。",
     "The database does not let this service in: its administrator should check user, password "
     "file and pg_hba.conf."},
    {SqlError::kNoDatabase, absl::StatusCode::kUnavailable, Reason::DATABASE_NOT_FOUND,
     "服务器上没有所设的数据库：请管理员核对名称，或先创建它（编码 UTF8）。",
     "The server has no database of that name: its administrator should check the name, or create "
     "it (encoding UTF8)."},
    {SqlError::kPermissionDenied, absl::StatusCode::kUnavailable,
     Reason::DATABASE_PERMISSION_DENIED,
     "本服务的数据库账户缺少权限：请管理员授权。自 PostgreSQL 15 起，在 public 模式中建表也要授权"
     "（GRANT CREATE ON SCHEMA public TO 账户）。",
     "The database account of this service lacks a right, which its administrator should grant. "
     "Since PostgreSQL 15, creating tables in the schema public is one (GRANT CREATE ON SCHEMA "
     "public TO account)."},
}};

}  // namespace

absl::Status MakeSqlError(SqlError error, absl::string_view engine_text) {
  for (const Kind& kind : kKinds) {
    if (kind.error != error) continue;
    return WithLogText(MakeError(kind.code, kind.reason, kind.zh, kind.en), engine_text);
  }
  return absl::InternalError(engine_text);
}

SqlError SqlErrorOf(const absl::Status& status) {
  const Reason::Value reason = DetailOf(status).reason();
  for (const Kind& kind : kKinds) {
    if (kind.reason == reason) return kind.error;
  }
  return SqlError::kOther;
}

}  // namespace zhiping::sql
