// zhiping-catalogue: the catalogue service. Wiring only.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/audit/audit_flags.h"
#include "common/criteria/release.h"
#include "common/rpc/certificate_watch.h"
#include "common/rpc/flags.h"
#include "common/rpc/loopback.h"
#include "common/rpc/metrics.h"
#include "common/rpc/server.h"
#include "common/rpc/service_main.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/catalogue/catalogue.h"

namespace zhiping::catalogue {
namespace {

constexpr char kService[] = "catalogue";

struct Flags {
  rpc::ServiceFlags service;
  CatalogueOptions catalogue;
  std::string standby_check = "off";
  audit::AuditFlags audit;
};

absl::StatusOr<StandbyCheck> ParseStandbyCheck(const std::string& text) {
  if (text == "off") return StandbyCheck::kOff;
  if (text == "warn") return StandbyCheck::kWarn;
  if (text == "require") return StandbyCheck::kRequire;
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::INVALID_FIELD,
                   absl::StrCat("--standby-check 应为 off、warn 或 require，而不是 ", text, "。"),
                   absl::StrCat("--standby-check must be off, warn or require, not ", text, "."),
                   {{"field", "--standby-check"}});
}

void AddFlags(CLI::App& app, Flags& flags) {
  auto& options = flags.catalogue;
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
  rpc::AddFlag(
      app, "--standby-check", flags.standby_check,
      "启动时检查 PostgreSQL 的同步备库：require 没有就不启动（高可用部署），warn 只记入日志，"
      "off 不检查 / at the start, look for PostgreSQL's synchronous standby: require refuses to "
      "start without one (HA mode), warn only logs it, off does not look")
      ->type_name("CHECK");
  rpc::AddListFlag(app, "--activation-key", options.signing.activation_keys,
                   "签署启用状态的私钥文件；有几个时以逗号分隔，或多次给出，文件名不得含逗号 / "
                   "private key that signs activation states; several with commas, or given "
                   "several times: no file name has a comma")
      ->required();
  rpc::AddListFlag(app, "--release-key", options.signing.release_keys,
                   "签署发布版和平台说明的私钥文件；有几个时写法同上 / private key that signs "
                   "releases and notes; several as above")
      ->required();
  rpc::AddFlag(app, "--trust-file", options.signing.trust_file,
               "信任文件：哪些密钥的签名有效 / which keys are trusted for what")
      ->required();
  audit::AddAuditFlags(app, flags.audit);
  rpc::AddFlag(
      app, "--restored", options.restored,
      "刚从备份恢复时给这次恢复起的名称，每个名称生效一次 / after a restore from a backup: a "
      "name for it; each name has its effect once");
  options.redis.address = "";
  const auto* const redis =
      rpc::AddFlag(app, "--redis", options.redis.address,
                   "Redis 地址，空为不使用 / address of Redis, HOST:PORT; empty: none");
  auto* const redis_user =
      rpc::AddFlag(app, "--redis-user", options.redis.user, "Redis 用户 / user of Redis");
  auto* const redis_password_file =
      rpc::AddFlag(app, "--redis-password-file", options.redis.password_file,
                   "只含 Redis 口令的文件 / file with the password of Redis");
  rpc::UsedOnlyWith(*redis, {redis_user, redis_password_file});
  rpc::AddDurationFlag(app, "--confirm-interval", options.confirming.confirm_interval,
                       absl::Milliseconds(100), absl::Seconds(30),
                       "无变化时重新确认启用状态的间隔 / how often states are confirmed again");
  rpc::AddDurationFlag(app, "--watch-interval", options.watch_interval, absl::Milliseconds(10),
                       absl::Seconds(10),
                       "查看其他副本有无变更的间隔 / how often other replicas' changes are looked "
                       "for");
  rpc::AddDurationFlag(
      app, "--instance-lease", options.instance_lease, absl::Seconds(6), absl::Hours(1),
      "实例（每 5 秒报告一次）多久不报告即为失联 / after which a silent instance is "
      "UNKNOWN; they report every 5 s");
  rpc::AddNumberFlag(app, "--pool-threads", options.pool_threads, 1, 256,
                     "访问数据库的线程数 / threads that wait for the database");
  rpc::AddNumberFlag(app, "--pool-queue", options.pool_queue, 1, 100'000,
                     "最多排队的调用数，超出即拒绝 / calls that may wait; more are refused");
  flags.service.server.listen = "127.0.0.1:50052";
  // Edition folders come in one request.
  flags.service.server.max_request_bytes = 64 << 20;
}

absl::Status Serve(Flags& flags, const rpc::TerminationSignals& signals, const rpc::Log& log) {
  RETURN_IF_ERROR(rpc::CheckSecured(flags.service, SystemClock().Now()));
  RETURN_IF_ERROR(audit::CheckSigned(flags.audit, flags.service.server.listen));
  ASSIGN_OR_RETURN(flags.catalogue.standby_check, ParseStandbyCheck(flags.standby_check));
  flags.catalogue.audit = flags.audit.Options(kService, flags.catalogue.signing.trust_file);
  rpc::Metrics metrics;
  ASSIGN_OR_RETURN(
      const auto certificate,
      rpc::CertificateWatch::Open(flags.service.server.tls, kService, SystemClock(), metrics, log));
  flags.service.server.tls = certificate->files();
  ASSIGN_OR_RETURN(const auto access,
                   rpc::AccessControl::Open(flags.service.access, SystemClock(), log, &metrics));
  flags.catalogue.reading.exposed = !rpc::IsLoopbackAddress(flags.service.server.listen);
  // The catalogue is ready before there is a server, and ends after it.
  absl::Mutex mutex;
  bool ready = false;
  rpc::Server* serving = nullptr;
  const auto set_ready = [&](bool now) {
    absl::MutexLock lock(&mutex);
    ready = now;
    if (serving != nullptr) serving->SetReady(ready);
  };
  const rpc::CallEnvironment environment = {metrics, log, *access};
  ASSIGN_OR_RETURN(const auto catalogue,
                   Catalogue::Open(flags.catalogue, SystemClock(), environment, set_ready));
  std::unique_ptr<prometheus::Exposer> exposer;
  if (!flags.service.metrics_listen.empty()) {
    ASSIGN_OR_RETURN(exposer, rpc::ServeMetrics(metrics, flags.service.metrics_listen));
  }
  ASSIGN_OR_RETURN(
      const auto server,
      rpc::Server::Start(flags.service.server, catalogue->services(), &catalogue->calls()));
  {
    absl::MutexLock lock(&mutex);
    serving = server.get();
    server->SetReady(ready);
  }
  log.Write(rpc::Severity::kInfo, "serving",
            {{"listen", flags.service.server.listen},
             {"port", static_cast<int64_t>(server->port())},
             {"version", std::string(criteria::kEngineVersion)}});
  server->ServeUntil(signals, log, [&] {
    absl::MutexLock lock(&mutex);
    // Whatever the database does now, nobody is to come back.
    serving = nullptr;
    catalogue->EndStreams();
  });
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  Flags flags;
  return rpc::ServiceMain(
      argc, argv,
      {"智评标准目录服务 / Zhiping catalogue service", "zhiping-catalogue",
       criteria::kEngineVersion, flags.service, [&](CLI::App& app) { AddFlags(app, flags); },
       [&](const rpc::TerminationSignals& signals, const rpc::Log& log) {
         return Serve(flags, signals, log);
       }});
}

}  // namespace
}  // namespace zhiping::catalogue

int main(int argc, char** argv) { return zhiping::catalogue::Main(argc, argv); }
