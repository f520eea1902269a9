// The catalogue, put together: what main.cc serves, and what tests run in their own process.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/audit/operations_service.h"
#include "common/redis/client.h"
#include "common/rpc/server.h"
#include "common/time/clock.h"
#include "common/time/periodic.h"
#include "services/catalogue/catalogue_admin_service.h"
#include "services/catalogue/catalogue_service.h"
#include "services/catalogue/instance_reports.h"
#include "services/catalogue/instance_watch.h"
#include "services/catalogue/redis_copies.h"

namespace zhiping::catalogue {

// What is done about a primary database whose commits no synchronous standby has: they are lost
// with its disk, and after a failover the catalogue would be one restored from a backup.
enum class StandbyCheck {
  // It is not asked.
  kOff,
  // The start goes on, and the log says so.
  kWarn,
  // HA mode: it is not started on.
  kRequire,
};

struct CatalogueOptions {
  sql::Options database;
  StandbyCheck standby_check = StandbyCheck::kOff;
  SigningOptions signing;
  audit::AuditOptions audit;
  // No Redis if its address is empty.
  redis::Options redis;
  ConfirmerOptions confirming;
  ReadingOptions reading;
  // After which an instance's silence is UNKNOWN.
  absl::Duration instance_lease = absl::Seconds(15);
  // Names the restore from a backup that came before this start; empty: there was none.
  std::string restored;
  // How often the store is asked whether another replica has changed anything.
  absl::Duration watch_interval = absl::Milliseconds(100);
  int pool_threads = 8;
  int pool_queue = 256;
};

// Thread-safe.
class Catalogue {
 public:
  // Opens everything and begins to confirm states. `ready` is told whether the primary store can be
  // read. Errors: those of Database::Open, Store::Open, Signing::Open and redis::Client::Create;
  // NO_SYNCHRONOUS_STANDBY; LOG_BROKEN.
  static absl::StatusOr<std::unique_ptr<Catalogue>> Open(const CatalogueOptions& options,
                                                         const Clock& clock,
                                                         const rpc::CallEnvironment& environment,
                                                         std::function<void(bool)> ready);
  // REQUIRES: the server that serves it is closed.
  ~Catalogue();
  Catalogue(const Catalogue&) = delete;
  Catalogue& operator=(const Catalogue&) = delete;

  std::vector<rpc::ServedService> services();
  Store& store() { return *store_; }
  // What its calls are handled in, with what records them.
  const rpc::CallEnvironment& calls() const { return calls_; }

  // Ends the streams of Subscribe: before the server is closed.
  void EndStreams() { subscriptions_.Close(); }

 private:
  Catalogue(const CatalogueOptions& options, const Clock& clock,
            const rpc::CallEnvironment& environment, std::function<void(bool)> ready,
            std::unique_ptr<sql::Database> database, std::unique_ptr<Store> store,
            std::unique_ptr<audit::AuditLog> audit, std::unique_ptr<Signing> signing,
            std::unique_ptr<redis::Client> redis);

  Confirmer::Listeners ConfirmerListeners(std::function<void(bool)> ready);
  void Spread(const ConfirmedPtr& confirmed);
  void Sequence();
  // Sees who was heard from at any replica, so that silence is counted from then.
  void WatchInstances();

  const Clock& clock_;
  const rpc::Log& log_;
  // Of Sequence and WatchInstances alone.
  rpc::OutcomeLog sequenced_;
  bool clocks_differ_ = false;
  const std::unique_ptr<sql::Database> database_;
  const std::unique_ptr<Store> store_;
  const std::unique_ptr<audit::AuditLog> audit_;
  const rpc::CallEnvironment calls_;
  const std::unique_ptr<Signing> signing_;
  const std::unique_ptr<redis::Client> redis_;
  ForeignStates foreign_;
  InstanceWatch watch_;
  InstanceReports reports_;
  Subscriptions subscriptions_;
  // Null without Redis.
  std::unique_ptr<RedisCopies> copies_;
  Confirmer confirmer_;
  ReleaseCache releases_;
  Reading reading_;
  Publishing publishing_;
  rpc::BoundedPool pool_;
  CatalogueService service_;
  CatalogueAdminService admin_service_;
  audit::OperationsService operations_service_;
  // They use all that stands above, and end first. Null without Redis.
  std::unique_ptr<Periodic> watching_, reporting_, sequencing_, copying_;
};

}  // namespace zhiping::catalogue
