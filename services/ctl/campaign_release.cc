#include "services/ctl/campaign_release.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "common/status/status_macros.h"
#include "services/ctl/catalogue_options.h"
#include "services/ctl/release_names.h"
#include "services/ctl/spelling.h"

namespace zhiping::ctl {

CLI::Option* AddCampaignRelease(CLI::App& command, const CommandLine& line,
                                CampaignRelease& options, absl::string_view zh,
                                absl::string_view en) {
  AddOption(
      command, line, "--catalogue", options.catalogue, "HOST:PORT",
      "标准目录服务，默认 127.0.0.1:50052；发布版不写完整摘要时用到",
      "The catalogue, by default 127.0.0.1:50052; asked where the release is not named by its "
      "whole digest")
      ->envname("ZHIPING_CATALOGUE");
  return AddOption(command, line, "--release", options.release, "RELEASE", zh, en);
}

absl::StatusOr<std::string> ReleaseDigest(const CampaignRelease& options,
                                          const std::string& programme,
                                          const AssessmentOptions& service) {
  const std::string name = Spelled(options.release);
  constexpr size_t kWholeDigest = 7 + 64;
  if (name.empty() || (absl::StartsWith(name, "sha256:") && name.size() == kWholeDigest)) {
    return absl::AsciiStrToLower(name);
  }
  CatalogueOptions catalogue;
  catalogue.catalogue = options.catalogue;
  catalogue.timeout = service.timeout;
  catalogue.credentials = service.credentials;
  ASSIGN_OR_RETURN(const auto client, OpenCatalogue(catalogue));
  return DigestOf(name, programme, *client);
}

}  // namespace zhiping::ctl
