// The options that the commands of the catalogue share: where it is, of which programme they are,
// and who asks for what reason.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/ctl/catalogue_client.h"
#include "services/ctl/command_line.h"

namespace zhiping::ctl {

struct CatalogueOptions {
  std::string catalogue, timeout, programme, actor, reason;
  CredentialOptions credentials;
  // Whether somebody has to say why.
  bool must_give_reason = false;
};

// --catalogue, --timeout, --token-file and --tls-ca.
void AddCatalogueOptions(CLI::App& command, const CommandLine& line, CatalogueOptions& options);
void AddProgrammeOption(CLI::App& command, const CommandLine& line, CatalogueOptions& options);
// --actor and --reason.
enum class GiveReason { kMust, kMay };
void AddActorOptions(CLI::App& command, const CommandLine& line, CatalogueOptions& options,
                     GiveReason give_reason);

// How long one call is waited for, where nothing else is said.
inline constexpr absl::Duration kCallTimeout = absl::Seconds(10);

// With the timeout that the options name. Errors: WRONG_USAGE.
absl::StatusOr<std::unique_ptr<CatalogueClient>> OpenCatalogue(const CatalogueOptions& options);
// With another timeout for each call.
absl::StatusOr<std::unique_ptr<CatalogueClient>> OpenCatalogue(const CatalogueOptions& options,
                                                               absl::Duration timeout);

// How a command that is shown to the user reaches the same catalogue, each option after a blank; it
// lacks the token.
std::string AddressArguments(const CatalogueOptions& options);

// The programme that is named; empty: none.
std::string NamedProgramme(const CatalogueOptions& options);
// The programme that is named, or the only one that the catalogue keeps anything of, published or
// not; without such, the only one that is followed; among those that the caller has rights for. For
// commands of the admin service. Errors: WRONG_USAGE if there are several; NO_ACTIVE_RELEASE if
// there is none.
absl::StatusOr<std::string> ProgrammeOf(const CatalogueOptions& options, CatalogueClient& client);
// The programme that is named, or the only one with a published release. Errors: the same.
absl::StatusOr<std::string> PublishedProgrammeOf(const CatalogueOptions& options,
                                                 CatalogueClient& client);

// Who is named, or the user of the operating system unless there is a token; and why. Errors:
// WRONG_USAGE if the reason is needed and blank.
absl::StatusOr<catalogue::v1::Actor> ActorOf(const CatalogueOptions& options);

}  // namespace zhiping::ctl
