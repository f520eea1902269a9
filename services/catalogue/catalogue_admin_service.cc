#include "services/catalogue/catalogue_admin_service.h"

#include <utility>

#include "common/status/status_macros.h"
#include "services/catalogue/call_deadline.h"

namespace zhiping::catalogue {

CatalogueAdminService::CatalogueAdminService(Publishing& publishing, Reading& reading,
                                             rpc::BoundedPool& pool,
                                             const rpc::CallEnvironment& environment)
    : publishing_(publishing),
      reading_(reading),
      pool_(pool),
      import_edition_(environment, v1::CatalogueAdminService::service_full_name(), "ImportEdition"),
      publish_release_(environment, v1::CatalogueAdminService::service_full_name(),
                       "PublishRelease"),
      roll_back_(environment, v1::CatalogueAdminService::service_full_name(), "RollBack"),
      fence_revision_(environment, v1::CatalogueAdminService::service_full_name(), "FenceRevision"),
      forget_instance_(environment, v1::CatalogueAdminService::service_full_name(),
                       "ForgetInstance"),
      publish_notes_(environment, v1::CatalogueAdminService::service_full_name(), "PublishNotes"),
      get_convergence_(environment, v1::CatalogueAdminService::service_full_name(),
                       "GetConvergence"),
      list_log_entries_(environment, v1::CatalogueAdminService::service_full_name(),
                        "ListLogEntries") {}

template <typename Answer>
grpc::ServerUnaryReactor* CatalogueAdminService::Handle(const rpc::Method& method,
                                                        grpc::CallbackServerContext& context,
                                                        const google::protobuf::Message& request,
                                                        Answer answer) const {
  return method.HandleIn(pool_, context, request, [&context, answer = std::move(answer)] {
    return answer(DeadlineOf(context));
  });
}

grpc::ServerUnaryReactor* CatalogueAdminService::ImportEdition(
    grpc::CallbackServerContext* context, const v1::ImportEditionRequest* request,
    v1::ImportEditionResponse* response) {
  return Handle(import_edition_, *context, *request,
                [this, request, response](absl::Time deadline) -> absl::Status {
                  ASSIGN_OR_RETURN(*response, publishing_.ImportEdition(*request, deadline));
                  return absl::OkStatus();
                });
}

grpc::ServerUnaryReactor* CatalogueAdminService::PublishRelease(
    grpc::CallbackServerContext* context, const v1::PublishReleaseRequest* request,
    v1::PublishReleaseResponse* response) {
  return Handle(publish_release_, *context, *request,
                [this, request, response](absl::Time deadline) -> absl::Status {
                  ASSIGN_OR_RETURN(*response, publishing_.PublishRelease(*request, deadline));
                  return absl::OkStatus();
                });
}

grpc::ServerUnaryReactor* CatalogueAdminService::RollBack(grpc::CallbackServerContext* context,
                                                          const v1::RollBackRequest* request,
                                                          v1::RollBackResponse* response) {
  return Handle(roll_back_, *context, *request,
                [this, request, response](absl::Time deadline) -> absl::Status {
                  ASSIGN_OR_RETURN(*response, publishing_.RollBackProgramme(*request, deadline));
                  return absl::OkStatus();
                });
}

grpc::ServerUnaryReactor* CatalogueAdminService::FenceRevision(
    grpc::CallbackServerContext* context, const v1::FenceRevisionRequest* request,
    v1::FenceRevisionResponse* response) {
  return Handle(fence_revision_, *context, *request,
                [this, request, response](absl::Time deadline) -> absl::Status {
                  ASSIGN_OR_RETURN(*response, publishing_.FenceRevision(*request, deadline));
                  return absl::OkStatus();
                });
}

grpc::ServerUnaryReactor* CatalogueAdminService::ForgetInstance(
    grpc::CallbackServerContext* context, const v1::ForgetInstanceRequest* request,
    v1::ForgetInstanceResponse* response) {
  return Handle(forget_instance_, *context, *request,
                [this, request, response](absl::Time deadline) -> absl::Status {
                  ASSIGN_OR_RETURN(*response, publishing_.ForgetInstance(*request, deadline));
                  return absl::OkStatus();
                });
}

grpc::ServerUnaryReactor* CatalogueAdminService::PublishNotes(
    grpc::CallbackServerContext* context, const v1::PublishNotesRequest* request,
    v1::PublishNotesResponse* response) {
  return Handle(publish_notes_, *context, *request,
                [this, request, response](absl::Time deadline) -> absl::Status {
                  ASSIGN_OR_RETURN(*response, publishing_.PublishNotes(*request, deadline));
                  return absl::OkStatus();
                });
}

grpc::ServerUnaryReactor* CatalogueAdminService::GetConvergence(
    grpc::CallbackServerContext* context, const v1::GetConvergenceRequest* request,
    v1::GetConvergenceResponse* response) {
  return Handle(get_convergence_, *context, *request,
                [this, request, response](absl::Time deadline) -> absl::Status {
                  return reading_.GetConvergence(deadline, *request, *response);
                });
}

grpc::ServerUnaryReactor* CatalogueAdminService::ListLogEntries(
    grpc::CallbackServerContext* context, const v1::ListLogEntriesRequest* request,
    v1::ListLogEntriesResponse* response) {
  return Handle(list_log_entries_, *context, *request,
                [this, request, response](absl::Time deadline) -> absl::Status {
                  return reading_.ListLogEntries(deadline, *request, *response);
                });
}

}  // namespace zhiping::catalogue
