// zhiping-assessment: the assessment service. Wiring only.
#include <memory>

#include "common/audit/audit_flags.h"
#include "common/audit/head_giving.h"
#include "common/criteria/release.h"
#include "common/releases/release_flags.h"
#include "common/rpc/certificate_watch.h"
#include "common/rpc/channel.h"
#include "common/rpc/flags.h"
#include "common/rpc/metrics.h"
#include "common/rpc/server.h"
#include "common/rpc/service_main.h"
#include "common/rpc/target.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/clock.h"
#include "services/assessment/assessment.h"

namespace zhiping::assessment {
namespace {

struct Flags {
  rpc::ServiceFlags service;
  releases::ReleaseFlags releases;
  AssessmentOptions assessment;
  std::string scoring;
  audit::AuditFlags audit;
};

constexpr char kService[] = "assessment";
constexpr char kScoring[] = "scoring";
constexpr char kCatalogue[] = "catalogue";
// Readiness follows the database within this.
constexpr absl::Duration kLookInterval = absl::Seconds(1);

void AddFlags(CLI::App& app, Flags& flags) {
  auto& options = flags.assessment;
  rpc::AddFlag(app, "--database", options.database.database,
               "数据库：sqlite:PATH 或 postgres://USER@HOST[,HOST]/NAME，不在本机的须加 "
               "?sslmode=verify-full&sslrootcert=CA文件 / database: sqlite:PATH or "
               "postgres://USER@HOST[,HOST]/NAME, on another machine with "
               "?sslmode=verify-full&sslrootcert=CA_FILE")
      ->required();
  rpc::AddFlag(app, "--database-password-file", options.database.password_file,
               "只含 PostgreSQL 口令的文件 / file with the password of PostgreSQL");
  rpc::AddNumberFlag(app, "--database-connections", options.database.pool_size, 1, 256,
                     "数据库连接数 / connections to the database");
  rpc::AddListFlag(app, "--receipt-key", options.signing.keys,
                   "签署回执的私钥文件；有几个时以逗号分隔，或多次给出，文件名不得含逗号 / private "
                   "key that signs receipts; several with commas, or given several times: no file "
                   "name has a comma")
      ->required();
  rpc::AddFlag(app, "--scoring", flags.scoring,
               "评分服务地址；不在本机时须启用 TLS / address of the scoring service, HOST:PORT or "
               "dns:///…; on another machine it is called by TLS")
      ->required();
  releases::AddReleaseFlags(app, flags.releases);
  audit::AddAuditFlags(app, flags.audit);
  rpc::AddNumberFlag(app, "--pool-threads", options.pool_threads, 1, 256,
                     "访问数据库的线程数 / threads that wait for the database");
  rpc::AddNumberFlag(app, "--pool-queue", options.pool_queue, 1, 100'000,
                     "最多排队的调用数，超出即拒绝 / calls that may wait; more are refused");
  flags.service.server.listen = "127.0.0.1:50053";
}

absl::Status Serve(Flags& flags, const rpc::TerminationSignals& signals, const rpc::Log& log) {
  const Clock& clock = SystemClock();
  RETURN_IF_ERROR(rpc::CheckSecured(flags.service, clock.Now()));
  RETURN_IF_ERROR(audit::CheckSigned(flags.audit, flags.service.server.listen));
  Violations violations;
  rpc::CheckAddress({"--scoring", "评分服务", "scoring service"}, flags.scoring,
                    flags.service.server.tls, violations);
  RETURN_IF_ERROR(violations.ToStatus());
  rpc::Metrics metrics;
  ASSIGN_OR_RETURN(
      const auto certificate,
      rpc::CertificateWatch::Open(flags.service.server.tls, kService, clock, metrics, log));
  flags.service.server.tls = certificate->files();
  ASSIGN_OR_RETURN(const auto access,
                   rpc::AccessControl::Open(flags.service.access, clock, log, &metrics));
  std::unique_ptr<Assessment> assessment;
  // Ready once the criteria are known, and while the database answers.
  std::atomic<bool> known = false;
  ASSIGN_OR_RETURN(const auto served, releases::ServedReleases::Create(
                                          flags.releases, kService, flags.service.server.tls, clock,
                                          metrics, log, [&assessment](const std::string& head) {
                                            if (assessment != nullptr)
                                              assessment->audit().KeepSoon(kCatalogue, head);
                                          }));
  flags.assessment.signing.trust_file = flags.releases.trust_file;
  flags.assessment.audit = flags.audit.Options(kService, flags.releases.trust_file);
  flags.assessment.audit.give_head = audit::GiveHeadsTo(served->catalogue());
  const auto scoring =
      rpc::NewChannel(flags.scoring, {scoring::v1::ScoringService::service_full_name()},
                      rpc::Instances::kReady, flags.service.server.tls, kScoring);
  const rpc::CallEnvironment environment = {metrics, log, *access};
  ASSIGN_OR_RETURN(assessment, Assessment::Open(flags.assessment, served->releases(), scoring,
                                                clock, environment));
  std::unique_ptr<prometheus::Exposer> exposer;
  if (!flags.service.metrics_listen.empty()) {
    ASSIGN_OR_RETURN(exposer, rpc::ServeMetrics(metrics, flags.service.metrics_listen));
  }
  ASSIGN_OR_RETURN(
      const auto server,
      rpc::Server::Start(flags.service.server, assessment->services(), &assessment->calls()));
  log.Write(rpc::Severity::kInfo, "serving",
            {{"listen", flags.service.server.listen},
             {"port", static_cast<int64_t>(server->port())},
             {"instance", served->instance_id()},
             {"version", std::string(criteria::kEngineVersion)}});
  served->Start([&known] { known = true; });
  auto looking = std::make_unique<Periodic>(
      kLookInterval, [&] { server->SetReady(known && assessment->Readable()); });
  server->ServeUntil(signals, log, [&] {
    looking.reset();
    assessment->EndStreams();
  });
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  Flags flags;
  return rpc::ServiceMain(
      argc, argv,
      {"智评自评测服务 / Zhiping assessment service", "zhiping-assessment",
       criteria::kEngineVersion, flags.service, [&](CLI::App& app) { AddFlags(app, flags); },
       [&](const rpc::TerminationSignals& signals, const rpc::Log& log) {
         return Serve(flags, signals, log);
       }});
}

}  // namespace
}  // namespace zhiping::assessment

int main(int argc, char** argv) { return zhiping::assessment::Main(argc, argv); }
