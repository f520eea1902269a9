#include "common/criteria/finding_limit.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace zhiping::criteria {

using catalogue::v1::Finding;

std::vector<Finding> LimitFindings(std::vector<Finding> findings) {
  if (findings.size() <= kMostFindings) return findings;
  const auto is_error = [](const Finding& finding) { return finding.severity() == Finding::ERROR; };
  std::stable_partition(findings.begin(), findings.end(), is_error);
  const auto beyond = findings.begin() + static_cast<ptrdiff_t>(kMostFindings);
  const auto errors = std::count_if(beyond, findings.end(), is_error);
  const auto warnings = findings.end() - beyond - errors;
  Finding more;
  more.set_severity(errors > 0 ? Finding::ERROR : Finding::WARNING);
  more.set_reason(Reason::Value_Name(Reason::MORE_FINDINGS));
  *more.mutable_message() =
      MakeText(absl::StrCat("只列出前 ", kMostFindings, " 处；另有 ", errors, " 处错误、", warnings,
                            " 处提醒没有列出。"),
               absl::StrCat("Only the first ", kMostFindings, " are listed: ", errors,
                            errors == 1 ? " more error and " : " more errors and ", warnings,
                            warnings == 1 ? " more warning are not." : " more warnings are not."));
  findings.erase(beyond, findings.end());
  findings.push_back(std::move(more));
  return findings;
}

bool SaysHowManyMore(const Finding& finding) {
  return finding.reason() == Reason::Value_Name(Reason::MORE_FINDINGS);
}

}  // namespace zhiping::criteria
