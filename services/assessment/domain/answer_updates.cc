#include "services/assessment/domain/answer_updates.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/criteria/answers.h"
#include "common/status/status_macros.h"
#include "common/text/utf8.h"
#include "common/time/timestamp.h"
#include "services/assessment/domain/draft.h"
#include "services/assessment/domain/draft_errors.h"
#include "services/assessment/domain/texts.h"

namespace zhiping::assessment {
namespace {

using common::v1::Answer;
using criteria::Criteria;

// As trust.cc writes instants in errors.
std::string BeijingTime(const google::protobuf::Timestamp& instant) {
  return absl::FormatTime(absl::RFC3339_sec, FromTimestamp(instant),
                          absl::FixedTimeZone(8 * 60 * 60));
}

class Updating {
 public:
  Updating(const Criteria& criteria, const v1::Assessment& draft, const AnswerUpdates& updates)
      : criteria_(criteria),
        draft_(draft),
        updates_(updates),
        update_of_(criteria.scenario_count(), -1) {}

  // Reads every update, or says all that is wrong with them.
  absl::Status Read() {
    if (updates_.empty()) {
      violations_.Add("updates", Reason::FIELD_REQUIRED, "没有要保存的回答。",
                      "There is no answer to set.");
    }
    for (int i = 0; i < updates_.size(); ++i) ReadUpdate(i);
    return violations_.ToStatus();
  }

  // REQUIRES: Read was OK.
  absl::Status CheckConflicts() const {
    Violations violations;
    std::vector<std::string> conflicts;
    for (int i = 0; i < updates_.size(); ++i) {
      const auto& present = draft_.answers(scenarios_[i]);
      if (!Changes(i) || updates_[i].base_etag() == present.etag()) continue;
      conflicts.push_back(present.answer().scenario());
      violations.Add([&] { return DescribeConflict(i); });
    }
    if (conflicts.empty()) return absl::OkStatus();
    return MakeErrorWith(
        absl::StatusCode::kAborted, Reason::ANSWER_CONFLICT,
        absl::StrCat("有 ", conflicts.size(),
                     " 个场景在您读取之后已被修改，本次填写均未保存；请核对现在的值（GetAssessment "
                     "给出全部）后再保存。"),
        absl::StrCat("Answers that have changed since they were read: ", conflicts.size(),
                     ". Nothing was saved: look at their present values, of which GetAssessment "
                     "has all, and save again."),
        {{"conflicts", absl::StrJoin(conflicts, ",")}}, violations);
  }

  // Whether the i-th update gives another value than is there.
  bool Changes(int i) const {
    const auto& present = draft_.answers(scenarios_[i]);
    return present.to_confirm() || present.answer().level() != answers_[i].level() ||
           present.answer().reason() != answers_[i].reason();
  }

  // By update: number of the scenario, and the answer with ids.
  const std::vector<int>& scenarios() const { return scenarios_; }
  const std::vector<Answer>& answers() const { return answers_; }

 private:
  void ReadUpdate(int i) {
    const Answer& given = updates_[i].answer();
    const int scenario = criteria_.FindScenarioByAnyName(given.scenario());
    scenarios_.push_back(scenario);
    answers_.push_back(given);
    CheckBaseEtag(i);
    if (scenario < 0) {
      violations_.Add([&] { return DescribeWrongScenario(given.scenario(), i); });
      return;
    }
    CheckOnce(scenario, i);
    const uint8_t code = criteria::ReadLevel(
        criteria_, scenario, given.level(), [&] { return Field(i, "answer.level"); }, violations_);
    CheckReason(scenario, code, i);
    answers_[i].set_scenario(criteria_.edition().scenarios(scenario).id());
    answers_[i].set_level(std::string(criteria_.AnswerId(code)));
  }

  const std::string& NameOf(int scenario) const {
    return criteria_.edition().scenarios(scenario).name().text();
  }

  static std::string Field(int i, absl::string_view name) {
    return absl::StrCat("updates[", i, "].", name);
  }

  void CheckBaseEtag(int i) {
    if (!updates_[i].base_etag().empty()) return;
    violations_.Add([&] {
      return MakeViolation(Field(i, "baseEtag"), Reason::FIELD_REQUIRED,
                           "baseEtag 必须填写：回答所依据的版本。",
                           "baseEtag is required: the version that the answer is based on.");
    });
  }

