#include "services/assessment/domain/act.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/status_macros.h"
#include "common/text/utf8.h"
#include "common/time/timestamp.h"
#include "services/assessment/domain/stages.h"
#include "services/assessment/domain/standing.h"

namespace zhiping::assessment {
namespace {

using v1::SubmissionState;

bool SamePerson(const v1::PersonRecord& a, const v1::PersonRecord& b) {
  return a.issuer() == b.issuer() && a.subject() == b.subject();
}

absl::Status Precondition(Reason::Value reason, absl::string_view zh, absl::string_view en,
                          const ErrorValues& values = {}) {
  return MakeError(absl::StatusCode::kFailedPrecondition, reason, zh, en, values);
}

absl::Status TakenByAnother(const v1::SubmissionRecord& record) {
  const std::string& name = record.taken_by().name();
  return Precondition(
      Reason::TAKEN_BY_ANOTHER,
      absl::StrCat("该提交件已由", name.empty() ? "他人" : name, "领取。"),
      absl::StrCat("The submission was taken by ", name.empty() ? "somebody else" : name, "."));
}

absl::Status SamePersonAs(absl::string_view zh, absl::string_view en) {
  return MakeError(absl::StatusCode::kPermissionDenied, Reason::SAME_PERSON,
                   absl::StrCat(zh, "，须由其他人员处理。"),
                   absl::StrCat("This person ", en, ": somebody else has to do it."));
}

// What the state is called, and what may be done in it.
struct StateWords {
  common::v1::LocalText name, next;
};

StateWords WordsFor(const v1::SubmissionRecord& record) {
  const auto& standing = record.submission().standing();
  switch (standing.state()) {
    case SubmissionState::COMPLETE:
      return {MakeText("已提交，无须审核", "complete, with no review due"),
              MakeText("企业可以撤回，平台可以引用",
                       "the enterprise may withdraw it, the platform cite it")};
    case SubmissionState::UNDER_REVIEW: {
      const std::string unit = UnitNameOf(record, standing.unit());
      return {MakeText(absl::StrCat("正由", unit, "审核"), absl::StrCat("under review by ", unit)),
              MakeText("该单位可以通过、退回或不予通过（没有上一级的不能退回上一级），企业可以撤回",
                       "that unit may approve, return or reject it (return it to a previous stage "
                       "only if there is one), and the enterprise may withdraw it")};
    }
    case SubmissionState::RETURNED:
      return {MakeText("已退回企业", "returned to the enterprise"),
              MakeText("企业可以修改后重新提交，或提出异议",
                       "the enterprise may hand it in again, or object")};
    case SubmissionState::REJECTED:
      return {MakeText("不予通过", "rejected"),
              MakeText("企业可以提出异议", "the enterprise may object")};
    case SubmissionState::CONFIRMED:
      return {MakeText("省级已确认", "confirmed by the province"),
              MakeText("平台可以引用，省级审核单位负责人可以撤销",
                       "the platform may cite it, and the head of the province's unit revoke it")};
    case SubmissionState::WITHDRAWN:
      return {MakeText("企业已撤回", "withdrawn by the enterprise"),
              MakeText("不能再变更，企业可以另行提交",
                       "nothing changes it any more; the enterprise may submit another one")};
    case SubmissionState::SUPERSEDED:
      return {MakeText(absl::StrCat("已被第 ", standing.superseded_by(), " 次提交替代"),
                       absl::StrCat("superseded by submission ", standing.superseded_by())),
              MakeText("请改用替代它的提交件", "use the one that took its place")};
    case SubmissionState::REVOKED:
      return {MakeText("省级已撤销", "revoked by the province"),
              MakeText("企业可以提出异议", "the enterprise may object")};
    default:
      return {MakeText("未知", "unknown"), MakeText("无可用操作", "nothing may be done")};
  }
}

}  // namespace

std::optional<Turn> TurnOf(const v1::SubmissionRecord& record) {
  const auto& standing = record.submission().standing();
  if (standing.state() == SubmissionState::UNDER_REVIEW) {
    return Turn{standing.stage(), standing.unit(), 0};
  }
  const v1::Objection* const open = OpenObjection(standing);
  if (open == nullptr) return std::nullopt;
  return Turn{open->stage(), open->unit(), open->decision()};
}

std::string EtagOf(const v1::SubmissionRecord& record) { return absl::StrCat(record.version()); }

bool IsTaken(const v1::SubmissionRecord& record, absl::Time now) {
  return record.has_taken_by() && now < FromTimestamp(record.taken_until());
}

bool IsTakenBy(const v1::SubmissionRecord& record, const v1::PersonRecord& person, absl::Time now) {
  return IsTaken(record, now) && SamePerson(record.taken_by(), person);
}

absl::StatusOr<v1::SubmissionRecord*> FindSubmission(const Act& act, Submissions& all) {
  if (act.submission >= 1 && act.submission <= static_cast<int64_t>(all.size())) {
    return &all[act.submission - 1];
  }
  return MakeError(absl::StatusCode::kNotFound, Reason::SUBMISSION_NOT_FOUND,
                   absl::StrCat("没有第 ", act.submission, " 次提交。"),
                   absl::StrCat("There is no submission ", act.submission, "."));
}

absl::Status CheckRole(const Actor& actor, identity::Roles roles) {
  if (actor.roles.HasAnyOf(roles)) return absl::OkStatus();
  const std::string needed = roles.Text();
  const std::string held = actor.roles.empty() ? "-" : actor.roles.Text();
  return MakeError(absl::StatusCode::kPermissionDenied, Reason::ROLE_REQUIRED,
                   absl::StrCat("需要以下角色之一：", needed, "；当前的角色：", held, "。"),
                   absl::StrCat("One of these roles is needed: ", needed,
                                "; the caller's roles are: ", held, "."),
                   {{"roles", needed}, {"held", held}});
}

Office OfficeFor(const Act& act, const v1::SubmissionRecord& record, const std::string& unit) {
  const auto day = absl::ToCivilDay(act.now, act.zone);
  const auto* const office = act.units == nullptr ? nullptr : OfficeOf(*act.units, unit, day);
  const std::string& id = office == nullptr ? unit : office->id;
  std::string name = UnitNameOf(record, id);
  if (name == id && office != nullptr) name = office->name;
  return {id, std::move(name)};
}

absl::Status CheckScope(const Act& act, const v1::SubmissionRecord& record) {
  const auto& units = record.submission().content().snapshot().units();
  if (std::any_of(units.begin(), units.end(), [&](const std::string& unit) {
        return OfficeFor(act, record, unit).unit == act.actor.person.unit();
      })) {
    return absl::OkStatus();
  }
  return MakeError(absl::StatusCode::kPermissionDenied, Reason::OUTSIDE_SCOPE,
                   "该提交件不在本审核单位的范围内。",
                   "The submission is outside of what this review unit may see or change.");
}

absl::Status CheckTurn(const Act& act, const v1::SubmissionRecord& record) {
  const Turn turn = TurnOf(record).value_or(Turn());
  const Office office = OfficeFor(act, record, turn.unit);
  if (office.unit == act.actor.person.unit()) return absl::OkStatus();
  return Precondition(
      Reason::WRONG_STAGE, absl::StrCat("现在由", office.name, "处理，本单位只能查看。"),
      absl::StrCat("It is the turn of ", office.name, ": this unit may only read it."),
      {{"unit", office.unit}, {"stage", v1::Stage::Value_Name(turn.stage)}});
}

absl::StatusOr<v1::SubmissionRecord*> FindInTurn(const Act& act, identity::Roles roles,
                                                 TurnKind kind, Submissions& all) {
  RETURN_IF_ERROR(CheckRole(act.actor, roles));
  ASSIGN_OR_RETURN(v1::SubmissionRecord* const record, FindSubmission(act, all));
  RETURN_IF_ERROR(CheckScope(act, *record));
  const std::optional<Turn> turn = TurnOf(*record);
  if (!turn.has_value()) return WrongState(*record);
  const TurnKind present = turn->objected_decision == 0 ? TurnKind::kReview : TurnKind::kObjection;
  if (kind != TurnKind::kEither && kind != present) return WrongState(*record);
  RETURN_IF_ERROR(CheckTurn(act, *record));
  return record;
}

absl::Status CheckEtag(const Act& act, const v1::SubmissionRecord& record) {
  if (act.etag.empty() || act.etag == EtagOf(record)) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kAborted, Reason::STALE_ETAG, "提交件在读取后有变化，请重新读取后再操作。",
      "The submission has changed since it was read: read it again.", {{"etag", EtagOf(record)}});
}

