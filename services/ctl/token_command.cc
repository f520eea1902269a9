// token issuer, token mint: a development issuer in a folder, and tokens that it signs.
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/files/file.h"
#include "common/identity/caller.h"
#include "common/identity/issuer_rules.h"
#include "common/identity/token_signer.h"
#include "common/identity/token_verifier.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/text/uscc.h"
#include "common/time/clock.h"
#include "services/ctl/commands.h"
#include "services/ctl/json_output.h"

namespace zhiping::ctl {
namespace {

using common::v1::Role;
using common::v1::TokenAlgorithm;

constexpr size_t kMaxFileBytes = 1 << 20;
// Files of an issuer's folder.
constexpr char kIdentityFile[] = "identity.txtpb";
constexpr char kKeyFile[] = "issuer-key.json";
constexpr char kKeySetFile[] = "jwks.json";

struct IssuerOptions {
  std::string folder, issuer = "https://issuer.zhiping.invalid", audience = "zhiping",
                      algorithm = "ES256";
};

struct MintOptions {
  std::string folder, subject, name, roles, uscc, review_unit, programmes, valid_for = "12h", out;
};

identity::Roles EveryRole() {
  identity::Roles roles;
  for (int role = Role::Value_MIN + 1; role <= Role::Value_MAX; ++role) {
    roles.Add(static_cast<Role::Value>(role));
  }
  return roles;
}

std::string IdentityText(const IssuerOptions& options) {
  std::string text = absl::StrCat(
      "# 开发用签发者，由 zhipingctl token issuer 生成；不得用于生产。\n"
      "# A development issuer, made by zhipingctl token issuer; not for production.\n"
      "issuers {\n  issuer: \"",
      options.issuer, "\"\n  audiences: \"", options.audience,
      "\"\n  algorithms: ", options.algorithm, "\n  jwks_file: \"", kKeySetFile,
      "\"\n  refresh_seconds: 5\n  skew_seconds: 30\n");
  for (const Role::Value role : EveryRole().List()) {
    absl::StrAppend(&text, "  may_grant: ", Role::Value_Name(role), "\n");
  }
  return text + "}\n";
}

absl::StatusOr<int> MakeIssuer(const IssuerOptions& options, const CommandLine& line) {
  TokenAlgorithm::Value algorithm;
  if (!TokenAlgorithm::Value_Parse(options.algorithm, &algorithm) ||
      algorithm == TokenAlgorithm::TOKEN_ALGORITHM_UNSPECIFIED) {
    return WrongUsage("--algorithm 应为 ES256、RS256 等签名算法。",
                      "--algorithm should be a signature algorithm such as ES256 or RS256.");
  }
  const std::string identity = IdentityText(options);
  RETURN_IF_ERROR(identity::ReadIdentity(identity, options.folder).status());
  ASSIGN_OR_RETURN(const auto signer, identity::TokenSigner::Generate(algorithm));
  const nlohmann::json key_set = {{"keys", nlohmann::json::array({signer.PublicJwk()})}};
  const auto path = [&](const char* name) { return absl::StrCat(options.folder, "/", name); };
  RETURN_IF_ERROR(
      WriteFile(path(kKeyFile), signer.PrivateJwk(), Overwrite::kNever, /*secret=*/true));
  RETURN_IF_ERROR(WriteFile(path(kKeySetFile), key_set.dump(2) + "\n", Overwrite::kReplace));
  RETURN_IF_ERROR(WriteFile(path(kIdentityFile), identity, Overwrite::kReplace));
  const Screen& screen = line.screen;
  if (line.json) {
    Print(Dump(Json{{"issuer", options.issuer},
                    {"audience", options.audience},
                    {"identityFile", path(kIdentityFile)}}),
          screen);
    return kExitOk;
  }
  Print(absl::StrCat(
            screen.Bold(absl::StrCat(
                screen.Say("已建立开发用签发者 ", "Made the development issuer "), options.issuer)),
            "\n", screen.Say("  身份文件  ", "  identity file  "), path(kIdentityFile),
            screen.Say("（服务用 --identity-file 读取）", " (services read it by --identity-file)"),
            "\n", screen.Say("  私钥      ", "  private key    "), path(kKeyFile),
            screen.Say("（只有您能读取；不得用于生产）",
                       " (only you can read it; not for production)"),
            "\n"),
        screen);
  return kExitOk;
}

absl::StatusOr<std::vector<std::string>> RolesOf(const std::string& names) {
  identity::Roles roles;
  for (const std::string& name : ValuesOf(names, /*commas=*/true)) {
    const Role::Value role = identity::RoleByName(name);
    if (role == Role::ROLE_UNSPECIFIED) {
      return WrongUsage(
          absl::StrCat("--roles：没有角色“", name, "”；有：", EveryRole().Text(), "。"),
          absl::StrCat("--roles: there is no role \"", name, "\"; there are: ", EveryRole().Text(),
                       "."));
    }
    roles.Add(role);
  }
  if (const auto conflict = identity::ConflictIn(roles); conflict.first != Role::ROLE_UNSPECIFIED) {
    const std::string first = identity::RoleName(conflict.first);
    const std::string second = identity::RoleName(conflict.second);
    return WrongUsage(absl::StrCat("--roles：", first, " 与 ", second, " 不能由同一人担任。"),
                      absl::StrCat("--roles: ", first, " and ", second, " exclude one another."));
  }
  std::vector<std::string> list;
  for (const Role::Value role : roles.List()) list.push_back(identity::RoleName(role));
  return list;
}

// As services keep it; empty if none is given.
absl::StatusOr<std::string> UsccOf(const std::string& text) {
  if (text.empty()) return std::string();
  auto uscc = NormaliseUscc(text);
  if (uscc.ok()) return uscc;
  const auto why = DetailOf(uscc.status()).message();
  return WrongUsage(absl::StrCat("--uscc：", why.zh()), absl::StrCat("--uscc: ", why.en()));
}

absl::StatusOr<int> Mint(const MintOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const std::vector<std::string> roles, RolesOf(options.roles));
  ASSIGN_OR_RETURN(const std::string uscc, UsccOf(options.uscc));
  ASSIGN_OR_RETURN(const absl::Duration valid_for,
                   ParseDurationOption("--valid-for", options.valid_for, absl::Seconds(1),
                                       absl::Hours(24 * 366)));
  const auto path = [&](const char* name) { return absl::StrCat(options.folder, "/", name); };
  ASSIGN_OR_RETURN(const std::string identity, ReadFile(path(kIdentityFile), kMaxFileBytes));
  ASSIGN_OR_RETURN(const auto issuers, identity::ReadIdentity(identity, options.folder));
  ASSIGN_OR_RETURN(const std::string key, ReadFile(path(kKeyFile), kMaxFileBytes));
  ASSIGN_OR_RETURN(const auto signer, identity::TokenSigner::Parse(key));
  const Clock& clock = SystemClock();
  const absl::Time now = clock.Now();
  nlohmann::json claims = {{"iss", issuers.front().issuer},
                           {"aud", issuers.front().audiences.front()},
                           {"sub", options.subject},
                           {"iat", absl::ToUnixSeconds(now)},
                           {"exp", absl::ToUnixSeconds(now + valid_for)},
                           {"roles", roles}};
  for (const auto& [name, value] : {std::pair("name", &options.name), std::pair("uscc", &uscc),
                                    std::pair("review_unit", &options.review_unit)}) {
    if (!value->empty()) claims[name] = *value;
  }
  if (const auto programmes = ValuesOf(options.programmes, /*commas=*/true); !programmes.empty()) {
    claims["programmes"] = programmes;
  }
  ASSIGN_OR_RETURN(const std::string token, signer.Sign(claims));
  // A token that services would refuse is not handed out, for the reason that they would give.
  ASSIGN_OR_RETURN(
      const auto verifier,
      identity::TokenVerifier::Open({.identity_file = path(kIdentityFile)}, clock,
                                    [](const std::string&, const identity::KeysReading&) {}));
  RETURN_IF_ERROR(verifier->Verify(token).status());
  if (!options.out.empty()) {
    RETURN_IF_ERROR(WriteFile(options.out, token + "\n", Overwrite::kReplace, /*secret=*/true));
  }
  if (line.json) {
    Print(Dump(Json{{"token", token}, {"claims", Json::parse(claims.dump())}}), line.screen);
  } else if (options.out.empty()) {
    Print(token + "\n", line.screen);
  } else {
    Print(absl::StrCat(line.screen.Say("令牌已写入 ", "The token is in "), options.out,
                       line.screen.Say("，有效期至 ", ", valid until "),
                       absl::FormatTime("%Y-%m-%d %H:%M:%S %Ez", now + valid_for,
                                        absl::FixedTimeZone(8 * 60 * 60)),
                       "\n"),
          line.screen);
  }
  return kExitOk;
}

void AddIssuerCommand(CLI::App& group, CommandLine& line) {
  CLI::App* const command =
      AddCommand(group, line, "issuer", "建立开发用签发者：密钥、密钥集和身份文件",
                 "Make a development issuer: its key, its key set and an identity file");
  const auto options = std::make_shared<IssuerOptions>();
  AddOption(*command, line, "FOLDER", options->folder, "FOLDER", "存放的文件夹",
            "The folder they go to")
      ->required();
  AddOption(*command, line, "--issuer", options->issuer, "NAME", "签发者（iss）",
            "The issuer (iss)");
  AddOption(*command, line, "--audience", options->audience, "NAME", "受众（aud）",
            "The audience (aud)");
  AddOption(*command, line, "--algorithm", options->algorithm, "NAME", "签名算法，默认 ES256",
            "The signature algorithm, by default ES256");
  command->callback(
      [options, &line] { line.action = [options, &line] { return MakeIssuer(*options, line); }; });
}

void AddMintCommand(CLI::App& group, CommandLine& line) {
  CLI::App* const command = AddCommand(group, line, "mint", "用开发用签发者签发令牌",
                                       "Sign a token by a development issuer");
  const auto options = std::make_shared<MintOptions>();
  AddOption(*command, line, "--issuer-folder", options->folder, "FOLDER",
            "zhipingctl token issuer 建立的文件夹", "A folder that `zhipingctl token issuer` made")
      ->required();
  AddOption(*command, line, "--subject", options->subject, "ID", "谁（sub），在签发者内唯一且不变",
            "Who (sub): unique at the issuer, and for ever the same")
      ->required();
  AddOption(*command, line, "--name", options->name, "NAME", "姓名，供人阅读", "A name for people");
  AddListOption(*command, line, "--roles", options->roles, "ROLE,…",
                absl::StrCat("角色；有：", EveryRole().Text()),
                absl::StrCat("The roles; there are: ", EveryRole().Text()));
  AddOption(*command, line, "--uscc", options->uscc, "USCC", "所代表企业的统一社会信用代码",
            "The enterprise that it is for");
  AddOption(*command, line, "--review-unit", options->review_unit, "ID", "审核单位",
            "The review unit");
  AddListOption(*command, line, "--programmes", options->programmes, "ID,…",
                "角色适用的评测体系，* 为全部", "The programmes that the roles are for; * is all");
  AddOption(*command, line, "--valid-for", options->valid_for, "DURATION", "有效时长，默认 12h",
            "How long it is valid, by default 12h");
  AddOption(*command, line, "--out", options->out, "FILE", "写入文件，而不是标准输出",
            "A file it goes to instead of standard output");
  command->callback(
      [options, &line] { line.action = [options, &line] { return Mint(*options, line); }; });
}

}  // namespace

void AddTokenCommands(CLI::App& app, CommandLine& line) {
  CLI::App* const group =
      AddCommandGroup(app, line, "token", "开发用身份令牌", "Identity tokens for development");
  AddIssuerCommand(*group, line);
  AddMintCommand(*group, line);
}

}  // namespace zhiping::ctl
