#include "common/audit/audit_log.h"

#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/sql/migrations.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "zhiping/audit_migrations/migrations.h"

namespace zhiping::audit {
namespace {

constexpr absl::Duration kTick = absl::Seconds(1);
constexpr absl::Duration kWriteTimeout = absl::Seconds(5);
// Denied calls that wait for a database that is away; beyond, the oldest are lost, and logged as
// every denied call is.
constexpr size_t kMostUnwritten = 100'000;

// Whose read of which file, for whom and what for; of what is done with it, also what.
std::string KeyOf(const identity::Caller& caller, const std::string& method,
                  const rpc::EnterpriseFile& file) {
  return absl::StrJoin(
      {caller.issuer, caller.subject, caller.acting_for, caller.service, file.enterprise, file.kind,
       file.id, file.purpose, file.acted_on ? method : std::string()},
      std::string(1, '\0'));
}

absl::Status Unavailable(const absl::Status& cause) {
  return WithLogText(
      MakeError(absl::StatusCode::kUnavailable, Reason::AUDIT_UNAVAILABLE,
                "查阅企业资料须先留下审计记录，而审计日志现在无法写入，请稍后再试。",
                "Reading an enterprise's file is recorded first, and the audit log cannot be "
                "written now: try again later."),
      cause.ToString());
}

// Made once. Chance tells databases apart, as nobody hands out numbers.
absl::StatusOr<std::string> IdOfLog(sql::Database& database, absl::Time deadline) {
  absl::BitGen random;
  const std::string id = absl::StrFormat("%016x%016x", absl::Uniform<uint64_t>(random),
                                         absl::Uniform<uint64_t>(random));
  RETURN_IF_ERROR(database
                      .Apply(deadline, {{"INSERT INTO audit_log (singleton, id) VALUES (1, $1) "
                                         "ON CONFLICT DO NOTHING",
                                         {id}}})
                      .status());
  ASSIGN_OR_RETURN(auto rows, database.Query<std::string>(deadline, "SELECT id FROM audit_log"));
  return std::move(std::get<0>(rows.front()));
}

}  // namespace

absl::Status Append(const sql::SequencedLog& entries, sql::Transaction& transaction,
                    const AuditEntry& entry) {
  return entries.Append(transaction, FromTimestamp(entry.instant()), entry.SerializeAsString());
}

absl::StatusOr<std::unique_ptr<AuditLog>> AuditLog::Open(const AuditOptions& options,
                                                         sql::Database& database,
                                                         const Clock& clock, const rpc::Log& log,
                                                         absl::Time deadline) {
  if (options.retention != absl::ZeroDuration() && options.retention < kLeastRetention) {
    const int64_t days = absl::ToInt64Hours(kLeastRetention) / 24;
    return MakeError(
        absl::StatusCode::kInvalidArgument, Reason::INVALID_FIELD,
        absl::StrCat("--audit-retention-days 至少 ", days, " 天（六个月），0 为永久保留。"),
        absl::StrCat("--audit-retention-days is at least ", days,
                     " days (six months); 0 keeps everything."),
        {{"field", "--audit-retention-days"}});
  }
  RETURN_IF_ERROR(sql::InitialiseLogs(database, deadline));
  RETURN_IF_ERROR(sql::Migrate(database, deadline, "audit", audit_migrations::Migrations()));
  std::unique_ptr<AuditLog> audit(new AuditLog(options, database, clock, log));
  std::shared_ptr<const envelope::Trust> trust;
  if (!options.trust_file.empty() || !options.keys.empty()) {
    ASSIGN_OR_RETURN(trust, ReadTrust(options.trust_file));
    audit->kept_heads_ =
        std::make_unique<const KeptHeads>(database, options.service, trust, clock, log);
  }
  if (!options.keys.empty()) {
    ASSIGN_OR_RETURN(std::string id, IdOfLog(database, deadline));
    ASSIGN_OR_RETURN(audit->signer_,
                     HeadSigner::Open(options.keys, trust, options.service, clock.Now()));
    audit->heads_ = std::make_unique<const SignedHeads>(database, audit->entries_, std::move(id),
                                                        *audit->signer_, clock, log);
    audit->signing_ = std::make_unique<Periodic>(options.sign_interval,
                                                 [self = audit.get()] { self->SignAndCut(); });
  }
  audit->writing_ = std::make_unique<Periodic>(kTick, [self = audit.get()] { self->Write(false); });
  return audit;
}

AuditLog::AuditLog(const AuditOptions& options, sql::Database& database, const Clock& clock,
                   const rpc::Log& log)
    : database_(database),
      clock_(clock),
      entries_(database, kLogName),
      retention_(options.retention),
      give_head_(options.give_head),
      written_(log, rpc::Severity::kError, "audit_not_written", "audit_written"),
      sequenced_(log, rpc::Severity::kError, "audit_not_sequenced", "audit_sequenced"),
      kept_(log, rpc::Severity::kError, "audit_head_not_kept", "audit_head_kept"),
      signed_(log, rpc::Severity::kError, "audit_not_signed", "audit_signed"),
      given_(log, rpc::Severity::kWarning, "audit_head_not_given", "audit_head_given") {}

AuditLog::~AuditLog() {
  signing_ = nullptr;
  writing_ = nullptr;
  last_sequenced_ = -absl::InfiniteDuration();
  Write(true);
  // So that nothing at the end can go before somebody has a head of it.
  if (heads_ != nullptr) SignAndCut();
}

void AuditLog::Denied(const identity::Caller& caller, absl::string_view method,
                      Reason::Value reason) {
  absl::MutexLock lock(&mutex_);
  denied_.Add(caller, method, reason, clock_.Now());
}

bool AuditLog::Enqueue(Read& read) {
  absl::MutexLock lock(&mutex_);
  if (waiting_.size() >= kMostWaitingReads) return false;
  waiting_.push_back(std::move(read));
  return true;
}

void AuditLog::RecordReads(rpc::CallerPtr caller, absl::string_view method,
                           std::vector<rpc::EnterpriseFile> files,
                           std::function<void(const absl::Status&)> done) {
  Read read = {std::move(caller), std::string(method), std::move(files), std::move(done)};
  if (!Enqueue(read)) {
    return read.done(Unavailable(absl::ResourceExhaustedError("too many reads wait")));
  }
  writing_->Wake();
}

absl::Status AuditLog::Sequence(absl::Time deadline) const {
  constexpr int kAtOnce = 1000;
  while (true) {
    ASSIGN_OR_RETURN(const int moved, entries_.Sequence(deadline, kAtOnce));
    if (moved < kAtOnce) return absl::OkStatus();
  }
}

absl::StatusOr<std::string> AuditLog::SignHead(absl::Time deadline) const {
  if (heads_ == nullptr) {
    return MakeError(absl::StatusCode::kFailedPrecondition, Reason::AUDIT_NOT_KEPT,
                     "本服务不签署审计日志头：启动时未给出 --audit-key。",
                     "This service signs no heads of its audit log: it was started without "
                     "--audit-key.");
  }
  // A database that only reads gives what was moved until then.
  Sequence(deadline).IgnoreError();
  return heads_->Sign(deadline);
}

std::string AuditLog::last_signed_head() const {
  absl::MutexLock lock(&mutex_);
  return last_signed_head_;
}

void AuditLog::SignAndCut() {
  const absl::StatusOr<std::string> head = SignHead(absl::Now() + kWriteTimeout);
  absl::Status status = head.status();
  if (status.ok() && retention_ > absl::ZeroDuration()) {
    status = heads_->CutOlderThan(absl::Now() + kWriteTimeout, retention_);
  }
  signed_.Note(status);
  if (!head.ok()) return;
  {
    absl::MutexLock lock(&mutex_);
    last_signed_head_ = *head;
  }
  if (give_head_ != nullptr) given_.Note(give_head_(*head));
}

void AuditLog::KeepSoon(absl::string_view giver, const std::string& envelope) {
  absl::MutexLock lock(&mutex_);
  received_ = {std::string(giver), envelope};
}

void AuditLog::KeepReceived() {
  GivenHead head;
  {
    absl::MutexLock lock(&mutex_);
    head = std::exchange(received_, {});
  }
  // What could not be kept comes again.
  if (kept_heads_ == nullptr || head.envelope.empty() || head.envelope == last_kept_head_) return;
  const absl::Status kept =
      kept_heads_->Keep(absl::Now() + kWriteTimeout, head.giver, head.envelope);
  if (kept.ok()) last_kept_head_ = std::move(head.envelope);
  kept_.Note(kept);
}

void AuditLog::Write(bool all) {
  // Where nothing was to be written, it is not known whether it could be.
  std::optional<absl::Status> written = WriteReads();
  if (const auto denied = WriteDenied(all)) {
    if (written.has_value()) {
      written->Update(*denied);
    } else {
      written = denied;
    }
  }
  if (written.has_value()) written_.Note(*written);
  KeepReceived();
  // Not with every read: it is a transaction of its own.
  if (clock_.Steady() - last_sequenced_ < kTick) return;
  last_sequenced_ = clock_.Steady();
  sequenced_.Note(Sequence(absl::Now() + kWriteTimeout));
}

std::optional<absl::Status> AuditLog::WriteReads() {
  std::deque<Read> reads;
  {
    absl::MutexLock lock(&mutex_);
    reads.swap(waiting_);
  }
  if (reads.empty()) return std::nullopt;
  const absl::Time now = clock_.Now();
  const absl::Duration steady = clock_.Steady();
  std::vector<AuditEntry> entries;
  absl::flat_hash_map<std::string, absl::Duration> recorded;
  for (const Read& read : reads) {
    for (const rpc::EnterpriseFile& file : read.files) {
      std::string key = KeyOf(*read.caller, read.method, file);
      const auto known = recorded_.find(key);
      if (known != recorded_.end() && steady - known->second < kSameRead) continue;
      if (!recorded.try_emplace(std::move(key), steady).second) continue;
      AuditEntry entry = NewEntry(AuditEntry::ACCESS, *read.caller, read.method, now);
      entry.mutable_subject()->set_kind(file.kind);
      entry.mutable_subject()->set_id(file.id);
      entry.mutable_subject()->set_enterprise(file.enterprise);
      entry.set_reason(file.purpose);
      entries.push_back(std::move(entry));
    }
  }
  const absl::Status written = Append(entries);
  if (written.ok()) {
    ForgetOldReads();
    for (auto& [key, at] : recorded) recorded_.insert_or_assign(key, at);
  }
  const absl::Status said = written.ok() ? written : Unavailable(written);
  for (const Read& read : reads) read.done(said);
  if (entries.empty()) return std::nullopt;
  return written;
}

std::optional<absl::Status> AuditLog::WriteDenied(bool all) {
  {
    absl::MutexLock lock(&mutex_);
    auto due = denied_.TakeDue(all ? absl::InfiniteFuture() : clock_.Now());
    unwritten_.insert(unwritten_.end(), std::make_move_iterator(due.begin()),
                      std::make_move_iterator(due.end()));
  }
  if (unwritten_.size() > kMostUnwritten) {
    unwritten_.erase(unwritten_.begin(),
                     unwritten_.end() - static_cast<std::ptrdiff_t>(kMostUnwritten));
  }
  if (unwritten_.empty()) return std::nullopt;
  // With a COMMIT whose answer was lost, rows may be there twice: better than not at all.
  const absl::Status written = Append(unwritten_);
  if (written.ok()) unwritten_.clear();
  return written;
}

absl::Status AuditLog::Append(const std::vector<AuditEntry>& entries) {
  if (entries.empty()) return absl::OkStatus();
  return database_.Transact(absl::Now() + kWriteTimeout, {.may_repeat = true},
                            [&](sql::Transaction& transaction) -> absl::Status {
                              for (const AuditEntry& entry : entries) {
                                RETURN_IF_ERROR(audit::Append(entries_, transaction, entry));
                              }
                              return absl::OkStatus();
                            });
}

void AuditLog::ForgetOldReads() {
  if (recorded_.size() < kMostRememberedReads) return;
  const absl::Duration steady = clock_.Steady();
  for (auto read = recorded_.begin(); read != recorded_.end();) {
    const auto next = std::next(read);
    if (steady - read->second >= kSameRead) recorded_.erase(read);
    read = next;
  }
  // Who reads so much is recorded more often rather than less.
  if (recorded_.size() >= kMostRememberedReads) recorded_.clear();
}

}  // namespace zhiping::audit
