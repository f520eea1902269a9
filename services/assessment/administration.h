// What administrative acts have in common: that they are audited, and imports of many rows.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/audit/entry.h"
#include "common/rpc/call.h"
#include "services/assessment/store.h"
#include "zhiping/assessment/v1/enterprise_service.pb.h"

namespace zhiping::assessment {

// What an act is about.
struct AuditedObject {
  // `enterprise`, `campaign`, `submission`, …
  std::string kind;
  std::string id;
  // USCC; empty: it is nobody's.
  std::string enterprise;
};

// An administrative act, or a decision, into the audit log of the same transaction.
absl::Status AuditAct(StoreTransaction& transaction, const rpc::Call& call,
                      const AuditedObject& object, absl::string_view reason, absl::Time now,
                      audit::AuditEntry::Kind kind = audit::AuditEntry::ADMINISTRATIVE);

// The campaign as it is now, into the log of changes.
absl::Status LogCampaign(StoreTransaction& transaction, const v1::CampaignRecord& campaign,
                         absl::Time now);

// Violations: an import has 1 … 1,000 rows.
absl::Status CheckRows(int rows, absl::string_view field);

// The row is refused for what the status says; `key` is the field that names the row, for what is
// wrong with it as a whole.
void RefuseRow(const absl::Status& status, absl::string_view key, v1::ImportedRow& row);

// Whether an error is about what a row says, so that the others of its import go on.
bool IsOfTheRow(const absl::Status& status);

}  // namespace zhiping::assessment
