// The flags of a service's audit log, besides where it is kept.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/audit/audit_log.h"

namespace zhiping::audit {

struct AuditFlags {
  // Files with private keys.
  std::vector<std::string> keys;
  // 0: for ever.
  int retention_days = 0;

  // `service`: whose log it is. `trust_file`: whose signatures of heads count.
  AuditOptions Options(const std::string& service, const std::string& trust_file) const;
};

// Whether a service may keep its audit log with these settings at that address: beyond this machine
// somebody signs its head, without which a tail that was cut off does not show. Errors: NOT_SECURED
// naming --audit-key.
absl::Status CheckSigned(const AuditFlags& flags, const std::string& listen);

// The same of a service without a database of its own, which keeps its log where --audit-database
// says, perhaps nowhere: beyond this machine it is kept. Errors: NOT_SECURED naming what is
// missing.
absl::Status CheckKept(const AuditFlags& flags, const std::string& database,
                       const std::string& listen);

// --audit-key and --audit-retention-days.
void AddAuditFlags(CLI::App& app, AuditFlags& flags);

}  // namespace zhiping::audit
