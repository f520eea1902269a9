// Field masks of updates: which fields are set, and setting them. Paths are as in the message
// (`size.employees`).
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/status/error.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"
#include "google/protobuf/util/field_mask_util.h"

namespace zhiping::assessment {

// `size.overrideReason`: a path as JSON has it.
std::string JsonPath(absl::string_view path);

// Whether the path is one of the fields, or lies within one.
bool IsWithin(absl::string_view path, absl::Span<const absl::string_view> fields);

// Violations under `field`, the JSON name of the mask: FIELD_REQUIRED if it is empty, INVALID_FIELD
// for what is not within the fields that can be set in `descriptor`'s messages.
void CheckMask(const google::protobuf::FieldMask& mask,
               absl::Span<const absl::string_view> settable,
               const google::protobuf::Descriptor& descriptor, absl::string_view field,
               Violations& violations);

// Clears the fields that are named. REQUIRES: they exist.
void ClearFields(const google::protobuf::FieldMask& mask, google::protobuf::Message& message);

// Whether the field is there: a list with something in it, a number or text that is not empty, an
// optional one that was set. REQUIRES: it exists.
bool HasField(const google::protobuf::Message& message, absl::string_view path);

// Only the fields that are named. REQUIRES: there are some, and they exist.
template <typename M>
M Chosen(M message, const google::protobuf::FieldMask& mask) {
  google::protobuf::util::FieldMaskUtil::TrimMessage(mask, &message);
  return message;
}

// `stored` with the fields that are named as they are in `sent`, lists as a whole.
// REQUIRES: as Chosen.
template <typename M>
M WithFields(M stored, const M& sent, const google::protobuf::FieldMask& mask) {
  ClearFields(mask, stored);
  stored.MergeFrom(Chosen(sent, mask));
  return stored;
}

}  // namespace zhiping::assessment
