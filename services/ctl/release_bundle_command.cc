// release bundle: what is published as a seed folder, for sites that reach no catalogue.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/criteria/release.h"
#include "common/envelope/envelope.h"
#include "common/files/file.h"
#include "common/releases/folder_source.h"
#include "common/releases/seed.h"
#include "common/releases/signed_release.h"
#include "common/releases/state.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ctl/catalogue_options.h"
#include "services/ctl/commands.h"
#include "services/ctl/display_width.h"
#include "services/ctl/json_output.h"
#include "services/ctl/seed_folder.h"
#include "services/ctl/table.h"
#include "services/ctl/words.h"
#include "services/ctl/zone.h"

namespace zhiping::ctl {
namespace {

using catalogue::v1::GetActivationRequest;
using catalogue::v1::GetBlobRequest;
using releases::SignedState;

struct BundleOptions {
  CatalogueOptions catalogue;
  std::string out, trust_file, time_zone;
  bool all = false;
};

// A release as it will be in the folder.
struct BundledRelease {
  std::string digest, label, path, envelope;
};

struct Bundle {
  std::string programme, state_path, seed_path, seed;
  SignedState state;
  std::vector<BundledRelease> releases;
};

std::string PathIn(const std::string& folder, const std::string& name) {
  return (std::filesystem::path(folder) / name).string();
}

absl::Status NotSigned(Reason::Value reason, const std::string& why_zh, const std::string& why_en) {
  return MakeError(absl::StatusCode::kFailedPrecondition, reason,
                   absl::StrCat("标准目录服务现在不签署启用状态，没有打包。", why_zh),
                   absl::StrCat("The catalogue signs no activation state at present, and nothing "
                                "was bundled. ",
                                why_en));
}

// Why a state has no envelope, as the catalogue's alarm says. Who may not read alarms is told what
// the state shows.
absl::Status WhyNotSigned(const catalogue::v1::ActivationState& state, CatalogueClient& client) {
  catalogue::v1::GetConvergenceRequest request;
  request.set_programme(state.programme());
  const auto convergence = client.Call(&CatalogueAdmin::GetConvergence, request);
  const std::string advice_zh = "请有权限的人查看 zhipingctl release status 的告警。";
  const std::string advice_en =
      "Somebody who may has to look at the alarms of zhipingctl release status.";
  if (convergence.ok()) {
    for (const auto& alarm : convergence->alarms()) {
      for (const auto reason :
           {Reason::REVISION_AHEAD, Reason::REVISION_CONFLICT, Reason::RELEASE_WITHDRAWN}) {
        if (alarm.kind() != Reason::Value_Name(reason)) continue;
        return NotSigned(reason, alarm.message().zh(), alarm.message().en());
      }
    }
  }
  for (const auto* const activation : {&state.current(), &state.pending()}) {
    const auto& withdrawn = state.withdrawn();
    if (std::find(withdrawn.begin(), withdrawn.end(), activation->digest()) == withdrawn.end()) {
      continue;
    }
    return NotSigned(
        Reason::RELEASE_WITHDRAWN,
        absl::StrCat("修订号 ", activation->revision(), " 的发布版已被撤回。", advice_zh),
        absl::StrCat("The release of revision ", activation->revision(), " was withdrawn. ",
                     advice_en));
  }
  return NotSigned(Reason::REVISION_AHEAD,
                   absl::StrCat("它见到过自己没有签发的修订号。", advice_zh),
                   absl::StrCat("It met a revision that it did not issue. ", advice_en));
}

// The state as the catalogue signed it. Errors: REVISION_AHEAD, REVISION_CONFLICT or
// RELEASE_WITHDRAWN while it signs nothing; NO_ACTIVE_RELEASE; those of OpenState.
absl::StatusOr<SignedState> FetchState(const std::string& programme, const envelope::Trust& trust,
                                       CatalogueClient& client) {
  GetActivationRequest request;
  request.set_programme(programme);
  ASSIGN_OR_RETURN(const auto response, client.Call(&Catalogue::GetActivation, request));
  if (response.envelope().empty()) return WhyNotSigned(response.state(), client);
  ASSIGN_OR_RETURN(SignedState state, releases::OpenState(response.envelope(), programme, trust));
  if (!state.state.has_current()) {
    return WithNextStep(
        MakeError(absl::StatusCode::kFailedPrecondition, Reason::NO_ACTIVE_RELEASE,
                  absl::StrCat("评测体系 ", programme, " 没有现行发布版。"),
                  absl::StrCat("Programme ", programme, " has no release in force.")));
  }
  return state;
}

// The release in force, the one that comes next, and if asked for all others, each once.
absl::StatusOr<std::vector<std::string>> DigestsOf(const BundleOptions& options,
                                                   const std::string& programme,
                                                   const SignedState& state,
                                                   CatalogueClient& client) {
  std::vector<std::string> digests = {state.state.current().digest()};
  const auto add = [&](const std::string& digest) {
    if (std::find(digests.begin(), digests.end(), digest) == digests.end()) {
      digests.push_back(digest);
    }
  };
  if (state.state.has_pending()) add(state.state.pending().digest());
  if (!options.all) return digests;
  catalogue::v1::ListReleasesRequest request;
  request.set_programme(programme);
  ASSIGN_OR_RETURN(const auto list, client.List(&Catalogue::ListReleases, request));
  for (const auto& release : list.releases()) add(release.digest());
  return digests;
}

// Fetched and verified. It has to be good at present, as everything that is used without a
// catalogue is judged then.
absl::StatusOr<BundledRelease> FetchRelease(const std::string& digest, const std::string& programme,
                                            const std::string& folder, const envelope::Trust& trust,
                                            CatalogueClient& client) {
  GetBlobRequest request;
  request.set_digest(digest);
  ASSIGN_OR_RETURN(auto response, client.Call(&Catalogue::GetBlob, request));
  ASSIGN_OR_RETURN(
      const auto criteria,
      releases::OpenRelease(response.envelope(), {digest, programme}, trust, absl::Now()));
  const std::string& label = criteria->release().label();
  // A label is unique within its edition only.
  BundledRelease release = {
      digest, label,
      PathIn(folder, absl::StrCat(criteria->edition().id(), ".", label, releases::kReleaseSuffix)),
      std::move(*response.mutable_envelope())};
  ASSIGN_OR_RETURN(const envelope::Envelope envelope, envelope::ParseEnvelope(release.envelope));
  RETURN_IF_ERROR(CheckReleaseFile(release.path, envelope.payload));
  return release;
}

// Whether the state may be written: there is none, or an earlier one of the same programme.
absl::Status CheckStateFile(const std::string& path, const std::string& programme,
                            const SignedState& state, const envelope::Trust& trust) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return absl::OkStatus();
  const auto refuse = [&](absl::string_view zh, absl::string_view en) {
    return MakeError(absl::StatusCode::kFailedPrecondition, Reason::FILE_UNWRITABLE,
                     absl::StrCat("“", path, "”已存在，", zh, "；不会覆盖，请换一个文件夹。"),
                     absl::StrCat("\"", path, "\" exists and ", en,
                                  "; it is not replaced. Choose another folder."),
                     {{"path", path}});
  };
  ASSIGN_OR_RETURN(const std::string json, ReadFile(path, releases::kMaxStateEnvelopeBytes));
  const auto existing = releases::OpenState(json, programme, trust);
  if (!existing.ok()) {
    return refuse("内容不是这个评测体系可信的启用状态",
                  "is no activation state of this programme that can be trusted");
  }
  if (releases::HighestRevision(existing->state) > releases::HighestRevision(state.state)) {
    return refuse("内容是更新的启用状态", "is a later activation state");
  }
  return absl::OkStatus();
}

// Everything that will be written, verified; nothing is written yet.
absl::StatusOr<Bundle> Fetch(const BundleOptions& options, const envelope::Trust& trust,
                             CatalogueClient& client) {
  Bundle bundle;
  ASSIGN_OR_RETURN(bundle.programme, PublishedProgrammeOf(options.catalogue, client));
  ASSIGN_OR_RETURN(bundle.state, FetchState(bundle.programme, trust, client));
  ASSIGN_OR_RETURN(const std::vector<std::string> digests,
                   DigestsOf(options, bundle.programme, bundle.state, client));
  for (const std::string& digest : digests) {
    ASSIGN_OR_RETURN(bundle.releases.emplace_back(),
                     FetchRelease(digest, bundle.programme, options.out, trust, client));
  }
  bundle.state_path = PathIn(options.out, absl::StrCat(bundle.programme, releases::kStateSuffix));
  RETURN_IF_ERROR(CheckStateFile(bundle.state_path, bundle.programme, bundle.state, trust));
  bundle.seed_path = PathIn(options.out, releases::kSeedFile);
  ASSIGN_OR_RETURN(bundle.seed, SeedWith(bundle.seed_path, bundle.programme, digests.front()));
  return bundle;
}

// What names others comes after them, so that a folder is good at every moment.
absl::Status Write(const Bundle& bundle) {
  for (const BundledRelease& release : bundle.releases) {
    RETURN_IF_ERROR(WriteFile(release.path, release.envelope, Overwrite::kReplace));
  }
  RETURN_IF_ERROR(WriteFile(bundle.state_path, bundle.state.envelope, Overwrite::kReplace));
  return WriteFile(bundle.seed_path, bundle.seed, Overwrite::kReplace);
}

Json AsJson(const Bundle& bundle, const BundleOptions& options) {
  Json releases = Json::array();
  for (const BundledRelease& release : bundle.releases) {
    releases.push_back(
        {{"digest", release.digest}, {"label", release.label}, {"file", release.path}});
  }
  return {{"out", options.out},
          {"programme", bundle.programme},
          {"releases", releases},
          {"state", ctl::AsJson(bundle.state.state)},
          {"stateFile", bundle.state_path},
          {"seedFile", bundle.seed_path}};
}

std::string AsText(const Bundle& bundle, const BundleOptions& options, const Zone& zone,
                   const Screen& screen) {
  Table table({{std::string(screen.Say("内容", "content"))},
               {std::string(screen.Say("摘要", "digest"))},
               {std::string(screen.Say("文件", "file"))}});
  for (const BundledRelease& release : bundle.releases) {
    table.AddRow({absl::StrCat(screen.Say("发布版 ", "release "), release.label),
                  ShortDigest(release.digest),
                  std::filesystem::path(release.path).filename().string()});
  }
  const auto& state = bundle.state.state;
  table.AddRow({absl::StrCat(screen.Say("启用状态 修订号 ", "state at revision "),
                             state.current().revision()),
                "", std::filesystem::path(bundle.state_path).filename().string()});
  table.AddRow(
      {absl::StrCat(screen.Say("现行发布版 ", "in force: "), bundle.releases.front().label), "",
       releases::kSeedFile});
  return absl::StrCat(
      Hang("",
           screen.Say(absl::StrCat("已验证并写入 ", options.out, "，启用状态确认于 ",
                                   zone.FormatWithName(state.confirmed_at(), screen)),
                      absl::StrCat("Verified and written to ", options.out,
                                   "; the state was confirmed at ",
                                   zone.FormatWithName(state.confirmed_at(), screen))),
           screen.width),
      table.Render(screen, 2), "\n",
      screen.Say("离线使用（信任文件须另行送达）：",
                 "To use it (the trust file has to come "
                 "another way):"),
      "\n  zhiping-scoring --seed-dir ", options.out, " --trust-file ",
      screen.Say("信任文件", "FILE"), "\n");
}

absl::StatusOr<int> Run(const BundleOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const Zone zone, Zone::Load(options.time_zone));
  ASSIGN_OR_RETURN(const auto trust, releases::ReadTrustFile(options.trust_file));
  ASSIGN_OR_RETURN(const auto client, OpenCatalogue(options.catalogue));
  ASSIGN_OR_RETURN(const Bundle bundle, Fetch(options, *trust, *client));
  RETURN_IF_ERROR(Write(bundle));
  Print(line.json ? Dump(AsJson(bundle, options)) : AsText(bundle, options, zone, line.screen),
        line.screen);
  return kExitOk;
}

}  // namespace

