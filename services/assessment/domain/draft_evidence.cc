#include "services/assessment/domain/draft_evidence.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "services/assessment/domain/draft.h"
#include "services/assessment/domain/draft_errors.h"
#include "services/assessment/domain/texts.h"

namespace zhiping::assessment {
namespace {

using criteria::Criteria;

constexpr int kMaxNameCharacters = 200;
constexpr int kMaxLocationCharacters = 500;
constexpr size_t kSha256Digits = 64;

void CheckSha256(std::string& sha256, Violations& violations) {
  absl::AsciiStrToLower(&sha256);
  if (sha256.size() == kSha256Digits && std::all_of(sha256.begin(), sha256.end(), [](char c) {
        return absl::ascii_isxdigit(static_cast<unsigned char>(c));
      })) {
    return;
  }
  violations.Add("evidence.sha256", Reason::INVALID_SHA256,
                 "evidence.sha256 应为文件的 SHA-256 校验值：64 位十六进制数。",
                 "evidence.sha256 must be the SHA-256 of the file: 64 hex digits.");
}

// A date as `2026-03-31` and in no other way; absent if there is none.
std::optional<absl::CivilDay> ReadDate(absl::string_view date, absl::string_view field,
                                       Violations& violations) {
  absl::CivilDay day;
  if (date.empty()) return std::nullopt;
  if (absl::ParseCivilTime(date, &day) && day.year() >= 1 && absl::FormatCivilTime(day) == date) {
    return day;
  }
  violations.Add(field, Reason::INVALID_FIELD,
                 absl::StrCat(field, " 应为实有的日期，写作 2026-03-31。"),
                 absl::StrCat(field, " must be a date that exists, written 2026-03-31."));
  return std::nullopt;
}

void CheckDates(const v1::Evidence& evidence, Violations& violations) {
  const auto from = ReadDate(evidence.effective_on(), "evidence.effectiveOn", violations);
  const auto until = ReadDate(evidence.expires_on(), "evidence.expiresOn", violations);
  if (!from.has_value() || !until.has_value() || *from <= *until) return;
  violations.Add("evidence.expiresOn", Reason::INVALID_FIELD,
                 "evidence.expiresOn（失效日期）早于 evidence.effectiveOn（生效日期）。",
                 "evidence.expiresOn is before evidence.effectiveOn.");
}

// Names become ids.
void ReadScenarios(const Criteria& criteria, v1::Evidence& evidence, Violations& violations) {
  if (evidence.scenarios().empty()) {
    violations.Add("evidence.scenarios", Reason::FIELD_REQUIRED,
                   "请选择佐证材料对应的场景，至少一个。",
                   "evidence.scenarios is required: at least one.");
  }
  std::set<int> before;
  for (int i = 0; i < evidence.scenarios_size(); ++i) {
    std::string& name = *evidence.mutable_scenarios(i);
    const int scenario = criteria.FindScenarioByAnyName(name);
    const auto field = [i] { return absl::StrCat("evidence.scenarios[", i, "]"); };
    if (scenario < 0) {
      violations.Add([&] {
        return MakeViolation(field(), Reason::UNKNOWN_SCENARIO,
                             absl::StrCat("本年版没有场景“", name, "”。"),
                             absl::StrCat("The edition has no scenario \"", name, "\"."));
      });
    } else if (!before.insert(scenario).second) {
      violations.Add([&] {
        return MakeViolation(field(), Reason::DUPLICATE_SCENARIO,
                             absl::StrCat("场景 ", name, " 重复。"),
                             absl::StrCat("Scenario ", name, " is named twice."));
      });
    } else {
      name = criteria.edition().scenarios(scenario).id();
    }
  }
}

absl::Status ReadEvidence(const Criteria& criteria, v1::Evidence& evidence) {
  Violations violations;
  CheckRequiredText(evidence.name(), kMaxNameCharacters, "evidence.name", violations);
  CheckSha256(*evidence.mutable_sha256(), violations);
  if (evidence.size() < 0) {
    violations.Add("evidence.size", Reason::INVALID_FIELD, "evidence.size 不能为负数。",
                   "evidence.size must not be negative.");
  }
  CheckDates(evidence, violations);
  ReadScenarios(criteria, evidence, violations);
  CheckText(evidence.location(), kMaxLocationCharacters, "evidence.location", violations);
  return violations.ToStatus();
}

}  // namespace

absl::StatusOr<v1::Evidence> AddEvidence(const Criteria& criteria, v1::AssessmentRecord& record,
                                         const v1::Evidence& evidence, absl::Time now) {
  v1::Evidence added = evidence;
  RETURN_IF_ERROR(ReadEvidence(criteria, added));
  auto& draft = *record.mutable_assessment();
  if (draft.evidence_size() >= kMaxEvidence) {
    return MakeError(absl::StatusCode::kFailedPrecondition, Reason::TOO_MANY,
                     absl::StrCat("一份自评测最多 ", kMaxEvidence, " 份佐证材料。"),
                     absl::StrCat("An assessment has at most ", kMaxEvidence, " evidence files."));
  }
  record.set_latest_evidence(record.latest_evidence() + 1);
  added.set_evidence(record.latest_evidence());
  *added.mutable_added_at() = ToTimestamp(now);
  *draft.add_evidence() = added;
  MarkChanged(record, now);
  return added;
}

absl::Status RemoveEvidence(v1::AssessmentRecord& record, int32_t evidence, absl::Time now) {
  auto& all = *record.mutable_assessment()->mutable_evidence();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const auto& one) { return one.evidence() == evidence; });
  if (found == all.end()) {
    // It was there and was removed: a request that is repeated is answered.
    if (evidence >= 1 && evidence <= record.latest_evidence()) return absl::OkStatus();
    return MakeError(absl::StatusCode::kNotFound, Reason::EVIDENCE_NOT_FOUND,
                     absl::StrCat("没有编号为 ", evidence, " 的佐证材料。"),
                     absl::StrCat("There is no evidence with number ", evidence, "."));
  }
  all.erase(found);
  MarkChanged(record, now);
  return absl::OkStatus();
}

}  // namespace zhiping::assessment
