// What is read in transactions and outside of them: the statements, and how rows become records.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/sql/database.h"
#include "common/status/status_macros.h"
#include "services/assessment/store.h"

namespace zhiping::assessment {

// $1 … are the key's columns, in the order of Of(key).
inline constexpr char kSelectEnterprise[] = "SELECT record FROM enterprise WHERE uscc = $1";
inline constexpr char kSelectCampaign[] = "SELECT record FROM campaign WHERE campaign = $1";
inline constexpr char kSelectAssessment[] =
    "SELECT record FROM assessment WHERE uscc = $1 AND plant = $2 AND campaign = $3";
inline constexpr char kSelectTarget[] =
    "SELECT record FROM target WHERE uscc = $1 AND plant = $2 AND campaign = $3";
inline constexpr char kSelectSubmissions[] =
    "SELECT record FROM submission WHERE uscc = $1 AND plant = $2 AND campaign = $3 "
    "ORDER BY number";
inline constexpr char kSelectSubmission[] =
    "SELECT record FROM submission WHERE uscc = $1 AND plant = $2 AND campaign = $3 "
    "AND number = $4";

inline std::vector<sql::Value> Of(const v1::AssessmentKey& key) {
  return {key.enterprise(), PlantOf(key.plant()), key.campaign()};
}
inline std::vector<sql::Value> Of(const v1::SubmissionKey& key) {
  return {key.enterprise(), PlantOf(key.plant()), key.campaign(), key.number()};
}

// The envelope; NULL if there is none.
inline std::string SelectReceipt(Receipt which) {
  const bool own = which == Receipt::kOfSubmission;
  return absl::StrCat("SELECT receipt FROM ", own ? "submission" : "decision_receipt",
                      " WHERE uscc = $1 AND plant = $2 AND campaign = $3 AND number = $4",
                      own ? "" : " ORDER BY decision DESC LIMIT 1");
}

template <typename Record>
absl::StatusOr<Record> Parse(const sql::Bytes& bytes) {
  Record record;
  if (record.ParseFromString(bytes.value)) return record;
  return absl::InternalError(absl::StrCat("a stored ", record.GetTypeName(), " is damaged"));
}

template <typename Record>
absl::StatusOr<std::vector<Record>> All(const absl::StatusOr<sql::Rows<sql::Bytes>>& rows) {
  RETURN_IF_ERROR(rows.status());
  std::vector<Record> records;
  for (const auto& [bytes] : *rows) {
    ASSIGN_OR_RETURN(records.emplace_back(), Parse<Record>(bytes));
  }
  return records;
}

template <typename Record>
absl::StatusOr<std::optional<Record>> One(const absl::StatusOr<sql::Rows<sql::Bytes>>& rows) {
  ASSIGN_OR_RETURN(auto records, All<Record>(rows));
  if (records.empty()) return std::optional<Record>();
  return std::optional<Record>(std::move(records.front()));
}

// From the results of kSelectEnterprise, kSelectCampaign and kSelectAssessment, the first three.
inline absl::StatusOr<AssessmentRows> RowsOf(std::vector<sql::Result>& results) {
  AssessmentRows rows;
  ASSIGN_OR_RETURN(rows.enterprise,
                   One<v1::EnterpriseRecord>(std::move(results[0]).Take<sql::Bytes>()));
  ASSIGN_OR_RETURN(rows.campaign,
                   One<v1::CampaignRecord>(std::move(results[1]).Take<sql::Bytes>()));
  ASSIGN_OR_RETURN(rows.assessment,
                   One<v1::AssessmentRecord>(std::move(results[2]).Take<sql::Bytes>()));
  return rows;
}

inline absl::StatusOr<std::optional<std::string>> OneReceipt(
    absl::StatusOr<sql::Rows<std::optional<sql::Bytes>>> rows) {
  RETURN_IF_ERROR(rows.status());
  if (rows->empty() || !std::get<0>(rows->front()).has_value()) return std::optional<std::string>();
  return std::optional<std::string>(std::move(std::get<0>(rows->front())->value));
}

}  // namespace zhiping::assessment
