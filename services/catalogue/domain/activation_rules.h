// What may be put in force: functions from a programme's history to the rows that are added to it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/catalogue/domain/history.h"

namespace zhiping::catalogue {

// An activation that is scheduled is at least this far ahead, so that followers learn of it first.
inline constexpr absl::Duration kLeastNotice = absl::Seconds(1);

// How far above what is known a revision may be fenced: more than is ever published between a
// backup and its restore, and little enough that no number of mistakes uses up all revisions.
inline constexpr int32_t kFarthestFence = 1'000'000;

// Who puts something in force, when and why.
struct Decision {
  // The present, in whole milliseconds.
  absl::Time now;
  // As recorded.
  std::string actor;
  // As the activation names them.
  std::vector<std::string> approvers;
  std::string reason;
  // The pending activation that this one replaces; 0: none.
  int32_t cancel_pending_revision = 0;
};

// The rows that put the release `digest` in force, at once or at an instant. Cancelling a pending
// activation first issues again what is in force, so that a follower whose clock is ahead moves on.
//
// Errors: RELEASE_WITHDRAWN; PENDING_EXISTS; NOT_PENDING; INSTANT_PASSED; REVISION_AHEAD.
absl::StatusOr<std::vector<ActivationRow>> Publish(const History& history,
                                                   const std::string& digest,
                                                   std::optional<absl::Time> in_force_from,
                                                   const Decision& decision);

struct RollBackPlan {
  std::vector<ActivationRow> rows;
  // The release that is withdrawn; empty: none.
  std::string withdrawn_digest;
};

// The rows that put a release in force again, at once. `digest` empty: the one that the present one
// took the place of, leaving out what was rolled back and what is withdrawn; refused where the
// present one came by a rollback itself, so that the same decision is not carried out twice. That
// of the release in force only cancels what is pending, a reissue and no rollback, and so does none
// with a pending activation to cancel, unless the present release is withdrawn.
//
// Errors: NO_ACTIVE_RELEASE, with a first publication that is pending as `pendingRevision`, which
// only another publication replaces; NEVER_IN_FORCE; ALREADY_ROLLED_BACK, naming the release before
// the present one, if there is one, as `previousDigest`: after A, B, C and a rollback to B that is
// A; RELEASE_WITHDRAWN; INVALID_FIELD if it is the release to withdraw; ALREADY_IN_FORCE, unless a
// pending activation is cancelled; PENDING_EXISTS; NOT_PENDING; REVISION_AHEAD.
absl::StatusOr<RollBackPlan> RollBack(const History& history, const std::string& digest,
                                      bool withdraw, const Decision& decision);

// The next revision after fencing off all up to `above`. Errors: REVISION_OUT_OF_RANGE.
absl::StatusOr<int32_t> Fence(const History& history, int32_t above);

// The history with the rows, as it will be once they are stored.
History WithRows(History history, const std::vector<ActivationRow>& rows,
                 const std::string& withdrawn_digest);

}  // namespace zhiping::catalogue
