// What the fields of an enterprise may be, one by one.
#pragma once

#include "absl/strings/string_view.h"
#include "common/status/error.h"
#include "google/protobuf/field_mask.pb.h"
#include "services/assessment/domain/context.h"
#include "zhiping/assessment/v1/enterprise.pb.h"

namespace zhiping::assessment {

inline constexpr int kMostPlants = 200;
inline constexpr int kMostEnrolments = 20;
// The plant that every enterprise has.
inline constexpr absl::string_view kMainPlant = "main";

// Normalises the fields that the mask names and adds what is wrong with them, under `at` and their
// JSON names: FIELD_REQUIRED, TOO_LARGE, TOO_MANY, CHARACTER_NOT_ALLOWED, INVALID_FIELD,
// INVALID_USCC, UNKNOWN_REGION, UNKNOWN_REVIEW_UNIT, UNKNOWN_INDUSTRY, RELATION_CIRCLE. `at`: for
// example `enterprise.`. Other fields stay as they are, even if by now they are no longer right: an
// office that was dissolved keeps nobody from changing a telephone number.
void CheckFields(const google::protobuf::FieldMask& mask, const Context& context,
                 absl::string_view at, v1::Enterprise& enterprise, Violations& violations);

}  // namespace zhiping::assessment
