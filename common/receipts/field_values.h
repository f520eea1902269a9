// What a message says, value by value, so that two can be compared and the differences told.
#pragma once

#include <string>
#include <vector>

#include "google/protobuf/message.h"
#include "zhiping/assessment/v1/receipt.pb.h"

namespace zhiping::receipts {

using assessment::v1::ReceiptDifference;

struct Comparison {
  // Values that one of the two messages has, or both.
  int compared = 0;
  std::vector<ReceiptDifference> differences;
};

// Compares two messages of one type; fields are named below `path`. A value that one of them does
// not have counts as its default, and as empty text where being absent means something.
void Compare(const google::protobuf::Message& what_is_signed,
             const google::protobuf::Message& recomputed, const std::string& path,
             Comparison& comparison);

}  // namespace zhiping::receipts
