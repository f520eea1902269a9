#include "common/rpc/bounded_pool.h"

#include <utility>

#include "common/status/error.h"

namespace zhiping::rpc {

BoundedPool::BoundedPool(int threads, size_t capacity) : capacity_(capacity) {
  threads_.reserve(threads);
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

BoundedPool::~BoundedPool() {
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
  }
  for (auto& thread : threads_) thread.join();
}

absl::Status BoundedPool::Submit(std::function<void()> task) {
  absl::MutexLock lock(&mutex_);
  if (tasks_.size() >= capacity_) {
    return MakeError(absl::StatusCode::kResourceExhausted, Reason::OVERLOADED,
                     "服务繁忙，请稍后重试。", "The service is busy: try again later.");
  }
  tasks_.push_back(std::move(task));
  return absl::OkStatus();
}

size_t BoundedPool::waiting() const {
  absl::MutexLock lock(&mutex_);
  return tasks_.size();
}

void BoundedPool::Run() {
  while (true) {
    std::function<void()> task;
    {
      absl::MutexLock lock(&mutex_, absl::Condition(this, &BoundedPool::HasWork));
      if (tasks_.empty()) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }
}

}  // namespace zhiping::rpc
