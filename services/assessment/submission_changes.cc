#include "services/assessment/submission_changes.h"

#include <utility>

#include "common/status/status_macros.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/assessment/domain/views.h"
#include "services/assessment/locked_draft.h"
#include "services/assessment/people.h"

namespace zhiping::assessment {
namespace {

using google::protobuf::util::MessageDifferencer;

const v1::SubmissionRecord* Find(const Submissions& all, int32_t number) {
  return number < 1 || number > static_cast<int32_t>(all.size()) ? nullptr : &all[number - 1];
}

}  // namespace

identity::FileCoordinates CoordinatesOf(const v1::EnterpriseRecord& enterprise,
                                        const v1::SubmissionRecord& submission) {
  const v1::SubmittedContent& content = submission.submission().content();
  identity::FileCoordinates file = CoordinatesOf(enterprise, content.programme());
  // That of the moment, whichever office the enterprise has gone to since.
  if (content.snapshot().units_size() > 0) file.unit = content.snapshot().units(0);
  return file;
}

absl::StatusOr<LockedSubmissions> LockSubmissions(StoreTransaction& transaction,
                                                  const v1::SubmissionKey& key) {
  LockedSubmissions locked;
  ASSIGN_OR_RETURN(auto enterprise, transaction.LockEnterprise(key.enterprise()));
  ASSIGN_OR_RETURN(auto campaign, transaction.FindCampaign(key.campaign()));
  if (!enterprise.has_value() || !campaign.has_value()) return SubmissionNotFound(key);
  locked.enterprise = *std::move(enterprise);
  locked.campaign = *std::move(campaign);
  ASSIGN_OR_RETURN(locked.all, transaction.SubmissionsOf(AssessmentOf(key)));
  return locked;
}

absl::Status SaveChanged(StoreTransaction& transaction, const Submissions& before,
                         const Submissions& after, absl::Time now, const std::string& receipt) {
  for (size_t i = 0; i < after.size(); ++i) {
    const bool made = i >= before.size();
    if (!made && before[i].version() == after[i].version()) continue;
    RETURN_IF_ERROR(made ? transaction.AddSubmission(after[i], receipt)
                         : transaction.SaveSubmission(after[i]));
    v1::AssessmentEvent event;
    *event.mutable_submission() = ChangeOf(after[i], made);
    if (!made && MessageDifferencer::Equals(event.submission(), ChangeOf(before[i], false))) {
      continue;
    }
    RETURN_IF_ERROR(transaction.Append(event, now));
  }
  return absl::OkStatus();
}

Act ActOf(const Environment& environment, const SubmissionCall& about, const Submissions& all,
          absl::Time now) {
  const v1::SubmissionRecord* const record = Find(all, about.key.number());
  const auto turn = record == nullptr ? std::nullopt : TurnOf(*record);
  return {ActorOf(about.call, turn.has_value() ? turn->unit : ""), about.key.number(), about.etag,
          now, environment.zone};
}

absl::Status CheckMay(const SubmissionCall& about, const LockedSubmissions& locked) {
  const v1::SubmissionRecord* const record = Find(locked.all, about.key.number());
  const auto file = record == nullptr
                        ? CoordinatesOf(locked.enterprise, locked.campaign.campaign().programme())
                        : CoordinatesOf(locked.enterprise, *record);
  const absl::Status checked = about.call.method_scope() == identity::Scope::UNIT
                                   ? about.call.CheckScopeOf(file.unit)
                                   : about.call.CheckFile(file);
  return checked.ok() && record != nullptr ? absl::OkStatus() : SubmissionNotFound(about.key);
}

}  // namespace zhiping::assessment
