// What the catalogue keeps, over common/sql. Calls block until their deadline: they belong into a
// bounded pool.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/entry.h"
#include "common/identity/caller.h"
#include "common/sql/database.h"
#include "common/sql/request_log.h"
#include "common/sql/sequenced_log.h"
#include "services/catalogue/domain/edition_import.h"
#include "services/catalogue/domain/history.h"
#include "services/catalogue/store_rows.h"
#include "zhiping/catalogue/v1/catalogue_admin_service.pb.h"
#include "zhiping/catalogue/v1/catalogue_event.pb.h"

namespace zhiping::catalogue {

// The changes of one transaction. Used by one thread.
class StoreTransaction {
 public:
  StoreTransaction(sql::Transaction& sql, const sql::SequencedLog& changes,
                   const sql::SequencedLog& audit)
      : sql_(sql), changes_(changes), audit_(audit) {}

  // Claims a request id until the end of the transaction; concurrent ones wait. The response that
  // was given before, if there was one. Errors: REQUEST_ID_REUSED.
  absl::StatusOr<std::optional<std::string>> Claim(const sql::RequestKey& key) {
    return sql::ClaimRequest(sql_, key);
  }
  // REQUIRES: claimed.
  absl::Status KeepResponse(const sql::RequestKey& key, const std::string& subject,
                            const std::string& response, absl::Time now) {
    return sql::KeepResponse(sql_, key, subject, response, now);
  }

  // Locks the programme until the end, and reads its history. An unknown one is added.
  absl::StatusOr<History> Lock(const std::string& programme);
  // Adds rows and advances next_revision. REQUIRES: locked.
  absl::Status AddActivations(const std::string& programme, const std::vector<ActivationRow>& rows);
  absl::Status AddWithdrawal(const std::string& programme, const std::string& digest,
                             int32_t revision);
  // One that was met in a signed state; the release need not be in the store.
  absl::Status AddMetWithdrawal(const std::string& programme, const std::string& digest,
                                absl::Time now);
  // Fences off all revisions up to `above`.
  absl::Status SetFenced(const std::string& programme, int32_t above);
  // That this was fenced off is known from the log, if that is still to be known (kFencedByLog).
  absl::Status SetLoggedFence(const std::string& programme, int32_t above);
  absl::Status SetMet(const std::string& programme, const MetRevision& met);
  // Records how far scheduled activations have come into force by `now`, here and in `history`, and
  // logs it. REQUIRES: `history` is what locking its programme gave.
  absl::Status RecordReached(History& history, absl::Time now);
  // The same of every programme; locks those of which there is something to record.
  absl::Status RecordAllReached(absl::Time now);
  // Whether anything was ever imported or fenced for it.
  absl::StatusOr<bool> HasProgramme(const std::string& programme);
  // Whether nothing was ever put in force, in any programme.
  absl::StatusOr<bool> NothingActivated();

  // RELEASE_NOT_FOUND if it was never imported.
  absl::StatusOr<StoredRelease> FindRelease(const std::string& digest);
  absl::StatusOr<std::string> ProgrammeOf(const std::string& digest);
  // Errors: RELEASE_NOT_FOUND; DIGEST_MISMATCH if the store holds other bytes.
  absl::StatusOr<std::string> ReleaseBytesOf(const std::string& digest);
  // REQUIRES: it is published.
  absl::StatusOr<std::string> ReleaseEnvelopeOf(const std::string& digest);
  // Whether that changed anything: it was not there yet, or the store held other bytes. `actor`:
  // the importer, for people; who imported it first stays.
  absl::StatusOr<bool> AddRelease(const ReleaseBytes& release, const identity::Person& importer,
                                  const std::string& actor, absl::Time now);
  // Who imported it first; nobody known where nobody was asked.
  absl::StatusOr<identity::Person> ImporterOf(const std::string& digest);
  // Another edition of its programme and year that has a published release; empty if there is none.
  absl::StatusOr<std::string> OtherEditionOfYear(const v1::ReleaseSummary& release);
  // The digest of the edition's published release with that number; empty if there is none.
  absl::StatusOr<std::string> PublishedWithNumber(const std::string& edition, int number);
  absl::Status MarkPublished(const std::string& digest, const std::string& envelope,
                             absl::Time now);
  // The same bytes of a published release with other signatures.
  absl::Status ReplaceEnvelope(const std::string& digest, const std::string& envelope);

  // The highest version; 0 if none was published.
  absl::StatusOr<int> NotesVersion(const std::string& edition);
  absl::Status AddNotes(const std::string& edition, int version, const std::string& envelope,
                        absl::Time now);

  // All rows of an id, by key.
  absl::StatusOr<std::vector<StoredInstance>> LockInstances(const std::string& id);
  // Under its key.
  absl::Status SaveInstance(const StoredInstance& instance);
  absl::Status RemoveInstance(const std::string& key);
  // Whether it was there, and not heard from since.
  absl::StatusOr<bool> RemoveInstanceSeenAt(const std::string& key, absl::Time last_seen);
  absl::StatusOr<LastSeen> InstancesSeen();

