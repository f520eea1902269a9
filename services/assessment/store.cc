#include "services/assessment/store.h"

#include "common/sql/migrations.h"
#include "common/status/status_macros.h"
#include "services/assessment/store_reading.h"
#include "zhiping/assessment_migrations/migrations.h"

namespace zhiping::assessment {

using sql::Bytes;

std::string PlantOf(const std::string& plant) { return plant.empty() ? "main" : plant; }

absl::StatusOr<std::unique_ptr<Store>> Store::Open(sql::Database& database, absl::Time deadline) {
  RETURN_IF_ERROR(sql::InitialiseLogs(database, deadline));
  RETURN_IF_ERROR(
      sql::Migrate(database, deadline, "assessment", assessment_migrations::Migrations()));
  return std::unique_ptr<Store>(new Store(database));
}

absl::Status Store::Change(absl::Time deadline,
                           const std::function<absl::Status(StoreTransaction&)>& body) {
  return database_.Transact(deadline, {.may_repeat = true}, [&](sql::Transaction& sql) {
    StoreTransaction transaction(sql, changes_, audit_);
    return body(transaction);
  });
}

absl::Status Store::SequenceChanges(absl::Time deadline) {
  constexpr int kAtOnce = 1000;
  while (true) {
    ASSIGN_OR_RETURN(const int moved, changes_.Sequence(deadline, kAtOnce));
    if (moved < kAtOnce) return absl::OkStatus();
  }
}

absl::StatusOr<std::optional<v1::EnterpriseRecord>> Store::FindEnterprise(absl::Time deadline,
                                                                          const std::string& uscc) {
  return One<v1::EnterpriseRecord>(database_.Query<Bytes>(deadline, kSelectEnterprise, {uscc}));
}

absl::StatusOr<std::optional<v1::CampaignRecord>> Store::FindCampaign(absl::Time deadline,
                                                                      const std::string& campaign) {
  return One<v1::CampaignRecord>(database_.Query<Bytes>(deadline, kSelectCampaign, {campaign}));
}

absl::StatusOr<std::optional<v1::AssessmentRecord>> Store::FindAssessment(
    absl::Time deadline, const v1::AssessmentKey& key) {
  return One<v1::AssessmentRecord>(database_.Query<Bytes>(deadline, kSelectAssessment, Of(key)));
}

absl::StatusOr<std::optional<v1::Target>> Store::FindTarget(absl::Time deadline,
                                                            const v1::AssessmentKey& key) {
  return One<v1::Target>(database_.Query<Bytes>(deadline, kSelectTarget, Of(key)));
}

absl::StatusOr<std::optional<v1::SubmissionRecord>> Store::FindSubmission(
    absl::Time deadline, const v1::SubmissionKey& key) {
  return One<v1::SubmissionRecord>(database_.Query<Bytes>(deadline, kSelectSubmission, Of(key)));
}

absl::StatusOr<std::vector<v1::SubmissionRecord>> Store::SubmissionsOf(
    absl::Time deadline, const v1::AssessmentKey& key) {
  return All<v1::SubmissionRecord>(database_.Query<Bytes>(deadline, kSelectSubmissions, Of(key)));
}

absl::StatusOr<std::optional<std::string>> Store::FindReceipt(absl::Time deadline,
                                                              const v1::SubmissionKey& key,
                                                              Receipt which) {
  return OneReceipt(database_.Query<std::optional<Bytes>>(deadline, SelectReceipt(which), Of(key)));
}

absl::StatusOr<std::optional<std::string>> Store::FindDecisionReceipt(
    absl::Time deadline, const v1::SubmissionKey& key, const std::string& receipt_no) {
  std::vector<sql::Value> values = Of(key);
  values.emplace_back(receipt_no);
  return OneReceipt(database_.Query<std::optional<Bytes>>(
      deadline,
      "SELECT receipt FROM decision_receipt WHERE uscc = $1 AND plant = $2 AND campaign = $3 "
      "AND number = $4 AND receipt_no = $5",
      std::move(values)));
}

}  // namespace zhiping::assessment
