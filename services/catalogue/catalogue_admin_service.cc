#include "services/catalogue/catalogue_admin_service.h"

#include <utility>

#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/catalogue/call_deadline.h"
#include "services/catalogue/domain/requests.h"

namespace zhiping::catalogue {
namespace {

absl::Status CheckLoopback(const grpc::CallbackServerContext& context) {
  if (IsLoopbackPeer(context.peer())) return absl::OkStatus();
  return MakeError(absl::StatusCode::kPermissionDenied, Reason::LOOPBACK_ONLY,
                   "管理操作只接受本机调用，直到启用身份认证。",
                   "Only callers on the same machine may do that until callers are identified.");
}

}  // namespace

CatalogueAdminService::CatalogueAdminService(Publishing& publishing, Reading& reading,
                                             rpc::BoundedPool& pool,
                                             const rpc::Telemetry& telemetry)
    : publishing_(publishing),
      reading_(reading),
      pool_(pool),
      import_edition_(telemetry, v1::CatalogueAdminService::service_full_name(), "ImportEdition"),
      publish_release_(telemetry, v1::CatalogueAdminService::service_full_name(), "PublishRelease"),
      roll_back_(telemetry, v1::CatalogueAdminService::service_full_name(), "RollBack"),
      fence_revision_(telemetry, v1::CatalogueAdminService::service_full_name(), "FenceRevision"),
      forget_instance_(telemetry, v1::CatalogueAdminService::service_full_name(), "ForgetInstance"),
      publish_notes_(telemetry, v1::CatalogueAdminService::service_full_name(), "PublishNotes"),
      get_convergence_(telemetry, v1::CatalogueAdminService::service_full_name(), "GetConvergence"),
      list_log_entries_(telemetry, v1::CatalogueAdminService::service_full_name(),
                        "ListLogEntries") {}

template <typename Answer>
grpc::ServerUnaryReactor* CatalogueAdminService::Handle(const rpc::Method& method,
                                                        grpc::CallbackServerContext& context,
                                                        Answer answer) const {
  return method.HandleIn(pool_, context, [&context, answer = std::move(answer)]() -> absl::Status {
    RETURN_IF_ERROR(CheckLoopback(context));
    return answer(DeadlineOf(context));
  });
}

grpc::ServerUnaryReactor* CatalogueAdminService::ImportEdition(
    grpc::CallbackServerContext* context, const v1::ImportEditionRequest* request,
    v1::ImportEditionResponse* response) {
  return Handle(import_edition_, *context,
                [this, request, response](absl::Time deadline) -> absl::Status {
                  ASSIGN_OR_RETURN(*response, publishing_.ImportEdition(*request, deadline));
                  return absl::OkStatus();
                });
}

grpc::ServerUnaryReactor* CatalogueAdminService::PublishRelease(
    grpc::CallbackServerContext* context, const v1::PublishReleaseRequest* request,
    v1::PublishReleaseResponse* response) {
  return Handle(publish_release_, *context,
                [this, request, response](absl::Time deadline) -> absl::Status {
                  ASSIGN_OR_RETURN(*response, publishing_.PublishRelease(*request, deadline));
                  return absl::OkStatus();
                });
}

grpc::ServerUnaryReactor* CatalogueAdminService::RollBack(grpc::CallbackServerContext* context,
                                                          const v1::RollBackRequest* request,
                                                          v1::RollBackResponse* response) {
  return Handle(roll_back_, *context,
                [this, request, response](absl::Time deadline) -> absl::Status {
                  ASSIGN_OR_RETURN(*response, publishing_.RollBackProgramme(*request, deadline));
                  return absl::OkStatus();
                });
}

grpc::ServerUnaryReactor* CatalogueAdminService::FenceRevision(
    grpc::CallbackServerContext* context, const v1::FenceRevisionRequest* request,
    v1::FenceRevisionResponse* response) {
  return Handle(fence_revision_, *context,
                [this, request, response](absl::Time deadline) -> absl::Status {
                  ASSIGN_OR_RETURN(*response, publishing_.FenceRevision(*request, deadline));
                  return absl::OkStatus();
                });
}

grpc::ServerUnaryReactor* CatalogueAdminService::ForgetInstance(
    grpc::CallbackServerContext* context, const v1::ForgetInstanceRequest* request,
    v1::ForgetInstanceResponse* response) {
  return Handle(forget_instance_, *context,
                [this, request, response](absl::Time deadline) -> absl::Status {
                  ASSIGN_OR_RETURN(*response, publishing_.ForgetInstance(*request, deadline));
                  return absl::OkStatus();
                });
}

grpc::ServerUnaryReactor* CatalogueAdminService::PublishNotes(
    grpc::CallbackServerContext* context, const v1::PublishNotesRequest* request,
    v1::PublishNotesResponse* response) {
  return Handle(publish_notes_, *context,
                [this, request, response](absl::Time deadline) -> absl::Status {
                  ASSIGN_OR_RETURN(*response, publishing_.PublishNotes(*request, deadline));
                  return absl::OkStatus();
                });
}

grpc::ServerUnaryReactor* CatalogueAdminService::GetConvergence(
    grpc::CallbackServerContext* context, const v1::GetConvergenceRequest* request,
    v1::GetConvergenceResponse* response) {
  return Handle(get_convergence_, *context,
                [this, request, response](absl::Time deadline) -> absl::Status {
                  return reading_.GetConvergence(deadline, *request, *response);
                });
}

grpc::ServerUnaryReactor* CatalogueAdminService::ListLogEntries(
    grpc::CallbackServerContext* context, const v1::ListLogEntriesRequest* request,
    v1::ListLogEntriesResponse* response) {
  return Handle(list_log_entries_, *context,
                [this, request, response](absl::Time deadline) -> absl::Status {
                  return reading_.ListLogEntries(deadline, *request, *response);
                });
}

}  // namespace zhiping::catalogue
