// Keeps what instances report in the store, so that every replica gives one picture of them.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/time/clock.h"
#include "services/catalogue/confirmer.h"
#include "services/catalogue/foreign_states.h"
#include "services/catalogue/log_heads.h"
#include "services/catalogue/store.h"

namespace zhiping::catalogue {

// Thread-safe.
class InstanceReports {
 public:
  // `reported`: called when there is something to write. All outlive this.
  InstanceReports(Store& store, ForeignStates& foreign, const Clock& clock, const rpc::Log& log,
                  std::function<void()> reported)
      : store_(store),
        foreign_(foreign),
        clock_(clock),
        log_heads_(store.changes(), log),
        reported_(std::move(reported)) {}

  // A report, or a goodbye (`leaving`); only the latest of an instance waits. Never blocks.
  void Report(const v1::SubscribeRequest& record);

  // Writes what waits; to be called by one thread. What could not be written waits for the next
  // call.
  void Write(absl::Time deadline);

 private:
  absl::Status WriteOne(absl::Time deadline, const StoredInstance& instance);
  absl::Status CheckHeldStates(absl::Time deadline, const v1::SubscribeRequest& record);

  Store& store_;
  ForeignStates& foreign_;
  const Clock& clock_;
  // Of Write alone.
  LogHeads log_heads_;
  const std::function<void()> reported_;
  absl::Mutex mutex_;
  // By instance.
  std::map<std::string, StoredInstance> waiting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace zhiping::catalogue
