#include "common/releases/release_flags.h"

#include <unistd.h>

#include <algorithm>
#include <set>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "common/criteria/release.h"
#include "common/redis/metrics.h"
#include "common/releases/catalogue_source.h"
#include "common/releases/folder_source.h"
#include "common/releases/follower.h"
#include "common/releases/metrics.h"
#include "common/releases/observed_source.h"
#include "common/releases/redis_source.h"
#include "common/releases/seed.h"
#include "common/requests/fields.h"
#include "common/rpc/channel.h"
#include "common/rpc/flags.h"
#include "common/rpc/target.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "zhiping/catalogue/v1/catalogue_service.pb.h"

namespace zhiping::releases {
namespace {

// Of one question to the catalogue, so that one that hangs does not hold up the others for long.
constexpr absl::Duration kCatalogueTimeout = absl::Seconds(1);
// Hexadecimal ones, of the number in an instance's id.
constexpr int kNumberDigits = 8;
// As catalogue_service.proto spells it.
constexpr char kCatalogueService[] = "zhiping.catalogue.v1.CatalogueService";
// As its certificate names it.
constexpr char kCatalogue[] = "catalogue";

// What the catalogue is to call this instance. `cache`: null if it has none. Chance makes the id
// unique where names repeat, as host names do in containers; an instance that has a folder of its
// own, not a copy, keeps its id, so that one that was killed is not missed when it is back.
std::string InstanceId(const ReleaseFlags& flags, const std::string& service, ReleaseCache* cache) {
  std::string name = flags.instance_name;
  if (name.empty()) {
    char host[64] = {};
    gethostname(host, sizeof(host) - 1);
    name = absl::StrCat(service, "-", host);
  }
  if (cache != nullptr) {
    std::string kept = cache->FindInstanceId();
    absl::string_view number = kept;
    if (absl::ConsumePrefix(&number, absl::StrCat(name, "-")) && number.size() == kNumberDigits &&
        std::all_of(number.begin(), number.end(), absl::ascii_isxdigit)) {
      return kept;
    }
  }
  absl::BitGen random;
  std::string id = absl::StrFormat("%s-%0*x", name, kNumberDigits, absl::Uniform<uint32_t>(random));
  // If it cannot be kept, the next start has another, which is seen.
  if (cache != nullptr) cache->KeepInstanceId(id).IgnoreError();
  return id;
}

catalogue::v1::SubscribeRequest Opening(const ReleaseFlags& flags, const std::string& instance_id,
                                        const std::string& service, const Clock& clock) {
  catalogue::v1::SubscribeRequest opening;
  auto& instance = *opening.mutable_instance();
  instance.set_id(instance_id);
  instance.set_service(service);
  instance.set_version(criteria::kEngineVersion);
  *instance.mutable_started_at() = ToTimestamp(clock.Now());
  opening.mutable_programmes()->Assign(flags.programmes.begin(), flags.programmes.end());
  return opening;
}

void CheckInstanceName(const std::string& name, Violations& violations) {
  // So that the catalogue takes the id.
  constexpr size_t kMost = 64;
  const bool allowed = std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("._-", c);
  });
  if (allowed && name.size() <= kMost) return;
  violations.Add(
      "--instance-name", Reason::INVALID_FIELD,
      absl::StrCat("--instance-name 只能含字母、数字和 . _ -，最多 ", kMost, " 个。"),
      absl::StrCat("--instance-name has letters, digits, . _ and -, at most ", kMost, "."));
}

void CheckProgramme(const std::string& programme, Violations& violations) {
  Violations wrong;
  CheckSlug(programme, "--programmes", wrong);
  if (wrong.empty()) return;
  // Which of them it is.
  violations.Add(
      "--programmes", Reason::INVALID_FIELD,
      absl::StrCat("--programmes 中的“", programme, "”不是评测体系的标识：",
                   "标识只含小写字母、数字和 -，最多 64 个，例如 jiangsu-ai。"),
      absl::StrCat("--programmes: \"", programme,
                   "\" is no id of a programme, which "
                   "has lower-case letters, digits and -, at most 64, such as jiangsu-ai."));
}

