#include "services/scoring/score_messages.h"

#include <utility>

#include "common/criteria/result.h"

namespace zhiping::scoring {
namespace {

// What takes more memory than this is not kept: nobody's long texts stay with us.
constexpr size_t kMaxKeptBytes = 64 << 10;
// Adding memory up costs as much as scoring: it is done after every so many calls, and after every
// request that is longer than this on the wire (several times one with every scenario answered).
constexpr int kCallsBetweenLooks = 32;
constexpr size_t kLongRequest = 8 << 10;

}  // namespace

ScoreMessages::ScoreMessages(ScoreMessagePool& pool) : pool_(pool) {
  set_request(&request_message_);
  set_response(&response_message_);
}

bool ScoreMessages::IsWorthKeeping() {
  if (++calls_ % kCallsBetweenLooks != 0 && request_message_.ByteSizeLong() <= kLongRequest) {
    return true;
  }
  return request_message_.SpaceUsedLong() <= kMaxKeptBytes;
}

void ScoreMessages::Release() { pool_.TakeBack(std::unique_ptr<ScoreMessages>(this)); }

void ScoreMessages::Prepare(const std::shared_ptr<const criteria::Criteria>& criteria) {
  if (criteria_ == criteria) return;
  response_message_.Clear();
  *response_message_.mutable_result() = criteria::ResultFrame(*criteria, false);
  tally_ = criteria->NewTally();
  criteria_ = criteria;
}

ScoreMessages* ScoreMessagePool::AllocateMessages() {
  {
    absl::MutexLock lock(&mutex_);
    if (!free_.empty()) {
      auto* messages = free_.back().release();
      free_.pop_back();
      return messages;
    }
  }
  return new ScoreMessages(*this);
}

void ScoreMessagePool::TakeBack(std::unique_ptr<ScoreMessages> messages) {
  if (!messages->IsWorthKeeping()) return;
  messages->request()->Clear();
  absl::MutexLock lock(&mutex_);
  if (free_.size() < kept_) free_.push_back(std::move(messages));
}

}  // namespace zhiping::scoring
