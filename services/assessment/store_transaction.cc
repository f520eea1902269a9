#include <openssl/rand.h>

#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "common/audit/audit_log.h"
#include "common/sql/sha256.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "services/assessment/store.h"
#include "services/assessment/store_columns.h"
#include "services/assessment/store_reading.h"

namespace zhiping::assessment {
namespace {

using sql::Bytes;

// Readings of the same person of the same thing within it are one.
constexpr absl::Duration kOneReading = absl::Minutes(10);

template <typename Record>
Bytes Serialized(const Record& record) {
  return Bytes{record.SerializeAsString()};
}

// The rows of an enterprise by which the platforms that it is enrolled with list it and its
// submissions, as far as there are any: $1 is the enterprise.
constexpr char kInsertPlatformSubmissions[] =
    "INSERT INTO platform_submission "
    "(uscc, plant, campaign, number, issuer, subject, state, effective, submitted_at) "
    "SELECT s.uscc, s.plant, s.campaign, s.number, n.issuer, n.subject, s.state, s.effective, "
    "s.submitted_at FROM enrolment n JOIN submission s ON s.uscc = n.uscc WHERE n.uscc = $1";

std::vector<sql::Statement> Enrolments(const v1::Enterprise& enterprise) {
  std::vector<sql::Statement> statements;
  for (const v1::Enrolment& enrolment : enterprise.enrolments()) {
    statements.push_back(
        {"INSERT INTO enrolment (uscc, issuer, subject, is_test) "
         "VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
         {enterprise.uscc(), enrolment.issuer(), enrolment.subject(), enterprise.is_test()}});
  }
  return statements;
}

// $1 … of an enterprise's row.
std::vector<sql::Value> EnterpriseRow(const v1::EnterpriseRecord& record) {
  const v1::Enterprise& enterprise = record.enterprise();
  return {enterprise.uscc(),        enterprise.name(),    enterprise.region(),
          enterprise.review_unit(), enterprise.is_test(), Serialized(record)};
}

// $1 … of a campaign's row.
std::vector<sql::Value> CampaignRow(const v1::CampaignRecord& record) {
  const v1::Campaign& campaign = record.campaign();
  return {campaign.campaign(),
          campaign.programme(),
          -campaign.year(),
          Milliseconds(true, campaign.opens_at(), 0),
          Milliseconds(campaign.has_closes_at(), campaign.closes_at(), kNever),
          record.deleted(),
          Serialized(record)};
}

absl::Status ChangedOne(const absl::StatusOr<sql::Result>& result) {
  RETURN_IF_ERROR(result.status());
  if (result->changed() == 1) return absl::OkStatus();
  return absl::InternalError("what is changed is not in the store");
}

// The row, a row for each file and one for each platform of the enterprise.
std::vector<sql::Statement> Insertions(const v1::SubmissionRecord& record,
                                       const std::string& receipt) {
  std::vector<std::string> columns;
  std::vector<std::string> places;
  std::vector<sql::Value> values;
  std::vector<NamedValue> row_of_record = ColumnsOf(record);
  row_of_record.push_back({"is_test", record.submission().content().snapshot().is_test()});
  if (!receipt.empty()) row_of_record.push_back({"receipt", Bytes{receipt}});
  for (NamedValue& column : row_of_record) {
    columns.push_back(std::move(column.column));
    values.push_back(std::move(column.value));
    places.push_back(absl::StrCat("$", values.size()));
  }
  std::vector<sql::Statement> statements = {
      {absl::StrCat("INSERT INTO submission (", absl::StrJoin(columns, ", "), ") VALUES (",
                    absl::StrJoin(places, ", "), ")"),
       std::move(values)}};
  const v1::SubmittedContent& content = record.submission().content();
  const v1::Snapshot& snapshot = content.snapshot();
  int position = 0;
  for (const v1::SubmittedEvidence& evidence : content.evidence()) {
    std::vector<sql::Value> row = Of(record.submission().key());
    row.insert(row.end(),
               {position++, evidence.sha256(),
                snapshot.units().empty() ? std::string() : snapshot.units(0), snapshot.is_test()});
    statements.push_back(
        {"INSERT INTO evidence (uscc, plant, campaign, number, position, sha256, receiving_unit, "
         "is_test) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
         std::move(row)});
  }
  statements.push_back({absl::StrCat(kInsertPlatformSubmissions,
                                     " AND s.plant = $2 AND s.campaign = $3 AND s.number = $4"),
                        Of(record.submission().key())});
  return statements;
}

}  // namespace

absl::StatusOr<std::optional<v1::EnterpriseRecord>> StoreTransaction::LockEnterprise(
    const std::string& uscc) {
  return One<v1::EnterpriseRecord>(
      sql_.Query<Bytes>(absl::StrCat(kSelectEnterprise, " {for_update}"), {uscc}));
}

absl::StatusOr<bool> StoreTransaction::AddEnterprise(const v1::EnterpriseRecord& record) {
  ASSIGN_OR_RETURN(
      const sql::Result added,
      sql_.Execute("INSERT INTO enterprise (uscc, name, region, review_unit, is_test, record) "
                   "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
                   EnterpriseRow(record)));
  if (added.changed() == 0) return false;
  // It has no submissions yet.
  const std::vector<sql::Statement> enrolments = Enrolments(record.enterprise());
  if (!enrolments.empty()) RETURN_IF_ERROR(sql_.Batch(enrolments).status());
  return true;
}

absl::Status StoreTransaction::SaveEnterprise(const v1::EnterpriseRecord& record) {
  RETURN_IF_ERROR(ChangedOne(
      sql_.Execute("UPDATE enterprise SET name = $2, region = $3, review_unit = $4, is_test = $5, "
                   "record = $6 WHERE uscc = $1",
                   EnterpriseRow(record))));
  const std::string& uscc = record.enterprise().uscc();
  const bool is_test = record.enterprise().is_test();
  std::vector<sql::Statement> statements = {
      {"DELETE FROM platform_submission WHERE uscc = $1", {uscc}},
      {"DELETE FROM enrolment WHERE uscc = $1", {uscc}}};
  for (sql::Statement& enrolment : Enrolments(record.enterprise())) {
    statements.push_back(std::move(enrolment));
  }
  statements.push_back({kInsertPlatformSubmissions, {uscc}});
  for (const char* const table : {"evidence", "submission"}) {
    statements.push_back(
        {absl::StrCat("UPDATE ", table, " SET is_test = $2 WHERE uscc = $1 AND is_test <> $2"),
         {uscc, is_test}});
  }
  ASSIGN_OR_RETURN(const auto results, sql_.Batch(statements));
  if (results.back().changed() == 0) return absl::OkStatus();
  // Those of a test enterprise were stored as in no queue before 0005_test_enterprises.sql.
  ASSIGN_OR_RETURN(const auto submissions,
                   All<v1::SubmissionRecord>(
                       sql_.Query<Bytes>("SELECT record FROM submission WHERE uscc = $1", {uscc})));
  for (const v1::SubmissionRecord& submission : submissions) {
    RETURN_IF_ERROR(SaveSubmission(submission));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<v1::ChangeRequestRecord>> StoreTransaction::FindChangeRequest(
    const std::string& uscc, int number) {
  return One<v1::ChangeRequestRecord>(sql_.Query<Bytes>(
      "SELECT record FROM change_request WHERE uscc = $1 AND number = $2", {uscc, number}));
}

absl::StatusOr<std::vector<v1::ChangeRequestRecord>> StoreTransaction::OpenChangeRequests(
    const std::string& uscc) {
  return All<v1::ChangeRequestRecord>(sql_.Query<Bytes>(
      "SELECT record FROM change_request WHERE uscc = $1 AND state = $2 ORDER BY number",
      {uscc, static_cast<int>(v1::ChangeRequest::OPEN)}));
}

absl::Status StoreTransaction::SaveChangeRequest(const v1::ChangeRequestRecord& record) {
  const v1::ChangeRequest& request = record.change_request();
  return sql_
      .Execute(
          "INSERT INTO change_request (uscc, number, state, unit, requested_at, record) "
          "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (uscc, number) DO UPDATE SET "
          "state = $3, unit = $4, requested_at = $5, record = $6",
          {request.uscc(), request.number(), static_cast<int>(request.state()), request.unit(),
           Milliseconds(true, request.requested_at(), 0), Serialized(record)})
      .status();
}

absl::StatusOr<std::optional<v1::CampaignRecord>> StoreTransaction::FindCampaign(
    const std::string& campaign) {
  return One<v1::CampaignRecord>(sql_.Query<Bytes>(kSelectCampaign, {campaign}));
}

absl::StatusOr<std::optional<v1::CampaignRecord>> StoreTransaction::LockCampaign(
    const std::string& campaign) {
  return One<v1::CampaignRecord>(
      sql_.Query<Bytes>(absl::StrCat(kSelectCampaign, " {for_update}"), {campaign}));
}

absl::StatusOr<bool> StoreTransaction::AddCampaign(const v1::CampaignRecord& record) {
  ASSIGN_OR_RETURN(const sql::Result added,
                   sql_.Execute("INSERT INTO campaign (campaign, programme, year_order, opens_at, "
                                "closes_at, deleted, record) "
                                "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
                                CampaignRow(record)));
  return added.changed() == 1;
}

absl::Status StoreTransaction::SaveCampaign(const v1::CampaignRecord& record) {
  return ChangedOne(
      sql_.Execute("UPDATE campaign SET programme = $2, year_order = $3, opens_at = $4, "
                   "closes_at = $5, deleted = $6, record = $7 WHERE campaign = $1",
                   CampaignRow(record)));
}

absl::StatusOr<std::optional<v1::Target>> StoreTransaction::FindTarget(
    const v1::AssessmentKey& key) {
  return One<v1::Target>(sql_.Query<Bytes>(kSelectTarget, Of(key)));
}

absl::Status StoreTransaction::UpsertTarget(const std::string& campaign, const v1::Target& target) {
  v1::Target named = target;
  named.set_plant(PlantOf(target.plant()));
  return sql_
      .Execute(
          "INSERT INTO target (campaign, uscc, plant, record) VALUES ($1, $2, $3, $4) "
          "ON CONFLICT (campaign, uscc, plant) DO UPDATE SET record = $4",
          {campaign, named.enterprise(), named.plant(), Serialized(named)})
      .status();
}

absl::StatusOr<std::optional<v1::AssessmentRecord>> StoreTransaction::FindAssessment(
    const v1::AssessmentKey& key) {
  return One<v1::AssessmentRecord>(sql_.Query<Bytes>(kSelectAssessment, Of(key)));
}

absl::Status StoreTransaction::SaveAssessment(const v1::AssessmentRecord& record) {
  const v1::Assessment& assessment = record.assessment();
  std::vector<sql::Value> row = Of(assessment.key());
  row.insert(row.end(), {assessment.release_digest(), assessment.has_closure(),
                         Milliseconds(true, assessment.updated_at(), 0), Serialized(record)});
  sql_.Later(
      "INSERT INTO assessment (uscc, plant, campaign, release_digest, closed, updated_at, "
      "record) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (uscc, plant, campaign) "
      "DO UPDATE SET release_digest = $4, closed = $5, updated_at = $6, record = $7",
      std::move(row));
  return absl::OkStatus();
}

absl::StatusOr<AssessmentRows> StoreTransaction::LockAssessment(const v1::AssessmentKey& key,
                                                                const sql::RequestKey* request) {
  // Each statement sees what is committed when it begins: the others after the lock is held.
  std::vector<sql::Statement> statements = {
      {absl::StrCat(kSelectEnterprise, " {for_update}"), {key.enterprise()}},
      {kSelectCampaign, {key.campaign()}},
      {kSelectAssessment, Of(key)},
      {kSelectSubmissions, Of(key)},
      {kSelectTarget, Of(key)}};
  if (request != nullptr) statements.push_back(sql::SelectResponse(*request));
  ASSIGN_OR_RETURN(std::vector<sql::Result> results, sql_.Batch(statements));
  ASSIGN_OR_RETURN(AssessmentRows rows, RowsOf(results));
  ASSIGN_OR_RETURN(rows.submissions,
                   All<v1::SubmissionRecord>(std::move(results[3]).Take<Bytes>()));
  ASSIGN_OR_RETURN(rows.target, One<v1::Target>(std::move(results[4]).Take<Bytes>()));
  if (request != nullptr) {
    ASSIGN_OR_RETURN(rows.request.response, sql::ResponseIn(std::move(results[5]), *request));
  }
  return rows;
}

absl::StatusOr<std::vector<v1::SubmissionRecord>> StoreTransaction::SubmissionsOf(
    const v1::AssessmentKey& key) {
  return All<v1::SubmissionRecord>(sql_.Query<Bytes>(kSelectSubmissions, Of(key)));
}

absl::StatusOr<std::optional<v1::SubmissionRecord>> StoreTransaction::FindSubmission(
    const v1::SubmissionKey& key) {
  return One<v1::SubmissionRecord>(sql_.Query<Bytes>(kSelectSubmission, Of(key)));
}

absl::Status StoreTransaction::AddSubmission(const v1::SubmissionRecord& record,
                                             const std::string& receipt) {
  for (sql::Statement& statement : Insertions(record, receipt)) {
    sql_.Later(statement.sql, std::move(statement.parameters));
  }
  return absl::OkStatus();
}

absl::Status StoreTransaction::SaveSubmission(const v1::SubmissionRecord& record) {
  std::vector<std::string> assignments;
  std::vector<sql::Value> values;
  for (NamedValue& column : ColumnsOf(record)) {
    values.push_back(std::move(column.value));
    if (values.size() <= kSubmissionKeyColumns) continue;
    assignments.push_back(absl::StrCat(column.column, " = $", values.size()));
  }
  RETURN_IF_ERROR(ChangedOne(sql_.Execute(
      absl::StrCat("UPDATE submission SET ", absl::StrJoin(assignments, ", "),
                   " WHERE uscc = $1 AND plant = $2 AND campaign = $3 AND number = $4"),
      std::move(values))));
  const v1::SubmissionStanding& standing = record.submission().standing();
  std::vector<sql::Value> listed = Of(record.submission().key());
  listed.insert(listed.end(), {static_cast<int>(standing.state()), standing.effective()});
  sql_.Later(
      "UPDATE platform_submission SET state = $5, effective = $6 "
      "WHERE uscc = $1 AND plant = $2 AND campaign = $3 AND number = $4",
      std::move(listed));
  return absl::OkStatus();
}

absl::Status StoreTransaction::KeepReceipt(const v1::SubmissionKey& key,
                                           const std::string& envelope) {
  std::vector<sql::Value> values = Of(key);
  values.emplace_back(Bytes{envelope});
  return ChangedOne(
      sql_.Execute("UPDATE submission SET receipt = $5 "
                   "WHERE uscc = $1 AND plant = $2 AND campaign = $3 AND number = $4",
                   std::move(values)));
}

absl::Status StoreTransaction::AddDecisionReceipt(const v1::SubmissionKey& key, int32_t decision,
                                                  const std::string& receipt_no,
                                                  const std::string& envelope) {
  std::vector<sql::Value> values = Of(key);
  values.insert(values.end(), {decision, receipt_no, Bytes{envelope}});
  return ChangedOne(
      sql_.Execute("INSERT INTO decision_receipt (uscc, plant, campaign, number, decision, "
                   "receipt_no, receipt) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                   std::move(values)));
}

absl::StatusOr<std::optional<std::string>> StoreTransaction::FindReceipt(
    const v1::SubmissionKey& key, Receipt which) {
  return OneReceipt(sql_.Query<std::optional<Bytes>>(SelectReceipt(which), Of(key)));
}

absl::Status StoreTransaction::RecordAccess(const std::string& uscc, const identity::Person& reader,
                                            const v1::FileAccess& access) {
  const std::string reading =
      sql::Sha256(absl::StrJoin({reader.issuer, reader.subject, access.method(), access.kind(),
                                 access.file(), access.purpose()},
                                std::string(1, '\0')));
  const int64_t read_at = Milliseconds(true, access.read_at(), 0);
  absl::BitGen random;
  sql_.Later(
      "INSERT INTO file_access (uscc, read_at, id, reading, record) "
      "SELECT $1, $2, $3, $4, $5 WHERE NOT EXISTS (SELECT 1 FROM file_access "
      "WHERE uscc = $1 AND reading = $4 AND read_at > $6 AND read_at <= $2)",
      {uscc, read_at, absl::StrFormat("%016x", absl::Uniform<uint64_t>(random)), Bytes{reading},
       Serialized(access), read_at - absl::ToInt64Milliseconds(kOneReading)});
  return absl::OkStatus();
}

absl::Status StoreTransaction::Append(const v1::AssessmentEvent& event, absl::Time now) {
  constexpr int kSaltBytes = 16;
  std::string salt(kSaltBytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(salt.data()), kSaltBytes) != 1) {
    return absl::InternalError("OpenSSL has no random bytes");
  }
  v1::AssessmentEvent salted = event;
  salted.set_salt(std::move(salt));
  return changes_.Append(sql_, now, salted.SerializeAsString());
}

absl::Status StoreTransaction::Audit(const audit::AuditEntry& entry) {
  return audit::Append(audit_, sql_, entry);
}

}  // namespace zhiping::assessment
