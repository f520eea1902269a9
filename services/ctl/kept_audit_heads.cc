#include "services/ctl/kept_audit_heads.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/audit/signed_head.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"

namespace zhiping::ctl {
namespace {

using common::v1::AuditHead;
using common::v1::KeptAuditHead;

absl::Status NoHeadKept(const KeptElsewhere& elsewhere, const AuditHead& own) {
  // Whoever replaced the database would have a new log, of which nobody knows anything yet.
  const size_t others = elsewhere.others.size();
  return MakeError(
      absl::StatusCode::kFailedPrecondition, Reason::AUDIT_NOT_KEPT,
      absl::StrCat(elsewhere.keeper, " 没有保存这份审计日志（", own.service(), "，日志 ", own.log(),
                   "）的日志头，末尾是否缺失记录无从核对。服务每分钟交出一次日志头；",
                   others == 0 ? "刚启动的请稍候再试。"
                               : absl::StrCat("那里有该服务另外 ", others,
                                              " 份日志的日志头：若数据库未曾新建，即是被换过。")),
      absl::StrCat("Nothing is kept at ", elsewhere.keeper, " of this audit log (", own.service(),
                   ", log ", own.log(),
                   "): whether entries at its end are missing does not show. A head is given every "
                   "minute; ",
                   others == 0 ? "if the service has just started, try again later."
                               : absl::StrCat(others,
                                              " other logs of the service are known there: "
                                              "unless the database was made anew, it was "
                                              "replaced.")),
      {{"keeper", elsewhere.keeper}, {"log", own.log()}});
}

}  // namespace

absl::StatusOr<std::vector<KeptAuditHead>> ReadKeptHeads(const OperationsClient& keeper) {
  ASSIGN_OR_RETURN(const auto kept, keeper.List(&Operations::ListKeptAuditHeads,
                                                common::v1::ListKeptAuditHeadsRequest()));
  return std::vector<KeptAuditHead>(kept.heads().begin(), kept.heads().end());
}

absl::StatusOr<KeptElsewhere> HeadsOfLog(const std::string& keeper,
                                         const std::vector<KeptAuditHead>& kept,
                                         const AuditHead& own, const envelope::Trust& trust) {
  KeptElsewhere elsewhere;
  elsewhere.keeper = keeper;
  std::map<std::string, AuditHead> others;
  for (const KeptAuditHead& listed : kept) {
    // Not what the keeper says, but what was signed.
    auto head = audit::OpenHead(listed.envelope(), trust);
    if (!head.ok()) {
      if (elsewhere.refused++ == 0) elsewhere.refusal = head.status();
      continue;
    }
    if (head->service() != own.service()) continue;
    if (head->log() == own.log()) {
      elsewhere.contradicting += listed.contradicts() ? 1 : 0;
      elsewhere.heads.push_back(*std::move(head));
      continue;
    }
    AuditHead& last = others[head->log()];
    if (head->position() >= last.position()) last = *std::move(head);
  }
  std::stable_sort(
      elsewhere.heads.begin(), elsewhere.heads.end(),
      [](const AuditHead& a, const AuditHead& b) { return a.position() < b.position(); });
  for (auto& [log, head] : others) elsewhere.others.push_back(std::move(head));
  std::stable_sort(elsewhere.others.begin(), elsewhere.others.end(),
                   [](const AuditHead& a, const AuditHead& b) {
                     return FromTimestamp(a.signed_at()) > FromTimestamp(b.signed_at());
                   });
  if (elsewhere.heads.empty()) return NoHeadKept(elsewhere, own);
  return elsewhere;
}

}  // namespace zhiping::ctl
