#include "common/identity/four_eyes.h"

#include <algorithm>

#include "common/status/error.h"

namespace zhiping::identity {

absl::Status CheckFourEyes(const Person& decider, const std::vector<Person>& changed_by) {
  if (!decider.known() ||
      std::find(changed_by.begin(), changed_by.end(), decider) == changed_by.end()) {
    return absl::OkStatus();
  }
  return MakeError(absl::StatusCode::kPermissionDenied, Reason::SAME_PERSON,
                   "这项内容由您本人提交或修改过，须由另一位有权限的人员决定。",
                   "You made or changed this yourself: somebody else who may has to decide.");
}

}  // namespace zhiping::identity
