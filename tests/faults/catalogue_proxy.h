// Stands between followers and a catalogue, and loses what a test wants lost of the stream. Polls
// and releases pass: they go through the same port, so that a TCP gate could not tell them apart.
#pragma once

#include <grpcpp/client_context.h>

#include <memory>
#include <set>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/rpc/server.h"
#include "zhiping/catalogue/v1/catalogue_service.grpc.pb.h"

namespace zhiping::faults {

// Thread-safe.
class CatalogueProxy {
 public:
  enum class Streams {
    kPassed,
    // They stay open, and nothing comes from the catalogue.
    kSilent,
    // Those that are open end, and no other is opened.
    kRefused,
  };

  explicit CatalogueProxy(const std::string& catalogue_address);
  ~CatalogueProxy();

  std::string address() const;
  void Set(Streams streams) { service_.Set(streams); }
  // How many streams followers have opened or tried to open.
  int streams_asked_for() const { return service_.streams_asked_for(); }

 private:
  class Service final : public catalogue::v1::CatalogueService::Service {
   public:
    explicit Service(const std::string& catalogue_address);

    void Set(Streams streams);
    int streams_asked_for() const;

    grpc::Status GetActivation(grpc::ServerContext* context,
                               const catalogue::v1::GetActivationRequest* request,
                               catalogue::v1::GetActivationResponse* response) override;
    grpc::Status GetBlob(grpc::ServerContext* context, const catalogue::v1::GetBlobRequest* request,
                         catalogue::v1::GetBlobResponse* response) override;
    grpc::Status Subscribe(
        grpc::ServerContext* context,
        grpc::ServerReaderWriter<catalogue::v1::SubscribeResponse, catalogue::v1::SubscribeRequest>*
            stream) override;

   private:
    // Whether a stream may be opened; it is then among the open ones.
    bool Open(grpc::ClientContext* upstream);
    void Close(grpc::ClientContext* upstream);
    bool Passes() const;

    const std::unique_ptr<catalogue::v1::CatalogueService::Stub> stub_;
    mutable absl::Mutex mutex_;
    Streams streams_ ABSL_GUARDED_BY(mutex_) = Streams::kPassed;
    std::set<grpc::ClientContext*> open_ ABSL_GUARDED_BY(mutex_);
    int asked_for_ ABSL_GUARDED_BY(mutex_) = 0;
  };

  Service service_;
  std::unique_ptr<rpc::Server> server_;
};

}  // namespace zhiping::faults
