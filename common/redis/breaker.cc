#include "common/redis/breaker.h"

namespace zhiping::redis {

bool Breaker::Allow(Time now) {
  if (state_ == BreakerState::kOpen && now >= until_) {
    state_ = BreakerState::kProbing;
    return true;
  }
  return state_ == BreakerState::kClosed;
}

void Breaker::Succeeded() {
  state_ = BreakerState::kClosed;
  failed_ = 0;
}

void Breaker::Failed(Time now) {
  if (state_ == BreakerState::kOpen) return;
  if (state_ == BreakerState::kClosed && ++failed_ < failures_) return;
  state_ = BreakerState::kOpen;
  until_ = now + pause_;
}

}  // namespace zhiping::redis
