#include "services/assessment/relations.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/assessment/domain/enterprise.h"
#include "services/assessment/people.h"

namespace zhiping::assessment {
namespace {

// Enterprises above one another: more is a mistake.
constexpr int kMostAbove = 20;

// As if it were not there, whether it is or not.
absl::Status PredecessorNotFound(const std::string& uscc, absl::string_view at) {
  const std::string field = absl::StrCat(at, "predecessor");
  Violations violations;
  violations.Add(
      field, Reason::ENTERPRISE_NOT_FOUND,
      absl::StrCat(field, "：在您的权限范围内没有已登记的企业 ", uscc,
                   "。承继企业的填报内容可以沿用，因此须由同时服务两家企业的平台设置，"
                   "或由省级、辖区包含两家企业的审核单位办理。"),
      absl::StrCat(field, ": no enterprise ", uscc,
                   " is registered within your scope. Since the answers of a predecessor can be "
                   "carried over, it is set by a platform that is enrolled for both, by the "
                   "province, or by a review unit above both."));
  return violations.ToStatus();
}

}  // namespace

Reaches FilesOf(const rpc::Call& call) {
  return [&call](const v1::EnterpriseRecord& enterprise) {
    return call.CheckFile(CoordinatesOf(enterprise, "")).ok();
  };
}

absl::Status CheckRelations(StoreTransaction& transaction, const v1::Enterprise* present,
                            const v1::Enterprise& enterprise, const Reaches& reaches,
                            absl::string_view at) {
  const std::string& predecessor = enterprise.predecessor();
  if (!predecessor.empty() && (present == nullptr || present->predecessor() != predecessor)) {
    ASSIGN_OR_RETURN(const auto found, transaction.FindEnterprise(predecessor));
    if (!found.has_value() || !reaches(*found)) {
      return PredecessorNotFound(predecessor, at);
    }
  }
  const auto check = [&](const std::string& first, auto above, const char* name) -> absl::Status {
    std::vector<std::string> chain;
    for (std::string next = first; !next.empty() && chain.size() < kMostAbove;) {
      chain.push_back(next);
      ASSIGN_OR_RETURN(const auto found, transaction.FindEnterprise(next));
      // What others say of one another is not told.
      next = found.has_value() && reaches(*found) ? above(found->enterprise()) : "";
    }
    return CheckNoCircle(enterprise.uscc(), chain, absl::StrCat(at, name));
  };
  RETURN_IF_ERROR(check(
      enterprise.parent_uscc(), [](const auto& of) { return of.parent_uscc(); }, "parentUscc"));
  return check(
      predecessor, [](const auto& of) { return of.predecessor(); }, "predecessor");
}

}  // namespace zhiping::assessment
