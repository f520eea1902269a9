// Drafts for tests: of small criteria, and of the 2026 edition.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "services/assessment/domain/answer_updates.h"
#include "services/assessment/domain/draft.h"
#include "tests/edition_folder.h"
#include "tests/unit/criteria/small_criteria.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::assessment {

inline const absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);

using CriteriaPointer = std::shared_ptr<const criteria::Criteria>;
using Change = std::function<void(catalogue::v1::Release&)>;

// The small criteria (small_criteria.h) after a change, named by the digest.
inline CriteriaPointer Small(const std::string& digest = "sha256:r1", const Change& change = {}) {
  catalogue::v1::Release release = criteria::SmallRelease();
  if (change) change(release);
  auto compiled = criteria::Criteria::Compile(std::move(release), digest);
  EXPECT_OK(compiled);
  return *compiled;
}

inline const criteria::Criteria& Edition2026() {
  static const CriteriaPointer edition = *criteria::CompileEdition2026();
  return *edition;
}

inline v1::AssessmentRecord Draft(const criteria::Criteria& criteria) {
  v1::AssessmentKey key;
  key.set_enterprise("91110000600037341L");
  key.set_campaign("round");
  return NewDraft(key, criteria, kNow);
}

inline v1::AnswerUpdate Update(const std::string& scenario, const std::string& level,
                               const std::string& base_etag, const std::string& reason = "") {
  v1::AnswerUpdate update;
  update.mutable_answer()->set_scenario(scenario);
  update.mutable_answer()->set_level(level);
  update.mutable_answer()->set_reason(reason);
  update.set_base_etag(base_etag);
  return update;
}

inline AnswerUpdates Updates(const std::vector<v1::AnswerUpdate>& updates) {
  return {updates.begin(), updates.end()};
}

// Answers a scenario, whatever was there.
inline void Answer(const criteria::Criteria& criteria, v1::AssessmentRecord& record,
                   const std::string& scenario, const std::string& level,
                   const std::string& reason = "") {
  const auto& present = record.assessment().answers(criteria.FindScenario(scenario));
  EXPECT_OK(UpdateAnswers(
      criteria, record, Updates({Update(scenario, level, present.etag(), reason)}), "张三", kNow));
}

// An answer in a word: `l1`, `?l1` for one that is to be confirmed, `-` for a missing one.
inline std::string Said(const v1::DraftAnswer& answer) {
  if (answer.to_confirm()) return "?" + answer.proposed_level();
  return answer.answer().level().empty() ? "-" : answer.answer().level();
}

// All answers of a draft, such as `a=l1 b=- c=?l2`.
inline std::string Said(const v1::AssessmentRecord& record) {
  std::string said;
  for (const auto& answer : record.assessment().answers()) {
    said += (said.empty() ? "" : " ") + answer.answer().scenario() + "=" + Said(answer);
  }
  return said;
}

// The value of one of an error's metadata.
inline std::string MetadataOf(const absl::Status& status, const std::string& key) {
  const ErrorDetail detail = DetailOf(status);
  for (const auto& entry : detail.metadata()) {
    if (entry.key() == key) return entry.value();
  }
  return "";
}

// The field and reason of each violation: `updates[0].answer.level UNKNOWN_LEVEL`.
inline std::vector<std::string> ViolationsOf(const absl::Status& status) {
  std::vector<std::string> violations;
  const ErrorDetail detail = DetailOf(status);
  for (const auto& violation : detail.violations()) {
    violations.push_back(violation.field() + " " + Reason::Value_Name(violation.reason()));
  }
  return violations;
}

}  // namespace zhiping::assessment
