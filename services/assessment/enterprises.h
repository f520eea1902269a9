// Enterprises: registered, changed, imported and listed; and what they ask to have changed.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/call.h"
#include "services/assessment/environment.h"
#include "zhiping/assessment/v1/enterprise_service.pb.h"

namespace zhiping::assessment {

// Errors: as enterprise_service.proto says. Thread-safe.
class Enterprises {
 public:
  // Outlives this.
  explicit Enterprises(const Environment& environment) : environment_(environment) {}

  absl::StatusOr<v1::RegisterEnterpriseResponse> RegisterEnterprise(
      const v1::RegisterEnterpriseRequest& request, const rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::GetEnterpriseResponse> GetEnterprise(const v1::GetEnterpriseRequest& request,
                                                          rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::UpdateEnterpriseResponse> UpdateEnterprise(
      const v1::UpdateEnterpriseRequest& request, const rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::ListEnterprisesResponse> ListEnterprises(
      const v1::ListEnterprisesRequest& request, const rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::ImportEnterprisesResponse> ImportEnterprises(
      const v1::ImportEnterprisesRequest& request, const rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::RequestChangeResponse> RequestChange(const v1::RequestChangeRequest& request,
                                                          const rpc::Call& call,
                                                          absl::Time deadline);
  absl::StatusOr<v1::AcceptChangeResponse> AcceptChange(const v1::AcceptChangeRequest& request,
                                                        const rpc::Call& call, absl::Time deadline);
  absl::StatusOr<v1::DeclineChangeResponse> DeclineChange(const v1::DeclineChangeRequest& request,
                                                          const rpc::Call& call,
                                                          absl::Time deadline);
  absl::StatusOr<v1::ListChangeRequestsResponse> ListChangeRequests(
      const v1::ListChangeRequestsRequest& request, const rpc::Call& call, absl::Time deadline);

 private:
  // One row of an import. What is refused was not begun to be written.
  absl::StatusOr<v1::ImportedRow::Outcome> ImportRow(StoreTransaction& transaction,
                                                     const v1::Enterprise& row,
                                                     const rpc::Call& call, bool validate_only);
  // The rows from `begin` to before `end`, in one transaction.
  absl::Status ImportRows(const v1::ImportEnterprisesRequest& request, int begin, int end,
                          const rpc::Call& call, absl::Time deadline,
                          v1::ImportEnterprisesResponse& response);
  // What it is now, logged; what it asks to have changed goes along to another review unit.
  // `present`: as it was; null: it was added. REQUIRES: locked.
  absl::Status Save(StoreTransaction& transaction, const v1::Enterprise* present,
                    const v1::EnterpriseRecord& record, absl::Time now);

  const Environment& environment_;
};

// ENTERPRISE_EXISTS (ALREADY_EXISTS).
absl::Status EnterpriseExists(const std::string& uscc);

// What is recorded when somebody else reads its entry.
rpc::EnterpriseFile FileOf(const v1::Enterprise& enterprise);

}  // namespace zhiping::assessment
