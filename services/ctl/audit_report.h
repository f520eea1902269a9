// The audit log for people.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/ctl/json_output.h"
#include "services/ctl/kept_audit_heads.h"
#include "services/ctl/screen.h"
#include "services/ctl/zone.h"
#include "zhiping/common/v1/operations_service.pb.h"

namespace zhiping::ctl {

// 管理操作, 决定, 查阅, 拒绝; `administrative`, … as --kind takes them in English.
absl::string_view AuditKindName(common::v1::AuditEntry::Kind kind, const Screen& screen);

// A line for each entry.
std::string AuditReport(const common::v1::ListAuditEntriesResponse& list, const Zone& zone,
                        const Screen& screen);

// What was verified, and agreed.
struct AuditVerification {
  // Positions; 0: the log is empty.
  int64_t first = 0, last = 0;
  // Where retention removed what was before; position 0: nothing was.
  common::v1::AuditHead cut;
  // Of --head.
  std::vector<common::v1::AuditHead> heads;
  // Of --kept-by.
  std::optional<KeptElsewhere> elsewhere;
};

std::string AuditVerifiedReport(const AuditVerification& verified, const Zone& zone,
                                const Screen& screen);
Json AuditVerifiedJson(const AuditVerification& verified);

}  // namespace zhiping::ctl
