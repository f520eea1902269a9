// zhiping-scoring: the scoring service. Wiring only.
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "common/audit/audit_flags.h"
#include "common/audit/head_giving.h"
#include "common/audit/operations_service.h"
#include "common/criteria/release.h"
#include "common/releases/release_flags.h"
#include "common/releases/seed.h"
#include "common/rpc/certificate_watch.h"
#include "common/rpc/flags.h"
#include "common/rpc/metrics.h"
#include "common/rpc/server.h"
#include "common/rpc/service_main.h"
#include "common/status/status_macros.h"
#include "common/time/clock.h"
#include "services/scoring/scoring_service.h"

namespace zhiping::scoring {
namespace {

struct Flags {
  rpc::ServiceFlags service;
  releases::ReleaseFlags releases;
  int pool_threads = 2;
  int pool_queue = 256;
  // Empty: none.
  sql::Options audit_database;
  audit::AuditFlags audit;
};

constexpr char kService[] = "scoring";
constexpr char kCatalogue[] = "catalogue";
constexpr absl::Duration kOpenTimeout = absl::Seconds(30);

void AddFlags(CLI::App& app, Flags& flags) {
  // Room for 63 streams of batches at a time.
  flags.service.server.request_buffer_bytes = 512 << 20;
  releases::AddReleaseFlags(app, flags.releases);
  rpc::AddNumberFlag(app, "--pool-threads", flags.pool_threads, 1, 256,
                     "计算提升路径和批量评分的线程数 / threads for plans and batches");
  rpc::AddNumberFlag(app, "--pool-queue", flags.pool_queue, 1, 100'000,
                     "最多排队的任务数，超出即拒绝 / tasks that may wait; more are refused");
  const auto* const database = rpc::AddFlag(
      app, "--audit-database", flags.audit_database.database,
      "审计日志的数据库 sqlite:PATH 或 "
      "postgres://USER@HOST[,HOST]/NAME（不在本机的须加 "
      "?sslmode=verify-full&sslrootcert=CA文件），空则被拒绝的调用只记入运行日志，且只能在"
      "本机监听 / database of the audit log; empty: denied calls are only logged, and on "
      "this machine only");
  auto* const password =
      rpc::AddFlag(app, "--audit-database-password-file", flags.audit_database.password_file,
                   "只含 PostgreSQL 口令的文件 / file with the password of PostgreSQL");
  audit::AddAuditFlags(app, flags.audit);
  rpc::UsedOnlyWith(*database, {password, app.get_option("--audit-key"),
                                app.get_option("--audit-retention-days")});
}

absl::Status Serve(Flags& flags, const rpc::TerminationSignals& signals, const rpc::Log& log) {
  const Clock& clock = SystemClock();
  RETURN_IF_ERROR(rpc::CheckSecured(flags.service, clock.Now()));
  RETURN_IF_ERROR(
      audit::CheckKept(flags.audit, flags.audit_database.database, flags.service.server.listen));
  ASSIGN_OR_RETURN(const auto trust, releases::ReadTrustFile(flags.releases.trust_file));
  rpc::Metrics metrics;
  ASSIGN_OR_RETURN(
      const auto certificate,
      rpc::CertificateWatch::Open(flags.service.server.tls, kService, clock, metrics, log));
  flags.service.server.tls = certificate->files();
  ASSIGN_OR_RETURN(const auto access,
                   rpc::AccessControl::Open(flags.service.access, clock, log, &metrics));
  std::unique_ptr<sql::Database> database;
  // Opened before anything is followed, and ends after it.
  std::unique_ptr<audit::AuditLog> audit;
  // What is followed ends after the server.
  absl::Mutex mutex;
  rpc::Server* serving = nullptr;
  ASSIGN_OR_RETURN(const auto served, releases::ServedReleases::Create(
                                          flags.releases, kService, flags.service.server.tls, clock,
                                          metrics, log, [&audit](const std::string& head) {
                                            if (audit != nullptr) audit->KeepSoon(kCatalogue, head);
                                          }));
  std::unique_ptr<prometheus::Exposer> exposer;
  if (!flags.service.metrics_listen.empty()) {
    ASSIGN_OR_RETURN(exposer, rpc::ServeMetrics(metrics, flags.service.metrics_listen));
  }
  if (flags.audit_database.database.empty()) {
    log.Write(rpc::Severity::kWarning, "no_audit_database",
              {{"text", "denied calls are only logged: give --audit-database"}});
  } else {
    ASSIGN_OR_RETURN(database, sql::Database::Open(flags.audit_database));
    audit::AuditOptions options = flags.audit.Options(kService, flags.releases.trust_file);
    options.give_head = audit::GiveHeadsTo(served->catalogue());
    ASSIGN_OR_RETURN(
        audit, audit::AuditLog::Open(options, *database, clock, log, absl::Now() + kOpenTimeout));
  }
  rpc::BoundedPool pool(flags.pool_threads, flags.pool_queue);
  rpc::CallEnvironment environment = {metrics, log, *access};
  environment.audit = audit.get();
  rpc::LargeStreams large_streams(flags.service.server.request_buffer_bytes,
                                  flags.service.server.max_request_bytes, metrics);
  environment.large_streams = &large_streams;
  ScoringService service(served->releases(), clock, pool, *trust, environment);
  audit::OperationsService operations(audit.get(), pool, environment);
  ASSIGN_OR_RETURN(
      const auto server,
      rpc::Server::Start(flags.service.server,
                         {{v1::ScoringService::service_full_name(), &service},
                          {common::v1::OperationsService::service_full_name(), &operations}},
                         &environment));
  log.Write(rpc::Severity::kInfo, "serving",
            {{"listen", flags.service.server.listen},
             {"port", static_cast<int64_t>(server->port())},
             {"instance", served->instance_id()},
             {"version", std::string(criteria::kEngineVersion)}});
  {
    absl::MutexLock lock(&mutex);
    serving = server.get();
  }
  served->Start([&] {
    absl::MutexLock lock(&mutex);
    if (serving == nullptr) return;
    serving->SetReady(true);
    log.Write(rpc::Severity::kInfo, "ready",
              {{"instance", served->instance_id()},
               {"releases", served->releases().snapshot()->InForceText()}});
  });
  server->ServeUntil(signals, log, [&] {
    absl::MutexLock lock(&mutex);
    serving = nullptr;
  });
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  Flags flags;
  return rpc::ServiceMain(
      argc, argv,
      {"智评评分服务 / Zhiping scoring service", "zhiping-scoring", criteria::kEngineVersion,
       flags.service, [&](CLI::App& app) { AddFlags(app, flags); },
       [&](const rpc::TerminationSignals& signals, const rpc::Log& log) {
         return Serve(flags, signals, log);
       }});
}

}  // namespace
}  // namespace zhiping::scoring

int main(int argc, char** argv) { return zhiping::scoring::Main(argc, argv); }
