#include "common/receipts/recompute.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/criteria/answers.h"
#include "common/criteria/result.h"
#include "common/criteria/score.h"
#include "common/receipts/field_values.h"
#include "common/receipts/receipt.h"
#include "common/status/error.h"

namespace zhiping::receipts {
namespace {

using assessment::v1::Finding;
using common::v1::ScoreResult;
using criteria::Criteria;
using criteria::Input;

constexpr char kMainPlant[] = "main";

class Recomputation {
 public:
  Recomputation(const SignedReceipt& signed_receipt, const Criteria& criteria)
      : receipt_(signed_receipt.receipt), criteria_(criteria) {}

  Recomputed Run(const SignedReceipt& signed_receipt, const std::string& expected_receipt_no) {
    if (!expected_receipt_no.empty()) {
      CompareText("receipt_no", signed_receipt.receipt_no, expected_receipt_no);
    }
    CompareNames();
    CompareAnswers();
    for (const auto& answer : receipt_.content().answers()) *answers_.Add() = answer;
    for (const auto& fact : receipt_.content().facts()) *facts_.Add() = fact.value();
    const auto claimed = Read("content.");
    if (claimed.ok()) {
      recomputed_.result = ScoreOf(*claimed);
      CompareResult(receipt_.content().result(), *recomputed_.result, "content.result");
      Review(*claimed);
    }
    recomputed_.compared = comparison_.compared;
    recomputed_.differences = std::move(comparison_.differences);
    return std::move(recomputed_);
  }

 private:
  void CompareText(const std::string& field, const std::string& what_is_signed,
                   const std::string& recomputed) {
    ++comparison_.compared;
    if (what_is_signed != recomputed) Differs(field, what_is_signed, recomputed);
  }

  void Differs(const std::string& field, const std::string& what_is_signed,
               const std::string& recomputed) {
    auto& difference = comparison_.differences.emplace_back();
    difference.set_field(field);
    difference.set_signed_value(what_is_signed);
    difference.set_recomputed_value(recomputed);
  }

  void CompareNames() {
    const auto& content = receipt_.content();
    const auto plant = [](const std::string& id) { return id.empty() ? kMainPlant : id; };
    CompareText("submission.enterprise", receipt_.submission().enterprise(),
                content.snapshot().uscc());
    CompareText("submission.plant", plant(receipt_.submission().plant()),
                plant(content.snapshot().plant()));
    CompareText("content.programme", content.programme(), criteria_.edition().programme());
    CompareText("content.release_digest", content.release_digest(), criteria_.digest());
    CompareText("content.release_label", content.release_label(), criteria_.release().label());
    CompareText("edition_title", receipt_.edition_title(), EditionTitle(criteria_));
    CompareText("release_text", receipt_.release_text(), ReleaseText(criteria_.release().label()));
    Compare(receipt_.statement(), criteria_.rulebook().statement(), "statement", comparison_);
  }

  // Every scenario is answered, in the edition's order and by ids. What is answered twice, or is no
  // scenario, is found when the answers are read.
  void CompareAnswers() {
    absl::flat_hash_map<std::string, int> places;
    for (int i = 0; i < receipt_.content().answers_size(); ++i) {
      places.emplace(receipt_.content().answers(i).scenario(), i);
    }
    int last = -1;
    for (const auto& scenario : criteria_.edition().scenarios()) {
      const auto place = places.find(scenario.id());
      if (place == places.end()) {
        CompareText("content.answers", "", scenario.id());
        continue;
      }
      const auto& answer = receipt_.content().answers(place->second);
      const std::string field = absl::StrCat("content.answers[", place->second, "].");
      if (place->second < last) Differs(field + "scenario", answer.scenario(), "");
      last = place->second;
      const bool answered = criteria_.FindAnswerCode(answer.level()) > criteria::kMissing;
      CompareText(field + "level", answer.level(),
                  answered ? answer.level()
                           : Reason::Value_Name(answer.level().empty() ? Reason::INCOMPLETE
                                                                       : Reason::UNKNOWN_LEVEL));
    }
  }

  // What cannot be read is a difference.
  absl::StatusOr<Input> Read(const std::string& path) {
    auto input = criteria::ReadInput(criteria_, answers_, facts_);
    if (input.ok()) return input;
    const ErrorDetail detail = DetailOf(input.status());
    for (const auto& violation : detail.violations()) {
      Differs(path + violation.field(), "", Reason::Value_Name(violation.reason()));
    }
    return input;
  }

  ScoreResult ScoreOf(const Input& input) const {
    criteria::Tally tally = criteria_.NewTally();
    // What ReadInput accepts can be scored.
    (void)criteria::Score(criteria_, input.answers, input.facts, tally);
    return criteria::MakeResult(criteria_, tally, /*texts=*/true);
  }

