// Errors as people and programs need them: a stable reason, a sentence in Chinese and in English,
// values, and every field that is wrong. They travel as the payload of an absl::Status, whose
// message is the English sentence.
//
//   return MakeError(absl::StatusCode::kNotFound, Reason::RELEASE_NOT_FOUND,
//                    absl::StrCat("没有发布版 ", digest, "。"),
//                    absl::StrCat("There is no release ", digest, "."), {{"digest", digest}});
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "zhiping/common/v1/error.pb.h"

namespace zhiping {

using common::v1::ErrorDetail;
using common::v1::FieldViolation;
using common::v1::Reason;

// Keys and values for programs. Keys are lowerCamelCase.
using ErrorValues = std::vector<std::pair<std::string, std::string>>;

// An error may quote any input: bytes that are not UTF-8 become U+FFFD, and texts of more than 4
// KiB are clipped. REQUIRES: code is not kOk; zh and en are whole sentences.
absl::Status MakeError(absl::StatusCode code, Reason::Value reason, absl::string_view zh,
                       absl::string_view en, const ErrorValues& values = {});
absl::Status MakeError(absl::StatusCode code, const ErrorDetail& detail);

// Whether a status was made here.
bool HasDetail(const absl::Status& status);

// What a failed status says. A status that was not made here gives INTERNAL_ERROR with its message.
ErrorDetail DetailOf(const absl::Status& status);

// Adds what only the log of a service may say, for example the words of a database, which can name
// hosts. It never travels to a caller.
absl::Status WithLogText(absl::Status status, absl::string_view text);

// Empty if nothing was added.
std::string LogText(const absl::Status& status);

// A common::v1::LocalText with the sentences, kept as MakeError keeps them.
common::v1::LocalText MakeText(absl::string_view zh, absl::string_view en);

// field: where, as common.v1.FieldViolation says.
FieldViolation MakeViolation(absl::string_view field, Reason::Value reason, absl::string_view zh,
                             absl::string_view en);

// An input may be wrong in more places than anybody reads: so many are described.
inline constexpr int kMaxViolations = 100;

// Key of the metadata that say how many violations there were, if not all are described.
inline constexpr char kViolationsTotal[] = "violationsTotal";

// Key of the metadata that say after how many milliseconds a call may succeed. gRPC answers give it
// as google.rpc.RetryInfo too.
inline constexpr char kRetryDelayMilliseconds[] = "retryDelayMilliseconds";

// How many fields are wrong, those that are not described included.
int ViolationsTotal(const ErrorDetail& detail);

// Collects all that is wrong with one input, so that people see everything at once: the first
// kMaxViolations are kept, the others counted.
class Violations {
 public:
  void Add(absl::string_view field, Reason::Value reason, absl::string_view zh,
           absl::string_view en);
  // The same where an input may have any number of them: `describe` is called only for one that is
  // kept.
  void Add(absl::FunctionRef<FieldViolation()> describe);
  // Adds what a failed status says: its violations, or itself under `field` if it has none.
  void AddAll(const absl::Status& status, absl::string_view field = "");
  bool empty() const { return total_ == 0; }
  // Of all, also of those that are not kept.
  int size() const { return total_; }

  // OK if nothing was added; else INVALID_ARGUMENT with the reason and sentence of the only
  // violation, or SEVERAL_VIOLATIONS, with `violationsTotal` if not all were kept.
  absl::Status ToStatus() const;

 private:
  ErrorDetail detail_;
  int total_ = 0;
};

}  // namespace zhiping
