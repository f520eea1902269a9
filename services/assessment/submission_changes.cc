#include "services/assessment/submission_changes.h"

#include <algorithm>
#include <utility>

#include "common/status/status_macros.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/assessment/domain/stages.h"
#include "services/assessment/domain/views.h"
#include "services/assessment/locked_draft.h"
#include "services/assessment/people.h"

namespace zhiping::assessment {
namespace {

using google::protobuf::util::MessageDifferencer;

constexpr int kMostFiles = 100;

const v1::SubmissionRecord* Find(const Submissions& all, int32_t number) {
  return number < 1 || number > static_cast<int32_t>(all.size()) ? nullptr : &all[number - 1];
}

// The unit by which acts of a reviewer are judged: whose turn it is may act, also when the unit
// that received the file has come below another one since.
std::string ActingUnit(const rpc::Call& call, const v1::SubmissionRecord& record,
                       const std::string& receiving) {
  const auto turn = TurnOf(record);
  if (!turn.has_value()) return receiving;
  const identity::UnitsToday today = call.Today();
  const auto* const office = OfficeOf(today.units, turn->unit, today.day);
  return office != nullptr && office->id == call.caller().review_unit ? turn->unit : receiving;
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
  Act act = {.actor = ActorOf(about.call),
             .submission = about.key.number(),
             .etag = about.etag,
             .now = now,
             .zone = environment.zone,
             .units = &environment.reference.review_units()};
  if (turn.has_value()) {
    act.actor = ActorOf(about.call, OfficeFor(act, *record, turn->unit).unit);
  }
  return act;
}

absl::Status CheckMay(const SubmissionCall& about, const v1::EnterpriseRecord* enterprise,
                      const v1::SubmissionRecord* record) {
  // Nobody is denied what is not there.
  if (enterprise == nullptr && record == nullptr) return SubmissionNotFound(about.key);
  const v1::SubmissionRecord& known =
      record == nullptr ? v1::SubmissionRecord::default_instance() : *record;
  const identity::FileCoordinates file = CoordinatesOf(
      enterprise == nullptr ? v1::EnterpriseRecord::default_instance() : *enterprise, known);
  const absl::Status checked =
      about.call.method_scope() == identity::Scope::UNIT
          ? about.call.CheckScopeOf(ActingUnit(about.call, known, file.unit))
          : about.call.CheckFile(file);
  return checked.ok() && record != nullptr ? absl::OkStatus() : SubmissionNotFound(about.key);
}

absl::Status CheckMay(const SubmissionCall& about, const LockedSubmissions& locked) {
  return CheckMay(about, &locked.enterprise, Find(locked.all, about.key.number()));
}

absl::StatusOr<v1::SubmissionRecord> FindFile(Store& store, const SubmissionCall& about,
                                              absl::Time deadline) {
  ASSIGN_OR_RETURN(auto record, store.FindSubmission(deadline, about.key));
  std::optional<v1::EnterpriseRecord> enterprise;
  if (!record.has_value() || about.call.method_scope() == identity::Scope::FILE) {
    ASSIGN_OR_RETURN(enterprise, store.FindEnterprise(deadline, about.key.enterprise()));
  }
  RETURN_IF_ERROR(CheckMay(about, enterprise.has_value() ? &*enterprise : nullptr,
                           record.has_value() ? &*record : nullptr));
  return *std::move(record);
}

bool ReviewsFile(const rpc::Call& call, const v1::SubmissionRecord& record) {
  const auto& units = record.submission().content().snapshot().units();
  const std::string receiving = units.empty() ? "" : units[0];
  // Only reviewers and heads reach anything by units.
  const identity::FilesInReach reach = call.Files();
  return std::find(reach.units.begin(), reach.units.end(), ActingUnit(call, record, receiving)) !=
         reach.units.end();
}

void CheckFiles(int files, absl::string_view field, Violations& violations) {
  if (files == 0) {
    violations.Add(field, Reason::FIELD_REQUIRED, "至少要有一份提交件。",
                   "There should be at least one submission.");
  } else if (files > kMostFiles) {
    violations.Add(field, Reason::TOO_LARGE, "每次最多 100 份提交件。",
                   "There should be at most 100 submissions.");
  }
}

}  // namespace zhiping::assessment
