// What the assessment service keeps, over common/sql. Calls block until their deadline: they belong
// into a bounded pool.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/entry.h"
#include "common/rpc/page_token.h"
#include "common/sql/database.h"
#include "common/sql/request_log.h"
#include "common/sql/sequenced_log.h"
#include "common/sql/sure_time.h"
#include "services/assessment/domain/campaign.h"
#include "services/assessment/store_rows.h"
#include "zhiping/assessment/v1/assessment_service.pb.h"
#include "zhiping/assessment/v1/change.pb.h"
#include "zhiping/assessment/v1/record.pb.h"

namespace zhiping::assessment {

// A submission's own, or that of the latest decision about it.
enum class Receipt { kOfSubmission, kOfDecision };

// The changes of one transaction. Used by one thread. Whoever changes anything of an enterprise
// locks the enterprise first: so its changes stand in the log in their order.
class StoreTransaction {
 public:
  StoreTransaction(sql::Transaction& sql, const sql::SequencedLog& changes,
                   const sql::SequencedLog& audit)
      : sql_(sql), changes_(changes), audit_(audit) {}

  // As sql::ClaimRequest.
  absl::StatusOr<std::optional<std::string>> Claim(const sql::RequestKey& key) {
    return sql::ClaimRequest(sql_, key);
  }
  // REQUIRES: claimed.
  absl::Status KeepResponse(const sql::RequestKey& key, const std::string& subject,
                            const std::string& response, absl::Time now) {
    return sql::KeepResponse(sql_, key, subject, response, now);
  }
  // Keeps the answer of a request that was not claimed. REQUIRES: LockAssessment, with its key.
  void AddResponse(const sql::RequestKey& key, const std::string& subject,
                   const std::string& response, absl::Time now) {
    sql::AddResponse(sql_, key, subject, response, now);
  }
  // As sql::NoteClock.
  absl::StatusOr<sql::SureTime> NoteClock(absl::Time now) { return sql::NoteClock(sql_, now); }
  // As sql::ForgetRequests.
  absl::StatusOr<int64_t> ForgetRequests(absl::string_view method, absl::Time instant, int most) {
    return sql::ForgetRequests(sql_, method, instant, most);
  }

  // When requests came first that could not be carried out, and that was before the instant.
  absl::Status ForgetReceived(absl::Time instant);

  // Nothing if there is none.
  absl::StatusOr<std::optional<v1::EnterpriseRecord>> FindEnterprise(const std::string& uscc);
  // Locks it until the end; nothing if there is none.
  absl::StatusOr<std::optional<v1::EnterpriseRecord>> LockEnterprise(const std::string& uscc);
  // Whether it was not there yet; waits for a transaction that adds the same one. Locks it.
  absl::StatusOr<bool> AddEnterprise(const v1::EnterpriseRecord& record);
  // With its enrolments. REQUIRES: locked.
  absl::Status SaveEnterprise(const v1::EnterpriseRecord& record);

  absl::StatusOr<std::optional<v1::ChangeRequestRecord>> FindChangeRequest(const std::string& uscc,
                                                                           int number);
  // Those of the enterprise that are not decided, by number.
  absl::StatusOr<std::vector<v1::ChangeRequestRecord>> OpenChangeRequests(const std::string& uscc);
  // Adds it or takes its place.
  absl::Status SaveChangeRequest(const v1::ChangeRequestRecord& record);

  // Deleted ones are found too.
  absl::StatusOr<std::optional<v1::CampaignRecord>> FindCampaign(const std::string& campaign);
  absl::StatusOr<std::optional<v1::CampaignRecord>> LockCampaign(const std::string& campaign);
  // Whether it was not there yet.
  absl::StatusOr<bool> AddCampaign(const v1::CampaignRecord& record);
  // REQUIRES: locked.
  absl::Status SaveCampaign(const v1::CampaignRecord& record);

  // What was done in it so far.
  absl::StatusOr<CampaignUse> UseOfCampaign(const std::string& campaign);
  // Whether it was not closed yet.
  absl::StatusOr<bool> AddPeriod(const std::string& campaign, const std::string& period,
                                 absl::Time now);

  // Of the target list of the key's campaign.
  absl::StatusOr<std::optional<v1::Target>> FindTarget(const v1::AssessmentKey& key);
  // Adds it or takes its place.
  absl::Status UpsertTarget(const std::string& campaign, const v1::Target& target);

