// Imports of enterprises.
#include <algorithm>
#include <numeric>
#include <vector>

#include "common/status/status_macros.h"
#include "common/text/uscc.h"
#include "services/assessment/administration.h"
#include "services/assessment/domain/enterprise.h"
#include "services/assessment/enterprises.h"
#include "services/assessment/people.h"
#include "services/assessment/relations.h"

namespace zhiping::assessment {
namespace {

// A commit for each would take most of its time, and a transaction of all of them would keep too
// many enterprises locked.
constexpr int kRowsATransaction = 100;

}  // namespace

absl::StatusOr<v1::ImportedRow::Outcome> Enterprises::ImportRow(StoreTransaction& transaction,
                                                                const v1::Enterprise& row,
                                                                const rpc::Call& call,
                                                                bool validate_only) {
  const absl::Time now = environment_.Now();
  const auto normalised = NormaliseUscc(row.uscc());
  if (!normalised.ok()) {
    // Whatever else is wrong with the row is said with it.
    const auto nobody =
        ImportEnterprise(nullptr, row, SetterOf(call, row.uscc()), environment_.At(now));
    return nobody.ok() ? normalised.status() : nobody.status();
  }
  const std::string& uscc = *normalised;
  ASSIGN_OR_RETURN(const auto present, transaction.LockEnterprise(uscc));
  if (present.has_value() && !call.CheckFile(CoordinatesOf(*present, "")).ok()) {
    return EnterpriseExists(uscc);
  }
  ASSIGN_OR_RETURN(const v1::EnterpriseRecord record,
                   ImportEnterprise(present.has_value() ? &*present : nullptr, row,
                                    SetterOf(call, uscc), environment_.At(now)));
  const v1::Enterprise* const before = present.has_value() ? &present->enterprise() : nullptr;
  RETURN_IF_ERROR(CheckRelations(transaction, before, record.enterprise(), FilesOf(call), ""));
  const auto outcome = !present.has_value()                     ? v1::ImportedRow::ADDED
                       : record.version() == present->version() ? v1::ImportedRow::UNCHANGED
                                                                : v1::ImportedRow::CHANGED;
  if (validate_only || outcome == v1::ImportedRow::UNCHANGED) return outcome;
  if (!present.has_value()) {
    ASSIGN_OR_RETURN(const bool added, transaction.AddEnterprise(record));
    if (!added) return EnterpriseExists(uscc);
  }
  RETURN_IF_ERROR(Save(transaction, before, record, now));
  RETURN_IF_ERROR(AuditAct(transaction, call, {"enterprise", uscc, uscc}, "", now));
  return outcome;
}

absl::Status Enterprises::ImportRows(const v1::ImportEnterprisesRequest& request, int begin,
                                     int end, const rpc::Call& call, absl::Time deadline,
                                     v1::ImportEnterprisesResponse& response) {
  // Enterprises are locked in the order of their USCCs, as everywhere; rows for one of them stay in
  // the order of the request.
  std::vector<int> order(end - begin);
  std::iota(order.begin(), order.end(), begin);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    return request.enterprises(a).uscc() < request.enterprises(b).uscc();
  });
  return environment_.store.Change(deadline, [&](StoreTransaction& transaction) -> absl::Status {
    for (const int row : order) {
      const auto outcome =
          ImportRow(transaction, request.enterprises(row), call, request.validate_only());
      v1::ImportedRow& imported = *response.mutable_rows(row);
      imported.Clear();
      if (outcome.ok()) {
        imported.set_outcome(*outcome);
      } else if (IsOfTheRow(outcome.status())) {
        RefuseRow(outcome.status(), "uscc", imported);
      } else {
        return outcome.status();
      }
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<v1::ImportEnterprisesResponse> Enterprises::ImportEnterprises(
    const v1::ImportEnterprisesRequest& request, const rpc::Call& call, absl::Time deadline) {
  RETURN_IF_ERROR(call.CheckFile(CoordinatesOfNew(call)));
  RETURN_IF_ERROR(CheckRows(request.enterprises_size(), "enterprises"));
  v1::ImportEnterprisesResponse response;
  for (int i = 0; i < request.enterprises_size(); ++i) response.add_rows();
  for (int begin = 0; begin < response.rows_size(); begin += kRowsATransaction) {
    const int end = std::min(begin + kRowsATransaction, response.rows_size());
    RETURN_IF_ERROR(ImportRows(request, begin, end, call, deadline, response));
  }
  return response;
}

}  // namespace zhiping::assessment
