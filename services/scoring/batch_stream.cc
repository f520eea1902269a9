#include "services/scoring/batch_stream.h"

#include <functional>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/rpc/malformed.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/scoring/choice.h"
#include "services/scoring/domain/batch.h"

namespace zhiping::scoring {
namespace {

// Keeps itself until it is done.
class BatchStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  BatchStream(grpc::CallbackServerContext& context, const rpc::Method& method,
              rpc::BoundedPool& pool, releases::Releases& releases, const Clock& clock)
      : context_(context),
        call_(context, method),
        pool_(pool),
        releases_(releases),
        clock_(clock) {}

  void Start(std::shared_ptr<BatchStream> self) {
    self_ = std::move(self);
    const absl::Status admitted = call_.AdmitStream(
        [weak = std::weak_ptr(self_)](const absl::Status& refused) {
          if (const auto stream = weak.lock()) stream->Refuse(refused);
        },
        rpc::StreamOf::kLargeMessages);
    if (admitted.ok()) {
      Read();
    } else {
      End(admitted);
    }
  }

  void OnReadDone(bool ok) override {
    {
      absl::MutexLock lock(&mutex_);
      reading_ = false;
      if (ended_) return;
    }
    if (ok) {
      InPool([this] { TakeMessage(); });
    } else {
      // The caller has no more, or is gone.
      End(Check());
    }
  }

  void OnWriteDone(bool ok) override {
    if (ok) {
      Read();
    } else {
      End(Check());
    }
  }

  void OnDone() override { const std::shared_ptr<BatchStream> self = std::move(self_); }

 private:
  // Waits for the next message, unless the caller may no longer call.
  void Read() {
    absl::Status refused;
    {
      absl::MutexLock lock(&mutex_);
      refused = refused_;
      reading_ = refused.ok();
    }
    if (refused.ok()) {
      StartRead(&request_bytes_);
    } else {
      End(refused);
    }
  }

  // The caller may no longer call: the stream ends now, or when the message that is being answered
  // is.
  void Refuse(const absl::Status& status) {
    {
      absl::MutexLock lock(&mutex_);
      refused_ = status;
      if (!reading_ || std::exchange(ended_, true)) return;
    }
    Finish(call_.Finish(status));
  }

  // Why the caller may no longer call, or that it waits no more.
  absl::Status Check() {
    {
      absl::MutexLock lock(&mutex_);
      RETURN_IF_ERROR(refused_);
    }
    return call_.CheckWaiting();
  }

  void End(const absl::Status& status) {
    {
      absl::MutexLock lock(&mutex_);
      if (std::exchange(ended_, true)) return;
    }
    Finish(call_.Finish(status));
  }

  void InPool(std::function<void()> task) {
    const absl::Status submitted = pool_.Submit(std::move(task));
    if (!submitted.ok()) End(submitted);
  }

  // In the pool: a message came in.
  void TakeMessage() {
    absl::Status status = Check();
    if (status.ok() && !Parse()) status = rpc::MalformedRequest();
    if (!status.ok()) {
      End(status);
      return;
    }
    if (chosen_.criteria != nullptr) {
      AnswerMessage();
      return;
    }
    releases::Choice choice = ChoiceOf(request_.criteria());
    const auto chosen = releases_.snapshot()->Choose(choice, clock_.Steady());
    if (chosen.ok() || !releases_.MayFind(choice, chosen.status())) {
      if (Begin(chosen)) AnswerMessage();
      return;
    }
    releases_.Await(std::move(choice), absl::FromChrono(context_.deadline()),
                    [this](const absl::StatusOr<releases::Chosen>& found) {
                      if (Begin(found)) InPool([this] { AnswerMessage(); });
                    });
  }

  // The first message's criteria are found; if not, the stream ends.
  bool Begin(const absl::StatusOr<releases::Chosen>& chosen) {
    if (!chosen.ok()) {
      End(chosen.status());
      return false;
    }
    chosen_ = *chosen;
    first_ = true;
    return true;
  }

  void AnswerMessage() {
    const absl::Status status = Answer();
    if (status.ok()) {
      StartWrite(&response_bytes_);
    } else {
      End(status);
    }
  }

  absl::Status Answer() {
    response_.Clear();
    if (std::exchange(first_, false)) {
      auto& header = *response_.mutable_header();
      FillBatchHeader(*chosen_.criteria, header);
      header.set_revision(chosen_.revision);
      header.set_freshness(chosen_.freshness);
    } else if (request_.has_criteria()) {
      return MakeError(absl::StatusCode::kInvalidArgument, Reason::WRONG_STREAM_MESSAGE,
                       "只有第一条消息可以指定 criteria；换发布版请另开一个流。",
                       "Only the first message may have criteria; open another stream for another "
                       "release.");
    }
    RETURN_IF_ERROR(ScoreBatchMessage(*chosen_.criteria, request_, response_));
    response_bytes_.Clear();
    bool own = false;
    const grpc::Status serialized = grpc::SerializationTraits<v1::ScoreBatchResponse>::Serialize(
        response_, &response_bytes_, &own);
    return serialized.ok() ? absl::OkStatus()
                           : absl::InternalError("a response could not be serialized");
  }

  // Gives back what the bytes take of the room of requests.
  bool Parse() {
    const bool parsed =
        grpc::SerializationTraits<v1::ScoreBatchRequest>::Deserialize(&request_bytes_, &request_)
            .ok();
    request_bytes_.Clear();
    return parsed;
  }

  grpc::CallbackServerContext& context_;
  rpc::Call call_;
  rpc::BoundedPool& pool_;
  releases::Releases& releases_;
  const Clock& clock_;
  // Set by the first message, which `first_` says is being answered.
  releases::Chosen chosen_;
  bool first_ = false;
  grpc::ByteBuffer request_bytes_, response_bytes_;
  v1::ScoreBatchRequest request_;
  v1::ScoreBatchResponse response_;
  std::shared_ptr<BatchStream> self_;

  absl::Mutex mutex_;
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  // Why the caller may no longer call.
  absl::Status refused_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* NewBatchStream(
    grpc::CallbackServerContext& context, const rpc::Method& method, rpc::BoundedPool& pool,
    releases::Releases& releases, const Clock& clock) {
  auto stream = std::make_shared<BatchStream>(context, method, pool, releases, clock);
  BatchStream& opened = *stream;
  opened.Start(std::move(stream));
  return &opened;
}

}  // namespace zhiping::scoring