void AddReleaseBundleCommand(CLI::App& release, CommandLine& line) {
  CLI::App* const command = AddCommand(
      release, line, "bundle", "把现行发布版和启用状态打包成文件夹，供不能连标准目录服务的地方使用",
      "What is in force as a folder, for sites that reach no catalogue");
  const auto options = std::make_shared<BundleOptions>();
  AddOption(*command, line, "--out", options->out, "FOLDER",
            "写入的文件夹，可用作评分服务的 --seed-dir；已有的其他内容不会被覆盖",
            "Where it goes; works as --seed-dir of scoring. What is something else is not replaced")
      ->required();
  AddOption(*command, line, "--trust-file", options->trust_file, "FILE",
            "信任文件；有任何签名不可信时什么也不写",
            "Trusted keys; nothing is written unless every signature counts")
      ->required()
      ->envname("ZHIPING_TRUST_FILE");
  AddFlag(*command, line, "--all", options->all, "包括全部已发布的发布版",
          "Every published release, not only the one in force and the next");
  AddProgrammeOption(*command, line, options->catalogue);
  AddTimeZoneOption(*command, line, options->time_zone);
  AddCatalogueOptions(*command, line, options->catalogue);
  command->callback(
      [options, &line] { line.action = [options, &line] { return Run(*options, line); }; });
}

}  // namespace zhiping::ctl
