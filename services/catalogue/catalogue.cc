#include "services/catalogue/catalogue.h"

#include <utility>

#include "absl/time/clock.h"
#include "common/redis/metrics.h"
#include "common/sql/standby.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/catalogue/change_check.h"
#include "services/catalogue/domain/convergence.h"
#include "services/catalogue/log_heads.h"
#include "services/catalogue/logged_fences.h"
#include "services/catalogue/metrics.h"

namespace zhiping::catalogue {
namespace {

constexpr absl::Duration kOpenTimeout = absl::Seconds(30);
// Some millions of entries; a catalogue has hundreds.
constexpr absl::Duration kVerifyTimeout = absl::Minutes(2);
constexpr absl::Duration kWriteTimeout = absl::Seconds(5);
// Reports are written when they come; what could not be written is tried again after this.
constexpr absl::Duration kReportInterval = absl::Seconds(1);
constexpr absl::Duration kSequenceInterval = absl::Seconds(1);
// How long Redis may lack what it has lost.
constexpr absl::Duration kCopyInterval = absl::Milliseconds(500);

absl::Status CheckStandby(sql::Database& database, StandbyCheck check, const rpc::Log& log) {
  if (check == StandbyCheck::kOff) return absl::OkStatus();
  absl::Status checked = sql::CheckSynchronousStandby(database, absl::Now() + kOpenTimeout);
  ErrorDetail detail = DetailOf(checked);
  if (checked.ok() || detail.reason() != Reason::NO_SYNCHRONOUS_STANDBY) return checked;
  if (check == StandbyCheck::kWarn) {
    log.Write(rpc::Severity::kWarning, "no_synchronous_standby",
              {{"message", detail.message().en()}});
    return absl::OkStatus();
  }
  detail.mutable_message()->mutable_zh()->append(
      "标准目录服务不会启动：此时已提交的内容会随主库一起丢失。请恢复同步备库；确要在没有它时启动，"
      "请用"
      " "
      "--standby-check warn。");
  detail.mutable_message()->mutable_en()->append(
      " The catalogue does not start: what it commits now would be lost with the primary. Bring "
      "the "
      "standby back; to start without one all the same, use --standby-check warn.");
  return MakeError(checked.code(), detail);
}

// Whoever changed the log may have changed anything, and whoever changed something else has not
// changed the log with it: nothing is signed on top of that.
absl::Status VerifyChanges(Store& store, absl::Time now) {
  const absl::Time deadline = absl::Now() + kVerifyTimeout;
  absl::Status verified = store.changes().Verify(deadline).status();
  if (verified.ok()) verified = TakeLoggedFences(store, deadline);
  if (verified.ok()) verified = CheckStoreByChanges(store, now, deadline);
  if (verified.ok()) return verified;
  ErrorDetail detail = DetailOf(verified);
  if (detail.reason() != Reason::LOG_BROKEN) return verified;
  detail.mutable_message()->mutable_zh()->append(
      "标准目录服务不会启动，也不会签署任何内容；请查明原因，从校验相符的备份恢复，并用 --restored "
      "启动。");
  detail.mutable_message()->mutable_en()->append(
      " The catalogue does not start and signs nothing: find out why, restore a backup that "
      "verifies, and start with --restored.");
  return MakeError(verified.code(), detail);
}

absl::Status RecordRestore(Store& store, const std::string& name, const Clock& clock,
                           const rpc::Log& log) {
  if (name.empty()) return absl::OkStatus();
  std::optional<std::string> incarnation;
  RETURN_IF_ERROR(
      store.Change(absl::Now() + kOpenTimeout, [&](StoreTransaction& transaction) -> absl::Status {
        ASSIGN_OR_RETURN(incarnation, transaction.RecordRestore(name, clock.Now()));
        return absl::OkStatus();
      }));
  if (incarnation.has_value()) {
    log.Write(rpc::Severity::kWarning, "store_restored",
              {{"name", name}, {"incarnation", *incarnation}});
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Catalogue>> Catalogue::Open(const CatalogueOptions& options,
                                                           const Clock& clock,
                                                           const rpc::CallEnvironment& environment,
                                                           std::function<void(bool)> ready) {
  ASSIGN_OR_RETURN(auto signing, Signing::Open(options.signing, clock.Now()));
  std::unique_ptr<redis::Client> redis;
  if (!options.redis.address.empty()) {
    ASSIGN_OR_RETURN(redis, redis::Client::Create(options.redis));
    environment.metrics.Add(redis::NewMetrics(*redis));
  }
  ASSIGN_OR_RETURN(auto database, sql::Database::Open(options.database));
  // Before the first write, which would wait for the standby.
  RETURN_IF_ERROR(CheckStandby(*database, options.standby_check, environment.log));
  ASSIGN_OR_RETURN(auto store, Store::Open(*database, absl::Now() + kOpenTimeout));
  RETURN_IF_ERROR(VerifyChanges(*store, clock.Now()));
  RETURN_IF_ERROR(RecordRestore(*store, options.restored, clock, environment.log));
  ASSIGN_OR_RETURN(auto audit, audit::AuditLog::Open(options.audit, *database, clock,
                                                     environment.log, absl::Now() + kOpenTimeout));
  rpc::CallEnvironment audited = environment;
  audited.audit = audit.get();
  return std::unique_ptr<Catalogue>(
      new Catalogue(options, clock, audited, std::move(ready), std::move(database),
                    std::move(store), std::move(audit), std::move(signing), std::move(redis)));
}

Catalogue::Catalogue(const CatalogueOptions& options, const Clock& clock,
                     const rpc::CallEnvironment& environment, std::function<void(bool)> ready,
                     std::unique_ptr<sql::Database> database, std::unique_ptr<Store> store,
                     std::unique_ptr<audit::AuditLog> audit, std::unique_ptr<Signing> signing,
                     std::unique_ptr<redis::Client> redis)
    : clock_(clock),
      log_(environment.log),
      sequenced_(environment.log, rpc::Severity::kError, "changes_not_sequenced",
                 "changes_sequenced"),
      database_(std::move(database)),
      store_(std::move(store)),
      audit_(std::move(audit)),
      calls_(environment),
      signing_(std::move(signing)),
      redis_(std::move(redis)),
      foreign_(*store_, *signing_, clock, environment.log, [this] { watching_->Wake(); }),
      watch_(clock, options.instance_lease),
      reports_(*store_, foreign_, watch_, clock, environment.log, options.reading.limits,
               [this] { reporting_->Wake(); }),
      subscriptions_({[this](const v1::SubscribeRequest& record, bool begins) {
                        reports_.Report(record, begins);
                      },
                      [this] { watching_->Wake(); }},
                     options.reading.limits),
      copies_(redis_ == nullptr ? nullptr
                                : std::make_unique<RedisCopies>(*redis_, *store_, *signing_,
                                                                foreign_, clock, environment.log)),
      confirmer_(*store_, *signing_, clock, environment.log, options.confirming,
                 ConfirmerListeners(std::move(ready))),
      releases_(*store_),
      reading_(*store_, confirmer_, reports_, watch_, releases_, clock, options.reading),
      publishing_(*store_, *signing_, watch_, clock,
                  {[this](absl::Time deadline, const std::string& programme) {
                     return copies_ == nullptr ? absl::OkStatus()
                                               : copies_->LookOnce(deadline, programme);
                   },
                   [this](const ConfirmedPtr& confirmed) { confirmer_.Committed(confirmed); }}),
      pool_(options.pool_threads, options.pool_queue),
      service_(reading_, subscriptions_, pool_, calls_),
      admin_service_(publishing_, reading_, pool_, calls_),
      operations_service_(audit_.get(), pool_, calls_),
      watching_(std::make_unique<Periodic>(options.watch_interval, [this] { confirmer_.Watch(); })),
      reporting_(std::make_unique<Periodic>(
          kReportInterval, [this] { reports_.Write(absl::Now() + kWriteTimeout); })),
      sequencing_(std::make_unique<Periodic>(kSequenceInterval, [this] { Sequence(); })) {
  environment.metrics.Add(NewMetrics(*store_, confirmer_, reading_));
  if (copies_ != nullptr) {
    copying_ = std::make_unique<Periodic>(kCopyInterval, [this] { copies_->Refresh(); });
  }
}

Catalogue::~Catalogue() { subscriptions_.Close(); }

std::vector<rpc::ServedService> Catalogue::services() {
  return {{v1::CatalogueService::service_full_name(), &service_},
          {v1::CatalogueAdminService::service_full_name(), &admin_service_},
          {common::v1::OperationsService::service_full_name(), &operations_service_}};
}

Confirmer::Listeners Catalogue::ConfirmerListeners(std::function<void(bool)> ready) {
  Confirmer::Listeners listeners;
  listeners.confirmed = [this](const ConfirmedPtr& confirmed) { Spread(confirmed); };
  listeners.forgotten = [this](const std::string& programme) {
    subscriptions_.Forget(programme);
    if (copies_ != nullptr) copies_->Forget(programme);
  };
  listeners.readable = std::move(ready);
  listeners.followed = [this] { return subscriptions_.Followed(); };
  return listeners;
}

void Catalogue::Spread(const ConfirmedPtr& confirmed) {
  subscriptions_.Spread(confirmed);
  if (copies_ != nullptr) copies_->Offer(confirmed);
}

void Catalogue::Sequence() {
  absl::Status written = store_->SequenceChanges(absl::Now() + kWriteTimeout);
  // Asked each time: other replicas move entries too.
  const auto head = store_->changes().Head(absl::Now() + kWriteTimeout);
  if (head.ok()) subscriptions_.SetLogHead(ToMessage(*head));
  subscriptions_.SetAuditHead(audit_->last_signed_head());
  WatchInstances();
  written.Update(store_->Change(
      absl::Now() + kWriteTimeout, [this](StoreTransaction& transaction) -> absl::Status {
        RETURN_IF_ERROR(transaction.RecordAllReached(clock_.Now()));
        for (const auto& [key, last_seen] : watch_.Expired()) {
          RETURN_IF_ERROR(transaction.RemoveInstanceSeenAt(key, last_seen).status());
        }
        return absl::OkStatus();
      }));
  sequenced_.Note(written);
}

void Catalogue::WatchInstances() {
  const auto seen = store_->InstancesSeen(absl::Now() + kWriteTimeout);
  if (!seen.ok()) return;
  watch_.SeeAll(*seen);
  const auto ahead = watch_.FindAhead();
  if (std::exchange(clocks_differ_, ahead.has_value()) || !ahead.has_value()) return;
  log_.Write(rpc::Severity::kWarning, "clocks_differ",
             {{"instance", ahead->instance}, {"behindMs", absl::ToInt64Milliseconds(ahead->by)}});
}

}  // namespace zhiping::catalogue