  // How a result came about is not compared; a result that was signed without texts is compared
  // without.
  void CompareResult(ScoreResult what_is_signed, ScoreResult recomputed, const std::string& path) {
    if (!what_is_signed.has_statement()) RemoveTexts(recomputed);
    for (ScoreResult* result : {&what_is_signed, &recomputed}) {
      result->clear_engine_version();
      result->clear_revision();
      result->clear_freshness();
    }
    Compare(what_is_signed, recomputed, path, comparison_);
  }

  static void RemoveTexts(common::v1::ConditionResult& condition) {
    condition.clear_text();
    condition.clear_basis();
    condition.clear_source();
    condition.clear_value_label();
    condition.clear_threshold_label();
    condition.clear_facts();
    for (auto& part : *condition.mutable_parts()) RemoveTexts(part);
  }

  static void RemoveTexts(ScoreResult& result) {
    result.clear_statement();
    for (auto& segment : *result.mutable_segments()) segment.clear_name();
    for (auto& level : *result.mutable_levels()) level.clear_name();
    for (auto& tier : *result.mutable_tiers()) {
      tier.clear_name();
      for (auto& condition : *tier.mutable_conditions()) RemoveTexts(condition);
      for (auto& advice : *tier.mutable_advice()) RemoveTexts(advice);
    }
  }

  // The findings in the place of what was claimed. Of one scenario or fact that of the highest
  // stage counts: earlier versions signed those of the lower ones too, in the order of finding.
  void Review(const Input& claimed) {
    const bool has_findings = !receipt_.findings().empty();
    if (has_findings != receipt_.has_reviewed_result()) {
      const auto text = [](bool there) { return there ? "present" : ""; };
      return CompareText("reviewed_result", text(receipt_.has_reviewed_result()),
                         text(has_findings));
    }
    if (!has_findings) return;
    std::vector<const Finding*> by_stage;
    for (const Finding& finding : receipt_.findings()) by_stage.push_back(&finding);
    std::stable_sort(
        by_stage.begin(), by_stage.end(),
        [](const Finding* left, const Finding* right) { return left->stage() < right->stage(); });
    for (const Finding* finding : by_stage) Apply(*finding);
    const auto reviewed = Read("findings.");
    if (!reviewed.ok()) return;
    for (int i = 0; i < receipt_.findings_size(); ++i) CheckLowers(i, claimed, *reviewed);
    recomputed_.reviewed_result = ScoreOf(*reviewed);
    CompareResult(receipt_.reviewed_result(), *recomputed_.reviewed_result, "reviewed_result");
  }

  void Apply(const Finding& finding) {
    if (finding.has_scenario()) {
      for (auto& answer : answers_) {
        if (answer.scenario() == finding.scenario()) answer.set_level(finding.level());
      }
      return;
    }
    for (auto& fact : facts_) {
      if (fact.fact() == finding.fact()) return fact.set_value(finding.value());
    }
    auto& fact = *facts_.Add();
    fact.set_fact(finding.fact());
    fact.set_value(finding.value());
  }

  void CheckLowers(int number, const Input& claimed, const Input& reviewed) {
    const Finding& finding = receipt_.findings(number);
    const std::string field = absl::StrCat("findings[", number, "].");
    if (finding.has_scenario()) {
      const int scenario = criteria_.FindScenario(finding.scenario());
      if (scenario < 0) {
        return Differs(field + "scenario", finding.scenario(),
                       Reason::Value_Name(Reason::UNKNOWN_SCENARIO));
      }
      if (criteria::RankOfCode(reviewed.answers[scenario]) >
          criteria::RankOfCode(claimed.answers[scenario])) {
        Differs(field + "level", finding.level(), Reason::Value_Name(Reason::FINDING_RAISES));
      }
      return;
    }
    const int fact = criteria_.FindFact(finding.fact());
    if (fact >= 0 && claimed.facts[fact] != criteria::kFactMissing &&
        reviewed.facts[fact] > claimed.facts[fact]) {
      Differs(field + "value", finding.value(), Reason::Value_Name(Reason::FINDING_RAISES));
    }
  }

  const assessment::v1::Receipt& receipt_;
  const Criteria& criteria_;
  criteria::AnswerList answers_;
  criteria::FactList facts_;
  Comparison comparison_;
  Recomputed recomputed_;
};

}  // namespace

Recomputed Recompute(const SignedReceipt& signed_receipt, const Criteria& criteria,
                     const std::string& expected_receipt_no) {
  return Recomputation(signed_receipt, criteria).Run(signed_receipt, expected_receipt_no);
}

}  // namespace zhiping::receipts
