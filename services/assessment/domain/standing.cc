#include "services/assessment/domain/standing.h"

#include <algorithm>
#include <vector>

#include "absl/time/civil_time.h"
#include "common/time/timestamp.h"
#include "services/assessment/domain/counted_findings.h"
#include "services/assessment/domain/stages.h"
#include "services/assessment/domain/window.h"

namespace zhiping::assessment {
namespace {

using v1::Assurance;
using v1::Decision;
using v1::SubmissionState;

v1::SubmissionStanding& StandingOf(v1::SubmissionRecord& record) {
  return *record.mutable_submission()->mutable_standing();
}

int NumberOf(const v1::SubmissionRecord& record) { return record.submission().key().number(); }

Assurance::Value ReachedBy(const v1::SubmissionRecord& record) {
  return record.submission().standing().assurance();
}

// What the stages below make of it at most.
Assurance::Value AssuranceBelow(const v1::SubmissionRecord& record, v1::Stage::Value stage) {
  const int index = IndexOfStage(record, stage);
  return index > 0 ? AssuranceOf(record.stages(index - 1).stage()) : Assurance::SELF_EVALUATED;
}

// What the decisions together make of it. Taking a decision back, by a recall or since an objection
// was upheld, is always about the one before.
Assurance::Value AssuranceByDecisions(const v1::SubmissionRecord& record) {
  const auto& decisions = record.submission().standing().decisions();
  // After none, one, two, …
  std::vector<Assurance::Value> after = {Assurance::SELF_EVALUATED};
  for (int i = 0; i < decisions.size(); ++i) {
    Assurance::Value assurance = after.back();
    switch (decisions[i].kind()) {
      case Decision::APPROVED:
        assurance = std::max(assurance, AssuranceOf(decisions[i].stage()));
        break;
      // Another decision than that: it approves no longer what it may have approved before.
      case Decision::RETURNED_TO_ENTERPRISE:
      case Decision::RETURNED_TO_PREVIOUS_STAGE:
      case Decision::REJECTED:
        assurance = std::min(assurance, AssuranceBelow(record, decisions[i].stage()));
        break;
      case Decision::RECALLED:
      case Decision::OBJECTION_UPHELD:
        assurance = after[i - 1];
        // What was revoked is not confirmed before the province decides anew.
        if (decisions[i - 1].kind() == Decision::REVOKED) {
          assurance =
              std::min(assurance, AssuranceBelow(record, record.stages().rbegin()->stage()));
        }
        break;
      case Decision::REVOKED:
        assurance = Assurance::SELF_EVALUATED;
        break;
      default:
        break;
    }
    after.push_back(assurance);
  }
  return after.back();
}

int DueDays(const v1::StageDays& days, v1::Stage::Value stage) {
  switch (stage) {
    case v1::Stage::COUNTY:
      return days.county();
    case v1::Stage::CITY:
      return days.city();
    default:
      return days.province();
  }
}

// A later one, other than `except`, that stands and has reached the assurance of the record.
const v1::SubmissionRecord* SuccessorOf(const v1::SubmissionRecord& record,
                                        const v1::SubmissionRecord& except,
                                        const Submissions& all) {
  for (size_t i = NumberOf(record); i < all.size(); ++i) {
    if (&all[i] != &except && Stands(all[i]) && ReachedBy(all[i]) >= ReachedBy(record)) {
      return &all[i];
    }
  }
  return nullptr;
}

}  // namespace

bool Stands(const v1::SubmissionRecord& record) {
  const auto state = record.submission().standing().state();
  return state == SubmissionState::COMPLETE || state == SubmissionState::UNDER_REVIEW ||
         state == SubmissionState::CONFIRMED;
}

bool IsLocked(const Submissions& all) {
  return !all.empty() &&
         all.back().submission().standing().state() == SubmissionState::UNDER_REVIEW;
}

const v1::Objection* OpenObjection(const v1::SubmissionStanding& standing) {
  if (standing.objections().empty()) return nullptr;
  const v1::Objection& latest = *standing.objections().rbegin();
  return latest.decided() || latest.lapsed() ? nullptr : &latest;
}

std::string UnitNameOf(const v1::SubmissionRecord& record, absl::string_view unit) {
  const auto& snapshot = record.submission().content().snapshot();
  for (int i = 0; i < std::min(snapshot.units_size(), snapshot.unit_names_size()); ++i) {
    if (snapshot.units(i) == unit) return snapshot.unit_names(i);
  }
  return std::string(unit);
}

void Touch(v1::SubmissionRecord& record) { record.set_version(record.version() + 1); }

void PutDown(v1::SubmissionRecord& record) {
  record.clear_taken_by();
  record.clear_taken_until();
}

void AddDecision(const Act& act, v1::Stage::Value stage, Decision::Kind kind,
                 absl::string_view reason, v1::SubmissionRecord& record) {
  auto& standing = StandingOf(record);
  auto& decision = *standing.add_decisions();
  decision.set_decision(standing.decisions_size());
  decision.set_kind(kind);
  decision.set_stage(stage);
  decision.set_unit(act.actor.person.unit());
  decision.set_unit_name(OfficeFor(act, record, decision.unit()).name);
  decision.set_reason(std::string(reason));
  *decision.mutable_decided_at() = ToTimestamp(act.now);
  *record.add_deciders() = act.actor.person;
  const Assurance::Value assurance = AssuranceByDecisions(record);
  CountByDecision(assurance, record);
  standing.set_assurance(assurance);
  standing.clear_return_by();
  standing.clear_appeal_by();
  standing.clear_reviewed_result();
  PutDown(record);
  Touch(record);
}

void PutUnderReview(const Act& act, v1::Stage::Value stage, v1::SubmissionRecord& record) {
  auto& standing = StandingOf(record);
  standing.set_state(SubmissionState::UNDER_REVIEW);
  standing.set_stage(stage);
  standing.set_unit(record.stages(IndexOfStage(record, stage)).unit());
  standing.clear_due_at();
  if (const int days = DueDays(record.due_days(), stage); days > 0) {
    *standing.mutable_due_at() = ToTimestamp(EndOfDay(act.now, days, act.zone));
  }
}

void SetState(SubmissionState::Value state, v1::SubmissionRecord& record) {
  auto& standing = StandingOf(record);
  standing.set_state(state);
  standing.clear_stage();
  standing.clear_unit();
  standing.clear_due_at();
  PutDown(record);
}

void AllowReturn(const Act& act, v1::SubmissionRecord& record) {
  *StandingOf(record).mutable_return_by() =
      ToTimestamp(EndOfDay(act.now, record.return_days(), act.zone));
}

void AllowObjection(const Act& act, v1::SubmissionRecord& record) {
  if (record.appeal_days() <= 0) return;
  *StandingOf(record).mutable_appeal_by() =
      ToTimestamp(EndOfDay(act.now, record.appeal_days(), act.zone));
}

void LapseObjection(v1::SubmissionRecord& record) {
  auto& standing = StandingOf(record);
  if (OpenObjection(standing) == nullptr) return;
  standing.mutable_objections()->rbegin()->set_lapsed(true);
  PutDown(record);
  Touch(record);
}

void Supersede(v1::SubmissionRecord& by, Submissions& all) {
  for (v1::SubmissionRecord& earlier : all) {
    if (NumberOf(earlier) >= NumberOf(by)) break;
    auto& standing = StandingOf(earlier);
    const bool may = standing.state() == SubmissionState::COMPLETE ||
                     standing.state() == SubmissionState::CONFIRMED;
    if (!may || !standing.citations().empty() || ReachedBy(earlier) > ReachedBy(by)) continue;
    LapseObjection(earlier);
    SetState(SubmissionState::SUPERSEDED, earlier);
    standing.set_superseded_by(NumberOf(by));
    StandingOf(by).set_supersedes(NumberOf(earlier));
    Touch(earlier);
  }
}

void Restore(v1::SubmissionRecord& by, Submissions& all) {
  StandingOf(by).clear_supersedes();
  for (v1::SubmissionRecord& earlier : all) {
    auto& standing = StandingOf(earlier);
    if (standing.superseded_by() != NumberOf(by)) continue;
    if (Stands(by) && ReachedBy(earlier) <= ReachedBy(by)) {
      StandingOf(by).set_supersedes(NumberOf(earlier));
      continue;
    }
    if (const auto* const successor = SuccessorOf(earlier, by, all); successor != nullptr) {
      standing.set_superseded_by(NumberOf(*successor));
    } else {
      SetState(ReachedBy(earlier) == Assurance::PROVINCE_CONFIRMED ? SubmissionState::CONFIRMED
                                                                   : SubmissionState::COMPLETE,
               earlier);
      standing.clear_superseded_by();
    }
    Touch(earlier);
  }
}

void SetEffective(Submissions& all) {
  const v1::SubmissionRecord* best = nullptr;
  for (const v1::SubmissionRecord& record : all) {
    if (!Stands(record)) continue;
    if (best == nullptr || ReachedBy(record) >= ReachedBy(*best)) best = &record;
  }
  for (v1::SubmissionRecord& record : all) {
    auto& standing = StandingOf(record);
    if (standing.effective() == (&record == best)) continue;
    standing.set_effective(&record == best);
    Touch(record);
  }
}

}  // namespace zhiping::assessment
