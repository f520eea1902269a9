// One stream of WatchSubmissions.
#pragma once

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/rpc/bounded_pool.h"
#include "common/rpc/recorded_stream.h"
#include "services/assessment/change_feed.h"
#include "zhiping/assessment/v1/feed_service.pb.h"

namespace zhiping::assessment {

using WatchReactor = grpc::ServerWriteReactor<v1::WatchSubmissionsResponse>;

// Reads a page in the pool, writes it, waits for the next: one step at a time. Keeps itself until
// it is done.
class WatchStream final : public rpc::RecordedStream<v1::WatchSubmissionsResponse>,
                          public std::enable_shared_from_this<WatchStream> {
 public:
  WatchStream(grpc::CallbackServerContext& context, const rpc::Method& method, ChangeFeed& feed,
              rpc::BoundedPool& pool)
      : RecordedStream(context, method), feed_(feed), pool_(pool) {}

  void Start(const v1::WatchSubmissionsRequest& request);
  // The service stops, or the caller may no longer call. A step that is under way ends it.
  void End(const absl::Status& why);

  void OnWriteDone(bool ok) override;
  void OnDone() override;

 private:
  // Begins the next step, unless the stream was ended while it waited.
  void ReadSoon();
  void ReadPage();
  // REQUIRES: a step is under way.
  absl::Status Check() const;

  ChangeFeed& feed_;
  rpc::BoundedPool& pool_;
  std::shared_ptr<WatchStream> self_;
  sql::LogCursor after_;
  v1::WatchSubmissionsResponse response_;

  mutable absl::Mutex mutex_;
  // Why it has to end.
  absl::Status refused_ ABSL_GUARDED_BY(mutex_);
  // Reads or writes, and does not only wait: the call may be used, and only the step finishes it.
  bool under_way_ ABSL_GUARDED_BY(mutex_) = true;
};

}  // namespace zhiping::assessment