absl::Status CheckTaken(const Act& act, const v1::SubmissionRecord& record) {
  if (IsTakenBy(record, act.actor.person, act.now)) return absl::OkStatus();
  if (IsTaken(record, act.now)) return TakenByAnother(record);
  return Precondition(
      Reason::NOT_TAKEN, "请先领取该提交件；领取过的可能已超过时限。",
      "The submission has to be taken first; if it was, the time may have run out.");
}

absl::Status CheckFree(const Act& act, const v1::SubmissionRecord& record) {
  if (!IsTaken(record, act.now) || IsTakenBy(record, act.actor.person, act.now)) {
    return absl::OkStatus();
  }
  return TakenByAnother(record);
}

absl::Status CheckNotOwn(const v1::PersonRecord& person, const v1::SubmissionRecord& record) {
  const auto& parties = record.parties();
  const bool own = SamePerson(record.submitted_by(), person) ||
                   std::any_of(parties.begin(), parties.end(), [&](const v1::PersonRecord& party) {
                     return SamePerson(party, person);
                   });
  if (person.subject().empty() || !own) return absl::OkStatus();
  return SamePersonAs("该提交件由该人员填报、提交或由其提出异议",
                      "filled it in, submitted it or objected");
}

absl::Status CheckPerson(const v1::PersonRecord& person, v1::Stage::Value stage,
                         int32_t objected_decision, const v1::SubmissionRecord& record) {
  if (person.subject().empty()) return absl::OkStatus();
  RETURN_IF_ERROR(CheckNotOwn(person, record));
  const auto& decisions = record.submission().standing().decisions();
  for (int i = 0; i < decisions.size(); ++i) {
    const bool elsewhere = decisions[i].stage() != stage;
    const bool objected = decisions[i].decision() == objected_decision;
    if ((elsewhere || objected) && SamePerson(record.deciders(i), person)) {
      return elsewhere ? SamePersonAs("该人员已在另一级对同一提交件作过决定",
                                      "decided about the submission at another stage")
                       : SamePersonAs("异议针对的决定由该人员作出",
                                      "took the decision that is objected to");
    }
  }
  for (const v1::Finder& finder : record.finders()) {
    const bool elsewhere = finder.stage() != stage;
    if ((elsewhere || objected_decision != 0) && SamePerson(finder.person(), person)) {
      return elsewhere ? SamePersonAs("该人员已在另一级对同一提交件作过审核认定",
                                      "recorded findings about the submission at another stage")
                       : SamePersonAs(
                             "该人员对同一提交件作过审核认定，不能处理企业的异议",
                             "recorded findings about the submission that the objection is about");
    }
  }
  return absl::OkStatus();
}

