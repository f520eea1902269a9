// The audit log of a service: who did what, on a sequenced, hash-chained log named `audit`.
//
//   ASSIGN_OR_RETURN(const auto audit, AuditLog::Open(*database, clock, log, deadline));
//   environment.audit = audit.get();
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/audit/denied_calls.h"
#include "common/audit/entry.h"
#include "common/audit/kept_heads.h"
#include "common/audit/signed_heads.h"
#include "common/rpc/call_audit.h"
#include "common/rpc/log.h"
#include "common/rpc/outcome_log.h"
#include "common/sql/database.h"
#include "common/sql/sequenced_log.h"
#include "common/time/clock.h"
#include "common/time/periodic.h"

namespace zhiping::audit {

// The same reader and file within so long is one entry.
inline constexpr absl::Duration kSameRead = absl::Minutes(10);
// Calls whose reads wait to be recorded; more give no answer.
inline constexpr size_t kMostWaitingReads = 1024;
// Readers and files that are remembered as recorded; beyond, some are recorded once more.
inline constexpr size_t kMostRememberedReads = 100'000;

struct AuditOptions {
  // `catalogue`, `scoring`, …: whose log it is, which stands in each signed head.
  std::string service;
  // Files with the private keys that sign heads. Without any nothing is signed, nor ever cut.
  std::vector<std::string> keys;
  // Whose signatures of heads count. Empty: no heads are kept.
  std::string trust_file;
  // Gives each head that was signed to another service, which keeps it. Null: nobody does.
  std::function<absl::Status(const std::string& envelope)> give_head;
  // How often the head is signed.
  absl::Duration sign_interval = absl::Minutes(1);
  // How long entries are kept, at least kLeastRetention; 0: for ever.
  absl::Duration retention;
};

// Thread-safe. One thread of its own writes; what waits together is committed together. Another
// signs.
class AuditLog final : public rpc::CallAudit {
 public:
  // Makes the tables. All outlive this. Errors: as sql::Migrate; those of HeadSigner::Open;
  // INVALID_FIELD for a retention that is too short.
  static absl::StatusOr<std::unique_ptr<AuditLog>> Open(const AuditOptions& options,
                                                        sql::Database& database, const Clock& clock,
                                                        const rpc::Log& log, absl::Time deadline);
  // Writes what is not written yet. REQUIRES: no call runs any more.
  ~AuditLog() override;
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;

  void Denied(const identity::Caller& caller, absl::string_view method,
              Reason::Value reason) override;
  void RecordReads(rpc::CallerPtr caller, absl::string_view method,
                   std::vector<rpc::EnterpriseFile> files,
                   std::function<void(const absl::Status&)> done) override;

  // Moves what is committed into the log: what was recorded before is in it. Errors: those of the
  // database.
  absl::Status Sequence(absl::Time deadline) const;
  const sql::SequencedLog& entries() const { return entries_; }
  // Null: heads are not signed.
  const SignedHeads* heads() const { return heads_.get(); }
  // The head as it is now, signed. Errors: AUDIT_NOT_KEPT, those of SignedHeads::Sign.
  absl::StatusOr<std::string> SignHead(absl::Time deadline) const;
  // The envelope that was signed last, within a minute; empty: none yet.
  std::string last_signed_head() const;

  // Heads of other services. Null: none are kept.
  const KeptHeads* kept_heads() const { return kept_heads_.get(); }
  // Keeps a head that `giver` gave, soon; the latest if several came within a second.
  void KeepSoon(absl::string_view giver, const std::string& envelope);

 private:
  struct Read {
    rpc::CallerPtr caller;
    std::string method;
    std::vector<rpc::EnterpriseFile> files;
    std::function<void(const absl::Status&)> done;
  };

  AuditLog(const AuditOptions& options, sql::Database& database, const Clock& clock,
           const rpc::Log& log);

  // Takes the read for the thread that writes; false, and leaves it, if too many wait.
  bool Enqueue(Read& read);
  // What the thread does. `all`: also the denied calls of the present minute.
  void Write(bool all);
  // Whether what waited could be written; null: nothing did.
  std::optional<absl::Status> WriteReads();
  std::optional<absl::Status> WriteDenied(bool all);
  absl::Status Append(const std::vector<AuditEntry>& entries);
  void ForgetOldReads();
  void KeepReceived();
  // What the thread that signs does.
  void SignAndCut();

  sql::Database& database_;
  const Clock& clock_;
  const sql::SequencedLog entries_;
  const absl::Duration retention_;
  const std::function<absl::Status(const std::string& envelope)> give_head_;
  // Null: without keys.
  std::unique_ptr<const HeadSigner> signer_;
  std::unique_ptr<const SignedHeads> heads_;
  // Null: without a trust file.
  std::unique_ptr<const KeptHeads> kept_heads_;

  mutable absl::Mutex mutex_;
  std::deque<Read> waiting_ ABSL_GUARDED_BY(mutex_);
  DeniedCalls denied_ ABSL_GUARDED_BY(mutex_);
  std::string last_signed_head_ ABSL_GUARDED_BY(mutex_);
  struct GivenHead {
    std::string giver, envelope;
  };
  // That is to be kept; empty: none.
  GivenHead received_ ABSL_GUARDED_BY(mutex_);

  // Of the thread alone.
  rpc::OutcomeLog written_, sequenced_, kept_;
  std::string last_kept_head_;
  // Denied calls whose minute is over and which could not be written yet.
  std::vector<AuditEntry> unwritten_;
  // When a reader and a file were recorded, by the steady clock.
  absl::flat_hash_map<std::string, absl::Duration> recorded_;
  absl::Duration last_sequenced_ = -absl::InfiniteDuration();
  // Of the thread that signs.
  rpc::OutcomeLog signed_, given_;
  // They end first.
  std::unique_ptr<Periodic> writing_, signing_;
};

// Appends an entry in the transaction of what it is about. REQUIRES: AuditLog::Open has succeeded
// on the database, or sql::InitialiseLogs.
absl::Status Append(const sql::SequencedLog& entries, sql::Transaction& transaction,
                    const AuditEntry& entry);

}  // namespace zhiping::audit
