// Entries of the audit log.
#pragma once

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/identity/caller.h"
#include "zhiping/common/v1/audit.pb.h"

namespace zhiping::audit {

using common::v1::AuditEntry;

// Name of the log, which the hashes cover.
inline constexpr char kLogName[] = "audit";

// One call by the caller that ended well; subject and reason are left to whoever knows them.
AuditEntry NewEntry(AuditEntry::Kind kind, const identity::Caller& caller, absl::string_view method,
                    absl::Time instant);

}  // namespace zhiping::audit
