// Keeps what instances report in the store, so that every replica gives one picture of them.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/rpc/outcome_log.h"
#include "common/time/clock.h"
#include "services/catalogue/confirmer.h"
#include "services/catalogue/domain/instance_bounds.h"
#include "services/catalogue/foreign_states.h"
#include "services/catalogue/instance_rows.h"
#include "services/catalogue/instance_watch.h"
#include "services/catalogue/log_heads.h"
#include "services/catalogue/store.h"

namespace zhiping::catalogue {

// Thread-safe.
class InstanceReports {
 public:
  // `reported`: called when there is something to write. All outlive this.
  InstanceReports(Store& store, ForeignStates& foreign, InstanceWatch& watch, const Clock& clock,
                  const rpc::Log& log, const FollowerLimits& limits, std::function<void()> reported)
      : store_(store),
        foreign_(foreign),
        watch_(watch),
        clock_(clock),
        log_(log),
        limits_(limits),
        rows_(clock, watch),
        log_heads_(store.changes(), log),
        outcome_(log, rpc::Severity::kError, "reports_not_written", "reports_written"),
        reported_(std::move(reported)) {}

  // A report, or a goodbye (`leaving`); only the latest of a process waits, and of no more than are
  // kept. `begins`: its stream begins with it. Never blocks.
  void Report(const v1::SubscribeRequest& record, bool begins);

  // Writes what waits; to be called by one thread. What could not be written waits for the next
  // call.
  void Write(absl::Time deadline);

  // Since when reports cannot be written; absent: they can.
  std::optional<absl::Time> failing_since() const;

 private:
  // What is refused: a release, or every state of a programme. By whom and why.
  struct LoggedRefusal {
    std::string refused;
    std::string by;
  };
  struct Waiting {
    StoredInstance instance;
    bool begins = false;
    // By the steady clock.
    absl::Duration received;
  };
  // What became of one.
  struct Written {
    bool added = false;
    // It was not, since as many are kept as may be.
    bool full = false;
    // Another process has the same id.
    bool beside = false;
    // Of its row; empty: none as yet.
    std::string key;
  };
  absl::Status WriteOne(absl::Time deadline, const Waiting& waiting);
  // Keeps `report`, of which everything else was looked at. `logging` as for LogRefusals.
  absl::StatusOr<Written> Keep(StoreTransaction& transaction, const Waiting& report,
                               std::vector<LoggedRefusal>& logging);
  // Whether one more may be kept; if there are as many as may be, the one that was lost for the
  // longest is removed for it.
  absl::StatusOr<bool> MakeRoom(StoreTransaction& transaction);
  absl::Status CheckHeldStates(absl::Time deadline, const v1::SubscribeRequest& record);
  static LoggedRefusal KeyOf(const v1::Instance& instance, const std::string& programme,
                             const v1::Refusal& refusal);

  // Into the log of changes, once for each instance, activation and reason. `before`: what it, or
  // who had its row, said last; null: nothing. `logging` is what is logged now, if the transaction
  // is committed.
  absl::Status LogRefusals(StoreTransaction& transaction, const StoredInstance& instance,
                           const StoredInstance* before, std::vector<LoggedRefusal>& logging);
  // Whether it is not logged yet, and one more may be.
  bool MayLog(const LoggedRefusal& refusal);
  // Logs the first new instance that is not kept, and the first after others were.
  void NoteFull(bool full);

  Store& store_;
  ForeignStates& foreign_;
  InstanceWatch& watch_;
  const Clock& clock_;
  const rpc::Log& log_;
  const FollowerLimits limits_;
  // These are of Write alone.
  InstanceRows rows_;
  LogHeads log_heads_;
  rpc::OutcomeLog outcome_;
  bool full_ = false;
  // By what is refused, which is in the store: by whom and why.
  std::map<std::string, std::set<std::string>> logged_refusals_;
  // Of what further refusals are not logged.
  std::set<std::string> unlogged_;
  const std::function<void()> reported_;
  mutable absl::Mutex mutex_;
  std::optional<absl::Time> failing_since_ ABSL_GUARDED_BY(mutex_);
  // By process.
  std::map<std::string, Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace zhiping::catalogue
