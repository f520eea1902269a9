#include "tests/faults/catalogue_proxy.h"

#include <thread>

#include "absl/strings/str_cat.h"
#include "common/rpc/channel.h"

namespace zhiping::faults {

using catalogue::v1::CatalogueService;
using catalogue::v1::SubscribeRequest;
using catalogue::v1::SubscribeResponse;

CatalogueProxy::CatalogueProxy(const std::string& catalogue_address) : service_(catalogue_address) {
  rpc::ServerOptions options;
  options.listen = "127.0.0.1:0";
  server_ = *rpc::Server::Start(options, {{CatalogueService::service_full_name(), &service_}});
  server_->SetReady(true);
}

CatalogueProxy::~CatalogueProxy() { Set(Streams::kRefused); }

std::string CatalogueProxy::address() const { return absl::StrCat("127.0.0.1:", server_->port()); }

CatalogueProxy::Service::Service(const std::string& catalogue_address)
    : stub_(CatalogueService::NewStub(rpc::NewChannel(catalogue_address, {}))) {}

void CatalogueProxy::Service::Set(Streams streams) {
  absl::MutexLock lock(&mutex_);
  streams_ = streams;
  if (streams != Streams::kRefused) return;
  for (grpc::ClientContext* const upstream : open_) upstream->TryCancel();
}

int CatalogueProxy::Service::streams_asked_for() const {
  absl::MutexLock lock(&mutex_);
  return asked_for_;
}

bool CatalogueProxy::Service::Open(grpc::ClientContext* upstream) {
  absl::MutexLock lock(&mutex_);
  ++asked_for_;
  if (streams_ == Streams::kRefused) return false;
  open_.insert(upstream);
  return true;
}

void CatalogueProxy::Service::Close(grpc::ClientContext* upstream) {
  absl::MutexLock lock(&mutex_);
  open_.erase(upstream);
}

bool CatalogueProxy::Service::Passes() const {
  absl::MutexLock lock(&mutex_);
  return streams_ == Streams::kPassed;
}

grpc::Status CatalogueProxy::Service::GetActivation(
    grpc::ServerContext* context, const catalogue::v1::GetActivationRequest* request,
    catalogue::v1::GetActivationResponse* response) {
  const auto upstream = grpc::ClientContext::FromServerContext(*context);
  return stub_->GetActivation(upstream.get(), *request, response);
}

grpc::Status CatalogueProxy::Service::GetBlob(grpc::ServerContext* context,
                                              const catalogue::v1::GetBlobRequest* request,
                                              catalogue::v1::GetBlobResponse* response) {
  const auto upstream = grpc::ClientContext::FromServerContext(*context);
  return stub_->GetBlob(upstream.get(), *request, response);
}

grpc::Status CatalogueProxy::Service::Subscribe(
    grpc::ServerContext* context,
    grpc::ServerReaderWriter<SubscribeResponse, SubscribeRequest>* stream) {
  const auto upstream_context = grpc::ClientContext::FromServerContext(*context);
  if (!Open(upstream_context.get())) {
    return {grpc::StatusCode::UNAVAILABLE, "streams are refused"};
  }
  const auto upstream = stub_->Subscribe(upstream_context.get());
  std::thread down([&] {
    SubscribeResponse response;
    while (upstream->Read(&response)) {
      if (Passes() && !stream->Write(response)) break;
    }
    context->TryCancel();
  });
  SubscribeRequest request;
  while (stream->Read(&request) && upstream->Write(request)) {
  }
  upstream->WritesDone();
  down.join();
  Close(upstream_context.get());
  return upstream->Finish();
}

}  // namespace zhiping::faults
