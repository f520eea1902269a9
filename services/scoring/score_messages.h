// Requests and responses of Score that are used again and again: after the first calls, parsing a
// request and filling a result allocate nothing, and the ids of a result are written once.
#pragma once

#include <grpcpp/support/message_allocator.h>

#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/criteria/answers.h"
#include "common/criteria/criteria.h"
#include "zhiping/scoring/v1/scoring_service.pb.h"

namespace zhiping::scoring {

class ScoreMessagePool;

// What one call of Score works with.
class ScoreMessages final : public grpc::MessageHolder<v1::ScoreRequest, v1::ScoreResponse> {
 public:
  explicit ScoreMessages(ScoreMessagePool& pool);

  // Back to the pool.
  void Release() override;

  // Room for answers, facts and numbers under these criteria, and a response whose result is
  // ResultFrame(criteria, false) but for numbers and statuses.
  void Prepare(const std::shared_ptr<const criteria::Criteria>& criteria);
  // The response will be filled with something else; the next Prepare makes it anew.
  void Forget() { criteria_ = nullptr; }

  // Whether the request, before it is cleared, holds no more memory than may be kept.
  bool IsWorthKeeping();

  criteria::Input& input() { return input_; }
  criteria::Tally& tally() { return tally_; }

 private:
  ScoreMessagePool& pool_;
  v1::ScoreRequest request_message_;
  v1::ScoreResponse response_message_;
  // What the response was prepared for.
  std::shared_ptr<const criteria::Criteria> criteria_;
  criteria::Input input_;
  criteria::Tally tally_;
  uint32_t calls_ = 0;
};

// Thread-safe. Must outlive the server.
class ScoreMessagePool final : public grpc::MessageAllocator<v1::ScoreRequest, v1::ScoreResponse> {
 public:
  // At most `kept` are kept while nobody uses them.
  explicit ScoreMessagePool(size_t kept) : kept_(kept) {}

  ScoreMessages* AllocateMessages() override;

 private:
  friend class ScoreMessages;
  void TakeBack(std::unique_ptr<ScoreMessages> messages);

  const size_t kept_;
  absl::Mutex mutex_;
  std::vector<std::unique_ptr<ScoreMessages>> free_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace zhiping::scoring
