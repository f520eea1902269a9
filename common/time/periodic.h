// A thread that does one thing again and again.
#pragma once

#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace zhiping {

// Thread-safe.
class Periodic {
 public:
  // Runs it at once, then whenever `interval` has passed since it ended, or Wake was called.
  Periodic(absl::Duration interval, std::function<void()> run);
  // Waits until it does not run.
  ~Periodic();
  Periodic(const Periodic&) = delete;
  Periodic& operator=(const Periodic&) = delete;

  // It runs soon, with whatever was true before this call.
  void Wake();

 private:
  void Loop();
  bool Due() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return woken_ || ending_; }

  const absl::Duration interval_;
  const std::function<void()> run_;
  absl::Mutex mutex_;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace zhiping
