#include "services/assessment/domain/draft.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "services/assessment/domain/closure.h"

namespace zhiping::assessment {
namespace {

constexpr char kDefaultPlant[] = "main";

bool InWindow(const v1::Campaign& campaign, absl::Time now) {
  return (!campaign.has_opens_at() || now >= FromTimestamp(campaign.opens_at())) &&
         (!campaign.has_closes_at() || now < FromTimestamp(campaign.closes_at()));
}

// The latest of returned submissions; the infinite past if there is none.
absl::Time ReturnBy(absl::Span<const v1::SubmissionRecord> submissions) {
  absl::Time latest = absl::InfinitePast();
  for (const v1::SubmissionRecord& record : submissions) {
    const v1::SubmissionStanding& standing = record.submission().standing();
    if (standing.has_return_by()) latest = std::max(latest, FromTimestamp(standing.return_by()));
  }
  return latest;
}

}  // namespace

v1::AssessmentRecord NewDraft(const v1::AssessmentKey& key, const criteria::Criteria& criteria,
                              absl::Time now) {
  v1::AssessmentRecord record;
  record.set_version(1);
  auto& draft = *record.mutable_assessment();
  *draft.mutable_key() = key;
  if (key.plant().empty()) draft.mutable_key()->set_plant(kDefaultPlant);
  draft.set_programme(criteria.edition().programme());
  draft.set_release_digest(criteria.digest());
  draft.set_release_label(criteria.release().label());
  for (const auto& scenario : criteria.edition().scenarios()) {
    auto& answer = *draft.add_answers();
    answer.mutable_answer()->set_scenario(scenario.id());
    answer.set_etag(EtagOf(record));
  }
  *draft.mutable_created_at() = ToTimestamp(now);
  *draft.mutable_updated_at() = ToTimestamp(now);
  return record;
}

std::string EtagOf(const v1::AssessmentRecord& record) { return absl::StrCat(record.version()); }

absl::Status CheckEtag(const v1::AssessmentRecord& record, absl::string_view etag) {
  if (etag.empty() || etag == EtagOf(record)) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kAborted, Reason::STALE_ETAG, "草稿在您读取之后已有改动，请重新读取。",
      "The draft has changed since it was read: read it again.", {{"etag", EtagOf(record)}});
}

void MarkChanged(v1::AssessmentRecord& record, absl::Time now) {
  record.set_version(record.version() + 1);
  *record.mutable_assessment()->mutable_updated_at() = ToTimestamp(now);
}

Unanswered UnansweredOf(const v1::AssessmentRecord& record) {
  Unanswered unanswered;
  for (const auto& answer : record.assessment().answers()) {
    if (answer.to_confirm()) {
      unanswered.to_confirm.push_back(answer.answer().scenario());
    } else if (answer.answer().level().empty()) {
      unanswered.missing.push_back(answer.answer().scenario());
    }
  }
  return unanswered;
}

v1::Assessment::State StateAt(const v1::AssessmentRecord& record, const v1::Campaign& campaign,
                              absl::Span<const v1::SubmissionRecord> submissions, absl::Time now) {
  if (record.assessment().has_closure()) return v1::Assessment::CLOSED;
  if (!submissions.empty() &&
      submissions.back().submission().standing().state() == v1::SubmissionState::UNDER_REVIEW) {
    return v1::Assessment::LOCKED;
  }
  return now < ReturnBy(submissions) || InWindow(campaign, now) ? v1::Assessment::OPEN
                                                                : v1::Assessment::CLOSED;
}

absl::Status CheckOpen(const v1::AssessmentRecord& record, v1::Assessment::State state,
                       absl::TimeZone zone) {
  if (state == v1::Assessment::OPEN) return absl::OkStatus();
  RETURN_IF_ERROR(CheckNotClosed(record, zone));
  if (state == v1::Assessment::LOCKED) {
    return MakeError(absl::StatusCode::kFailedPrecondition, Reason::ASSESSMENT_LOCKED,
                     "最近一次提交正在审核，草稿暂不能修改；审核结束、退回或撤回后可以继续填报。",
                     "Its latest submission is under review: it may be edited again when that is "
                     "decided, returned or withdrawn.");
  }
  return MakeError(absl::StatusCode::kFailedPrecondition, Reason::ASSESSMENT_CLOSED,
                   "填报已结束，草稿不能再修改。",
                   "The assessment is closed: it may not be edited.");
}

v1::Assessment ShownDraft(const v1::AssessmentRecord& record, const v1::Campaign& campaign,
                          absl::Span<const v1::SubmissionRecord> submissions,
                          v1::Channel::Value channel, absl::Time now) {
  v1::Assessment draft = record.assessment();
  const Unanswered unanswered = UnansweredOf(record);
  draft.set_state(StateAt(record, campaign, submissions, now));
  draft.set_channel(channel);
  const absl::Time return_by = ReturnBy(submissions);
  if (now < return_by) *draft.mutable_return_by() = ToTimestamp(return_by);
  draft.set_etag(EtagOf(record));
  draft.set_missing(static_cast<int32_t>(unanswered.missing.size()));
  draft.set_to_confirm(static_cast<int32_t>(unanswered.to_confirm.size()));
  draft.set_answered(draft.answers_size() - draft.missing() - draft.to_confirm());
  return draft;
}

std::string AnswerName(const criteria::Criteria& criteria, absl::string_view level) {
  if (level.empty()) return "未填写";
  if (level == criteria::kNoneId) return "未达级";
  if (level == criteria::kNotApplicableId) return "不适用";
  const int number = criteria.FindLevel(level);
  return number < 0 ? std::string(level) : criteria.edition().levels(number).name().text();
}

}  // namespace zhiping::assessment
