// zhiping.catalogue.v1.CatalogueAdminService: changes.
#pragma once

#include "common/rpc/bounded_pool.h"
#include "common/rpc/call.h"
#include "services/catalogue/publishing.h"
#include "services/catalogue/reading.h"
#include "zhiping/catalogue/v1/catalogue_admin_service.grpc.pb.h"

namespace zhiping::catalogue {

// Thread-safe.
class CatalogueAdminService final : public v1::CatalogueAdminService::CallbackService {
 public:
  // `pool` runs what blocks. All outlive the service.
  CatalogueAdminService(Publishing& publishing, Reading& reading, rpc::BoundedPool& pool,
                        const rpc::CallEnvironment& environment);

  grpc::ServerUnaryReactor* ImportEdition(grpc::CallbackServerContext* context,
                                          const v1::ImportEditionRequest* request,
                                          v1::ImportEditionResponse* response) override;
  grpc::ServerUnaryReactor* PublishRelease(grpc::CallbackServerContext* context,
                                           const v1::PublishReleaseRequest* request,
                                           v1::PublishReleaseResponse* response) override;
  grpc::ServerUnaryReactor* RollBack(grpc::CallbackServerContext* context,
                                     const v1::RollBackRequest* request,
                                     v1::RollBackResponse* response) override;
  grpc::ServerUnaryReactor* ResignRelease(grpc::CallbackServerContext* context,
                                          const v1::ResignReleaseRequest* request,
                                          v1::ResignReleaseResponse* response) override;
  grpc::ServerUnaryReactor* FenceRevision(grpc::CallbackServerContext* context,
                                          const v1::FenceRevisionRequest* request,
                                          v1::FenceRevisionResponse* response) override;
  grpc::ServerUnaryReactor* ForgetInstance(grpc::CallbackServerContext* context,
                                           const v1::ForgetInstanceRequest* request,
                                           v1::ForgetInstanceResponse* response) override;
  grpc::ServerUnaryReactor* PublishNotes(grpc::CallbackServerContext* context,
                                         const v1::PublishNotesRequest* request,
                                         v1::PublishNotesResponse* response) override;
  grpc::ServerUnaryReactor* GetConvergence(grpc::CallbackServerContext* context,
                                           const v1::GetConvergenceRequest* request,
                                           v1::GetConvergenceResponse* response) override;
  grpc::ServerUnaryReactor* ListProgrammes(grpc::CallbackServerContext* context,
                                           const v1::ListProgrammesRequest* request,
                                           v1::ListProgrammesResponse* response) override;
  grpc::ServerUnaryReactor* ListLogEntries(grpc::CallbackServerContext* context,
                                           const v1::ListLogEntriesRequest* request,
                                           v1::ListLogEntriesResponse* response) override;

 private:
  template <typename Answer>
  grpc::ServerUnaryReactor* Handle(const rpc::Method& method, grpc::CallbackServerContext& context,
                                   const google::protobuf::Message& request, Answer answer) const;

  // The same for what changes the catalogue: a refusal is a line of the log.
  template <typename Change>
  grpc::ServerUnaryReactor* HandleChange(const rpc::Method& method, const char* name,
                                         grpc::CallbackServerContext& context,
                                         const google::protobuf::Message& request,
                                         Change change) const;

  Publishing& publishing_;
  Reading& reading_;
  rpc::BoundedPool& pool_;
  const rpc::Log& log_;
  const rpc::Method import_edition_;
  const rpc::Method publish_release_;
  const rpc::Method roll_back_;
  const rpc::Method resign_release_;
  const rpc::Method fence_revision_;
  const rpc::Method forget_instance_;
  const rpc::Method publish_notes_;
  const rpc::Method get_convergence_;
  const rpc::Method list_programmes_;
  const rpc::Method list_log_entries_;
};

}  // namespace zhiping::catalogue
