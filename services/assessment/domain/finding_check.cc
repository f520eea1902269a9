#include "services/assessment/domain/finding_check.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/criteria/answers.h"
#include "common/status/status_macros.h"
#include "services/assessment/domain/act.h"
#include "services/assessment/domain/texts.h"

namespace zhiping::assessment {
namespace {

using FindingList = google::protobuf::RepeatedPtrField<v1::Finding>;

// Reads the findings one by one and reports all that is wrong.
class FindingReader {
 public:
  FindingReader(const criteria::Criteria& criteria, const v1::SubmissionRecord& record)
      : criteria_(criteria), record_(record) {}

  absl::StatusOr<FindingList> Run(FindingList findings) {
    if (findings.empty()) {
      violations_.Add("findings", Reason::FIELD_REQUIRED, "至少填写一项认定。",
                      "At least one finding is needed.");
    }
    const int most = criteria_.scenario_count() + criteria_.fact_count();
    if (findings.size() > most) {
      violations_.Add("findings", Reason::TOO_LARGE, absl::StrCat("认定最多 ", most, " 项。"),
                      absl::StrCat("There are at most ", most, " findings."));
    } else {
      for (int i = 0; i < findings.size(); ++i)
        Read(absl::StrCat("findings[", i, "]"), findings[i]);
    }
    RETURN_IF_ERROR(violations_.ToStatus());
    return findings;
  }

 private:
  void Read(const std::string& field, v1::Finding& finding) {
    finding.clear_stage();
    finding.clear_found_at();
    finding.clear_pending();
    switch (finding.subject_case()) {
      case v1::Finding::kScenario:
        ReadScenario(field, finding);
        break;
      case v1::Finding::kFact:
        ReadFact(field, finding);
        break;
      default:
        violations_.Add(field, Reason::FIELD_REQUIRED,
                        absl::StrCat(field, " 须写明场景（scenario）或外部指标（fact）。"),
                        absl::StrCat(field, " has to name a scenario or a fact."));
        return;
    }
    const bool takes_back = finding.level().empty() && finding.value().empty();
    if (takes_back) {
      CheckText(finding.reason(), kMaxReasonCharacters, field + ".reason", violations_,
                Lines::kMany);
    } else {
      CheckRequiredText(finding.reason(), kMaxReasonCharacters, field + ".reason", violations_,
                        Lines::kMany);
    }
  }

  void ReadScenario(const std::string& field, v1::Finding& finding) {
    const std::string& id = finding.scenario();
    const int scenario = criteria_.FindScenario(id);
    if (scenario < 0) {
      violations_.Add(field + ".scenario", Reason::UNKNOWN_SCENARIO,
                      absl::StrCat("本年版没有场景“", id, "”。"),
                      absl::StrCat("The edition has no scenario \"", id, "\"."));
      return;
    }
    if (!scenarios_.insert(scenario).second) {
      violations_.Add(field + ".scenario", Reason::DUPLICATE_SCENARIO,
                      absl::StrCat("场景 ", id, " 的认定填写了两次。"),
                      absl::StrCat("There are two findings about scenario ", id, "."));
      return;
    }
    if (!Excludes(finding.value(), field + ".value") || finding.level().empty()) return;
    const int before = violations_.size();
    const uint8_t found = criteria::ReadLevel(
        criteria_, scenario, finding.level(), [&] { return field + ".level"; }, violations_);
    if (violations_.size() > before) return;
    const uint8_t claimed = ClaimedLevel(id);
    const std::string name = criteria_.edition().scenarios(scenario).name().text();
    if (found == criteria::kNotApplicable || OrderOf(found) > OrderOf(claimed)) {
      const auto from = LevelText(claimed);
      const auto to = LevelText(found);
      violations_.Add(field + ".level", Reason::FINDING_RAISES,
                      absl::StrCat("场景“", name, "”申报的应用等级为“", from.zh(),
                                   "”，认定只能下调，不能改为“", to.zh(), "”。"),
                      absl::StrCat("Scenario ", id, " was claimed as ", from.en(),
                                   ": a finding can only lower it, not make it ", to.en(), "."));
    } else if (found == claimed && !IsLoweredBefore(finding)) {
      ChangesNothing(field + ".level");
    }
    finding.set_level(std::string(criteria_.AnswerId(found)));
  }