  absl::StatusOr<std::optional<v1::AssessmentRecord>> FindAssessment(const v1::AssessmentKey& key);
  // Adds it or takes its place.
  absl::Status SaveAssessment(const v1::AssessmentRecord& record);

  // Locks the enterprise until the end, and reads the rest then; and, of a request about the
  // assessment, if there is one, what is known. Errors: REQUEST_ID_REUSED.
  absl::StatusOr<AssessmentRows> LockAssessment(const v1::AssessmentKey& key,
                                                const sql::RequestKey* request);
  // Of the assessment, by number.
  absl::StatusOr<std::vector<v1::SubmissionRecord>> SubmissionsOf(const v1::AssessmentKey& key);
  absl::StatusOr<std::optional<v1::SubmissionRecord>> FindSubmission(const v1::SubmissionKey& key);
  // With its evidence and, unless it is empty, its receipt. If the submission or its receipt number
  // is there already, the transaction fails with ROW_EXISTS.
  absl::Status AddSubmission(const v1::SubmissionRecord& record, const std::string& receipt = "");
  // Takes the place of the one that is there; the evidence and the receipts stay.
  absl::Status SaveSubmission(const v1::SubmissionRecord& record);

  // The envelope takes the place of the submission's own. REQUIRES: the submission is there.
  absl::Status KeepReceipt(const v1::SubmissionKey& key, const std::string& envelope);
  // Of the decision of that number; earlier ones stay. If one with its receipt number is there
  // already, the transaction fails with ROW_EXISTS.
  absl::Status AddDecisionReceipt(const v1::SubmissionKey& key, int32_t decision,
                                  const std::string& receipt_no, const std::string& envelope);
  // Nothing if there is none.
  absl::StatusOr<std::optional<std::string>> FindReceipt(const v1::SubmissionKey& key,
                                                         Receipt which);

  // Somebody else read a file of the enterprise. The same reading of the same person within 10
  // minutes before is the same entry. Needs no lock. Many are one round trip.
  absl::Status RecordAccess(const std::string& uscc, const identity::Person& reader,
                            const v1::FileAccess& access);

  // Into the log of changes, with a salt. REQUIRES: the event's enterprise, or campaign, is locked.
  absl::Status Append(const v1::AssessmentEvent& event, absl::Time now);
  // Into the audit log: an act is there if, and only if, it was done.
  absl::Status Audit(const audit::AuditEntry& entry);

 private:
  sql::Transaction& sql_;
  const sql::SequencedLog& changes_;
  const sql::SequencedLog& audit_;
};

// Reads see what was committed, and lock nothing. Thread-safe.
class Store {
 public:
  // Brings the database to the present tables. Errors: as sql::Migrate.
  static absl::StatusOr<std::unique_ptr<Store>> Open(sql::Database& database, absl::Time deadline);

  // Runs the body in a transaction that writes; it may run again, and sets all anew then.
  absl::Status Change(absl::Time deadline,
                      const std::function<absl::Status(StoreTransaction&)>& body);

  // Moves what was appended into the log of changes.
  absl::Status SequenceChanges(absl::Time deadline);
  const sql::SequencedLog& changes() const { return changes_; }

  // The assessment without its submissions, and what is known of a request about it. Errors:
  // REQUEST_ID_REUSED.
  absl::StatusOr<AssessmentRows> FindAssessment(absl::Time deadline, const v1::AssessmentKey& key,
                                                const sql::RequestKey& request);
  // What a request was answered before; nothing if it was not. Errors: REQUEST_ID_REUSED.
  absl::StatusOr<std::optional<std::string>> FindResponse(absl::Time deadline,
                                                          const sql::RequestKey& request);
  // It came then and could not be carried out; the first time counts.
  absl::Status NoteReceived(absl::Time deadline, const sql::RequestKey& key, absl::Time instant);
  // Those that need not be known for ever, after 7 days that have surely passed (sql::SureTime).
  absl::Status ForgetOldRequests(absl::Time deadline, absl::Time now);

  // Those of the enterprises that the platform is enrolled for now; without a query if it is not
  // known() or there are none.
  absl::StatusOr<absl::flat_hash_set<std::string>> EnrolledAmong(
      absl::Time deadline, const identity::Person& platform,
      const std::vector<std::string>& enterprises);

