// zhiping.assessment.v1.FeedService: the log of changes.
#pragma once

#include <list>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/rpc/bounded_pool.h"
#include "common/rpc/call.h"
#include "services/assessment/change_feed.h"
#include "services/assessment/watch_stream.h"
#include "zhiping/assessment/v1/feed_service.grpc.pb.h"

namespace zhiping::assessment {

// Thread-safe.
class FeedService final : public v1::FeedService::CallbackService {
 public:
  // All outlive the service.
  FeedService(ChangeFeed& feed, rpc::BoundedPool& pool, const rpc::CallEnvironment& environment);

  WatchReactor* WatchSubmissions(grpc::CallbackServerContext* context,
                                 const v1::WatchSubmissionsRequest* request) override;
  grpc::ServerUnaryReactor* ListSubmissionChanges(
      grpc::CallbackServerContext* context, const v1::ListSubmissionChangesRequest* request,
      v1::ListSubmissionChangesResponse* response) override;

  // What a long poll asks for.
  struct Poll {
    sql::LogCursor after;
    int size = 0;
    absl::Duration wait;
    absl::Time until;
  };

  // Ends the streams: before the server is closed.
  void EndStreams();

 private:
  // Finishes with the entries that are there, or with those that come until the poll is over.
  void AnswerSoon(const std::shared_ptr<rpc::PendingCall>& pending,
                  grpc::CallbackServerContext& context, const Poll& poll,
                  v1::ListSubmissionChangesResponse& response);

  ChangeFeed& feed_;
  rpc::BoundedPool& pool_;
  const rpc::Method watch_submissions_;
  const rpc::Method list_submission_changes_;

  absl::Mutex mutex_;
  std::list<std::weak_ptr<WatchStream>> streams_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace zhiping::assessment
