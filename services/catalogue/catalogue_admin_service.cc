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
      log_(telemetry.log),
      import_edition_(telemetry, v1::CatalogueAdminService::service_full_name(), "ImportEdition"),
      publish_release_(telemetry, v1::CatalogueAdminService::service_full_name(), "PublishRelease"),
      roll_back_(telemetry, v1::CatalogueAdminService::service_full_name(), "RollBack"),
      resign_release_(telemetry, v1::CatalogueAdminService::service_full_name(), "ResignRelease"),
      fence_revision_(telemetry, v1::CatalogueAdminService::service_full_name(), "FenceRevision"),
      forget_instance_(telemetry, v1::CatalogueAdminService::service_full_name(), "ForgetInstance"),
      publish_notes_(telemetry, v1::CatalogueAdminService::service_full_name(), "PublishNotes"),
      get_convergence_(telemetry, v1::CatalogueAdminService::service_full_name(), "GetConvergence"),
      list_programmes_(telemetry, v1::CatalogueAdminService::service_full_name(), "ListProgrammes"),
      list_log_entries_(telemetry, v1::CatalogueAdminService::service_full_name(),
                        "ListLogEntries") {}

template <typename Change>
grpc::ServerUnaryReactor* CatalogueAdminService::HandleChange(const rpc::Method& method,
                                                              const char* name,
                                                              grpc::CallbackServerContext& context,
                                                              Change change) const {
  return Handle(method, context,
                [this, name, change = std::move(change)](absl::Time deadline) -> absl::Status {
                  absl::Status status = change(deadline);
                  if (!status.ok()) {
                    // Nothing of what the caller sent.
                    log_.Write(rpc::Severity::kWarning, "change_refused",
                               {{"method", std::string(name)},
                                {"reason", Reason::Value_Name(DetailOf(status).reason())}});
                  }
                  return status;
                });
}

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
  return HandleChange(import_edition_, "ImportEdition", *context,
                      [this, request, response](absl::Time deadline) -> absl::Status {
                        ASSIGN_OR_RETURN(*response, publishing_.ImportEdition(*request, deadline));
                        return absl::OkStatus();
                      });
}

grpc::ServerUnaryReactor* CatalogueAdminService::PublishRelease(
    grpc::CallbackServerContext* context, const v1::PublishReleaseRequest* request,
    v1::PublishReleaseResponse* response) {
  return HandleChange(publish_release_, "PublishRelease", *context,
                      [this, request, response](absl::Time deadline) -> absl::Status {
                        ASSIGN_OR_RETURN(*response, publishing_.PublishRelease(*request, deadline));
                        return absl::OkStatus();
                      });
}

grpc::ServerUnaryReactor* CatalogueAdminService::RollBack(grpc::CallbackServerContext* context,
                                                          const v1::RollBackRequest* request,
                                                          v1::RollBackResponse* response) {
  return HandleChange(roll_back_, "RollBack", *context,
                      [this, request, response](absl::Time deadline) -> absl::Status {
                        ASSIGN_OR_RETURN(*response,
                                         publishing_.RollBackProgramme(*request, deadline));
                        return absl::OkStatus();
                      });
}

grpc::ServerUnaryReactor* CatalogueAdminService::ResignRelease(
    grpc::CallbackServerContext* context, const v1::ResignReleaseRequest* request,
    v1::ResignReleaseResponse* response) {
  return HandleChange(resign_release_, "ResignRelease", *context,
                      [this, request, response](absl::Time deadline) -> absl::Status {
                        ASSIGN_OR_RETURN(*response, publishing_.ResignRelease(*request, deadline));
                        return absl::OkStatus();
                      });
}

grpc::ServerUnaryReactor* CatalogueAdminService::FenceRevision(
    grpc::CallbackServerContext* context, const v1::FenceRevisionRequest* request,
    v1::FenceRevisionResponse* response) {
  return HandleChange(fence_revision_, "FenceRevision", *context,
                      [this, request, response](absl::Time deadline) -> absl::Status {
                        ASSIGN_OR_RETURN(*response, publishing_.FenceRevision(*request, deadline));
                        return absl::OkStatus();
                      });
}

grpc::ServerUnaryReactor* CatalogueAdminService::ForgetInstance(
    grpc::CallbackServerContext* context, const v1::ForgetInstanceRequest* request,
    v1::ForgetInstanceResponse* response) {
  return HandleChange(forget_instance_, "ForgetInstance", *context,
                      [this, request, response](absl::Time deadline) -> absl::Status {
                        ASSIGN_OR_RETURN(*response, publishing_.ForgetInstance(*request, deadline));
                        return absl::OkStatus();
                      });
}

grpc::ServerUnaryReactor* CatalogueAdminService::PublishNotes(
    grpc::CallbackServerContext* context, const v1::PublishNotesRequest* request,
    v1::PublishNotesResponse* response) {
  return HandleChange(publish_notes_, "PublishNotes", *context,
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

grpc::ServerUnaryReactor* CatalogueAdminService::ListProgrammes(
    grpc::CallbackServerContext* context, const v1::ListProgrammesRequest* request,
    v1::ListProgrammesResponse* response) {
  return Handle(list_programmes_, *context,
                [this, request, response](absl::Time deadline) -> absl::Status {
                  return reading_.ListProgrammes(deadline, *request, *response);
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
