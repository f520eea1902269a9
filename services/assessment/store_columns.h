// The columns of a submission's row, derived from its record: here and nowhere else.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "common/sql/value.h"
#include "google/protobuf/timestamp.pb.h"
#include "zhiping/assessment/v1/record.pb.h"

namespace zhiping::assessment {

// Stands for an instant that there is not, where that is the last.
inline constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

// As instants are stored; `absent` if there is none.
int64_t Milliseconds(bool has, const google::protobuf::Timestamp& instant, int64_t absent);

struct NamedValue {
  std::string column;
  sql::Value value;
};

// Number of the columns that are the key: the first of them.
inline constexpr size_t kSubmissionKeyColumns = 4;

// All but the receipts, and `is_test`, which follows from the enterprise's record.
std::vector<NamedValue> ColumnsOf(const v1::SubmissionRecord& record);

}  // namespace zhiping::assessment
