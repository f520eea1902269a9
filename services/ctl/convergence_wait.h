// Waiting until every instance runs a revision.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/ctl/catalogue_client.h"
#include "services/ctl/convergence_report.h"

namespace zhiping::ctl {

enum class Convergence {
  // Not in force yet, or an instance is BEHIND, REFUSED or UNKNOWN, or not all are listed, or two
  // have one id.
  kNotYet,
  // In force, and no instance is one of those; there may be none at all.
  kReached,
  // A later revision is in force, or the revision was cancelled.
  kReplaced,
};

// How far the instances are with a revision.
Convergence ConvergenceOn(int32_t revision,
                          const catalogue::v1::GetConvergenceResponse& convergence);

struct WaitResult {
  Convergence convergence = Convergence::kNotYet;
  // What the catalogue said last; the default if it never answered.
  catalogue::v1::GetConvergenceResponse last;
  // Why it did not answer the last time; OK if it did.
  absl::Status error;
};

// Asks until the revision is reached or replaced, or for as long as `wait`. A catalogue that does
// not answer is asked again.
WaitResult WaitForConvergence(CatalogueClient& client, const std::string& programme,
                              int32_t revision, absl::Duration wait);

// Labels of the programme's releases. What instances run is only shown with it, so that an error
// gives none.
ReleaseLabels LabelsOf(CatalogueClient& client, const std::string& programme);

}  // namespace zhiping::ctl