  void ReadFact(const std::string& field, v1::Finding& finding) {
    const std::string& name = finding.fact();
    const int fact = criteria_.FindFact(name);
    if (fact < 0) {
      violations_.Add(field + ".fact", Reason::UNKNOWN_FACT,
                      absl::StrCat("没有外部指标“", name, "”。"),
                      absl::StrCat("There is no fact \"", name, "\"."));
      return;
    }
    if (!facts_.insert(fact).second) {
      violations_.Add(field + ".fact", Reason::DUPLICATE_FACT,
                      absl::StrCat("外部指标 ", name, " 的认定填写了两次。"),
                      absl::StrCat("There are two findings about fact ", name, "."));
      return;
    }
    if (!Excludes(finding.level(), field + ".level") || finding.value().empty()) return;
    int32_t found = criteria::kFactMissing;
    const absl::Status status = ReadValue(fact, finding.value(), found);
    if (!status.ok()) {
      const ErrorDetail detail = DetailOf(status);
      for (const FieldViolation& violation : detail.violations()) {
        violations_.Add(field + ".value", violation.reason(), violation.message().zh(),
                        violation.message().en());
      }
      return;
    }
    const int32_t claimed = ClaimedValue(fact);
    const auto& declared = criteria_.rulebook().facts(fact);
    const std::string value = criteria::FormatDecimal(found, declared.scale());
    // What was not given counts as missing, which is less than any value.
    if (claimed == criteria::kFactMissing || found > claimed) {
      const bool missing = claimed == criteria::kFactMissing;
      const std::string from = missing ? "" : criteria::FormatDecimal(claimed, declared.scale());
      violations_.Add(
          field + ".value", Reason::FINDING_RAISES,
          absl::StrCat("外部指标“", declared.title().zh(), "”",
                       missing ? "没有申报" : absl::StrCat("申报为 ", from),
                       "，认定只能下调，不能改为 ", value, "。"),
          absl::StrCat("Fact ", name,
                       missing ? " was not given" : absl::StrCat(" was given as ", from),
                       ": a finding can only lower it, not make it ", value, "."));
    } else if (found == claimed && !IsLoweredBefore(finding)) {
      ChangesNothing(field + ".value");
    }
    finding.set_value(value);
  }

  // A finding about a scenario has no value, and one about a fact no level.
  bool Excludes(const std::string& other, const std::string& field) {
    if (other.empty()) return true;
    violations_.Add(field, Reason::INVALID_FIELD, absl::StrCat(field, " 不适用于这项认定。"),
                    absl::StrCat(field, " does not belong to this finding."));
    return false;
  }

  void ChangesNothing(const std::string& field) {
    violations_.Add(field, Reason::INVALID_FIELD, absl::StrCat(field, " 与申报相同，无须认定。"),
                    absl::StrCat(field, " is what was claimed: no finding is needed."));
  }

  absl::Status ReadValue(int fact, const std::string& value, int32_t& read) const {
    criteria::FactList facts;
    facts.Add()->set_fact(criteria_.rulebook().facts(fact).name());
    facts[0].set_value(value);
    criteria::Input input;
    absl::Status status = criteria::ReadInput(criteria_, {}, facts, input);
    if (status.ok()) read = input.facts[fact];
    return status;
  }

  // `none` if it was not answered.
  uint8_t ClaimedLevel(const std::string& scenario) const {
    for (const auto& answer : record_.submission().content().answers()) {
      if (answer.scenario() != scenario) continue;
      const int code = criteria_.FindAnswerCode(answer.level());
      return code < 0 ? criteria::kNone : static_cast<uint8_t>(code);
    }
    return criteria::kNone;
  }

  int32_t ClaimedValue(int fact) const {
    int32_t value = criteria::kFactMissing;
    for (const auto& given : record_.submission().content().facts()) {
      if (given.value().fact() != criteria_.rulebook().facts(fact).name()) continue;
      ReadValue(fact, given.value().value(), value).IgnoreError();
    }
    return value;
  }

  // none, not_applicable, then the levels.
  static int OrderOf(uint8_t code) {
    return code == criteria::kNotApplicable ? 1 : code <= criteria::kNone ? 0 : code;
  }

  common::v1::LocalText LevelText(uint8_t code) const {
    if (code == criteria::kNotApplicable) return MakeText("不适用", "not applicable");
    const int rank = criteria::RankOfCode(code);
    if (rank == 0) return MakeText("未达级", "none");
    const auto& level = criteria_.edition().levels(rank - 1);
    return MakeText(level.name().text(), level.id());
  }

  // Whether an earlier stage has a finding about the same.
  bool IsLoweredBefore(const v1::Finding& finding) const {
    const auto& standing = record_.submission().standing();
    const auto& findings = standing.findings();
    return std::any_of(findings.begin(), findings.end(), [&](const v1::Finding& other) {
      return other.stage() < standing.stage() && other.scenario() == finding.scenario() &&
             other.fact() == finding.fact();
    });
  }

  const criteria::Criteria& criteria_;
  const v1::SubmissionRecord& record_;
  std::set<int> scenarios_, facts_;
  Violations violations_;
};

}  // namespace

absl::StatusOr<FindingList> CheckFindings(const criteria::Criteria& criteria,
                                          const v1::SubmissionRecord& record,
                                          const FindingList& findings) {
  return FindingReader(criteria, record).Run(findings);
}

}  // namespace zhiping::assessment
