#include "common/audit/audit_flags.h"

#include "absl/strings/str_cat.h"
#include "common/rpc/flags.h"
#include "common/rpc/loopback.h"
#include "common/status/error.h"

namespace zhiping::audit {
namespace {

// Without `flag` a service does not listen beyond this machine.
void AddMissing(const std::string& flag, const std::string& listen, absl::string_view zh,
                absl::string_view en, Violations& missing) {
  const std::string name = rpc::EnvironmentName(flag);
  missing.Add(
      flag, Reason::NOT_SECURED,
      absl::StrCat("在 ", listen, " 上监听", zh, "，缺少 ", flag, "（环境变量 ", name, "）。"),
      absl::StrCat("Listening on ", listen, " ", en, ": ", flag, " (", name, ") is missing."));
}

}  // namespace

AuditOptions AuditFlags::Options(const std::string& service, const std::string& trust_file) const {
  AuditOptions options;
  options.service = service;
  options.keys = keys;
  options.trust_file = trust_file;
  options.retention = absl::Hours(24) * retention_days;
  return options;
}

absl::Status CheckSigned(const AuditFlags& flags, const std::string& listen) {
  if (!flags.keys.empty() || rpc::IsLoopbackAddress(listen)) return absl::OkStatus();
  Violations missing;
  AddMissing("--audit-key", listen, "须签署审计日志头", "needs signed heads of the audit log",
             missing);
  return missing.ToStatus();
}

absl::Status CheckKept(const AuditFlags& flags, const std::string& database,
                       const std::string& listen) {
  if (rpc::IsLoopbackAddress(listen)) return absl::OkStatus();
  Violations missing;
  if (database.empty()) {
    AddMissing("--audit-database", listen, "须保存审计日志（sqlite:PATH 即可）",
               "needs a database of the audit log, for which sqlite:PATH will do", missing);
  }
  if (const absl::Status status = CheckSigned(flags, listen); !status.ok()) missing.AddAll(status);
  return missing.ToStatus();
}

void AddAuditFlags(CLI::App& app, AuditFlags& flags) {
  const auto* const key = rpc::AddListFlag(
      app, "--audit-key", flags.keys,
      "每分钟签署审计日志头的私钥文件，有几个时以逗号分隔或多次给出，文件名不得含逗号；信任文件须"
      "列出它，用途 AUDIT，评测体系 * / private key that signs the audit log's head every minute; "
      "several with commas, or given several times: no file name has a comma; trusted for AUDIT "
      "and programme *");
  auto* const retention = rpc::AddNumberFlag(
      app, "--audit-retention-days", flags.retention_days, 0, 36'500,
      "审计记录保留的天数，至少 184（六个月），0 为永久；只在已签署的日志头处截断 / days that "
      "audit entries are kept, at least 184 (six months); 0: for ever; cut only at a signed "
      "head");
  rpc::UsedOnlyWith(*key, {retention});
}

}  // namespace zhiping::audit
