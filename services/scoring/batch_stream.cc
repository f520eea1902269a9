#include "services/scoring/batch_stream.h"

#include <functional>
#include <utility>

#include "common/rpc/malformed.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/scoring/choice.h"
#include "services/scoring/domain/batch.h"

namespace zhiping::scoring {
namespace {

class BatchStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  BatchStream(grpc::CallbackServerContext& context, const rpc::Method& method,
              rpc::BoundedPool& pool, releases::Releases& releases, const Clock& clock)
      : context_(context), call_(context, method), pool_(pool), releases_(releases), clock_(clock) {
    StartRead(&request_bytes_);
  }

  void OnReadDone(bool ok) override {
    if (ok) {
      InPool([this] { TakeMessage(); });
    } else {
      // The caller has no more, or is gone.
      Finish(call_.Finish(call_.CheckWaiting()));
    }
  }

  void OnWriteDone(bool ok) override {
    if (ok) {
      StartRead(&request_bytes_);
    } else {
      Finish(call_.Finish(call_.CheckWaiting()));
    }
  }

  void OnDone() override { delete this; }

 private:
  void InPool(std::function<void()> task) {
    const absl::Status submitted = pool_.Submit(std::move(task));
    if (!submitted.ok()) Finish(call_.Finish(submitted));
  }

  // In the pool: a message came in.
  void TakeMessage() {
    absl::Status status = call_.CheckWaiting();
    if (status.ok() && !Parse()) status = rpc::MalformedRequest();
    if (!status.ok()) {
      Finish(call_.Finish(status));
      return;
    }
    if (chosen_.criteria != nullptr) {
      AnswerMessage();
      return;
    }
    releases::Choice choice = ChoiceOf(request_.criteria());
    const auto chosen = releases_.snapshot()->Choose(choice, clock_.Steady());
    if (chosen.ok() || !releases_.MayFind(chosen.status())) {
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
      Finish(call_.Finish(chosen.status()));
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
      Finish(call_.Finish(status));
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

  bool Parse() {
    return grpc::SerializationTraits<v1::ScoreBatchRequest>::Deserialize(&request_bytes_, &request_)
        .ok();
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
};

}  // namespace

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* NewBatchStream(
    grpc::CallbackServerContext& context, const rpc::Method& method, rpc::BoundedPool& pool,
    releases::Releases& releases, const Clock& clock) {
  return new BatchStream(context, method, pool, releases, clock);
}

}  // namespace zhiping::scoring
