#include "services/assessment/domain/carry_over.h"

#include <set>
#include <string>
#include <utility>

#include "common/criteria/diff.h"
#include "common/time/timestamp.h"
#include "services/assessment/domain/act.h"
#include "services/assessment/domain/answer_passage.h"
#include "services/assessment/domain/draft.h"
#include "services/assessment/domain/draft_facts.h"

namespace zhiping::assessment {
namespace {

using catalogue::v1::Passport;
using criteria::Criteria;

v1::SubmissionKey PlaceOf(const v1::AssessmentKey& key) {
  v1::SubmissionKey place;
  place.set_enterprise(key.enterprise());
  place.set_plant(key.plant());
  place.set_campaign(key.campaign());
  return place;
}

void AddDeclared(const common::v1::FactValue& value, DraftFacts& facts) {
  auto& fact = *facts.Add();
  *fact.mutable_value() = value;
  fact.set_source(v1::FactSource::DECLARED);
}

// Evidence for a scenario is for those that come from it too. It stays evidence for what it was
// added for, so that it is there when a scenario comes back.
void PassEvidence(const Passport& passport, int scenario_count, v1::Assessment& draft) {
  for (auto& evidence : *draft.mutable_evidence()) {
    std::set<std::string> named(evidence.scenarios().begin(), evidence.scenarios().end());
    const std::set<std::string> before = named;
    for (int i = 0; i < scenario_count; ++i) {
      const auto& passage = passport.scenarios(i);
      for (const std::string& origin : passage.from()) {
        if (before.count(origin) == 0 || !named.insert(passage.scenario()).second) continue;
        evidence.add_scenarios(passage.scenario());
      }
    }
  }
}

// What the draft keeps now, without what the submission has itself: the draft may have been taken
// to another release since.
v1::KeptBeside KeptSince(const v1::AssessmentRecord& draft, const v1::SubmittedContent& content) {
  std::set<std::string> scenarios, facts;
  for (const auto& answer : content.answers()) scenarios.insert(answer.scenario());
  for (const auto& fact : content.facts()) facts.insert(fact.value().SerializeAsString());
  v1::KeptBeside kept;
  for (const auto& answer : draft.assessment().kept()) {
    if (scenarios.count(answer.answer().scenario()) == 0) *kept.add_answers() = answer;
  }
  for (const auto& fact : draft.kept_facts()) {
    if (facts.count(fact.value().SerializeAsString()) == 0) *kept.add_facts() = fact;
  }
  return kept;
}

}  // namespace

v1::KeptBeside KeptBesideOf(const v1::AssessmentRecord& draft) {
  v1::KeptBeside kept;
  *kept.mutable_answers() = draft.assessment().kept();
  *kept.mutable_facts() = draft.kept_facts();
  return kept;
}

CarrySource SourceOf(const v1::AssessmentRecord& draft) {
  CarrySource source;
  source.key = PlaceOf(draft.assessment().key());
  source.answers = draft.assessment().answers();
  source.kept = draft.assessment().kept();
  for (const auto& fact : draft.kept_facts()) AddDeclared(fact.value(), source.facts);
  for (const auto& fact : draft.assessment().facts()) {
    if (fact.counts()) AddDeclared(fact.value(), source.facts);
  }
  source.people = draft.edited_by();
  return source;
}

bool LacksKept(const v1::SubmissionRecord& submission) { return !submission.has_kept_beside(); }

CarrySource SourceOf(const v1::SubmissionRecord& record, const v1::AssessmentRecord& draft) {
  const v1::Submission& submission = record.submission();
  CarrySource source;
  source.key = submission.key();
  for (const auto& answer : submission.content().answers()) {
    *source.answers.Add()->mutable_answer() = answer;
  }
  const v1::KeptBeside kept =
      LacksKept(record) ? KeptSince(draft, submission.content()) : record.kept_beside();
  source.kept = kept.answers();
  for (const auto& fact : kept.facts()) AddDeclared(fact.value(), source.facts);
  for (const auto& fact : submission.content().facts()) AddDeclared(fact.value(), source.facts);
  source.people = record.parties();
  // Records of earlier versions know no others.
  AddPerson(record.submitted_by(), source.people);
  return source;
}

void CarryOver(absl::Span<const Criteria* const> path, const CarrySource& source, absl::Time now,
               v1::AssessmentRecord& record) {
  Answers answers{source.answers, source.kept};
  MarkPlace(source.key, *path.front(), answers);
  for (size_t i = 1; i < path.size(); ++i) {
    const Criteria& from = *path[i - 1];
    const Criteria& to = *path[i];
    answers = PassAnswers(from, to, criteria::Diff(from, to), answers);
  }
  for (auto& answer : answers.answers) {
    answer.set_etag(EtagOf(record));
    answer.clear_updated_by();
    answer.clear_updated_at();
    if (HasContent(answer)) *answer.mutable_updated_at() = ToTimestamp(now);
  }
  *record.mutable_assessment()->mutable_answers() = std::move(answers.answers);
  *record.mutable_assessment()->mutable_kept() = std::move(answers.kept);
  DraftFacts facts = source.facts;
  for (auto& fact : facts) *fact.mutable_updated_at() = ToTimestamp(now);
  CarryFacts(*path.back(), facts, record);
  for (const auto& person : source.people) AddPerson(person, *record.mutable_edited_by());
}

void Rebase(const Criteria& from, const Criteria& to, v1::AssessmentRecord& record,
            v1::ReleaseChange::Cause cause, absl::Time now) {
  if (from.digest() == to.digest()) return;
  MarkChanged(record, now);
  auto& draft = *record.mutable_assessment();
  const Passport passport = criteria::Diff(from, to);
  Answers answers{draft.answers(), draft.kept()};
  MarkPlace(PlaceOf(draft.key()), from, answers);
  answers = PassAnswers(from, to, passport, answers);
  for (int i = 0; i < answers.answers.size(); ++i) {
    auto& answer = answers.answers[i];
    // A correction has the same scenarios in the same order.
    answer.set_etag(passport.corrected() ? draft.answers(i).etag() : EtagOf(record));
    if (HasContent(answer) && !answer.has_updated_at()) {
      *answer.mutable_updated_at() = ToTimestamp(now);
    }
  }
  *draft.mutable_answers() = std::move(answers.answers);
  *draft.mutable_kept() = std::move(answers.kept);
  PassEvidence(passport, to.scenario_count(), draft);
  DraftFacts facts = record.kept_facts();
  facts.MergeFrom(draft.facts());
  CarryFacts(to, facts, record);
  draft.set_release_digest(to.digest());
  draft.set_release_label(to.release().label());
  auto& change = *draft.add_release_changes();
  change.set_from_digest(from.digest());
  change.set_to_digest(to.digest());
  change.set_cause(cause);
  *change.mutable_changed_at() = ToTimestamp(now);
}

}  // namespace zhiping::assessment
