// release publish and rollback: putting a release in force, and waiting until everybody runs it.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "services/ctl/activation_report.h"
#include "services/ctl/catalogue_options.h"
#include "services/ctl/commands.h"
#include "services/ctl/convergence_wait.h"
#include "services/ctl/error_report.h"
#include "services/ctl/json_output.h"
#include "services/ctl/release_names.h"
#include "services/ctl/request_id.h"
#include "services/ctl/zone.h"

namespace zhiping::ctl {
namespace {

using catalogue::v1::PublishReleaseRequest;
using catalogue::v1::RollBackRequest;

constexpr char kDefaultWait[] = "30s";

struct ActivateOptions {
  CatalogueOptions catalogue;
  std::string release, at, cancel_pending, time_zone;
  bool wait = false;
  bool withdraw = false;
};

// How long to wait for instances, by --timeout. Errors: WRONG_USAGE.
absl::StatusOr<absl::Duration> WaitOf(const ActivateOptions& options) {
  const std::string& timeout = options.catalogue.timeout;
  return ParseDurationOption("--timeout", timeout.empty() ? kDefaultWait : timeout,
                             absl::Milliseconds(100), absl::Hours(24));
}

absl::StatusOr<std::unique_ptr<CatalogueClient>> Open(const ActivateOptions& options,
                                                      absl::Duration wait) {
  return OpenCatalogue(options.catalogue, std::min(wait, kCallTimeout));
}

// When --at says; absent: at once. One that comes after the waiting is over is refused before
// anything is published. Errors: WRONG_USAGE.
absl::StatusOr<std::optional<absl::Time>> InstantOf(const ActivateOptions& options,
                                                    const Zone& zone, absl::Duration wait) {
  if (options.at.empty()) return std::optional<absl::Time>();
  ASSIGN_OR_RETURN(const absl::Time at, zone.Parse("--at", options.at));
  if (options.wait && at >= absl::Now() + wait) {
    const std::string duration = absl::FormatDuration(wait);
    return WrongUsage(
        absl::StrCat(
            "要到 ", zone.FormatWithName(at, Screen{Language::kChinese}),
            "才启用，而 --wait 最多等 ", duration,
            "；没有发布。请用 --timeout 延长，或不写 --wait，以后用 release status 查看。"),
        absl::StrCat("It is to be in force from ",
                     zone.FormatWithName(at, Screen{Language::kEnglish}),
                     ", but --wait ends after ", duration,
                     "; nothing was published. Wait longer with --timeout, or leave ",
                     "--wait out and look at release status then."));
  }
  return std::optional<absl::Time>(at);
}

// An instant that passed, said as it was understood.
absl::Status WithInstant(const absl::Status& status, absl::Time at, const Zone& zone) {
  if (DetailOf(status).reason() != Reason::INSTANT_PASSED) return status;
  return MakeError(status.code(), Reason::INSTANT_PASSED,
                   absl::StrCat("--at 应至少在 1 秒之后，而 ",
                                zone.FormatWithName(at, Screen{Language::kChinese}),
                                "已经过去；要立即启用请不写 --at。"),
                   absl::StrCat("--at should be at least 1 s ahead, but ",
                                zone.FormatWithName(at, Screen{Language::kEnglish}),
                                " has passed; leave --at out to put the release in force at once."),
                   {{"at", absl::FormatTime(absl::RFC3339_full, at, absl::UTCTimeZone())}});
}

std::string NextCommand(const ActivateOptions& options, const Activated& activated,
                        const Screen& screen) {
  const std::string& token_file = options.catalogue.credentials.token_file;
  return absl::StrCat("\n", screen.Say("查看启用进度：", "To see who follows:"),
                      "\n  zhipingctl release status --programme ", activated.programme,
                      AddressArguments(options.catalogue),
                      token_file.empty() ? "" : " --token-file ", token_file, "\n");
}

// `document`: with --json, what was done; it gets who follows.
absl::StatusOr<int> WaitAndReport(const Activated& activated, Json document, absl::Duration wait,
                                  CatalogueClient& client, const CommandLine& line) {
  if (!line.json) {
    Print(line.screen.Say(
              absl::StrCat("\n等待各实例启用（最多 ", absl::FormatDuration(wait), "）…\n"),
              absl::StrCat("\nWaiting for the instances, at most ", absl::FormatDuration(wait),
                           " …\n")),
          line.screen);
    std::fflush(stdout);
  }
  const WaitResult result =
      WaitForConvergence(client, activated.programme, activated.activation.revision(), wait);
  const bool reached = result.convergence == Convergence::kReached;
  const int code = reached ? kExitOk : !result.error.ok() ? ExitCodeOf(result.error) : kExitRefused;
  if (line.json) {
    document["converged"] = reached;
    document["convergence"] = AsJson(result.last);
    if (!result.error.ok()) document["error"] = AsJson(DetailOf(result.error));
    Print(Dump(document), line.screen);
    return code;
  }
  // The publication stands; only who follows is not known.
  if (!result.error.ok()) return result.error;
  Print(WaitReport(result, activated, wait, LabelsOf(client, activated.programme), line.screen),
        line.screen);
  return code;
}

// What was done, and if asked what comes of it.
template <typename Request, typename Response>
absl::StatusOr<int> Finish(const ActivateOptions& options, const Request& request,
                           const Response& response, const Activated& activated,
                           absl::Duration wait, const Zone& zone, CatalogueClient& client,
                           const CommandLine& line) {
  Json document = {{"requestId", request.request_id()}};
  document.update(AsJson(response));
  if (!line.json) Print(ActivatedReport(activated, zone, line.screen), line.screen);
  if (options.wait) return WaitAndReport(activated, std::move(document), wait, client, line);
  Print(line.json ? Dump(document) : NextCommand(options, activated, line.screen), line.screen);
  return kExitOk;
}

absl::StatusOr<int> Publish(const ActivateOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const Zone zone, Zone::Load(options.time_zone));
  ASSIGN_OR_RETURN(const absl::Duration wait, WaitOf(options));
  ASSIGN_OR_RETURN(const auto at, InstantOf(options, zone, wait));
  PublishReleaseRequest request;
  ASSIGN_OR_RETURN(const int32_t cancel,
                   ParseRevisionOption("--cancel-pending", options.cancel_pending));
  request.set_cancel_pending_revision(cancel);
  if (at.has_value()) *request.mutable_in_force_from() = ToTimestamp(*at);
  ASSIGN_OR_RETURN(*request.mutable_actor(), ActorOf(options.catalogue));
  request.set_request_id(NewRequestId());
  ASSIGN_OR_RETURN(const auto client, Open(options, wait));
  ASSIGN_OR_RETURN(*request.mutable_digest(),
                   DigestOf(options.release, options.catalogue.programme, *client));
  auto response = client->Change(&CatalogueAdmin::PublishRelease, request);
  if (!response.ok()) {
    return at.has_value() ? WithInstant(response.status(), *at, zone) : response.status();
  }
  const Activated activated = {at.has_value() ? Activated::kScheduled : Activated::kPublished,
                               response->programme(), response->release_label(),
                               response->activation(), ""};
  return Finish(options, request, *response, activated, wait, zone, *client, line);
}

absl::StatusOr<int> RollBack(const ActivateOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const Zone zone, Zone::Load(options.time_zone));
  ASSIGN_OR_RETURN(const absl::Duration wait, WaitOf(options));
  RollBackRequest request;
  ASSIGN_OR_RETURN(const int32_t cancel,
                   ParseRevisionOption("--cancel-pending", options.cancel_pending));
  request.set_cancel_pending_revision(cancel);
  request.set_withdraw(options.withdraw);
  ASSIGN_OR_RETURN(*request.mutable_actor(), ActorOf(options.catalogue));
  request.set_request_id(NewRequestId());
  ASSIGN_OR_RETURN(const auto client, Open(options, wait));
  ASSIGN_OR_RETURN(*request.mutable_programme(), ProgrammeOf(options.catalogue, *client));
  if (!options.release.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_digest(),
                     DigestOf(options.release, request.programme(), *client));
  }
  ASSIGN_OR_RETURN(const auto response, client->Change(&CatalogueAdmin::RollBack, request));
  const bool rolled_back = response.kind() != catalogue::v1::ActivationRecord::REISSUE;
  const Activated activated = {rolled_back ? Activated::kRolledBack : Activated::kCancelled,
                               request.programme(),
                               response.release_label(),
                               response.activation(),
                               response.withdrawn_digest(),
                               cancel};
  return Finish(options, request, response, activated, wait, zone, *client, line);
}