  // Gives the store a new incarnation and logs that, once for each name of a restore; the
  // incarnation, or nothing if the name is known already.
  absl::StatusOr<std::optional<std::string>> RecordRestore(const std::string& name, absl::Time now);

  // Into the log of changes. REQUIRES: the event's programme is locked.
  absl::Status Append(const v1::CatalogueEvent& event, absl::Time now);
  // Into the audit log: an act is there if, and only if, it was done.
  absl::Status Audit(const audit::AuditEntry& entry);

 private:
  sql::Transaction& sql_;
  const sql::SequencedLog& changes_;
  const sql::SequencedLog& audit_;
};

// Thread-safe.
class Store {
 public:
  // Brings the database to the present tables. Errors: as sql::Migrate.
  static absl::StatusOr<std::unique_ptr<Store>> Open(sql::Database& database, absl::Time deadline);

  // Runs the body in a transaction that writes.
  absl::Status Change(absl::Time deadline,
                      const std::function<absl::Status(StoreTransaction&)>& body);

  // Moves what was appended into the log of changes.
  absl::Status SequenceChanges(absl::Time deadline);
  const sql::SequencedLog& changes() const { return changes_; }
  // Every event of the log of changes, in order, with what was appended until now; ends with the
  // first error of `take`.
  absl::Status ReadChanges(
      absl::Time deadline,
      const std::function<absl::Status(const v1::CatalogueEvent&, const sql::LogEntry&)>& take);

  // The programmes with the versions of their histories.
  absl::StatusOr<std::map<std::string, HistoryVersion>> Versions(absl::Time deadline);
  // One programme's; that of an empty history if it is unknown.
  absl::StatusOr<HistoryVersion> Version(absl::Time deadline, const std::string& programme);
  // Empty if it is unknown.
  absl::StatusOr<History> ReadHistory(absl::Time deadline, const std::string& programme);

  // Errors: RELEASE_NOT_FOUND. Imported ones are found too.
  absl::StatusOr<StoredRelease> FindRelease(absl::Time deadline, const std::string& digest);
  // Errors: RELEASE_NOT_FOUND; DIGEST_MISMATCH if the store holds other bytes.
  absl::StatusOr<std::string> ReleaseBytesOf(absl::Time deadline, const std::string& digest);
  // Only of published ones.
  absl::StatusOr<std::string> ReleaseEnvelope(absl::Time deadline, const std::string& digest);
  // Nothing if it was not withdrawn.
  absl::StatusOr<std::optional<v1::Withdrawal>> FindWithdrawal(absl::Time deadline,
                                                               const std::string& digest);
  // Another edition of its programme and year that has a published release; empty if there is none.
  absl::StatusOr<std::string> OtherEditionOfYear(absl::Time deadline,
                                                 const v1::ReleaseSummary& release);
  // Digests of the edition's published releases, by number.
  absl::StatusOr<std::map<int, std::string>> PublishedDigests(absl::Time deadline,
                                                              const std::string& edition);
  // Digests of the edition's imported releases with that number that are not published, the newest
  // first.
  absl::StatusOr<std::vector<std::string>> Candidates(absl::Time deadline,
                                                      const std::string& edition, int number);
  // The newest imported one, published or not; nothing if there is none.
  absl::StatusOr<std::optional<StoredRelease>> LatestImport(absl::Time deadline,
                                                            const std::string& edition);
  // Of the programme (empty: all) and edition (empty: all), from the newest, after a position.
  absl::StatusOr<std::vector<StoredRelease>> ListReleases(absl::Time deadline,
                                                          const ReleaseQuery& query);
  // Of every release, published or not, by digest.
  absl::StatusOr<std::map<std::string, ReleaseColumns>> AllReleases(absl::Time deadline);
  absl::StatusOr<int> CountReleases(absl::Time deadline, const ReleaseQuery& query);
  absl::StatusOr<std::vector<v1::EditionSummary>> ListEditions(absl::Time deadline,
                                                               const EditionQuery& query);
  absl::StatusOr<int> CountEditions(absl::Time deadline, const EditionQuery& query);

  // Errors: NOTES_NOT_FOUND.
  absl::StatusOr<StoredNotes> FindNotes(absl::Time deadline, const std::string& edition);

  // By key.
  absl::StatusOr<std::vector<StoredInstance>> Instances(absl::Time deadline);
  absl::StatusOr<LastSeen> InstancesSeen(absl::Time deadline);

 private:
  explicit Store(sql::Database& database)
      : database_(database), changes_(database, "changes"), audit_(database, audit::kLogName) {}

  absl::StatusOr<std::string> ReleaseColumn(absl::Time deadline, const std::string& digest,
                                            const char* column);

  sql::Database& database_;
  const sql::SequencedLog changes_;
  const sql::SequencedLog audit_;
};

}  // namespace zhiping::catalogue
