#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "services/assessment/store.h"
#include "services/assessment/store_reading.h"

namespace zhiping::assessment {
namespace {

using sql::Bytes;

// What may be repeated for so long only; submissions and decisions are known for ever.
constexpr const char* kForgotten[] = {"RegisterEnterprise",
                                      "RequestChange",
                                      "CreateCampaign",
                                      "CreateAssessment",
                                      "AddEvidence",
                                      "Rebase",
                                      "AddComment",
                                      "RecordFindings",
                                      "Cite",
                                      "Uncite"};
constexpr absl::Duration kKept = absl::Hours(24 * 7);
constexpr int kForgottenAtOnce = 1000;

}  // namespace

absl::StatusOr<AssessmentRows> Store::FindAssessment(absl::Time deadline,
                                                     const v1::AssessmentKey& key,
                                                     const sql::RequestKey& request) {
  ASSIGN_OR_RETURN(
      std::vector<sql::Result> results,
      database_.ReadAll(deadline, {{kSelectEnterprise, {key.enterprise()}},
                                   {kSelectCampaign, {key.campaign()}},
                                   {kSelectAssessment, Of(key)},
                                   sql::SelectResponse(request),
                                   {"SELECT sha256, received_at FROM received_request "
                                    "WHERE method = $1 AND parent = $2 AND request_id = $3",
                                    {request.method, request.parent, request.request_id}}}));
  ASSIGN_OR_RETURN(AssessmentRows rows, RowsOf(results));
  KnownRequest& known = rows.request;
  ASSIGN_OR_RETURN(known.response, sql::ResponseIn(std::move(results[3]), request));
  ASSIGN_OR_RETURN(const auto received, (std::move(results[4]).Take<Bytes, int64_t>()));
  for (const auto& [sha256, received_at] : received) {
    if (sha256.value != request.sha256) return sql::RequestIdReused(request);
    known.received = absl::FromUnixMillis(received_at);
  }
  return rows;
}

absl::StatusOr<std::optional<std::string>> Store::FindResponse(absl::Time deadline,
                                                               const sql::RequestKey& request) {
  const sql::Statement select = sql::SelectResponse(request);
  ASSIGN_OR_RETURN(std::vector<sql::Result> results, database_.ReadAll(deadline, {&select, 1}));
  return sql::ResponseIn(std::move(results.front()), request);
}

absl::Status Store::NoteReceived(absl::Time deadline, const sql::RequestKey& key,
                                 absl::Time instant) {
  return database_
      .Apply(deadline, {{{"INSERT INTO received_request (method, parent, request_id, sha256, "
                          "received_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                          {key.method, key.parent, key.request_id, Bytes{key.sha256},
                           absl::ToUnixMillis(instant)}}}})
      .status();
}

absl::Status Store::ForgetOldRequests(absl::Time deadline, absl::Time now) {
  return Change(deadline, [&](StoreTransaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(const sql::SureTime time, transaction.NoteClock(now));
    for (const char* const method : kForgotten) {
      RETURN_IF_ERROR(
          transaction.ForgetRequests(method, time.earliest - kKept, kForgottenAtOnce).status());
    }
    return transaction.ForgetReceived(time.earliest - kKept);
  });
}

absl::Status StoreTransaction::ForgetReceived(absl::Time instant) {
  return sql_
      .Execute("DELETE FROM received_request WHERE received_at < $1", {absl::ToUnixMillis(instant)})
      .status();
}

absl::StatusOr<std::vector<v1::SubmissionRecord>> Store::InHand(absl::Time deadline,
                                                                const std::string& uscc,
                                                                const identity::Person& person,
                                                                absl::Time now) {
  if (!person.known()) return std::vector<v1::SubmissionRecord>();
  return All<v1::SubmissionRecord>(database_.Query<Bytes>(
      deadline,
      "SELECT record FROM submission WHERE uscc = $1 AND taken_issuer = $2 AND taken_subject = $3 "
      "AND taken_until > $4",
      {uscc, person.issuer, person.subject, absl::ToUnixMillis(now)}));
}

absl::StatusOr<std::vector<v1::CampaignRecord>> Store::PresentCampaigns(absl::Time deadline) {
  return All<v1::CampaignRecord>(
      database_.Query<Bytes>(deadline, "SELECT record FROM campaign WHERE deleted = FALSE"));
}

absl::StatusOr<CampaignUse> StoreTransaction::UseOfCampaign(const std::string& campaign) {
  CampaignUse use;
  ASSIGN_OR_RETURN(const auto opened,
                   sql_.Query<std::string>(
                       "SELECT uscc FROM assessment WHERE campaign = $1 LIMIT 1", {campaign}));
  ASSIGN_OR_RETURN(const auto submitted,
                   sql_.Query<std::string>(
                       "SELECT uscc FROM submission WHERE campaign = $1 LIMIT 1", {campaign}));
  use.assessment_opened = !opened.empty();
  use.submitted = !submitted.empty();
  return use;
}

absl::StatusOr<bool> StoreTransaction::AddPeriod(const std::string& campaign,
                                                 const std::string& period, absl::Time now) {
  ASSIGN_OR_RETURN(const sql::Result added,
                   sql_.Execute("INSERT INTO period (campaign, period, closed_at) "
                                "VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                                {campaign, period, absl::ToUnixMillis(now)}));
  return added.changed() == 1;
}

absl::StatusOr<std::optional<v1::EnterpriseRecord>> StoreTransaction::FindEnterprise(
    const std::string& uscc) {
  return One<v1::EnterpriseRecord>(sql_.Query<Bytes>(kSelectEnterprise, {uscc}));
}

}  // namespace zhiping::assessment