using Action = absl::StatusOr<int> (*)(const ActivateOptions&, const CommandLine&);

void RunWith(CLI::App& command, CommandLine& line, Action action,
             const std::shared_ptr<ActivateOptions>& options) {
  AddOption(command, line, "--cancel-pending", options->cancel_pending, "REVISION",
            "取消待启用的这一修订号", "Cancel this pending revision");
  AddActorOptions(command, line, options->catalogue, GiveReason::kMust);
  AddFlag(command, line, "--wait", options->wait,
          "等到各实例都已启用；超时则列出未跟上、已拒绝或失联的实例，退出码为 1",
          "Wait until no instance is behind, refuses or is unknown; else list them, exit code 1");
  AddProgrammeOption(command, line, options->catalogue);
  AddTimeZoneOption(command, line, options->time_zone);
  AddCatalogueOptions(command, line, options->catalogue);
  command.get_option("--timeout")
      ->description(std::string(line.screen.Say(
          "最长等待时间：--wait 时等各实例启用，每次答复至多等 10s；100ms 至 24h，默认 30s",
          "How long to wait: with --wait for the instances, and for each answer (at most 10s); "
          "100ms to 24h, by default 30s")));
  command.callback([action, options, &line] {
    line.action = [action, options, &line] { return action(*options, line); };
  });
}

}  // namespace

