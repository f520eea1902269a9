// How much a result is asked to say.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "zhiping/scoring/v1/scoring_service.pb.h"

namespace zhiping::scoring {

// Errors: INVALID_FIELD for `view` if the number is none of the views.
inline absl::Status CheckView(v1::View::Value view) {
  if (v1::View::Value_IsValid(view)) return absl::OkStatus();
  Violations violations;
  violations.Add(
      "view", Reason::INVALID_FIELD,
      absl::StrCat("没有编号为 ", static_cast<int>(view), " 的 view；可填 BASIC、FULL。"),
      absl::StrCat("There is no view with the number ", static_cast<int>(view),
                   "; there are BASIC and FULL."));
  return violations.ToStatus();
}

}  // namespace zhiping::scoring
