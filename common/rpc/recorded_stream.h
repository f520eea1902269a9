// The reactor of a stream of answers that belong to enterprises (`records_access`): a message is
// written only once it is recorded what of whom it shows.
#pragma once

#include <functional>
#include <vector>

#include "common/rpc/call.h"

namespace zhiping::rpc {

// As its base: used by one step at a time, and alive until it is done.
template <typename Response>
class RecordedStream : public grpc::ServerWriteReactor<Response> {
 protected:
  // REQUIRES: context and method outlive this.
  RecordedStream(grpc::CallbackServerContext& context, const Method& method)
      : call_(context, method) {}

  // As Call::AdmitStream.
  absl::Status Admit(const google::protobuf::Message& request,
                     std::function<void(const absl::Status&)> refuse) {
    return call_.AdmitRecordedStream(request, std::move(refuse));
  }
  // A message says nothing of what it shows itself: Write does.
  const Call& call() const { return call_; }

  // Records the files that the message shows, then writes it; finishes with what recording failed
  // with. Never blocks. The message stays as it is until OnWriteDone, or the end.
  void Write(const Response& message, const std::vector<EnterpriseFile>& files) {
    call_.Reads(files);
    call_.Record([this, &message](const absl::Status& recorded) {
      if (!recorded.ok()) return Finish(recorded);
      grpc::ServerWriteReactor<Response>::StartWrite(&message);
    });
  }
  void Finish(const absl::Status& status) {
    grpc::ServerWriteReactor<Response>::Finish(call_.Finish(status));
  }

 private:
  // Write is the only way.
  using grpc::ServerWriteReactor<Response>::StartWrite;
  using grpc::ServerWriteReactor<Response>::StartWriteLast;
  using grpc::ServerWriteReactor<Response>::StartWriteAndFinish;

  Call call_;
};

}  // namespace zhiping::rpc
