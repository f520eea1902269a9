// The flags of every service that answers from releases, and what following them takes.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/releases/freshness.h"
#include "common/releases/releases.h"
#include "common/releases/subscription.h"
#include "common/rpc/log.h"
#include "common/rpc/metrics.h"
#include "common/rpc/tls.h"
#include "common/time/clock.h"

namespace zhiping::releases {

struct ReleaseFlags {
  std::string trust_file;
  // Without it, the seed names what is in force, and nothing else is used.
  std::string catalogue;
  std::vector<std::string> programmes;
  absl::Duration poll_interval = absl::Seconds(10);
  FreshnessLimits limits;
  // Empty: none.
  std::string redis;
  std::string redis_user;
  std::string redis_password_file;
  std::string cache_dir;
  std::string seed_dir;
  // Empty: the service and the host.
  std::string instance_name;
};

void AddReleaseFlags(CLI::App& app, ReleaseFlags& flags);

// Releases with all that they are made of.
class ServedReleases {
 public:
  // Reads the trust file and, without a catalogue, the seed. `service`: its name for the catalogue.
  // `tls`: of this service, which it shows to the catalogue too; none: the catalogue is called
  // without TLS. What metrics.h says is added to `metrics`, which outlives the releases; they
  // outlive what serves it. `on_audit_head`: as for NewSubscription; not called before Start.
  // Errors: INVALID_FIELD and FIELD_REQUIRED for flags that do not fit together; NOT_SECURED for a
  // catalogue on another machine without TLS; those of ReadSeed, NewReleaseCache and
  // redis::Client::Create.
  static absl::StatusOr<std::unique_ptr<ServedReleases>> Create(
      const ReleaseFlags& flags, const std::string& service, const rpc::TlsFiles& tls,
      const Clock& clock, rpc::Metrics& metrics, const rpc::Log& log,
      Subscription::OnAuditHead on_audit_head = nullptr);
  virtual ~ServedReleases() = default;

  // What the catalogue calls this instance: its name and a number, which is made at the first start
  // on a cache folder, or at every start without one.
  const std::string& instance_id() const { return instance_id_; }
  virtual Releases& releases() = 0;
  // To the catalogue; null without one.
  virtual std::shared_ptr<grpc::Channel> catalogue() const = 0;
  // Begins to follow. `on_known`: called once, when there is something to answer with.
  virtual void Start(std::function<void()> on_known) = 0;

 protected:
  explicit ServedReleases(std::string instance_id) : instance_id_(std::move(instance_id)) {}

 private:
  const std::string instance_id_;
};

}  // namespace zhiping::releases
