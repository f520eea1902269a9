#include "services/ctl/error_report.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/criteria/finding_limit.h"
#include "common/rpc/status.h"
#include "common/status/error.h"
#include "services/ctl/command_line.h"
#include "services/ctl/display_width.h"

namespace zhiping::ctl {
namespace {

using catalogue::v1::Finding;

// As many as a service sends; of what is to be done before anything else can be, all.
int MostShown(Reason::Value reason) {
  const bool all = reason == Reason::INCOMPLETE || reason == Reason::ANSWER_CONFLICT;
  return all ? kMaxViolations : rpc::kMaxFieldViolations;
}

// `rulebook.txtpb:12 tiers[1].conditions[0]`
std::string PlaceOf(const Finding& finding) {
  std::string place = finding.file();
  if (finding.line() > 0) absl::StrAppend(&place, ":", finding.line());
  if (!finding.field().empty()) absl::StrAppend(&place, place.empty() ? "" : " ", finding.field());
  return place;
}

}  // namespace

std::string ErrorReport(const absl::Status& error, const Screen& screen) {
  const ErrorDetail detail = DetailOf(error);
  std::string out = Hang(
      screen.Say("错误：", "Error: "),
      absl::StrCat(screen.Say(detail.message()), " [", Reason::Value_Name(detail.reason()), "]"),
      screen.width);
  // The sentence of the only violation, perhaps after the file's name, is the headline already.
  if (detail.violations_size() == 1 &&
      absl::EndsWith(detail.message().en(), detail.violations(0).message().en())) {
    return out;
  }
  const int shown = std::min(detail.violations_size(), MostShown(detail.reason()));
  for (int v = 0; v < shown; ++v) {
    const auto& violation = detail.violations(v);
    absl::StrAppend(&out, Hang("  - ",
                               absl::StrCat(screen.Say(violation.message()), " [",
                                            Reason::Value_Name(violation.reason()), "]"),
                               screen.width));
  }
  if (const int more = ViolationsTotal(detail) - shown; more > 0) {
    absl::StrAppend(&out, Hang("  - ",
                               screen.Say(absl::StrCat("另有 ", more, " 处，这里没有列出。"),
                                          absl::StrCat(more, " more, which are not listed here.")),
                               screen.width));
  }
  return out;
}

int ExitCodeOf(const absl::Status& error) {
  const Reason::Value reason = DetailOf(error).reason();
  switch (reason) {
    case Reason::WRONG_USAGE:
    // Trying again does not help: somebody has to give another address.
    case Reason::NO_SUCH_SERVICE:
      return kExitUsage;
    case Reason::SERVICE_UNREACHABLE:
    case Reason::ISSUER_KEYS_UNAVAILABLE:
    case Reason::DEADLINE_PASSED:
    case Reason::OVERLOADED:
    case Reason::SHUTTING_DOWN:
    case Reason::TRANSACTION_CONFLICT:
    case Reason::TRANSACTION_DEADLOCK:
    case Reason::LOCK_TIMEOUT:
    case Reason::DATABASE_TIMEOUT:
    case Reason::DATABASE_UNAVAILABLE:
    case Reason::DATABASE_FULL:
    case Reason::DATABASE_READ_ONLY:
    case Reason::DATABASE_LOGIN_REFUSED:
    case Reason::DATABASE_NOT_FOUND:
    case Reason::DATABASE_PERMISSION_DENIED:
    case Reason::COMMIT_UNKNOWN:
      return kExitUnreachable;
    case Reason::INTERNAL_ERROR:
      return kExitDefect;
    default:
      return kExitRefused;
  }
}

std::string FindingsReport(const std::vector<Finding>& findings, const Screen& screen) {
  std::string out;
  int errors = 0;
  for (const auto severity : {Finding::ERROR, Finding::WARNING}) {
    for (const Finding& finding : findings) {
      if (finding.severity() != severity || criteria::SaysHowManyMore(finding)) continue;
      const bool is_error = severity == Finding::ERROR;
      errors += is_error ? 1 : 0;
      absl::StrAppend(
          &out,
          screen.Bold(absl::StrCat(
              is_error ? screen.Say("错误  ", "error    ") : screen.Say("提醒  ", "warning  "),
              PlaceOf(finding))),
          "  ", finding.reason(), "\n",
          Hang(screen.Say("      ", "         "), screen.Say(finding.message()), screen.width));
    }
  }
  if (!findings.empty() && criteria::SaysHowManyMore(findings.back())) {
    return absl::StrCat(out, Hang("", screen.Say(findings.back().message()), screen.width));
  }
  const auto warnings = static_cast<int>(findings.size()) - errors;
  absl::StrAppend(&out,
                  screen.Say(absl::StrCat(errors, " 处错误，", warnings, " 处提醒。"),
                             absl::StrCat(errors, errors == 1 ? " error, " : " errors, ", warnings,
                                          warnings == 1 ? " warning." : " warnings.")),
                  "\n");
  return out;
}

}  // namespace zhiping::ctl