  static FieldViolation DescribeWrongScenario(const std::string& scenario, int i) {
    const std::string field = Field(i, "answer.scenario");
    if (scenario.empty()) {
      return MakeViolation(field, Reason::FIELD_REQUIRED, "没有填写场景。",
                           "No scenario is given.");
    }
    return MakeViolation(field, Reason::UNKNOWN_SCENARIO,
                         absl::StrCat("本年版没有场景“", scenario, "”。"),
                         absl::StrCat("The edition has no scenario \"", scenario, "\"."));
  }

  void CheckOnce(int scenario, int i) {
    int& update = update_of_[scenario];
    if (update < 0) {
      update = i;
      return;
    }
    violations_.Add([&] {
      return MakeViolation(
          Field(i, "answer.scenario"), Reason::DUPLICATE_SCENARIO,
          absl::StrCat("场景“", NameOf(scenario), "”在 updates[", update,
                       "] 已经填写，每个场景只能填一次。"),
          absl::StrCat("Scenario ", updates_[i].answer().scenario(), " is answered in updates[",
                       update, "] already; answer it once."));
    });
  }

  void CheckReason(int scenario, uint8_t code, int i) {
    const Answer& given = updates_[i].answer();
    const std::string field = Field(i, "answer.reason");
    if (code == criteria::kNotApplicable && TrimBlanks(given.reason()).empty()) {
      violations_.Add([&] {
        return MakeViolation(field, Reason::REASON_REQUIRED,
                             absl::StrCat("场景“", NameOf(scenario), "”填“不适用”时须写明理由。"),
                             absl::StrCat("Scenario ", given.scenario(),
                                          " is not_applicable: a reason is required."));
      });
    }
    CheckText(given.reason(), criteria::kMaxReasonCharacters, field, violations_);
  }

  // What is there now, and who put it there when.
  FieldViolation DescribeConflict(int i) const {
    const auto& present = draft_.answers(scenarios_[i]);
    const auto& scenario = criteria_.edition().scenarios(scenarios_[i]);
    const std::string& level =
        present.to_confirm() ? present.proposed_level() : present.answer().level();
    std::string zh = AnswerName(criteria_, level);
    std::string en = level.empty() ? "missing" : level;
    if (present.to_confirm()) {
      zh = absl::StrCat("待确认（建议：", zh, "）");
      en = absl::StrCat("to be confirmed (proposed: ", en, ")");
    }
    if (present.has_updated_at()) {
      const std::string at = BeijingTime(present.updated_at());
      const std::string& by = present.updated_by();
      absl::StrAppend(&zh, "，", at,
                      by.empty() ? " 由平台衔接" : absl::StrCat(" 由 ", by, " 填写"));
      absl::StrAppend(&en, by.empty() ? ", carried over" : absl::StrCat(", by ", by), " at ", at);
    }
    return MakeViolation(
        Field(i, "baseEtag"), Reason::ANSWER_CONFLICT,
        absl::StrCat("场景“", scenario.name().text(), "”已被修改，现为：", zh, "。"),
        absl::StrCat("Scenario ", scenario.id(), " has changed; it is now: ", en, "."));
  }

  const Criteria& criteria_;
  const v1::Assessment& draft_;
  const AnswerUpdates& updates_;
  Violations violations_;
  std::vector<int> scenarios_;
  std::vector<Answer> answers_;
  // By scenario: the first update that answers it; -1: none.
  std::vector<int> update_of_;
};

}  // namespace

absl::StatusOr<std::vector<int>> UpdateAnswers(const Criteria& criteria,
                                               v1::AssessmentRecord& record,
                                               const AnswerUpdates& updates, absl::string_view who,
                                               absl::Time now) {
  Updating updating(criteria, record.assessment(), updates);
  RETURN_IF_ERROR(updating.Read());
  RETURN_IF_ERROR(updating.CheckConflicts());
  std::vector<int> changed;
  for (int i = 0; i < updates.size(); ++i) {
    if (updating.Changes(i)) changed.push_back(i);
  }
  if (!changed.empty()) MarkChanged(record, now);
  for (const int i : changed) {
    v1::DraftAnswer answer;
    *answer.mutable_answer() = updating.answers()[i];
    answer.set_etag(EtagOf(record));
    *answer.mutable_updated_at() = ToTimestamp(now);
    answer.set_updated_by(std::string(who));
    *record.mutable_assessment()->mutable_answers(updating.scenarios()[i]) = std::move(answer);
  }
  return updating.scenarios();
}

}  // namespace zhiping::assessment
