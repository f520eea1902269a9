// One stream of ExportAudit.
#pragma once

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/audit/audit_log.h"
#include "common/rpc/bounded_pool.h"
#include "common/rpc/call.h"
#include "zhiping/common/v1/operations_service.pb.h"

namespace zhiping::audit {

using ExportReactor = grpc::ServerWriteReactor<common::v1::ExportAuditResponse>;

// Reads a page in the pool, writes it, reads the next: one step at a time. Keeps itself until it is
// done.
class ExportStream final : public ExportReactor {
 public:
  ExportStream(grpc::CallbackServerContext& context, const rpc::Method& method,
               const AuditLog* audit, rpc::BoundedPool& pool)
      : call_(context, method), audit_(audit), pool_(pool) {}

  void Start(std::shared_ptr<ExportStream> self, const common::v1::ExportAuditRequest& request);

  void OnWriteDone(bool ok) override;
  void OnDone() override;

 private:
  void ReadSoon();
  void ReadPage();
  // Why the caller may no longer call, or that it waits no more.
  absl::Status Check() const;
  absl::StatusOr<sql::LogPage> NextPage();
  // The signed head at the first entry that is kept, if others were before it; else empty.
  absl::StatusOr<std::string> CutHead(const sql::LogEntry& first) const;

  rpc::Call call_;
  // Null: the service keeps none.
  const AuditLog* const audit_;
  rpc::BoundedPool& pool_;
  std::shared_ptr<ExportStream> self_;
  int64_t from_position_ = 0;
  // Whether `after_` is where the next page begins.
  bool begun_ = false;
  sql::LogCursor after_;
  common::v1::ExportAuditResponse response_;

  mutable absl::Mutex mutex_;
  // Why the caller may no longer call.
  absl::Status refused_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace zhiping::audit
