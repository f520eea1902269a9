// One stream of WatchSubmissions.
#pragma once

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/rpc/bounded_pool.h"
#include "common/rpc/call.h"
#include "services/assessment/change_feed.h"
#include "zhiping/assessment/v1/feed_service.pb.h"

namespace zhiping::assessment {

using WatchReactor = grpc::ServerWriteReactor<v1::WatchSubmissionsResponse>;

// Reads a page in the pool, writes it, waits for the next: one step at a time. Keeps itself until
// it is done.
class WatchStream final : public WatchReactor {
 public:
  WatchStream(grpc::CallbackServerContext& context, const rpc::Method& method, ChangeFeed& feed,
              rpc::BoundedPool& pool)
      : context_(context), call_(context, method), feed_(feed), pool_(pool) {}

  void Start(std::shared_ptr<WatchStream> self, const v1::WatchSubmissionsRequest& request);
  // The service stops: the caller goes on at another instance.
  void End(const absl::Status& why);

  void OnWriteDone(bool ok) override;
  void OnDone() override;

 private:
  void ReadSoon();
  void ReadPage();
  absl::Status Check() const;
  void FinishOnce(const absl::Status& status);

  grpc::CallbackServerContext& context_;
  rpc::Call call_;
  ChangeFeed& feed_;
  rpc::BoundedPool& pool_;
  std::shared_ptr<WatchStream> self_;
  sql::LogCursor after_;
  v1::WatchSubmissionsResponse response_;

  mutable absl::Mutex mutex_;
  // Why it has to end.
  absl::Status refused_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace zhiping::assessment
