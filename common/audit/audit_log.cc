#include "common/audit/audit_log.h"

#include <utility>

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

// Whose read of which file.
std::string KeyOf(const identity::Caller& caller, const rpc::EnterpriseFile& file) {
  return absl::StrJoin(
      {caller.issuer, caller.subject, caller.service, file.enterprise, file.kind, file.id},
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

}  // namespace

absl::Status Append(const sql::SequencedLog& entries, sql::Transaction& transaction,
                    const AuditEntry& entry) {
  return entries.Append(transaction, FromTimestamp(entry.instant()), entry.SerializeAsString());
}

absl::StatusOr<std::unique_ptr<AuditLog>> AuditLog::Open(sql::Database& database,
                                                         const Clock& clock, const rpc::Log& log,
                                                         absl::Time deadline) {
  RETURN_IF_ERROR(sql::InitialiseLogs(database, deadline));
  RETURN_IF_ERROR(sql::Migrate(database, deadline, "audit", audit_migrations::Migrations()));
  std::unique_ptr<AuditLog> audit(new AuditLog(database, clock, log));
  audit->writing_ = std::make_unique<Periodic>(kTick, [self = audit.get()] { self->Write(false); });
  return audit;
}

AuditLog::AuditLog(sql::Database& database, const Clock& clock, const rpc::Log& log)
    : database_(database),
      clock_(clock),
      entries_(database, kLogName),
      written_(log, rpc::Severity::kError, "audit_not_written", "audit_written"),
      sequenced_(log, rpc::Severity::kError, "audit_not_sequenced", "audit_sequenced") {}

AuditLog::~AuditLog() {
  writing_ = nullptr;
  last_sequenced_ = -absl::InfiniteDuration();
  Write(true);
}

void AuditLog::Denied(const identity::Caller& caller, absl::string_view method,
                      Reason::Value reason) {
  absl::MutexLock lock(&mutex_);
  denied_.Add(caller, method, reason, clock_.Now());
}

void AuditLog::RecordReads(rpc::CallerPtr caller, absl::string_view method,
                           std::vector<rpc::EnterpriseFile> files,
                           std::function<void(const absl::Status&)> done) {
  bool full = false;
  {
    absl::MutexLock lock(&mutex_);
    full = waiting_.size() >= kMostWaitingReads;
    if (!full) {
      waiting_.push_back(
          {std::move(caller), std::string(method), std::move(files), std::move(done)});
    }
  }
  // Without the lock: it answers a call.
  if (full) return done(Unavailable(absl::ResourceExhaustedError("too many reads wait")));
  writing_->Wake();
}

absl::Status AuditLog::Sequence(absl::Time deadline) const {
  constexpr int kAtOnce = 1000;
  while (true) {
    ASSIGN_OR_RETURN(const int moved, entries_.Sequence(deadline, kAtOnce));
    if (moved < kAtOnce) return absl::OkStatus();
  }
}

void AuditLog::Write(bool all) {
  WriteReads();
  written_.Note(WriteDenied(all));
  // Not with every read: it is a transaction of its own.
  if (clock_.Steady() - last_sequenced_ < kTick) return;
  last_sequenced_ = clock_.Steady();
  sequenced_.Note(Sequence(absl::Now() + kWriteTimeout));
}

void AuditLog::WriteReads() {
  std::deque<Read> reads;
  {
    absl::MutexLock lock(&mutex_);
    reads.swap(waiting_);
  }
  if (reads.empty()) return;
  const absl::Time now = clock_.Now();
  const absl::Duration steady = clock_.Steady();
  std::vector<AuditEntry> entries;
  absl::flat_hash_map<std::string, absl::Duration> recorded;
  for (const Read& read : reads) {
    for (const rpc::EnterpriseFile& file : read.files) {
      std::string key = KeyOf(*read.caller, file);
      const auto known = recorded_.find(key);
      if (known != recorded_.end() && steady - known->second < kSameRead) continue;
      if (!recorded.try_emplace(std::move(key), steady).second) continue;
      AuditEntry entry = NewEntry(AuditEntry::ACCESS, *read.caller, read.method, now);
      entry.mutable_subject()->set_kind(file.kind);
      entry.mutable_subject()->set_id(file.id);
      entry.mutable_subject()->set_enterprise(file.enterprise);
      entries.push_back(std::move(entry));
    }
  }
  absl::Status written = Append(entries);
  if (written.ok()) {
    ForgetOldReads();
    for (auto& [key, at] : recorded) recorded_.insert_or_assign(key, at);
  } else {
    written_.Note(written);
    written = Unavailable(written);
  }
  for (const Read& read : reads) read.done(written);
}

absl::Status AuditLog::WriteDenied(bool all) {
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
  // With a COMMIT whose answer was lost, rows may be there twice: better than not at all.
  RETURN_IF_ERROR(Append(unwritten_));
  unwritten_.clear();
  return absl::OkStatus();
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