absl::Status Check(const ReleaseFlags& flags, const rpc::TlsFiles& tls) {
  Violations violations;
  CheckInstanceName(flags.instance_name, violations);
  if (flags.catalogue.empty()) {
    if (flags.seed_dir.empty()) {
      violations.Add("--catalogue", Reason::FIELD_REQUIRED,
                     "需要 --catalogue（标准目录服务地址）或 --seed-dir（发布版文件夹）。",
                     "Either --catalogue (address of the catalogue) or --seed-dir (folder with "
                     "releases) is needed.");
    }
    return violations.ToStatus();
  }
  rpc::CheckAddress({"--catalogue", "标准目录服务", "catalogue"}, flags.catalogue, tls, violations);
  const std::set<std::string> different(flags.programmes.begin(), flags.programmes.end());
  if (different.empty() || different.size() != flags.programmes.size()) {
    violations.Add(
        "--programmes", Reason::FIELD_REQUIRED,
        "使用 --catalogue 时须用 --programmes 列出要跟随的评测体系，各一次，以逗号分隔。",
        "With --catalogue, --programmes lists the programmes to follow, each once, with "
        "commas.");
  }
  for (const std::string& programme : different) CheckProgramme(programme, violations);
  if (flags.limits.expired_after <= flags.limits.stale_after) {
    violations.Add("--expired-after", Reason::INVALID_FIELD,
                   "--expired-after 应大于 --stale-after。",
                   "--expired-after must be longer than --stale-after.");
  }
  return violations.ToStatus();
}

class SeedOnly final : public ServedReleases {
 public:
  SeedOnly(std::string instance_id, std::shared_ptr<const Snapshot> snapshot)
      : ServedReleases(std::move(instance_id)), releases_(std::move(snapshot)) {}
  Releases& releases() override { return releases_; }
  std::shared_ptr<grpc::Channel> catalogue() const override { return nullptr; }
  void Start(std::function<void()> on_known) override { on_known(); }

 private:
  FixedReleases releases_;
};

// In the order in which they depend on each other.
class Followed final : public ServedReleases {
 public:
  explicit Followed(std::string instance_id) : ServedReleases(std::move(instance_id)) {}

  static absl::StatusOr<std::unique_ptr<ServedReleases>> Create(
      const ReleaseFlags& flags, const std::string& service, const rpc::TlsFiles& tls,
      std::shared_ptr<const envelope::Trust> trust, const Clock& clock, rpc::Metrics& metrics,
      const rpc::Log& log, Subscription::OnAuditHead on_audit_head) {
    std::unique_ptr<ReleaseCache> cache;
    if (!flags.cache_dir.empty()) {
      ASSIGN_OR_RETURN(cache, NewReleaseCache(flags.cache_dir));
    }
    auto followed = std::make_unique<Followed>(InstanceId(flags, service, cache.get()));
    followed->cache_ = std::move(cache);
    const auto observed = [&](Source* source) -> Source* {
      if (source == nullptr) return nullptr;
      return followed->observed_
          .emplace_back(std::make_unique<ObservedSource>(*source, metrics, log))
          .get();
    };
    followed->trust_ = std::move(trust);
    followed->channel_ = rpc::NewChannel(flags.catalogue, {kCatalogueService},
                                         rpc::Instances::kReady, tls, kCatalogue);
    followed->catalogue_ = NewCatalogueSource(followed->channel_, kCatalogueTimeout);
    if (!flags.redis.empty()) {
      redis::Options options;
      options.address = flags.redis;
      options.user = flags.redis_user;
      options.password_file = flags.redis_password_file;
      options.max_value_bytes = kMaxReleaseEnvelopeBytes;
      ASSIGN_OR_RETURN(followed->redis_client_, redis::Client::Create(options));
      metrics.Add(redis::NewMetrics(*followed->redis_client_));
      followed->redis_ = NewRedisSource(*followed->redis_client_);
    }
    if (!flags.seed_dir.empty()) {
      ASSIGN_OR_RETURN(followed->seed_, NewSeedSource(flags.seed_dir));
    }
    FollowerOptions options;
    options.programmes = flags.programmes;
    options.poll_interval = flags.poll_interval;
    options.limits = flags.limits;
    const FollowerSources sources = {observed(followed->catalogue_.get()),
                                     observed(followed->redis_.get()), followed->cache_.get(),
                                     observed(followed->seed_.get())};
    followed->follower_ = std::make_unique<Follower>(
        options, sources, *followed->trust_, clock, log, [&](Subscription::OnStates on_states) {
          return NewSubscription(
              rpc::NewStreamChannel(flags.catalogue, rpc::Instances::kReady, tls, kCatalogue),
              Opening(flags, followed->instance_id(), service, clock), std::move(on_states), clock,
              log, std::move(on_audit_head));
        });
    metrics.Add(NewMetrics(*followed->follower_, clock));
    return followed;
  }

