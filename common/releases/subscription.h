// The stream between a follower and the catalogue: states come in, reports go out. It is opened
// again whenever it ends, later and later.
#pragma once

#include <grpcpp/channel.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/rpc/log.h"
#include "common/time/clock.h"
#include "zhiping/catalogue/v1/catalogue_service.pb.h"

namespace zhiping::releases {

// Maintain, Report and Leave are called by one thread at a time.
class Subscription {
 public:
  // Envelopes of states, in a thread of gRPC's: must not block for long.
  using OnStates = std::function<void(std::vector<std::string>)>;
  // The same of the signed head of the catalogue's audit log, which comes with every state.
  using OnAuditHead = std::function<void(const std::string&)>;

  virtual ~Subscription() = default;

  // Opens the stream if it is closed and its time has come, and closes one that has carried nothing
  // for 35 s, or 5 s after it was opened: round robin takes the next one to another replica.
  virtual void Maintain() = 0;
  // Sends reports; the latest ones if several could not be sent yet. Nothing while it is closed.
  virtual void Report(std::vector<catalogue::v1::InstanceReport> reports) = 0;
  // Says goodbye, waits for at most `timeout`, and stays closed.
  virtual void Leave(absl::Duration timeout) = 0;
};

// `channel`: of rpc::NewStreamChannel. `opening`: instance and programmes, for the first message of
// each stream; its reports are those of the last Report. The furthest head of the catalogue's log
// of changes that was met goes back with every report, so that the catalogue notices a log that was
// cut or written anew. `on_audit_head` may be null. Log: stream_open, stream_lost. Clock and log
// outlive it.
std::unique_ptr<Subscription> NewSubscription(const std::shared_ptr<grpc::Channel>& channel,
                                              catalogue::v1::SubscribeRequest opening,
                                              Subscription::OnStates on_states, const Clock& clock,
                                              const rpc::Log& log,
                                              Subscription::OnAuditHead on_audit_head = nullptr);

}  // namespace zhiping::releases
