#include "common/releases/catalogue_source.h"

#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/support/async_unary_call.h>

#include <chrono>
#include <list>
#include <set>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "common/status/status_macros.h"
#include "zhiping/catalogue/v1/catalogue_service.grpc.pb.h"

namespace zhiping::releases {
namespace {

using catalogue::v1::CatalogueService;

// How long the beginning of an answer is waited for before the question is asked once more; doubled
// each time. A start waits little longer for the catalogue (follower.cc).
constexpr absl::Duration kAskAgain = absl::Milliseconds(100);
constexpr size_t kMostAttempts = 3;

// One of those that a question is made of.
template <typename Response>
struct Attempt {
  std::unique_ptr<grpc::ClientContext> context;
  std::unique_ptr<grpc::ClientAsyncResponseReader<Response>> reader;
  Response response;
  grpc::Status status;
};

// The method of a stub that starts a call.
template <typename Request, typename Response>
using Method = std::unique_ptr<grpc::ClientAsyncResponseReader<Response>> (
    CatalogueService::Stub::*)(grpc::ClientContext*, const Request&, grpc::CompletionQueue*);

class CatalogueSource final : public Source {
 public:
  CatalogueSource(const std::shared_ptr<grpc::Channel>& channel, absl::Duration timeout)
      : stub_(CatalogueService::NewStub(channel)), timeout_(timeout) {}

  absl::string_view name() const override { return "catalogue"; }
  bool publishes() const override { return true; }

  absl::StatusOr<std::string> FindRelease(const std::string& digest) override {
    catalogue::v1::GetBlobRequest request;
    catalogue::v1::GetBlobResponse response;
    request.set_digest(digest);
    RETURN_IF_ERROR(Ask(&CatalogueService::Stub::AsyncGetBlob, 4 * timeout_, request, response));
    return std::move(*response.mutable_envelope());
  }

  absl::StatusOr<std::string> FindState(const std::string& programme) override {
    catalogue::v1::GetActivationRequest request;
    catalogue::v1::GetActivationResponse response;
    request.set_programme(programme);
    RETURN_IF_ERROR(Ask(&CatalogueService::Stub::AsyncGetActivation, timeout_, request, response));
    return std::move(*response.mutable_envelope());
  }

  void Close() override {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
    for (grpc::ClientContext* const call : calls_) call->TryCancel();
  }

 private:
  // Asks again beside the first question while nothing comes. The first answer that begins to come
  // is heard to its end and the other attempts are given up: on a thin line copies of a release
  // would starve each other. What is slow is heard, then, and what is silent is passed by.
  template <typename Request, typename Response>
  absl::Status Ask(Method<Request, Response> method, absl::Duration timeout, const Request& request,
                   Response& response) {
    grpc::CompletionQueue queue;
    std::list<Attempt<Response>> attempts;
    absl::Duration left = timeout;
    void* begun = nullptr;
    bool ok = false;
    for (absl::Duration pause = kAskAgain; begun == nullptr; left -= pause, pause *= 2) {
      Attempt<Response>& attempt = attempts.emplace_back();
      attempt.context = rpc::NewContext(left);
      Begin(attempt.context.get());
      attempt.reader = (stub_.get()->*method)(attempt.context.get(), request, &queue);
      // They come before the message, however long that takes; or with the failure.
      attempt.reader->ReadInitialMetadata(&attempt);
      if (attempts.size() == kMostAttempts || left <= pause) {
        queue.Next(&begun, &ok);
      } else {
        queue.AsyncNext(&begun, &ok,
                        std::chrono::system_clock::now() + absl::ToChronoMilliseconds(pause));
      }
    }
    auto& first = *static_cast<Attempt<Response>*>(begun);
    for (const Attempt<Response>& attempt : attempts) {
      if (&attempt != &first) End(attempt.context.get());
    }
    first.reader->Finish(&first.response, &first.status, &first);
    void* ended = nullptr;
    while (queue.Next(&ended, &ok) && ended != begun) {
    }
    End(first.context.get());
    queue.Shutdown();
    while (queue.Next(&ended, &ok)) {
    }
    response = std::move(first.response);
    return rpc::FromGrpcStatus(first.status);
  }

  void Begin(grpc::ClientContext* call) {
    absl::MutexLock lock(&mutex_);
    calls_.insert(call);
    if (closed_) call->TryCancel();
  }

  void End(grpc::ClientContext* call) {
    {
      absl::MutexLock lock(&mutex_);
      calls_.erase(call);
    }
    call->TryCancel();
  }

  const std::unique_ptr<CatalogueService::Stub> stub_;
  const absl::Duration timeout_;
  absl::Mutex mutex_;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  // Those under way.
  std::set<grpc::ClientContext*> calls_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<Source> NewCatalogueSource(const std::shared_ptr<grpc::Channel>& channel,
                                           absl::Duration timeout) {
  return std::make_unique<CatalogueSource>(channel, timeout);
}

}  // namespace zhiping::releases
