// One stream of Subscribe. Used by subscriptions.cc.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/catalogue/subscriptions.h"

namespace zhiping::catalogue {

// One message is read and one written at a time. gRPC may run a reaction within the call that
// starts an operation: none is started while a lock is held. Keeps itself until it is done.
class SubscribeStream final : public SubscribeReactor {
 public:
  SubscribeStream(Subscriptions& owner, grpc::CallbackServerContext& context,
                  const rpc::Method& method)
      : owner_(owner), call_(context, method) {}

  // The first operation. `closed`: the stream ends at once.
  void Start(std::shared_ptr<SubscribeStream> self, const absl::Status& closed);
  // Sends a state of a programme that it follows, in place of one that still waits.
  void Offer(const ConfirmedPtr& confirmed);
  // Ends the stream once nothing is being written.
  void End(const absl::Status& status);
  std::vector<std::string> Programmes() const;

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  // What the first message must have.
  absl::Status CheckFirst(const v1::SubscribeRequest& first) const;
  // Takes one message; whether the stream goes on.
  bool Receive();
  // The next message, of all that waits.
  v1::SubscribeResponse TakeWaiting() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // One report of each programme that is followed.
  void TakeReports() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Subscriptions& owner_;
  rpc::Call call_;
  std::shared_ptr<SubscribeStream> self_;
  // Belongs to gRPC while reading.
  v1::SubscribeRequest request_;
  // Whether the first message was taken. Of the reads, one after the other.
  bool introduced_ = false;
  // Belongs to gRPC while writing_.
  v1::SubscribeResponse response_;

  mutable absl::Mutex mutex_;
  // Instance, programmes that were admitted, and the last reports; empty before the first message.
  v1::SubscribeRequest follower_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, ConfirmedPtr> waiting_ ABSL_GUARDED_BY(mutex_);
  // What was sent or waits last, by programme.
  std::map<std::string, ConfirmedPtr> offered_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  // Nothing more is written; the status is given when the last write is done.
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status ending_status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace zhiping::catalogue
