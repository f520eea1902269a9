#include "common/releases/subscription.h"

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <algorithm>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "zhiping/catalogue/v1/catalogue_service.grpc.pb.h"

namespace zhiping::releases {
namespace {

using catalogue::v1::CatalogueService;
using catalogue::v1::SubscribeRequest;
using catalogue::v1::SubscribeResponse;

// How long a stream that ended is left alone: doubled each time, and short again after one that
// carried a state.
constexpr absl::Duration kFirstPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestPause = absl::Seconds(5);
// A catalogue confirms states every 30 s at the most (its --confirm-interval), by default every 10:
// what carried nothing for this long ends at a replica that is frozen.
constexpr absl::Duration kLongestSilence = absl::Seconds(35);
// The same of one that was just opened, which the catalogue answers at once.
constexpr absl::Duration kFirstState = absl::Seconds(5);

class Stream;

class StreamSubscription final : public Subscription {
 public:
  StreamSubscription(const std::shared_ptr<grpc::Channel>& channel, SubscribeRequest opening,
                     OnStates on_states, const Clock& clock, const rpc::Log& log,
                     OnAuditHead on_audit_head)
      : stub_(CatalogueService::NewStub(channel)),
        on_states_(std::move(on_states)),
        on_audit_head_(std::move(on_audit_head)),
        clock_(clock),
        log_(log),
        opening_(std::move(opening)) {}

  ~StreamSubscription() override { Leave(absl::ZeroDuration()); }

  void Maintain() override;
  void Report(std::vector<catalogue::v1::InstanceReport> reports) override;
  void Leave(absl::Duration timeout) override;

  // Called by the stream.
  void Received(SubscribeResponse response);
  void Ended();

 private:
  void KeepLogHead(const catalogue::v1::LogHead& head) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool NoStream() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !open_; }

  const std::unique_ptr<CatalogueService::Stub> stub_;
  const OnStates on_states_;
  const OnAuditHead on_audit_head_;
  const Clock& clock_;
  const rpc::Log& log_;

  absl::Mutex mutex_;
  // With the furthest head of the catalogue's log that was met.
  SubscribeRequest opening_ ABSL_GUARDED_BY(mutex_);
  // Null once it has ended.
  std::shared_ptr<Stream> stream_ ABSL_GUARDED_BY(mutex_);
  // Until nothing of the stream is left.
  bool open_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Duration pause_ ABSL_GUARDED_BY(mutex_) = kFirstPause;
  absl::Duration next_opening_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
  bool left_ ABSL_GUARDED_BY(mutex_) = false;
  // When it was opened, or last carried something.
  absl::Duration heard_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();
  // It has carried a state since it was opened.
  bool carries_ ABSL_GUARDED_BY(mutex_) = false;
};

// One opened stream. One message is read and one written at a time. gRPC may run a reaction within
// the call that starts an operation: none is started while a lock is held.
class Stream final : public grpc::ClientBidiReactor<SubscribeRequest, SubscribeResponse> {
 public:
  explicit Stream(StreamSubscription& owner) : owner_(owner) {}

  // REQUIRES: the owner keeps it until it calls Ended.
  void Open(CatalogueService::Stub& stub, SubscribeRequest first) {
    stub.async()->Subscribe(&context_, this);
    // Until it is let go, writes may be started from outside of the stream's own reactions.
    AddHold();
    Send(std::move(first));
    StartRead(&response_);
    StartCall();
  }

  void Send(SubscribeRequest request) {
    {
      absl::MutexLock lock(&mutex_);
      if (broken_) return;
      if (writing_) {
        request.set_leaving(request.leaving() || (waits_ && waiting_.leaving()));
        waiting_ = std::move(request);
        waits_ = true;
        return;
      }
      writing_ = true;
      request_ = std::move(request);
      AddHold();
    }
    StartWrite(&request_);
    RemoveHold();
  }

  // Nothing more is sent, and the stream ends.
  void Cancel() {
    context_.TryCancel();
    LetGo();
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      LetGo();
      return;
    }
    owner_.Received(std::move(response_));
    response_.Clear();
    StartRead(&response_);
  }

  void OnWriteDone(bool ok) override {
    bool ends = false;
    {
      absl::MutexLock lock(&mutex_);
      writing_ = false;
      broken_ = broken_ || !ok;
      if (broken_) return;
      ends = request_.leaving();
      if (!ends && !waits_) return;
      if (ends) {
        broken_ = true;
      } else {
        writing_ = true;
        waits_ = false;
        request_ = std::move(waiting_);
      }
    }
    ends ? StartWritesDone() : StartWrite(&request_);
  }

  // The owner lets go of it: nothing of it, and so no hold on the channel, is left to this thread
  // of gRPC's when others learn of the end. Were it the last to hold the channel, it would wait for
  // itself to end.
  void OnDone(const grpc::Status&) override { owner_.Ended(); }

