#include "services/scoring/batch_stream.h"

#include <utility>

#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/scoring/choice.h"
#include "services/scoring/domain/batch.h"

namespace zhiping::scoring {
namespace {

class BatchStream final
    : public grpc::ServerBidiReactor<v1::ScoreBatchRequest, v1::ScoreBatchResponse> {
 public:
  BatchStream(grpc::CallbackServerContext& context, const rpc::Method& method,
              rpc::BoundedPool& pool, releases::Releases& releases, const Clock& clock)
      : context_(context), call_(context, method), pool_(pool), releases_(releases), clock_(clock) {
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      // The caller has no more, or is gone.
      Finish(call_.Finish(call_.CheckWaiting()));
      return;
    }
    if (chosen_.criteria != nullptr) {
      InPool();
      return;
    }
    releases::Choice choice = ChoiceOf(request_.criteria());
    auto chosen = releases_.snapshot()->Choose(choice, clock_.Steady());
    if (chosen.ok() || !releases_.MayFind(chosen.status())) {
      Begin(std::move(chosen));
      return;
    }
    releases_.Await(std::move(choice), absl::FromChrono(context_.deadline()),
                    [this](absl::StatusOr<releases::Chosen> found) { Begin(std::move(found)); });
  }

  void OnWriteDone(bool ok) override {
    if (ok) {
      StartRead(&request_);
    } else {
      Finish(call_.Finish(call_.CheckWaiting()));
    }
  }

  void OnDone() override { delete this; }

 private:
  // The first message's criteria are found, or not.
  void Begin(absl::StatusOr<releases::Chosen> chosen) {
    if (!chosen.ok()) {
      Finish(call_.Finish(chosen.status()));
      return;
    }
    chosen_ = *std::move(chosen);
    first_ = true;
    InPool();
  }

  void InPool() {
    const absl::Status submitted = pool_.Submit([this] { AnswerMessage(); });
    if (!submitted.ok()) Finish(call_.Finish(submitted));
  }

  void AnswerMessage() {
    absl::Status status = call_.CheckWaiting();
    if (status.ok()) status = Answer();
    if (status.ok()) {
      StartWrite(&response_);
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
    return ScoreBatchMessage(*chosen_.criteria, request_, response_);
  }

  grpc::CallbackServerContext& context_;
  rpc::Call call_;
  rpc::BoundedPool& pool_;
  releases::Releases& releases_;
  const Clock& clock_;
  // Set by the first message, which `first_` says is being answered.
  releases::Chosen chosen_;
  bool first_ = false;
  v1::ScoreBatchRequest request_;
  v1::ScoreBatchResponse response_;
};

}  // namespace

grpc::ServerBidiReactor<v1::ScoreBatchRequest, v1::ScoreBatchResponse>* NewBatchStream(
    grpc::CallbackServerContext& context, const rpc::Method& method, rpc::BoundedPool& pool,
    releases::Releases& releases, const Clock& clock) {
  return new BatchStream(context, method, pool, releases, clock);
}

}  // namespace zhiping::scoring
