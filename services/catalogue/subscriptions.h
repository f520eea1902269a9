// Who listens: the streams of Subscribe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/rpc/call.h"
#include "services/catalogue/confirmer.h"
#include "services/catalogue/domain/instance_bounds.h"
#include "zhiping/catalogue/v1/catalogue_service.grpc.pb.h"

namespace zhiping::catalogue {

using SubscribeReactor = grpc::ServerBidiReactor<v1::SubscribeRequest, v1::SubscribeResponse>;

class SubscribeStream;

// Thread-safe. Nothing here blocks. A slow follower is sent the latest state of each programme
// only.
class Subscriptions {
 public:
  struct Listeners {
    // A follower and what it reports, with its instance and programmes: at first (`begins`), at
    // every report, and when it says goodbye.
    std::function<void(const v1::SubscribeRequest&, bool begins)> reported;
    // A programme is followed whose state is not known yet.
    std::function<void()> wanted;
  };
  // More streams than `limits` allow are refused, and those with more unknown programmes:
  // OVERLOADED (RESOURCE_EXHAUSTED).
  Subscriptions(Listeners listeners, const FollowerLimits& limits)
      : listeners_(std::move(listeners)), limits_(limits) {}
  // Waits until all streams have ended.
  ~Subscriptions();
  Subscriptions(const Subscriptions&) = delete;
  Subscriptions& operator=(const Subscriptions&) = delete;

  // Starts a stream for a call, which ends it after Close.
  SubscribeReactor* Open(grpc::CallbackServerContext& context, const rpc::Method& method);

  // Sends a state to all who follow its programme.
  void Spread(const ConfirmedPtr& confirmed);

  // The head of the log of changes, which goes with every state from now on.
  void SetLogHead(v1::LogHead head);
  // The same of the signed head of the audit log; empty: none.
  void SetAuditHead(std::string envelope);

  // Drops what was spread of a programme that is not confirmed any more.
  void Forget(const std::string& programme);

  // The programmes that anybody follows.
  std::set<std::string> Followed() const;

  // Ends all streams, and every one that is opened later: their followers go elsewhere.
  void Close();

 private:
  friend class SubscribeStream;
  using Streams = std::set<std::shared_ptr<SubscribeStream>>;

  // Called by streams, AddHeads also with their locks held: no stream is called with mutex_ held.
  void AddHeads(v1::SubscribeResponse& response) const;
  void Remove(const std::shared_ptr<SubscribeStream>& stream);
  // Counts a stream's programmes as followed until it is removed. Errors: OVERLOADED.
  absl::Status Admit(const std::vector<std::string>& programmes);
  // Whether the state of some is not known. REQUIRES: admitted.
  bool Follow(SubscribeStream& stream, const std::vector<std::string>& programmes);

  bool IsUnknown(const std::string& programme) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool NoStreams() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return streams_.empty(); }

  const Listeners listeners_;
  const FollowerLimits limits_;
  mutable absl::Mutex mutex_;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  Streams streams_ ABSL_GUARDED_BY(mutex_);
  // By how many streams each programme is followed; never 0.
  std::map<std::string, int> followed_ ABSL_GUARDED_BY(mutex_);
  // The last state that was spread, by programme.
  std::map<std::string, ConfirmedPtr> latest_ ABSL_GUARDED_BY(mutex_);
  std::optional<v1::LogHead> log_head_ ABSL_GUARDED_BY(mutex_);
  std::string audit_head_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace zhiping::catalogue
