#include "common/time/periodic.h"

#include <utility>

namespace zhiping {

Periodic::Periodic(absl::Duration interval, std::function<void()> run)
    : interval_(interval), run_(std::move(run)), thread_([this] { Loop(); }) {}

Periodic::~Periodic() {
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
  }
  thread_.join();
}

void Periodic::Wake() {
  absl::MutexLock lock(&mutex_);
  woken_ = true;
}

void Periodic::Loop() {
  while (true) {
    run_();
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(this, &Periodic::Due), interval_);
    if (ending_) return;
    woken_ = false;
  }
}

}  // namespace zhiping
