// Requests that change something: answered once, whatever is repeated.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/identity/caller.h"
#include "common/requests/fields.h"
#include "common/rpc/call.h"
#include "common/sql/request_log.h"
#include "common/sql/sha256.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/assessment/store.h"

namespace zhiping::assessment {

// No name of anything that exists is longer; databases refuse keys of 8 KiB.
inline constexpr size_t kMostParentBytes = 256;

// Errors: those of CheckRequestId, for the field request_id.
inline absl::Status CheckId(absl::string_view request_id) {
  Violations violations;
  CheckRequestId(request_id, violations);
  return violations.ToStatus();
}

// What a request is known by. `request` without its id says what was asked for; nobody gets the
// answer to another's request. `parent`: what it is about.
template <typename Request>
sql::RequestKey KeyOf(absl::string_view method, const std::string& parent, const rpc::Call& call,
                      const Request& request) {
  Request body = request;
  body.clear_request_id();
  const std::string what = absl::StrJoin(
      {call.caller().issuer, call.caller().subject, call.acting_for(), body.SerializeAsString()},
      std::string(1, '\0'));
  const std::string about =
      parent.size() <= kMostParentBytes ? parent : absl::BytesToHexString(sql::Sha256(parent));
  return {std::string(method), about, request.request_id(), sql::Sha256(what)};
}

// What was kept is the answer: the request was judged when it was made first, by the same caller.
template <typename Response>
absl::Status AnswerAgain(const std::string& kept, const rpc::Call& call, Response& response) {
  call.ScopeIsJudged();
  if (response.ParseFromString(kept)) return absl::OkStatus();
  return absl::InternalError("a kept response is damaged");
}

// The answer, if the request was made before. To be asked for before anything that may be other by
// now than it was then, such as what is published. Errors: REQUEST_ID_REUSED.
template <typename Response>
absl::StatusOr<std::optional<Response>> AnsweredBefore(Store& store, absl::Time deadline,
                                                       const sql::RequestKey& key,
                                                       const rpc::Call& call) {
  ASSIGN_OR_RETURN(const auto kept, store.FindResponse(deadline, key));
  if (!kept.has_value()) return std::optional<Response>();
  std::optional<Response> response(std::in_place);
  RETURN_IF_ERROR(AnswerAgain(*kept, call, *response));
  return response;
}

// Runs `body` and keeps its answer with what it changed; a retry gets that again without running
// it. Errors: REQUEST_ID_REUSED; those of the body.
template <typename Response>
absl::Status AnswerOnce(StoreTransaction& transaction, const sql::RequestKey& key,
                        const rpc::Call& call, absl::Time now, Response& response,
                        absl::FunctionRef<absl::Status()> body) {
  response.Clear();
  ASSIGN_OR_RETURN(const auto kept, transaction.Claim(key));
  if (kept.has_value()) return AnswerAgain(*kept, call, response);
  RETURN_IF_ERROR(body());
  return transaction.KeepResponse(key, call.caller().subject, response.SerializeAsString(), now);
}

// The same in a transaction of its own. The body may run again, and sets all anew then.
template <typename Response>
absl::StatusOr<Response> Once(
    Store& store, absl::Time deadline, absl::Time now, const sql::RequestKey& key,
    const rpc::Call& call, const std::function<absl::Status(StoreTransaction&, Response&)>& body) {
  Response response;
  const auto answer = [&](StoreTransaction& transaction) {
    return AnswerOnce(transaction, key, call, now, response,
                      [&] { return body(transaction, response); });
  };
  RETURN_IF_ERROR(store.Change(deadline, answer));
  return response;
}

}  // namespace zhiping::assessment
