#include "services/assessment/domain/answer_passage.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/criteria/diff.h"

namespace zhiping::assessment {
namespace {

using catalogue::v1::AnswerPassage;
using catalogue::v1::Passport;
using catalogue::v1::ScenarioPassage;
using criteria::Criteria;

const std::string& LevelOrProposal(const v1::DraftAnswer& answer) {
  return answer.to_confirm() ? answer.proposed_level() : answer.answer().level();
}

bool SamePlace(const v1::CarriedFrom& a, const v1::CarriedFrom& b) {
  return a.release_digest() == b.release_digest() &&
         a.source().SerializeAsString() == b.source().SerializeAsString();
}

// Adds the answers to those that were given in the same place.
void AddPlace(const v1::CarriedFrom& place, std::vector<v1::CarriedFrom>& places) {
  auto same = std::find_if(places.begin(), places.end(),
                           [&](const auto& other) { return SamePlace(place, other); });
  if (same == places.end()) {
    same = places.insert(same, place);
    same->clear_answers();
    same->clear_others();
  }
  for (const auto& answer : place.answers()) {
    // The parts of a split scenario that are merged again have it twice.
    if (std::none_of(same->answers().begin(), same->answers().end(), [&](const auto& other) {
          return other.SerializeAsString() == answer.SerializeAsString();
        })) {
      *same->add_answers() = answer;
    }
  }
}

class Passing {
 public:
  Passing(const Criteria& from, const Criteria& to, const Passport& passport, const Answers& old)
      : from_(from), to_(to), passport_(passport), old_(old) {}

  Answers Run() {
    new_.kept = old_.kept;
    std::vector<uint8_t> codes;
    for (const auto& answer : old_.answers) {
      codes.push_back(static_cast<uint8_t>(
          std::max(from_.FindAnswerCode(LevelOrProposal(answer)), int{criteria::kMissing})));
    }
    const auto carried = criteria::CarryAnswers(from_, to_, passport_, codes);
    for (int i = 0; i < passport_.scenarios_size(); ++i) {
      if (i < to_.scenario_count()) {
        PassScenario(passport_.scenarios(i), carried[i], *new_.answers.Add());
      } else {
        Keep(passport_.scenarios(i));
      }
    }
    return std::move(new_);
  }

 private:
  const v1::DraftAnswer& OldAnswer(const std::string& scenario) const {
    return old_.answers[from_.FindScenario(scenario)];
  }

  void PassScenario(const ScenarioPassage& passage, const criteria::CarriedAnswer& carried,
                    v1::DraftAnswer& answer) {
    answer.mutable_answer()->set_scenario(passage.scenario());
    if (passage.from().empty()) {
      RestoreKept(answer);
      return;
    }
    const std::string level(to_.AnswerId(carried.proposed));
    if (carried.outcome == AnswerPassage::CARRIED && !IsUnsettled(passage)) {
      answer.mutable_answer()->set_level(level);
    } else if (carried.outcome != AnswerPassage::TO_FILL) {
      answer.set_to_confirm(true);
      answer.set_proposed_level(level);
    }
    if (passage.from_size() == 1) {
      const auto& old_answer = OldAnswer(passage.from(0));
      answer.mutable_answer()->set_reason(old_answer.answer().reason());
      answer.set_updated_by(old_answer.updated_by());
      if (old_answer.has_updated_at()) *answer.mutable_updated_at() = old_answer.updated_at();
    }
    SetCarriedFrom(passage, answer);
  }

  bool IsUnsettled(const ScenarioPassage& passage) const {
    return std::any_of(passage.from().begin(), passage.from().end(),
                       [&](const std::string& id) { return OldAnswer(id).to_confirm(); });
  }

  // Where the answers of the scenario's origins were given.
  template <typename Message>
  void SetCarriedFrom(const ScenarioPassage& passage, Message& message) const {
    std::vector<v1::CarriedFrom> places;
    for (const std::string& id : passage.from()) {
      const auto& old_answer = OldAnswer(id);
      if (!old_answer.has_carried_from()) continue;
      AddPlace(old_answer.carried_from(), places);
      for (const auto& other : old_answer.carried_from().others()) AddPlace(other, places);
    }
    if (places.empty()) return;
    *message.mutable_carried_from() = places[0];
    message.mutable_carried_from()->mutable_others()->Assign(places.begin() + 1, places.end());
  }

  void Keep(const ScenarioPassage& withdrawn) {
    const auto& old_answer = OldAnswer(withdrawn.scenario());
    if (!HasContent(old_answer)) return;
    auto& kept = *new_.kept.Add();
    *kept.mutable_answer() = old_answer.answer();
    kept.mutable_answer()->set_level(LevelOrProposal(old_answer));
    kept.set_to_confirm(old_answer.to_confirm());
    kept.set_scenario_name(withdrawn.old_name());
    kept.set_release_digest(from_.digest());
    SetCarriedFrom(withdrawn, kept);
  }

  // The latest answer that was kept for the scenario is proposed.
  void RestoreKept(v1::DraftAnswer& answer) {
    const std::string& id = answer.answer().scenario();
    for (int i = new_.kept.size() - 1; i >= 0; --i) {
      if (new_.kept[i].answer().scenario() != id) continue;
      *answer.mutable_answer() = new_.kept[i].answer();
      *answer.mutable_carried_from() = new_.kept[i].carried_from();
      answer.set_to_confirm(!answer.answer().level().empty());
      answer.set_proposed_level(ProposalFor(to_.FindScenario(id), answer.answer().level()));
      answer.mutable_answer()->clear_level();
      new_.kept.erase(new_.kept.begin() + i);
      return;
    }
  }

  // The answer itself, or the next lower level that exists, or none, as the passport proposes.
  std::string ProposalFor(int scenario, const std::string& level) const {
    if (level.empty() || level == criteria::kNotApplicableId) return level;
    for (int rank = to_.FindLevel(level) + 1; rank >= 1; --rank) {
      if (to_.LevelExists(scenario, rank)) {
        return std::string(to_.AnswerId(criteria::CodeOfRank(rank)));
      }
    }
    return criteria::kNoneId;
  }

  const Criteria& from_;
  const Criteria& to_;
  const Passport& passport_;
  const Answers& old_;
  Answers new_;
};

}  // namespace

void MarkPlace(const v1::SubmissionKey& place, const Criteria& criteria, Answers& answers) {
  for (auto& answer : answers.answers) {
    if (answer.has_carried_from() || !HasContent(answer)) continue;
    auto& from = *answer.mutable_carried_from();
    *from.mutable_source() = place;
    from.set_release_digest(criteria.digest());
    *from.add_answers() = answer.answer();
  }
}

Answers PassAnswers(const Criteria& from, const Criteria& to, const Passport& passport,
                    const Answers& answers) {
  return Passing(from, to, passport, answers).Run();
}

bool HasContent(const v1::DraftAnswer& answer) {
  return answer.to_confirm() || !answer.answer().level().empty() ||
         !answer.answer().reason().empty();
}

}  // namespace zhiping::assessment
