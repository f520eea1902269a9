#include "services/scoring/batch_stream.h"

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
              rpc::BoundedPool& pool, std::shared_ptr<const releases::Snapshot> snapshot)
      : call_(context, method), pool_(pool), snapshot_(std::move(snapshot)) {
    StartRead(&request_bytes_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      // The caller has no more, or is gone.
      Finish(call_.Finish(call_.CheckWaiting()));
      return;
    }
    const absl::Status submitted = pool_.Submit([this] { AnswerMessage(); });
    if (!submitted.ok()) Finish(call_.Finish(submitted));
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
  void AnswerMessage() {
    absl::Status status = call_.CheckWaiting();
    if (status.ok()) status = Answer();
    if (status.ok()) {
      StartWrite(&response_bytes_);
    } else {
      Finish(call_.Finish(status));
    }
  }

  absl::Status Answer() {
    if (!Parse()) return rpc::MalformedRequest();
    response_.Clear();
    if (chosen_.criteria == nullptr) {
      ASSIGN_OR_RETURN(chosen_, snapshot_->Choose(ChoiceOf(request_.criteria())));
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

  rpc::Call call_;
  rpc::BoundedPool& pool_;
  const std::shared_ptr<const releases::Snapshot> snapshot_;
  // Set by the first message.
  releases::Chosen chosen_;
  grpc::ByteBuffer request_bytes_, response_bytes_;
  v1::ScoreBatchRequest request_;
  v1::ScoreBatchResponse response_;
};

}  // namespace

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* NewBatchStream(
    grpc::CallbackServerContext& context, const rpc::Method& method, rpc::BoundedPool& pool,
    std::shared_ptr<const releases::Snapshot> snapshot) {
  return new BatchStream(context, method, pool, std::move(snapshot));
}

}  // namespace zhiping::scoring