  Releases& releases() override { return *follower_; }
  std::shared_ptr<grpc::Channel> catalogue() const override { return channel_; }
  void Start(std::function<void()> on_known) override { follower_->Start(std::move(on_known)); }

 private:
  std::shared_ptr<const envelope::Trust> trust_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<Source> catalogue_;
  std::unique_ptr<redis::Client> redis_client_;
  std::unique_ptr<Source> redis_;
  std::unique_ptr<ReleaseCache> cache_;
  std::unique_ptr<Source> seed_;
  std::vector<std::unique_ptr<Source>> observed_;
  std::unique_ptr<Follower> follower_;
};

}  // namespace

void AddReleaseFlags(CLI::App& app, ReleaseFlags& flags) {
  rpc::AddFlag(app, "--trust-file", flags.trust_file,
               "信任文件：哪些密钥可以签署什么 / which keys may sign what")
      ->required();
  const auto* const catalogue = rpc::AddFlag(
      app, "--catalogue", flags.catalogue,
      "标准目录服务地址；空则只用 --seed-dir / address of the catalogue, HOST:PORT or dns:///…; "
      "empty: only --seed-dir is used");
  auto* const programmes =
      rpc::AddListFlag(app, "--programmes", flags.programmes,
                       "要跟随的评测体系，以逗号分隔 / programmes to follow, with commas");
  auto* const poll_interval = rpc::AddDurationFlag(
      app, "--poll-interval", flags.poll_interval, absl::Milliseconds(100), absl::Minutes(10),
      "隔多久向标准目录服务查询一次 / between two questions to the catalogue");
  auto* const stale_after = rpc::AddDurationFlag(
      app, "--stale-after", flags.limits.stale_after, absl::Seconds(1), absl::Hours(24),
      "多久未确认即为待同步 / after which an answer says STALE");
  auto* const expired_after = rpc::AddDurationFlag(
      app, "--expired-after", flags.limits.expired_after, absl::Seconds(2), absl::Hours(24 * 30),
      "多久未确认即为已过期 / after which what is in force is not answered from");
  auto* const redis =
      rpc::AddFlag(app, "--redis", flags.redis,
                   "Redis 地址，空为不用 / address of Redis, HOST:PORT; empty: none");
  auto* const redis_user =
      rpc::AddFlag(app, "--redis-user", flags.redis_user, "Redis 用户 / user of Redis");
  auto* const redis_password_file =
      rpc::AddFlag(app, "--redis-password-file", flags.redis_password_file,
                   "存有 Redis 密码的文件 / file with the password of Redis");
  auto* const cache_dir = rpc::AddFlag(
      app, "--cache-dir", flags.cache_dir,
      "保存已取得的发布版和启用状态的文件夹，每个实例各用一个 / folder for what was fetched, "
      "one for each instance");
  rpc::AddFlag(app, "--seed-dir", flags.seed_dir,
               "随部署提供的发布版文件夹，只读 / folder with signed releases, only read");
  rpc::AddFlag(
      app, "--instance-name", flags.instance_name,
      "实例名，运维人员在标准目录服务和日志中据此辨认；空则为服务名和主机名 / what operators "
      "know the instance by, in the catalogue and in logs; empty: service and host");
  rpc::UsedOnlyWith(*catalogue,
                    {programmes, poll_interval, stale_after, expired_after, redis, cache_dir});
  rpc::UsedOnlyWith(*redis, {redis_user, redis_password_file});
}

absl::StatusOr<std::unique_ptr<ServedReleases>> ServedReleases::Create(
    const ReleaseFlags& flags, const std::string& service, const rpc::TlsFiles& tls,
    const Clock& clock, rpc::Metrics& metrics, const rpc::Log& log,
    Subscription::OnAuditHead on_audit_head) {
  RETURN_IF_ERROR(Check(flags, tls));
  ASSIGN_OR_RETURN(auto trust, ReadTrustFile(flags.trust_file));
  if (!flags.catalogue.empty()) {
    return Followed::Create(flags, service, tls, std::move(trust), clock, metrics, log,
                            std::move(on_audit_head));
  }
  ASSIGN_OR_RETURN(auto snapshot, ReadSeed(flags.seed_dir, *trust, clock.Now()));
  auto seed_only =
      std::make_unique<SeedOnly>(InstanceId(flags, service, nullptr), std::move(snapshot));
  metrics.Add(NewMetrics(seed_only->releases(), clock));
  return seed_only;
}

}  // namespace zhiping::releases
