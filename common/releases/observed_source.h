// A source that says how it fares: counted for Prometheus, and logged when it stops answering and
// when it answers again. One that answers that it cannot give one programme's state (the catalogue,
// whose key may not sign for it) is not away: that is logged by programme.
#pragma once

#include <atomic>
#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/releases/source.h"
#include "common/rpc/log.h"
#include "common/rpc/metrics.h"
#include "common/status/error.h"

namespace zhiping::releases {

// Asks `source` for what it is asked for. zhiping_release_source_requests_total{source, what,
// result}: what is `state` or `release`; result is `found`, `not_found`, `refused` or `no_answer`.
// Log: source_away, source_back; state_not_given, state_given. Thread-safe if `source` is.
class ObservedSource final : public Source {
 public:
  // All outlive it.
  ObservedSource(Source& source, rpc::Metrics& metrics, const rpc::Log& log);

  absl::string_view name() const override { return source_.name(); }
  bool publishes() const override { return source_.publishes(); }
  absl::StatusOr<std::string> FindRelease(const std::string& digest) override;
  absl::StatusOr<std::string> FindState(const std::string& programme) override;
  void Close() override { source_.Close(); }

 private:
  struct Results {
    prometheus::Counter& found;
    prometheus::Counter& not_found;
    prometheus::Counter& refused;
    prometheus::Counter& no_answer;
  };
  Results ResultsOf(prometheus::Family<prometheus::Counter>& requests, const char* what) const;
  absl::StatusOr<std::string> Observe(const Results& results, absl::StatusOr<std::string> found);
  void NoteGiven(const std::string& programme, const absl::Status& status);

  Source& source_;
  const rpc::Log& log_;
  const Results states_, releases_;
  std::atomic<bool> away_ = false;
  absl::Mutex mutex_;
  // Why a programme's state is not given, by programme.
  std::map<std::string, Reason::Value> not_given_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace zhiping::releases
