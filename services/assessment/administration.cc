#include "services/assessment/administration.h"

#include "common/status/error.h"
#include "services/assessment/domain/campaign.h"

namespace zhiping::assessment {
namespace {

constexpr int kMostRows = 1000;

}  // namespace

absl::Status AuditAct(StoreTransaction& transaction, const rpc::Call& call,
                      const AuditedObject& object, absl::string_view reason, absl::Time now,
                      audit::AuditEntry::Kind kind) {
  audit::AuditEntry entry = audit::NewEntry(kind, call.caller(), call.method(), now);
  entry.mutable_subject()->set_kind(object.kind);
  entry.mutable_subject()->set_id(object.id);
  entry.mutable_subject()->set_enterprise(object.enterprise);
  entry.set_reason(std::string(reason));
  return transaction.Audit(entry);
}

absl::Status LogCampaign(StoreTransaction& transaction, const v1::CampaignRecord& campaign,
                         absl::Time now) {
  v1::AssessmentEvent event;
  *event.mutable_campaign()->mutable_campaign() = ShownCampaign(campaign);
  return transaction.Append(event, now);
}

absl::Status CheckRows(int rows, absl::string_view field) {
  Violations violations;
  if (rows == 0) {
    violations.Add(field, Reason::FIELD_REQUIRED, "导入至少要有一行。",
                   "An import has at least one row.");
  } else if (rows > kMostRows) {
    violations.Add(field, Reason::TOO_LARGE, "每次最多导入 1,000 行，请分批导入。",
                   "An import has at most 1,000 rows: send the rest in another one.");
  }
  return violations.ToStatus();
}

void RefuseRow(const absl::Status& status, absl::string_view key, v1::ImportedRow& row) {
  const ErrorDetail detail = DetailOf(status);
  row.set_outcome(v1::ImportedRow::REFUSED);
  const auto add = [&row](const std::string& field, Reason::Value reason,
                          const common::v1::LocalText& text) {
    auto& violation = *row.add_violations();
    violation.set_field(field);
    violation.set_reason(Reason::Value_Name(reason));
    violation.set_zh(text.zh());
    violation.set_en(text.en());
  };
  for (const FieldViolation& violation : detail.violations()) {
    add(violation.field(), violation.reason(), violation.message());
  }
  if (detail.violations().empty()) add(std::string(key), detail.reason(), detail.message());
}

bool IsOfTheRow(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsAlreadyExists(status) ||
         absl::IsFailedPrecondition(status) || absl::IsNotFound(status);
}

}  // namespace zhiping::assessment
