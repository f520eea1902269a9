// Requests that were answered: a retry with the same id gets the same answer, and nothing is done
// twice. REQUIRES: InitialiseLogs (sequenced_log.h). The service's migrations make the table:
//
//   CREATE TABLE request (
//     method {text} NOT NULL, parent {text} NOT NULL, request_id {text} NOT NULL,
//     sha256 {bytes} NOT NULL, subject {text} NOT NULL, response {bytes} NOT NULL,
//     created_at BIGINT NOT NULL, PRIMARY KEY (method, parent, request_id));
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/sql/database.h"

namespace zhiping::sql {

struct RequestKey {
  std::string method;
  std::string parent;
  std::string request_id;
  // Of the request without its id.
  std::string sha256;
};

// Claims a request id until the end of the transaction; concurrent ones wait. The response that was
// given before, if there was one. Errors: REQUEST_ID_REUSED if the request was another.
absl::StatusOr<std::optional<std::string>> ClaimRequest(Transaction& transaction,
                                                        const RequestKey& key);

// Keeps the answer, and what it is about. REQUIRES: claimed in this transaction.
absl::Status KeepResponse(Transaction& transaction, const RequestKey& key,
                          const std::string& subject, const std::string& response, absl::Time now);

// The same where a lock already keeps two requests of one id apart, so that nothing is claimed:
// what reads the response that was given before, which stands in its result; and what keeps a new
// one.
Statement SelectResponse(const RequestKey& key);
absl::StatusOr<std::optional<std::string>> ResponseIn(Result result, const RequestKey& key);
void AddResponse(Transaction& transaction, const RequestKey& key, const std::string& subject,
                 const std::string& response, absl::Time now);

// INVALID_ARGUMENT REQUEST_ID_REUSED.
absl::Status RequestIdReused(const RequestKey& key);

// Forgets at most `most` requests of the method that were answered before `instant`; how many it
// were. `instant` is by SureTime::earliest, not by the clock. What has to be known for ever is
// never passed here.
absl::StatusOr<int64_t> ForgetRequests(Transaction& transaction, absl::string_view method,
                                       absl::Time instant, int most);

}  // namespace zhiping::sql
