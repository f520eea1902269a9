// zhiping.common.v1.OperationsService: what every service answers about itself.
#pragma once

#include "common/audit/audit_log.h"
#include "common/rpc/bounded_pool.h"
#include "common/rpc/call.h"
#include "zhiping/common/v1/operations_service.grpc.pb.h"

namespace zhiping::audit {

common::v1::AuditRecord ToRecord(sql::LogEntry entry);

// The error of a service without an audit log: AUDIT_NOT_KEPT.
absl::Status NotKept();

// Thread-safe.
class OperationsService final : public common::v1::OperationsService::CallbackService {
 public:
  // `audit`: null if the service keeps none. `pool` runs what blocks. All outlive the service.
  OperationsService(const AuditLog* audit, rpc::BoundedPool& pool,
                    const rpc::CallEnvironment& environment);

  grpc::ServerUnaryReactor* WhoAmI(grpc::CallbackServerContext* context,
                                   const common::v1::WhoAmIRequest* request,
                                   common::v1::WhoAmIResponse* response) override;
  grpc::ServerUnaryReactor* ListAuditEntries(
      grpc::CallbackServerContext* context, const common::v1::ListAuditEntriesRequest* request,
      common::v1::ListAuditEntriesResponse* response) override;
  grpc::ServerWriteReactor<common::v1::ExportAuditResponse>* ExportAudit(
      grpc::CallbackServerContext* context, const common::v1::ExportAuditRequest* request) override;
  grpc::ServerUnaryReactor* GetAuditHead(grpc::CallbackServerContext* context,
                                         const common::v1::GetAuditHeadRequest* request,
                                         common::v1::GetAuditHeadResponse* response) override;
  grpc::ServerUnaryReactor* KeepAuditHead(grpc::CallbackServerContext* context,
                                          const common::v1::KeepAuditHeadRequest* request,
                                          common::v1::KeepAuditHeadResponse* response) override;
  grpc::ServerUnaryReactor* ListKeptAuditHeads(
      grpc::CallbackServerContext* context, const common::v1::ListKeptAuditHeadsRequest* request,
      common::v1::ListKeptAuditHeadsResponse* response) override;

 private:
  // Null: this service keeps none.
  const KeptHeads* kept_heads() const { return audit_ == nullptr ? nullptr : audit_->kept_heads(); }

  const AuditLog* const audit_;
  rpc::BoundedPool& pool_;
  const rpc::Method who_am_i_;
  const rpc::Method list_audit_entries_;
  const rpc::Method export_audit_;
  const rpc::Method get_audit_head_;
  const rpc::Method keep_audit_head_;
  const rpc::Method list_kept_audit_heads_;
};

}  // namespace zhiping::audit
