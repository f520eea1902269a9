// Threads for what blocks or takes long: SQL, Redis, plans. Nothing of that may run in a handler,
// whose threads serve all calls.
#pragma once

#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

namespace zhiping::rpc {

// Thread-safe.
class BoundedPool {
 public:
  // REQUIRES: threads ≥ 1. At most `capacity` tasks wait.
  BoundedPool(int threads, size_t capacity);
  // Runs what is waiting, then ends.
  ~BoundedPool();
  BoundedPool(const BoundedPool&) = delete;
  BoundedPool& operator=(const BoundedPool&) = delete;

  // Runs the task soon, in one of the pool's threads. Errors: RESOURCE_EXHAUSTED OVERLOADED if
  // `capacity` tasks wait already; the task is dropped.
  absl::Status Submit(std::function<void()> task);

  // Tasks that wait.
  size_t waiting() const;

 private:
  void Run();
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return ending_ || !tasks_.empty(); }

  const size_t capacity_;
  mutable absl::Mutex mutex_;
  std::deque<std::function<void()>> tasks_ ABSL_GUARDED_BY(mutex_);
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace zhiping::rpc
