// The criteria that assessments are filled in under, as the catalogue publishes them.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/criteria/criteria.h"
#include "common/releases/releases.h"
#include "common/time/clock.h"

namespace zhiping::assessment {

using CriteriaPtr = std::shared_ptr<const criteria::Criteria>;

// Blocks until the deadline, and 2 s at most, where a release has to be fetched first. Thread-safe.
class PublishedCriteria {
 public:
  // Both outlive this.
  PublishedCriteria(releases::Releases& releases, const Clock& clock)
      : releases_(releases), clock_(clock) {}

  // A published release, whether in force or not. Errors: RELEASE_NOT_FOUND and those of
  // Snapshot::Choose.
  absl::StatusOr<CriteriaPtr> Find(const std::string& programme, const std::string& digest,
                                   absl::Time deadline) const;
  // The release in force. Errors: NO_ACTIVE_RELEASE, CRITERIA_EXPIRED, CRITERIA_UNKNOWN,
  // UNKNOWN_PROGRAMME.
  absl::StatusOr<CriteriaPtr> InForce(const std::string& programme, absl::Time deadline) const;

  // Whether what is in force was confirmed lately enough for assessments to be opened. Errors:
  // CRITERIA_EXPIRED (FAILED_PRECONDITION).
  absl::Status CheckFresh(const std::string& programme) const;

  // Whether nothing may be submitted under it any more.
  bool IsWithdrawn(const std::string& programme, const std::string& digest) const;

 private:
  absl::StatusOr<CriteriaPtr> Choose(const releases::Choice& choice, absl::Time deadline) const;

  releases::Releases& releases_;
  const Clock& clock_;
};

}  // namespace zhiping::assessment
