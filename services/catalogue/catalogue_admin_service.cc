#include "services/catalogue/catalogue_admin_service.h"

#include <utility>

#include "common/rpc/call_deadline.h"
#include "common/status/status_macros.h"

namespace zhiping::catalogue {

CatalogueAdminService::CatalogueAdminService(Publishing& publishing, Reading& reading,
                                             rpc::BoundedPool& pool,
                                             const rpc::CallEnvironment& environment)
    : publishing_(publishing),
      reading_(reading),
      pool_(pool),
      log_(environment.log),
      import_edition_(environment, v1::CatalogueAdminService::service_full_name(), "ImportEdition"),
      publish_release_(environment, v1::CatalogueAdminService::service_full_name(),
                       "PublishRelease"),
      roll_back_(environment, v1::CatalogueAdminService::service_full_name(), "RollBack"),
      resign_release_(environment, v1::CatalogueAdminService::service_full_name(), "ResignRelease"),
      fence_revision_(environment, v1::CatalogueAdminService::service_full_name(), "FenceRevision"),
      forget_instance_(environment, v1::CatalogueAdminService::service_full_name(),
                       "ForgetInstance"),
      publish_notes_(environment, v1::CatalogueAdminService::service_full_name(), "PublishNotes"),
      get_convergence_(environment, v1::CatalogueAdminService::service_full_name(),
                       "GetConvergence"),
      list_programmes_(environment, v1::CatalogueAdminService::service_full_name(),
                       "ListProgrammes"),
      list_log_entries_(environment, v1::CatalogueAdminService::service_full_name(),
                        "ListLogEntries") {}

template <typename Change>
grpc::ServerUnaryReactor* CatalogueAdminService::HandleChange(
    const rpc::Method& method, const char* name, grpc::CallbackServerContext& context,
    const google::protobuf::Message& request, Change change) const {
  return Handle(method, context, request,
                [this, name, change = std::move(change)](const rpc::Call& call,
                                                         absl::Time deadline) -> absl::Status {
                  absl::Status status = change(call, deadline);
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
                                                        const google::protobuf::Message& request,
                                                        Answer answer) const {
  return method.HandleIn(pool_, context, request,
                         [&context, answer = std::move(answer)](const rpc::Call& call) {
                           return answer(call, rpc::DeadlineOf(context));
                         });
}

grpc::ServerUnaryReactor* CatalogueAdminService::ImportEdition(
    grpc::CallbackServerContext* context, const v1::ImportEditionRequest* request,
    v1::ImportEditionResponse* response) {
  return HandleChange(
      import_edition_, "ImportEdition", *context, *request,
      [this, request, response](const rpc::Call& call, absl::Time deadline) -> absl::Status {
        ASSIGN_OR_RETURN(*response, publishing_.ImportEdition(*request, call, deadline));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* CatalogueAdminService::PublishRelease(
    grpc::CallbackServerContext* context, const v1::PublishReleaseRequest* request,
    v1::PublishReleaseResponse* response) {
  return HandleChange(
      publish_release_, "PublishRelease", *context, *request,
      [this, request, response](const rpc::Call& call, absl::Time deadline) -> absl::Status {
        ASSIGN_OR_RETURN(*response, publishing_.PublishRelease(*request, call, deadline));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* CatalogueAdminService::RollBack(grpc::CallbackServerContext* context,
                                                          const v1::RollBackRequest* request,
                                                          v1::RollBackResponse* response) {
  return HandleChange(
      roll_back_, "RollBack", *context, *request,
      [this, request, response](const rpc::Call& call, absl::Time deadline) -> absl::Status {
        ASSIGN_OR_RETURN(*response, publishing_.RollBackProgramme(*request, call, deadline));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* CatalogueAdminService::ResignRelease(
    grpc::CallbackServerContext* context, const v1::ResignReleaseRequest* request,
    v1::ResignReleaseResponse* response) {
  return HandleChange(
      resign_release_, "ResignRelease", *context, *request,
      [this, request, response](const rpc::Call& call, absl::Time deadline) -> absl::Status {
        ASSIGN_OR_RETURN(*response, publishing_.ResignRelease(*request, call, deadline));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* CatalogueAdminService::FenceRevision(
    grpc::CallbackServerContext* context, const v1::FenceRevisionRequest* request,
    v1::FenceRevisionResponse* response) {
  return HandleChange(
      fence_revision_, "FenceRevision", *context, *request,
      [this, request, response](const rpc::Call& call, absl::Time deadline) -> absl::Status {
        ASSIGN_OR_RETURN(*response, publishing_.FenceRevision(*request, call, deadline));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* CatalogueAdminService::ForgetInstance(
    grpc::CallbackServerContext* context, const v1::ForgetInstanceRequest* request,
    v1::ForgetInstanceResponse* response) {
  return HandleChange(
      forget_instance_, "ForgetInstance", *context, *request,
      [this, request, response](const rpc::Call& call, absl::Time deadline) -> absl::Status {
        ASSIGN_OR_RETURN(*response, publishing_.ForgetInstance(*request, call, deadline));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* CatalogueAdminService::PublishNotes(
    grpc::CallbackServerContext* context, const v1::PublishNotesRequest* request,
    v1::PublishNotesResponse* response) {
  return HandleChange(
      publish_notes_, "PublishNotes", *context, *request,
      [this, request, response](const rpc::Call& call, absl::Time deadline) -> absl::Status {
        ASSIGN_OR_RETURN(*response, publishing_.PublishNotes(*request, call, deadline));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* CatalogueAdminService::GetConvergence(
    grpc::CallbackServerContext* context, const v1::GetConvergenceRequest* request,
    v1::GetConvergenceResponse* response) {
  return Handle(get_convergence_, *context, *request,
                [this, request, response](const rpc::Call&, absl::Time deadline) -> absl::Status {
                  return reading_.GetConvergence(deadline, *request, *response);
                });
}

grpc::ServerUnaryReactor* CatalogueAdminService::ListProgrammes(
    grpc::CallbackServerContext* context, const v1::ListProgrammesRequest* request,
    v1::ListProgrammesResponse* response) {
  return Handle(list_programmes_, *context, *request,
                [this, request, response](const rpc::Call& call, absl::Time deadline) {
                  return reading_.ListProgrammes(call, deadline, *request, *response);
                });
}

grpc::ServerUnaryReactor* CatalogueAdminService::ListLogEntries(
    grpc::CallbackServerContext* context, const v1::ListLogEntriesRequest* request,
    v1::ListLogEntriesResponse* response) {
  return Handle(list_log_entries_, *context, *request,
                [this, request, response](const rpc::Call&, absl::Time deadline) -> absl::Status {
                  return reading_.ListLogEntries(deadline, *request, *response);
                });
}

}  // namespace zhiping::catalogue