 private:
  void LetGo() {
    {
      absl::MutexLock lock(&mutex_);
      broken_ = true;
      if (std::exchange(let_go_, true)) return;
    }
    RemoveHold();
  }

  StreamSubscription& owner_;
  grpc::ClientContext context_;
  SubscribeResponse response_;
  // Belongs to gRPC while writing_.
  SubscribeRequest request_;
  absl::Mutex mutex_;
  SubscribeRequest waiting_ ABSL_GUARDED_BY(mutex_);
  bool waits_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  // Nothing can be written any more.
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;
  bool let_go_ ABSL_GUARDED_BY(mutex_) = false;
};

void StreamSubscription::Maintain() {
  std::shared_ptr<Stream> silent;
  std::shared_ptr<Stream> opened;
  SubscribeRequest first;
  {
    absl::MutexLock lock(&mutex_);
    if (left_) return;
    const absl::Duration now = clock_.Steady();
    if (open_) {
      if (now - heard_ >= (carries_ ? kLongestSilence : kFirstState)) silent = stream_;
    } else if (now >= next_opening_) {
      open_ = true;
      heard_ = now;
      opened = stream_ = std::make_shared<Stream>(*this);
      first = opening_;
    }
  }
  if (silent != nullptr) silent->Cancel();
  if (opened != nullptr) opened->Open(*stub_, std::move(first));
}

void StreamSubscription::Report(std::vector<catalogue::v1::InstanceReport> reports) {
  SubscribeRequest request;
  request.mutable_reports()->Assign(reports.begin(), reports.end());
  std::shared_ptr<Stream> stream;
  {
    absl::MutexLock lock(&mutex_);
    *opening_.mutable_reports() = request.reports();
    if (opening_.has_log_head()) *request.mutable_log_head() = opening_.log_head();
    stream = stream_;
  }
  if (stream != nullptr) stream->Send(std::move(request));
}

void StreamSubscription::Leave(absl::Duration timeout) {
  std::shared_ptr<Stream> stream;
  SubscribeRequest goodbye;
  {
    absl::MutexLock lock(&mutex_);
    left_ = true;
    stream = stream_;
    *goodbye.mutable_reports() = opening_.reports();
  }
  goodbye.set_leaving(true);
  if (stream != nullptr) stream->Send(std::move(goodbye));
  const absl::Condition no_stream(this, &StreamSubscription::NoStream);
  if (mutex_.LockWhenWithTimeout(no_stream, timeout)) {
    mutex_.Unlock();
    return;
  }
  mutex_.Unlock();
  if (stream != nullptr) stream->Cancel();
  mutex_.LockWhen(no_stream);
  mutex_.Unlock();
}

void StreamSubscription::Received(SubscribeResponse response) {
  {
    absl::MutexLock lock(&mutex_);
    pause_ = kFirstPause;
    heard_ = clock_.Steady();
    if (!std::exchange(carries_, true)) log_.Write(rpc::Severity::kInfo, "stream_open", {});
    if (response.has_log_head()) KeepLogHead(response.log_head());
  }
  auto& envelopes = *response.mutable_envelopes();
  on_states_(
      {std::make_move_iterator(envelopes.begin()), std::make_move_iterator(envelopes.end())});
  if (on_audit_head_ != nullptr && !response.audit_head().empty()) {
    on_audit_head_(response.audit_head());
  }
}

void StreamSubscription::KeepLogHead(const catalogue::v1::LogHead& head) {
  // Another replica may lag a little behind the one that was followed before.
  const auto& kept = opening_.log_head();
  if (head.incarnation() == kept.incarnation() && head.position() <= kept.position()) return;
  *opening_.mutable_log_head() = head;
}

void StreamSubscription::Ended() {
  std::shared_ptr<Stream> ended;
  {
    absl::MutexLock lock(&mutex_);
    ended = std::move(stream_);
    if (std::exchange(carries_, false) && !left_) {
      log_.Write(rpc::Severity::kWarning, "stream_lost", {});
    }
  }
  // Before anybody learns of it, and with no lock held.
  ended = nullptr;
  absl::MutexLock lock(&mutex_);
  open_ = false;
  next_opening_ = clock_.Steady() + pause_;
  pause_ = std::min(2 * pause_, kLongestPause);
}

}  // namespace

std::unique_ptr<Subscription> NewSubscription(const std::shared_ptr<grpc::Channel>& channel,
                                              catalogue::v1::SubscribeRequest opening,
                                              Subscription::OnStates on_states, const Clock& clock,
                                              const rpc::Log& log,
                                              Subscription::OnAuditHead on_audit_head) {
  return std::make_unique<StreamSubscription>(channel, std::move(opening), std::move(on_states),
                                              clock, log, std::move(on_audit_head));
}

}  // namespace zhiping::releases
