// The audit log for people.
#pragma once

#include <string>
#include <vector>

#include "services/ctl/audit_export.h"
#include "services/ctl/screen.h"
#include "services/ctl/zone.h"
#include "zhiping/common/v1/operations_service.pb.h"

namespace zhiping::ctl {

// 管理操作, 决定, 查阅, 拒绝; `administrative`, … as --kind takes them in English.
absl::string_view AuditKindName(common::v1::AuditEntry::Kind kind, const Screen& screen);

// A line for each entry.
std::string AuditReport(const common::v1::ListAuditEntriesResponse& list, const Zone& zone,
                        const Screen& screen);

// What was verified. REQUIRES: Finish was OK.
std::string AuditVerifiedReport(const AuditVerifier& verified, const Zone& zone,
                                const Screen& screen);

}  // namespace zhiping::ctl