  // The submissions of the enterprise that the person has in hand; none if they are not known().
  absl::StatusOr<std::vector<v1::SubmissionRecord>> InHand(absl::Time deadline,
                                                           const std::string& uscc,
                                                           const identity::Person& person,
                                                           absl::Time now);
  // All that were not deleted.
  absl::StatusOr<std::vector<v1::CampaignRecord>> PresentCampaigns(absl::Time deadline);

  // Nothing if there is none.
  absl::StatusOr<std::optional<v1::EnterpriseRecord>> FindEnterprise(absl::Time deadline,
                                                                     const std::string& uscc);
  absl::StatusOr<std::optional<v1::CampaignRecord>> FindCampaign(absl::Time deadline,
                                                                 const std::string& campaign);
  absl::StatusOr<std::optional<v1::AssessmentRecord>> FindAssessment(absl::Time deadline,
                                                                     const v1::AssessmentKey& key);
  absl::StatusOr<std::optional<v1::Target>> FindTarget(absl::Time deadline,
                                                       const v1::AssessmentKey& key);
  absl::StatusOr<std::optional<v1::SubmissionRecord>> FindSubmission(absl::Time deadline,
                                                                     const v1::SubmissionKey& key);
  // Of the assessment, by number.
  absl::StatusOr<std::vector<v1::SubmissionRecord>> SubmissionsOf(absl::Time deadline,
                                                                  const v1::AssessmentKey& key);
  absl::StatusOr<std::optional<std::string>> FindReceipt(absl::Time deadline,
                                                         const v1::SubmissionKey& key,
                                                         Receipt which);
  // That of any decision about the submission, by its number as ReceiptNo writes it.
  absl::StatusOr<std::optional<std::string>> FindDecisionReceipt(absl::Time deadline,
                                                                 const v1::SubmissionKey& key,
                                                                 const std::string& receipt_no);

  // Lists. Errors: INVALID_PAGE_TOKEN; those of the database.
  absl::StatusOr<ListOf<v1::EnterpriseRecord>> ListEnterprises(absl::Time deadline,
                                                               const EnterpriseQuery& query,
                                                               const rpc::Page& page);
  absl::StatusOr<ListOf<v1::ChangeRequestRecord>> ListChangeRequests(
      absl::Time deadline, const ChangeRequestQuery& query, const rpc::Page& page);
  absl::StatusOr<ListOf<v1::CampaignRecord>> ListCampaigns(absl::Time deadline,
                                                           const CampaignQuery& query,
                                                           const rpc::Page& page);
  absl::StatusOr<ListOf<v1::Target>> ListTargets(absl::Time deadline, const std::string& campaign,
                                                 const rpc::Page& page);
  // Empty plant: of all.
  absl::StatusOr<ListOf<v1::AssessmentRecord>> ListAssessments(absl::Time deadline,
                                                               const std::string& uscc,
                                                               const std::string& plant,
                                                               const rpc::Page& page);
  absl::StatusOr<ListOf<ListedSubmission>> ListSubmissions(absl::Time deadline,
                                                           const SubmissionQuery& query,
                                                           const rpc::Page& page);
  absl::StatusOr<ListOf<ListedSubmission>> ListQueue(absl::Time deadline, const QueueQuery& query,
                                                     const rpc::Page& page);
  // The newest first.
  absl::StatusOr<ListOf<v1::FileAccess>> ListAccesses(absl::Time deadline, const std::string& uscc,
                                                      const rpc::Page& page);

  // For each content of the submission's evidence that other enterprises, no tests, have handed in
  // too: in its order.
  absl::StatusOr<std::vector<EvidenceMatches>> MatchEvidence(absl::Time deadline,
                                                             const v1::SubmissionRecord& submission,
                                                             const std::vector<std::string>& units);

  // Drafts of the campaign under a release that are not closed.
  absl::StatusOr<std::vector<v1::AssessmentKey>> DraftsUnder(absl::Time deadline,
                                                             const std::string& campaign,
                                                             const std::string& release_digest,
                                                             int limit);

 private:
  explicit Store(sql::Database& database)
      : database_(database), changes_(database, "changes"), audit_(database, audit::kLogName) {}

  sql::Database& database_;
  const sql::SequencedLog changes_;
  const sql::SequencedLog audit_;
};

}  // namespace zhiping::assessment
