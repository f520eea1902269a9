// release fence, forget and resign: after a restore of the catalogue, after an instance was lost,
// and after a key was revoked.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "services/ctl/catalogue_options.h"
#include "services/ctl/commands.h"
#include "services/ctl/display_width.h"
#include "services/ctl/json_output.h"
#include "services/ctl/release_names.h"
#include "services/ctl/request_id.h"

namespace zhiping::ctl {
namespace {

using catalogue::v1::FenceRevisionRequest;
using catalogue::v1::ForgetInstanceRequest;
using catalogue::v1::ListReleasesRequest;
using catalogue::v1::ResignReleaseRequest;
using catalogue::v1::ResignReleaseResponse;

struct RepairOptions {
  CatalogueOptions catalogue;
  std::string above, instance, release;
  bool all = false;
};

absl::StatusOr<int> Fence(const RepairOptions& options, const CommandLine& line) {
  FenceRevisionRequest request;
  ASSIGN_OR_RETURN(const int32_t above, ParseRevisionOption("--above", options.above));
  request.set_above(above);
  ASSIGN_OR_RETURN(*request.mutable_actor(), ActorOf(options.catalogue));
  request.set_request_id(NewRequestId());
  ASSIGN_OR_RETURN(const auto client, OpenCatalogue(options.catalogue));
  ASSIGN_OR_RETURN(*request.mutable_programme(), ProgrammeOf(options.catalogue, *client));
  ASSIGN_OR_RETURN(const auto response, client->Change(&CatalogueAdmin::FenceRevision, request));
  if (line.json) {
    Json json = {{"requestId", request.request_id()}};
    json.update(AsJson(response));
    Print(Dump(json), line.screen);
    return kExitOk;
  }
  const int32_t next = response.next_revision();
  Print(absl::StrCat(
            line.screen.Bold(line.screen.Say(absl::StrCat("已调高评测体系 ", request.programme(),
                                                          " 的修订号，下一个是 ", next, "。"),
                                             absl::StrCat("The next revision of programme ",
                                                          request.programme(), " is ", next, "."))),
            "\n",
            Hang("",
                 line.screen.Say("标准目录服务如已停止签署，发布或回退之后恢复：zhipingctl release "
                                 "publish 或 release rollback。",
                                 "If the catalogue signs nothing, it does again once something is "
                                 "published or rolled back: zhipingctl release publish or release "
                                 "rollback."),
                 line.screen.width)),
        line.screen);
  return kExitOk;
}

absl::StatusOr<int> Forget(const RepairOptions& options, const CommandLine& line) {
  ForgetInstanceRequest request;
  request.set_instance(options.instance);
  ASSIGN_OR_RETURN(*request.mutable_actor(), ActorOf(options.catalogue));
  ASSIGN_OR_RETURN(const auto client, OpenCatalogue(options.catalogue));
  ASSIGN_OR_RETURN(const auto response, client->Change(&CatalogueAdmin::ForgetInstance, request));
  Print(line.json ? ToJson(response)
                  : absl::StrCat(line.screen.Bold(line.screen.Say(
                                     absl::StrCat("已移除实例 ", options.instance, "。"),
                                     absl::StrCat("Forgot the instance ", options.instance, "."))),
                                 "\n"),
        line.screen);
  return kExitOk;
}

// The releases that are named: one, or all that are published.
absl::StatusOr<std::vector<std::string>> DigestsOf(const RepairOptions& options,
                                                   CatalogueClient& client) {
  if (options.all != options.release.empty()) {
    return WrongUsage("请写明一个发布版，或用 --all 表示全部已发布的。",
                      "Name one release, or all that are published with --all.");
  }
  std::vector<std::string> digests;
  if (!options.all) {
    ASSIGN_OR_RETURN(digests.emplace_back(),
                     DigestOf(options.release, options.catalogue.programme, client));
    return digests;
  }
  ListReleasesRequest request;
  request.set_programme(options.catalogue.programme);
  ASSIGN_OR_RETURN(const auto releases, client.List(&Catalogue::ListReleases, request));
  for (const auto& release : releases.releases()) digests.push_back(release.digest());
  return digests;
}

std::string ResignedLine(const ResignReleaseResponse& response, const Screen& screen) {
  const std::string& label = response.release_label();
  if (response.cause().empty()) {
    return absl::StrCat(screen.Say(absl::StrCat(label, "：签名有效，无须重新签名"),
                                   absl::StrCat(label, ": its signatures count, nothing to do")),
                        "\n");
  }
  return absl::StrCat(screen.Bold(screen.Say(
                          absl::StrCat(label, "：已重新签名（原来的签名 ", response.cause(), "）"),
                          absl::StrCat(label, ": signed again (before: ", response.cause(), ")"))),
                      "\n");
}

absl::StatusOr<int> Resign(const RepairOptions& options, const CommandLine& line) {
  ResignReleaseRequest request;
  ASSIGN_OR_RETURN(*request.mutable_actor(), ActorOf(options.catalogue));
  ASSIGN_OR_RETURN(const auto client, OpenCatalogue(options.catalogue));
  ASSIGN_OR_RETURN(const auto digests, DigestsOf(options, *client));
  Json releases = Json::array();
  for (const std::string& digest : digests) {
    request.set_digest(digest);
    request.set_request_id(NewRequestId());
    // Whoever is told of an error runs the command again: what was done is not done twice.
    ASSIGN_OR_RETURN(const auto response, client->Change(&CatalogueAdmin::ResignRelease, request));
    Json json = {{"digest", digest}, {"requestId", request.request_id()}};
    json.update(AsJson(response));
    releases.push_back(std::move(json));
    if (!line.json) Print(ResignedLine(response, line.screen), line.screen);
  }
  if (line.json) Print(Dump({{"releases", std::move(releases)}}), line.screen);
  return kExitOk;
}

using Action = absl::StatusOr<int> (*)(const RepairOptions&, const CommandLine&);

void RunWith(CLI::App& command, CommandLine& line, Action action,
             const std::shared_ptr<RepairOptions>& options, GiveReason give_reason) {
  AddActorOptions(command, line, options->catalogue, give_reason);
  AddCatalogueOptions(command, line, options->catalogue);
  command.callback([action, options, &line] {
    line.action = [action, options, &line] { return action(*options, line); };
  });
}

}  // namespace

void AddReleaseRepairCommands(CLI::App& release, CommandLine& line) {
  auto options = std::make_shared<RepairOptions>();
  CLI::App* const fence = AddCommand(
      release, line, "fence", "标准目录服务从较旧的备份恢复后，调高修订号",
      "After the catalogue was restored from an older backup: make the next revision higher");
  AddOption(*fence, line, "--above", options->above, "REVISION",
            "见过的最高修订号，下一个修订号从它之后开始；release status 的告警会说明",
            "The highest revision that was seen, above which the next one is; an alarm of release "
            "status says it")
      ->required();
  AddProgrammeOption(*fence, line, options->catalogue);
  RunWith(*fence, line, &Fence, options, GiveReason::kMust);

  options = std::make_shared<RepairOptions>();
  CLI::App* const forget = AddCommand(release, line, "forget", "移除一个已失联、不会再回来的实例",
                                      "Forget an instance that was lost and will not come back");
  AddOption(*forget, line, "INSTANCE", options->instance, "", "实例编号，见 release status",
            "Id of the instance, as release status shows it")
      ->required();
  RunWith(*forget, line, &Forget, options, GiveReason::kMay);

  options = std::make_shared<RepairOptions>();
  CLI::App* const resign =
      AddCommand(release, line, "resign", "发布密钥作废后，重新签署已发布的发布版；内容和摘要不变",
                 "After a release key was revoked: sign published releases again, the same content "
                 "under the same digest");
  AddOption(*resign, line, "RELEASE", options->release, "", kReleaseNameZh, kReleaseNameEn);
  AddFlag(*resign, line, "--all", options->all, "全部已发布的发布版；签名仍有效的不动",
          "All published releases; those whose signatures count are left alone");
  AddOption(*resign, line, "--programme", options->catalogue.programme, "ID", "只限这个评测体系的",
            "Only those of this programme")
      ->envname("ZHIPING_PROGRAMME");
  RunWith(*resign, line, &Resign, options, GiveReason::kMust);
}

}  // namespace zhiping::ctl
