// A service for tests of who may call, and how much.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/integration/rpc/test_service.h"

namespace zhiping::rpc {

using scoring::v1::ScoreBatchRequest;
using scoring::v1::ScoreBatchResponse;

// Answers GetStatus (any role) with who is calling, and keeps ScoreBatch (operators and others)
// open.
class AccessedService final : public ScoringService::CallbackService {
 public:
  explicit AccessedService(const AccessOptions& options)
      : access_(*AccessControl::Open(options, SystemClock(), log_)),
        environment_{metrics_, log_, *access_},
        status_(environment_, ScoringService::service_full_name(), "GetStatus"),
        batch_(environment_, ScoringService::service_full_name(), "ScoreBatch") {}

  const CallEnvironment& environment() const { return environment_; }

  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context,
                                      const GetStatusRequest* request,
                                      GetStatusResponse* response) override {
    return status_.Handle(*context, *request, [response](const Call& call) {
      response->set_engine_version(absl::StrCat(call.caller().subject, call.caller().service));
      return absl::OkStatus();
    });
  }

  // Ends only when its caller may no longer call, or has said everything.
  class Stream final : public grpc::ServerBidiReactor<ScoreBatchRequest, ScoreBatchResponse> {
   public:
    Stream(grpc::CallbackServerContext& context, const Method& method) : call_(context, method) {}
    void Start(std::shared_ptr<Stream> self) {
      self_ = std::move(self);
      const absl::Status admitted =
          call_.AdmitStream([weak = std::weak_ptr(self_)](const absl::Status& refused) {
            if (const auto stream = weak.lock()) stream->End(refused);
          });
      if (!admitted.ok()) return End(admitted);
      StartSendInitialMetadata();
      StartRead(&request_);
    }
    void OnReadDone(bool ok) override {
      if (ok) return StartRead(&request_);
      End(absl::OkStatus());
    }
    void OnDone() override { const auto self = std::move(self_); }

   private:
    void End(const absl::Status& status) {
      if (!ended_.exchange(true)) Finish(call_.Finish(status));
    }
    Call call_;
    ScoreBatchRequest request_;
    std::atomic<bool> ended_ = false;
    std::shared_ptr<Stream> self_;
  };

  grpc::ServerBidiReactor<ScoreBatchRequest, ScoreBatchResponse>* ScoreBatch(
      grpc::CallbackServerContext* context) override {
    auto stream = std::make_shared<Stream>(*context, batch_);
    Stream& opened = *stream;
    opened.Start(std::move(stream));
    return &opened;
  }

 private:
  Metrics metrics_;
  Log log_{Severity::kError};
  std::unique_ptr<AccessControl> access_;
  const CallEnvironment environment_;
  const Method status_;
  const Method batch_;
};

}  // namespace zhiping::rpc
