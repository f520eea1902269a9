#include "common/sql/request_log.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/sql/sure_time.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace zhiping::sql {
namespace {

std::string Insert() {
  return absl::StrCat(
      "INSERT INTO request (method, parent, request_id, sha256, subject, response, created_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, ",
      LatestMillis("$7"), ")");
}

}  // namespace

absl::StatusOr<std::optional<std::string>> ClaimRequest(Transaction& transaction,
                                                        const RequestKey& key) {
  // PostgreSQL waits here for a transaction that claimed the same id.
  ASSIGN_OR_RETURN(const Result claimed,
                   transaction.Execute(absl::StrCat(Insert(), " ON CONFLICT DO NOTHING"),
                                       {key.method, key.parent, key.request_id, Bytes{key.sha256},
                                        "", Bytes{}, 0}));
  if (claimed.changed() == 1) return std::optional<std::string>();
  Statement select = SelectResponse(key);
  ASSIGN_OR_RETURN(Result selected, transaction.Execute(select.sql, std::move(select.parameters)));
  ASSIGN_OR_RETURN(auto response, ResponseIn(std::move(selected), key));
  if (!response.has_value()) return absl::InternalError("a claimed request is not there");
  return response;
}

Statement SelectResponse(const RequestKey& key) {
  return {
      "SELECT sha256, response FROM request "
      "WHERE method = $1 AND parent = $2 AND request_id = $3",
      {key.method, key.parent, key.request_id}};
}

absl::StatusOr<std::optional<std::string>> ResponseIn(Result result, const RequestKey& key) {
  ASSIGN_OR_RETURN(auto rows, (std::move(result).Take<Bytes, Bytes>()));
  if (rows.empty()) return std::optional<std::string>();
  auto& [sha256, response] = rows.front();
  if (sha256.value != key.sha256) return RequestIdReused(key);
  return std::optional<std::string>(std::move(response.value));
}

absl::Status RequestIdReused(const RequestKey& key) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, Reason::REQUEST_ID_REUSED,
      absl::StrCat("requestId ", key.request_id, " 已用于另一个请求。"),
      absl::StrCat("The request id ", key.request_id, " was used for another request."),
      {{"requestId", key.request_id}});
}

absl::Status KeepResponse(Transaction& transaction, const RequestKey& key,
                          const std::string& subject, const std::string& response, absl::Time now) {
  transaction.Later(
      absl::StrCat("UPDATE request SET subject = $4, response = $5, created_at = ",
                   LatestMillis("$6"), " WHERE method = $1 AND parent = $2 AND request_id = $3"),
      {key.method, key.parent, key.request_id, subject, Bytes{response}, absl::ToUnixMillis(now)});
  return absl::OkStatus();
}

void AddResponse(Transaction& transaction, const RequestKey& key, const std::string& subject,
                 const std::string& response, absl::Time now) {
  transaction.Later(Insert(), {key.method, key.parent, key.request_id, Bytes{key.sha256}, subject,
                               Bytes{response}, absl::ToUnixMillis(now)});
}

absl::StatusOr<int64_t> ForgetRequests(Transaction& transaction, absl::string_view method,
                                       absl::Time instant, int most) {
  ASSIGN_OR_RETURN(const Result forgotten,
                   transaction.Execute("DELETE FROM request WHERE (method, parent, request_id) IN "
                                       "(SELECT method, parent, request_id FROM request "
                                       "WHERE method = $1 AND created_at < $2 LIMIT $3)",
                                       {method, absl::ToUnixMillis(instant), most}));
  return forgotten.changed();
}

}  // namespace zhiping::sql
