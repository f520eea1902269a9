#include "services/assessment/domain/period.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "services/assessment/domain/texts.h"
#include "services/assessment/domain/window.h"

namespace zhiping::assessment {
namespace {

constexpr char kFirstPolicy[] = "1";
constexpr size_t kMaxPolicyCharacters = 40;

void CheckMonth(const v1::Campaign& campaign, const std::string& text, absl::Time now,
                absl::TimeZone zone, Violations& violations) {
  const absl::CivilMonth first = absl::ToCivilMonth(FromTimestamp(campaign.opens_at()), zone);
  absl::CivilMonth month;
  const bool read = absl::ParseCivilTime(text, &month) && text.size() == 7;
  if (read && month >= first && absl::FromCivil(month + 1, zone) <= now) return;
  const std::string from = absl::FormatCivilTime(first);
  violations.Add("month", Reason::INVALID_FIELD,
                 absl::StrCat("month 应为批次开放（", from, "）以来已经结束的月份，例如 2026-07。"),
                 absl::StrCat("month should be a month since the campaign opened (", from,
                              ") that is over, such as 2026-07."));
}

}  // namespace

absl::StatusOr<v1::PeriodClosed> PeriodOf(const v1::Campaign& campaign,
                                          const v1::ClosePeriodRequest& request, absl::Time now,
                                          absl::TimeZone zone) {
  const bool monthly = request.kind() == v1::PeriodClosed::MONTH;
  Violations violations;
  if (!v1::PeriodClosed::Kind_IsValid(request.kind()) ||
      request.kind() == v1::PeriodClosed::KIND_UNSPECIFIED) {
    violations.Add("kind", Reason::FIELD_REQUIRED, "请说明期次类型 kind。",
                   "Say which kind of period is closed.");
  } else if (monthly) {
    CheckMonth(campaign, request.month(), now, zone, violations);
  } else if (!request.month().empty()) {
    violations.Add("month", Reason::INVALID_FIELD, "只有月度期次才填 month。",
                   "Only a monthly period has a month.");
  }
  CheckText(request.policy(), kMaxPolicyCharacters, "policy", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  if (!monthly && !IsOver(campaign, now)) {
    return MakeError(absl::StatusCode::kFailedPrecondition, Reason::OUTSIDE_WINDOW,
                     "批次的填报窗口尚未结束，不能关闭该期次。",
                     "The window of the campaign is not over: the period cannot be closed yet.",
                     {{"campaign", campaign.campaign()}});
  }
  v1::PeriodClosed period;
  period.set_programme(campaign.programme());
  period.set_campaign(campaign.campaign());
  period.set_kind(request.kind());
  const char* const name =
      request.kind() == v1::PeriodClosed::SUBMISSION_CLOSE ? "submission" : "review";
  period.set_period(monthly ? request.month() : absl::StrCat(campaign.year(), "-", name));
  period.set_policy(request.policy().empty() ? kFirstPolicy : request.policy());
  *period.mutable_closed_at() = ToTimestamp(now);
  return period;
}

}  // namespace zhiping::assessment
