// A publication or a rollback for people, and what came of waiting for it.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "services/ctl/convergence_report.h"
#include "services/ctl/convergence_wait.h"
#include "services/ctl/screen.h"
#include "services/ctl/zone.h"
#include "zhiping/catalogue/v1/activation.pb.h"

namespace zhiping::ctl {

// What was put in force, or will be.
struct Activated {
  enum How { kPublished, kScheduled, kRolledBack, kCancelled };
  How how;
  std::string programme, label;
  catalogue::v1::Activation activation;
  // The release that was withdrawn; empty: none.
  std::string withdrawn_digest;
  // The pending revision that was cancelled; 0: none.
  int32_t cancelled_revision = 0;
};

std::string ActivatedReport(const Activated& activated, const Zone& zone, const Screen& screen);

// What came of waiting for `wait`, and who does not follow.
std::string WaitReport(const WaitResult& result, const Activated& activated, absl::Duration wait,
                       const ReleaseLabels& labels, const Screen& screen);

}  // namespace zhiping::ctl
