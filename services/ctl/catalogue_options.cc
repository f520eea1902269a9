#include "services/ctl/catalogue_options.h"

#include <pwd.h>
#include <unistd.h>

#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/text/utf8.h"
#include "services/ctl/spelling.h"

namespace zhiping::ctl {
namespace {

constexpr char kDefaultCatalogue[] = "127.0.0.1:50052";

std::string UserName() {
  const uid_t user = geteuid();
  const passwd* const entry = getpwuid(user);
  return entry != nullptr && *entry->pw_name != '\0' ? std::string(entry->pw_name)
                                                     : absl::StrCat("uid ", user);
}

absl::StatusOr<std::string> TheOnly(const std::set<std::string>& programmes) {
  if (programmes.size() == 1) return *programmes.begin();
  if (programmes.empty()) {
    return WithNextStep(MakeError(absl::StatusCode::kFailedPrecondition, Reason::NO_ACTIVE_RELEASE,
                                  "标准目录服务还没有发布过任何发布版。",
                                  "Nothing was ever published by the catalogue."));
  }
  const std::string names = absl::StrJoin(programmes, ", ");
  return WrongUsage(
      absl::StrCat("标准目录服务有几个评测体系，请用 --programme 指定一个：", names, "。"),
      absl::StrCat("The catalogue has several programmes; name one by --programme: ", names, "."));
}

}  // namespace

std::string NamedProgramme(const CatalogueOptions& options) {
  return absl::AsciiStrToLower(Spelled(options.programme));
}

void AddCatalogueOptions(CLI::App& command, const CommandLine& line, CatalogueOptions& options) {
  AddOption(command, line, "--catalogue", options.catalogue, "HOST:PORT",
            "标准目录服务，默认 127.0.0.1:50052", "The catalogue, by default 127.0.0.1:50052")
      ->envname("ZHIPING_CATALOGUE");
  AddOption(command, line, "--timeout", options.timeout, "DURATION",
            "等待标准目录服务答复的时间，100ms 至 10m，默认 10s",
            "How long to wait for an answer, 100ms to 10m, by default 10s")
      ->envname("ZHIPING_TIMEOUT");
  AddCredentialOptions(command, line, options.credentials);
}

void AddProgrammeOption(CLI::App& command, const CommandLine& line, CatalogueOptions& options) {
  AddOption(command, line, "--programme", options.programme, "ID",
            "评测体系；标准目录服务只有一个评测体系时可省略",
            "The programme; may be left out if the catalogue has one only")
      ->envname("ZHIPING_PROGRAMME");
}

void AddActorOptions(CLI::App& command, const CommandLine& line, CatalogueOptions& options,
                     GiveReason give_reason) {
  options.must_give_reason = give_reason == GiveReason::kMust;
  AddOption(command, line, "--actor", options.actor, "NAME",
            "操作人姓名，只在不登录的服务上使用，记为“未认证”；默认为系统用户名",
            "Who asks for it, where nobody is asked for a token; recorded as unauthenticated; by "
            "default the user's name")
      ->envname("ZHIPING_ACTOR");
  AddOption(command, line, "--reason", options.reason, "TEXT", "原因，永久记录，最多 500 字",
            "Why; kept for ever, at most 500 characters")
      ->required(options.must_give_reason);
}

absl::StatusOr<std::unique_ptr<CatalogueClient>> OpenCatalogue(const CatalogueOptions& options) {
  absl::Duration timeout = kCallTimeout;
  if (!options.timeout.empty()) {
    ASSIGN_OR_RETURN(timeout, ParseDurationOption("--timeout", options.timeout,
                                                  absl::Milliseconds(100), absl::Minutes(10)));
  }
  return OpenCatalogue(options, timeout);
}

absl::StatusOr<std::unique_ptr<CatalogueClient>> OpenCatalogue(const CatalogueOptions& options,
                                                               absl::Duration timeout) {
  RemoteService service = {MakeText("标准目录服务", "catalogue"),
                           "--catalogue",
                           kDefaultCatalogue,
                           {},
                           options.catalogue.empty() ? kDefaultCatalogue : options.catalogue,
                           timeout,
                           {}};
  RETURN_IF_ERROR(CheckTarget(service));
  ASSIGN_OR_RETURN(service.credentials, ReadCredentials(options.credentials, service.target));
  return std::make_unique<CatalogueClient>(std::move(service));
}

std::string AddressArguments(const CatalogueOptions& options) {
  std::string arguments;
  if (!options.catalogue.empty()) absl::StrAppend(&arguments, " --catalogue ", options.catalogue);
  if (!options.credentials.tls_ca.empty()) {
    absl::StrAppend(&arguments, " --tls-ca ", options.credentials.tls_ca);
  }
  return arguments;
}

absl::StatusOr<std::string> ProgrammeOf(const CatalogueOptions& options, CatalogueClient& client) {
  if (std::string named = NamedProgramme(options); !named.empty()) return named;
  ASSIGN_OR_RETURN(const auto list, client.List(&CatalogueAdmin::ListProgrammes,
                                                catalogue::v1::ListProgrammesRequest()));
  if (list.programmes().empty()) {
    return WithNextStep(
        MakeError(absl::StatusCode::kFailedPrecondition, Reason::NO_ACTIVE_RELEASE,
                  "标准目录服务还没有评测体系，或本账号对哪一个都没有权限。",
                  "The catalogue has no programme, or this account has rights for none of them."));
  }
  std::set<std::string> stored;
  std::set<std::string> followed;
  for (const auto& programme : list.programmes()) {
    (programme.stored() ? stored : followed).insert(programme.programme());
  }
  return TheOnly(stored.empty() ? followed : stored);
}

absl::StatusOr<std::string> PublishedProgrammeOf(const CatalogueOptions& options,
                                                 CatalogueClient& client) {
  if (std::string named = NamedProgramme(options); !named.empty()) return named;
  ASSIGN_OR_RETURN(const auto list,
                   client.List(&Catalogue::ListEditions, catalogue::v1::ListEditionsRequest()));
  std::set<std::string> programmes;
  for (const auto& edition : list.editions()) programmes.insert(edition.programme());
  return TheOnly(programmes);
}

absl::StatusOr<catalogue::v1::Actor> ActorOf(const CatalogueOptions& options) {
  if (options.must_give_reason && TrimBlanks(options.reason).empty()) {
    return WrongUsage("--reason 不能为空白，请写明原因。", "--reason must not be blank; say why.");
  }
  catalogue::v1::Actor actor;
  // Of whoever has a token, that says who it is.
  if (!options.actor.empty()) {
    actor.set_name(options.actor);
  } else if (options.credentials.token_file.empty()) {
    actor.set_name(UserName());
  }
  actor.set_reason(options.reason);
  return actor;
}

}  // namespace zhiping::ctl
