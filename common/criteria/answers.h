// What callers send becomes what Score takes: ids are looked up, decimals are read exactly, and
// everything that is wrong is reported at once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/criteria/criteria.h"
#include "common/status/error.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "zhiping/common/v1/answer.pb.h"

namespace zhiping::criteria {

// The longest reason for `not_applicable`, in characters.
inline constexpr int kMaxReasonCharacters = 500;

using AnswerList = google::protobuf::RepeatedPtrField<common::v1::Answer>;
using FactList = google::protobuf::RepeatedPtrField<common::v1::FactValue>;

// Answers and facts in the order of the criteria.
struct Input {
  std::vector<uint8_t> answers;
  std::vector<int32_t> facts;
};

// Errors, as violations with the fields `answers[3].level`, `facts[0].value`, …: UNKNOWN_SCENARIO,
// DUPLICATE_SCENARIO, UNKNOWN_LEVEL, LEVEL_NOT_AVAILABLE, LEVEL_IS_TIER, REASON_REQUIRED,
// TOO_LARGE; UNKNOWN_FACT, DUPLICATE_FACT, FACT_*. More than twice as many answers as there are
// scenarios, or facts as there are facts, are not looked into: TOO_LARGE for `answers` or `facts`.
absl::StatusOr<Input> ReadInput(const Criteria& criteria, const AnswerList& answers,
                                const FactList& facts);

// The same into a used Input, without allocating when nothing is wrong.
absl::Status ReadInput(const Criteria& criteria, const AnswerList& answers, const FactList& facts,
                       Input& input);

// Reads one answer's level for a scenario; adds what is wrong to `violations` under the field and
// returns kMissing. `level` is as in Answer.
uint8_t ReadLevel(const Criteria& criteria, int scenario, absl::string_view level,
                  absl::FunctionRef<std::string()> field, Violations& violations);

// A value in units of 10^−scale as people write it: 595 at scale 1 is 59.5, 600 is 60.
std::string FormatDecimal(int64_t value, int scale);

}  // namespace zhiping::criteria
