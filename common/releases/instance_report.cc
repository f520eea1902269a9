#include "common/releases/instance_report.h"

#include "common/status/error.h"

namespace zhiping::releases {
namespace {

using catalogue::v1::Activation;
using catalogue::v1::InstanceReport;
using catalogue::v1::Refusal;

void SetRefusal(const absl::Status& why, Refusal& refusal) {
  const ErrorDetail detail = DetailOf(why);
  refusal.set_reason(Reason::Value_Name(detail.reason()));
  *refusal.mutable_message() = detail.message();
}

void SetRefusal(const Following& following, const Activation& refused, Refusal& refusal) {
  SetRefusal(following.WhyRefused(refused.digest()), refusal);
  refusal.set_revision(refused.revision());
  refusal.set_digest(refused.digest());
}

}  // namespace

InstanceReport ReportOf(const Following& following, const absl::Status& catalogue_error,
                        absl::Time now) {
  InstanceReport report;
  report.set_programme(following.programme());
  const ReleaseInForce& in_force = following.in_force();
  if (in_force.criteria != nullptr) {
    report.set_revision(in_force.revision);
    report.set_digest(in_force.criteria->digest());
  }
  if (const auto* refused = following.RefusedActivation(now)) {
    SetRefusal(following, *refused, *report.mutable_refused());
  } else if (!catalogue_error.ok()) {
    SetRefusal(catalogue_error, *report.mutable_refused());
    // What the catalogue lacks, or gave out a second time, is what it must know.
    const Reason::Value reason = DetailOf(catalogue_error).reason();
    if (reason == Reason::REVISION_BEHIND || reason == Reason::REVISION_CONFLICT) {
      report.set_held_state(following.held()->envelope);
    }
  } else if (const auto* pending = following.RefusedPending()) {
    SetRefusal(following, *pending, *report.mutable_refused());
  }
  // So is a withdrawal that it has lost.
  if (report.held_state().empty() && following.unlisted() != nullptr) {
    report.set_held_state(following.unlisted()->envelope);
  }
  return report;
}

}  // namespace zhiping::releases
