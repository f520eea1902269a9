// release list and show: what is published.
#include <memory>
#include <string>

#include "common/status/status_macros.h"
#include "services/ctl/catalogue_options.h"
#include "services/ctl/commands.h"
#include "services/ctl/json_output.h"
#include "services/ctl/release_names.h"
#include "services/ctl/release_report.h"
#include "services/ctl/zone.h"

namespace zhiping::ctl {
namespace {

using catalogue::v1::GetReleaseRequest;
using catalogue::v1::ListActivationsRequest;
using catalogue::v1::ListActivationsResponse;
using catalogue::v1::ListReleasesRequest;

struct ReleaseOptions {
  CatalogueOptions catalogue;
  std::string release, edition, time_zone;
};

absl::StatusOr<int> List(const ReleaseOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const Zone zone, Zone::Load(options.time_zone));
  ASSIGN_OR_RETURN(const auto client, OpenCatalogue(options.catalogue));
  ListReleasesRequest request;
  request.set_programme(options.catalogue.programme);
  request.set_edition(options.edition);
  ASSIGN_OR_RETURN(const auto releases, client->List(&Catalogue::ListReleases, request));
  Print(line.json ? ToJson(releases) : ReleaseListReport(releases, zone, line.screen), line.screen);
  return kExitOk;
}

absl::StatusOr<int> Show(const ReleaseOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const Zone zone, Zone::Load(options.time_zone));
  ASSIGN_OR_RETURN(const auto client, OpenCatalogue(options.catalogue));
  GetReleaseRequest request;
  ASSIGN_OR_RETURN(*request.mutable_digest(),
                   DigestOf(options.release, options.catalogue.programme, *client));
  ASSIGN_OR_RETURN(const auto response, client->Call(&Catalogue::GetRelease, request));
  ListActivationsRequest of_programme;
  of_programme.set_programme(response.release().programme());
  ASSIGN_OR_RETURN(const ListActivationsResponse all,
                   client->List(&Catalogue::ListActivations, of_programme));
  if (!line.json) {
    Print(ReleaseReport(response.release(), all, zone, line.screen), line.screen);
    return kExitOk;
  }
  Json json = AsJson(response);
  json["activations"] = Json::array();
  for (const auto& record : all.activations()) {
    if (record.activation().digest() == request.digest()) {
      json["activations"].push_back(AsJson(record));
    }
  }
  Print(Dump(json), line.screen);
  return kExitOk;
}

using Action = absl::StatusOr<int> (*)(const ReleaseOptions&, const CommandLine&);

void RunWith(CLI::App& command, CommandLine& line, Action action,
             const std::shared_ptr<ReleaseOptions>& options) {
  AddTimeZoneOption(command, line, options->time_zone);
  AddCatalogueOptions(command, line, options->catalogue);
  command.callback([action, options, &line] {
    line.action = [action, options, &line] { return action(*options, line); };
  });
}

}  // namespace

void AddReleaseCommands(CLI::App& app, CommandLine& line) {
  CLI::App* const group =
      AddCommandGroup(app, line, "release", "发布、回退和查看发布版，查看启用进度",
                      "Publish, roll back and look at releases, and see who follows");

  auto options = std::make_shared<ReleaseOptions>();
  CLI::App* const list = AddCommand(*group, line, "list", "列出已发布的发布版，新的在前",
                                    "List the published releases, the newest first");
  AddOption(*list, line, "--programme", options->catalogue.programme, "ID", "只列这个评测体系的",
            "Only those of this programme")
      ->envname("ZHIPING_PROGRAMME");
  AddOption(*list, line, "--edition", options->edition, "ID", "只列这个年版的",
            "Only those of this edition");
  RunWith(*list, line, &List, options);

  options = std::make_shared<ReleaseOptions>();
  CLI::App* const show = AddCommand(*group, line, "show", "显示一个发布版和它的启用记录",
                                    "Show a release and when it was put in force");
  AddOption(*show, line, "RELEASE", options->release, "", kReleaseNameZh, kReleaseNameEn)
      ->required();
  AddOption(*show, line, "--programme", options->catalogue.programme, "ID",
            "标签或摘要开头所属的评测体系", "The programme that a label or a beginning is of")
      ->envname("ZHIPING_PROGRAMME");
  RunWith(*show, line, &Show, options);

  AddReleasePublishCommands(*group, line);
  AddReleaseStatusCommand(*group, line);
  AddReleaseLogCommand(*group, line);
  AddReleaseBundleCommand(*group, line);
  AddReleaseRepairCommands(*group, line);
}

}  // namespace zhiping::ctl
