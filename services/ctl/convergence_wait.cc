#include "services/ctl/convergence_wait.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "common/time/clock.h"

namespace zhiping::ctl {

using catalogue::v1::GetConvergenceRequest;
using catalogue::v1::GetConvergenceResponse;
using catalogue::v1::InstanceConvergence;

namespace {

constexpr absl::Duration kInterval = absl::Milliseconds(100);

}  // namespace

Convergence ConvergenceOn(int32_t revision, const GetConvergenceResponse& convergence) {
  const int32_t current = convergence.state().current().revision();
  if (current > revision) return Convergence::kReplaced;
  const auto& instances = convergence.instances();
  const bool all_applied =
      std::all_of(instances.begin(), instances.end(), [](const InstanceConvergence& instance) {
        return instance.status() == InstanceConvergence::APPLIED;
      });
  // One of two processes with one id may be missing for some seconds.
  const bool all = all_applied && !convergence.instances_full() && !SharesInstanceIds(convergence);
  return current == revision && all ? Convergence::kReached : Convergence::kNotYet;
}

WaitResult WaitForConvergence(CatalogueClient& client, const std::string& programme,
                              int32_t revision, absl::Duration wait) {
  GetConvergenceRequest request;
  request.set_programme(programme);
  WaitResult result;
  // The time of day may be set meanwhile.
  const Clock& clock = SystemClock();
  const absl::Duration end = clock.Steady() + wait;
  while (true) {
    auto response = client.Call(&CatalogueAdmin::GetConvergence, request);
    result.error = response.status();
    if (response.ok()) {
      result.last = *std::move(response);
      result.convergence = ConvergenceOn(revision, result.last);
      if (result.convergence != Convergence::kNotYet) return result;
    }
    const absl::Duration left = end - clock.Steady();
    if (left <= absl::ZeroDuration()) return result;
    absl::SleepFor(std::min(kInterval, left));
  }
}

ReleaseLabels LabelsOf(CatalogueClient& client, const std::string& programme) {
  catalogue::v1::ListReleasesRequest request;
  request.set_programme(programme);
  const auto list = client.List(&Catalogue::ListReleases, request);
  ReleaseLabels labels;
  if (!list.ok()) return labels;
  for (const auto& release : list->releases()) labels[release.digest()] = release.label();
  return labels;
}

}  // namespace zhiping::ctl