void AddReleasePublishCommands(CLI::App& release, CommandLine& line) {
  auto options = std::make_shared<ActivateOptions>();
  CLI::App* const publish =
      AddCommand(release, line, "publish", "签署并启用发布版，立即或在指定时刻",
                 "Sign a release and put it in force, at once or at an instant");
  AddOption(*publish, line, "RELEASE", options->release, "", kReleaseNameZh, kReleaseNameEn)
      ->required();
  AddOption(*publish, line, "--at", options->at, "TIME",
            "启用时刻：2026-12-01 08:00，或带时区的 2026-12-01T08:00:00+08:00；默认立即",
            "When it comes into force: 2026-12-01 08:00, or with its zone "
            "2026-12-01T08:00:00+08:00; by default at once");
  RunWith(*publish, line, &Publish, options);

  options = std::make_shared<ActivateOptions>();
  CLI::App* const rollback =
      AddCommand(release, line, "rollback", "重新启用曾经启用过的发布版，立即生效",
                 "Put a release in force again that was in force before, at once");
  AddOption(*rollback, line, "--to", options->release, "RELEASE",
            "回退到哪个发布版（摘要、摘要开头或标签）；默认为现行发布版的前一个，"
            "回退过的和已撤回的不算；现行的若已是回退的结果，要再往前须写明",
            "Which release (digest, its beginning, or label); by default the one before the "
            "present one, leaving out what was rolled back or withdrawn; to go further back after "
            "a rollback it has to be named");
  AddFlag(
      *rollback, line, "--withdraw", options->withdraw,
      "同时撤回现行发布版：不能再据以提交，也不能再启用。回退时没有一并撤回的，以后要先重新启用它，"
      "才能撤回",
      "Also withdraw the present release: nothing may be submitted under it any more, and it "
      "cannot be put in force again. One that was rolled back without this can be withdrawn "
      "later only after it was put in force again");
  RunWith(*rollback, line, &RollBack, options);
  rollback->get_option("--cancel-pending")
      ->description(std::string(line.screen.Say(
          "取消待启用的这一修订号；不写 --to 和 --withdraw 时只取消它，现行发布版不变",
          "Cancel this pending revision; without --to and --withdraw nothing else changes: the "
          "present release stays in force")));
}

}  // namespace zhiping::ctl