void AddPerson(const v1::PersonRecord& person,
               google::protobuf::RepeatedPtrField<v1::PersonRecord>& people) {
  if (person.subject().empty()) return;
  if (std::any_of(people.begin(), people.end(),
                  [&](const v1::PersonRecord& other) { return SamePerson(other, person); })) {
    return;
  }
  *people.Add() = person;
}

void AddFinder(const v1::PersonRecord& person, v1::Stage::Value stage,
               v1::SubmissionRecord& record) {
  const auto& finders = record.finders();
  if (person.subject().empty() ||
      std::any_of(finders.begin(), finders.end(), [&](const v1::Finder& finder) {
        return finder.stage() == stage && SamePerson(finder.person(), person);
      })) {
    return;
  }
  v1::Finder& finder = *record.add_finders();
  *finder.mutable_person() = person;
  finder.set_stage(stage);
}

absl::Status WrongState(const v1::SubmissionRecord& record) {
  const StateWords words = WordsFor(record);
  const int number = record.submission().key().number();
  return Precondition(
      Reason::WRONG_STATE,
      absl::StrCat("第 ", number, " 次提交", words.name.zh(), "，不能这样操作；", words.next.zh(),
                   "。"),
      absl::StrCat("Submission ", number, " is ", words.name.en(), ", so this cannot be done; ",
                   words.next.en(), "."),
      {{"state", SubmissionState::Value_Name(record.submission().standing().state())}});
}

void CheckHasEtag(const Act& act, Violations& violations) {
  if (!act.etag.empty()) return;
  violations.Add("etag", Reason::FIELD_REQUIRED, "etag 必须填写，以读取时的为准。",
                 "etag is required: the one that was read.");
}

}  // namespace zhiping::assessment
