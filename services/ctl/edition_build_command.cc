// edition build: a folder becomes the bytes of a release, signed.
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/criteria/release.h"
#include "common/envelope/envelope.h"
#include "common/envelope/signer.h"
#include "common/files/file.h"
#include "common/releases/seed.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ctl/commands.h"
#include "services/ctl/edition_source.h"
#include "services/ctl/json_output.h"
#include "services/ctl/seed_folder.h"

namespace zhiping::ctl {
namespace {

using catalogue::v1::Release;
using envelope::Signer;

constexpr char kDefaultSigningTimeout[] = "30s";

struct BuildOptions {
  std::string folder, label, keys, command, public_key, signing_timeout, out;
  bool seed = false;
};

absl::Status CheckLabel(const std::string& label, int year) {
  if (criteria::IsReleaseLabel(label, year)) return absl::OkStatus();
  int other_year = 0;
  if (absl::SimpleAtoi(label.substr(0, label.find('-')), &other_year) &&
      criteria::IsReleaseLabel(label, other_year)) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::INVALID_FIELD,
                     absl::StrCat("--label 的年份是 ", other_year, "，而这个年版的年份是 ", year,
                                  "；应为 ", year, "-次数。"),
                     absl::StrCat("--label is of ", other_year, ", but the edition's year is ",
                                  year, ": it should be ", year, "-<number>."));
  }
  return MakeError(
      absl::StatusCode::kInvalidArgument, Reason::INVALID_FIELD,
      absl::StrCat("--label 应为“年份-次数”，例如 ", year, "-1，而不是“", label, "”。"),
      absl::StrCat("--label should be year and number, such as ", year, "-1, not \"", label,
                   "\"."));
}

absl::StatusOr<std::vector<std::unique_ptr<Signer>>> OpenSigners(const BuildOptions& options) {
  std::vector<std::unique_ptr<Signer>> signers;
  for (const std::string& path : ValuesOf(options.keys, /*commas=*/false)) {
    ASSIGN_OR_RETURN(signers.emplace_back(), envelope::ReadKeyFile(path));
  }
  if (options.command.empty() != options.public_key.empty()) {
    return WrongUsage("--signing-command 和 --signing-public-key 须同时给出。",
                      "--signing-command and --signing-public-key go together.");
  }
  if (!options.command.empty()) {
    ASSIGN_OR_RETURN(envelope::Key key, envelope::Key::FromPublicBase64(options.public_key));
    ASSIGN_OR_RETURN(const absl::Duration timeout,
                     ParseDurationOption("--signing-timeout",
                                         options.signing_timeout.empty() ? kDefaultSigningTimeout
                                                                         : options.signing_timeout,
                                         absl::Seconds(1), absl::Minutes(10)));
    signers.push_back(envelope::NewCommandSigner(
        absl::StrSplit(options.command, absl::ByAnyChar(" \n"), absl::SkipEmpty()), std::move(key),
        timeout));
  }
  if (signers.empty()) {
    return WrongUsage("发布版必须签名：请用 --key 或 --signing-command 给出签名方。",
                      "A release has to be signed: name who signs by --key or --signing-command.");
  }
  return signers;
}

struct Built {
  std::string programme, edition, label, digest, out, seed;
  std::vector<std::string> key_ids;
};

void Report(const Built& built, const CommandLine& line) {
  if (line.json) {
    const Json json = {{"programme", built.programme},
                       {"edition", built.edition},
                       {"label", built.label},
                       {"digest", built.digest},
                       {"keyIds", built.key_ids},
                       {"out", built.out},
                       {"seed", built.seed}};
    Print(Dump(json), line.screen);
    return;
  }
  const Screen& screen = line.screen;
  std::string out = absl::StrCat(
      screen.Bold(absl::StrCat(screen.Say("已生成发布版 ", "Built release "), built.label)), "\n",
      screen.Say("  年版  ", "  edition  "), built.edition,
      screen.Say("（评测体系 ", " (programme "), built.programme, screen.Say("）", ")"), "\n",
      screen.Say("  摘要  ", "  digest   "), built.digest, "\n",
      screen.Say("  签名  ", "  signed   "), absl::StrJoin(built.key_ids, screen.Say("、", ", ")),
      "\n", screen.Say("  文件  ", "  file     "), built.out, "\n");
  if (!built.seed.empty()) {
    absl::StrAppend(&out, screen.Say("  种子  ", "  seed     "), built.seed, "\n");
  }
  Print(out, screen);
}

absl::StatusOr<int> Run(const BuildOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const auto signers, OpenSigners(options));
  ASSIGN_OR_RETURN(const Release release, ReleaseOfFolder(options.folder, options.label));
  RETURN_IF_ERROR(CheckLabel(options.label, release.edition().year()));
  const std::string bytes = criteria::SerializeRelease(release);
  // What no engine would read back must not be signed.
  RETURN_IF_ERROR(criteria::ParseRelease(bytes).status());
  RETURN_IF_ERROR(CheckReleaseFile(options.out, bytes));
  Built built = {release.edition().programme(),
                 release.edition().id(),
                 options.label,
                 criteria::DigestOf(bytes),
                 options.out,
                 "",
                 {}};
  std::string seed;
  if (options.seed) {
    built.seed = (std::filesystem::path(options.out).parent_path() / releases::kSeedFile).string();
    ASSIGN_OR_RETURN(seed, SeedWith(built.seed, built.programme, built.digest));
  }
  std::vector<const Signer*> pointers;
  for (const auto& signer : signers) {
    pointers.push_back(signer.get());
    built.key_ids.push_back(signer->key_id());
  }
  ASSIGN_OR_RETURN(const envelope::Envelope envelope,
                   envelope::SignPayload(envelope::Purpose::RELEASE, bytes, pointers));
  RETURN_IF_ERROR(
      WriteFile(options.out, envelope::SerializeEnvelope(envelope), Overwrite::kReplace));
  // After the release: a seed never names what is not there.
  if (options.seed) RETURN_IF_ERROR(WriteFile(built.seed, seed, Overwrite::kReplace));
  Report(built, line);
  return kExitOk;
}

}  // namespace

void AddEditionBuildCommand(CLI::App& edition, CommandLine& line) {
  CLI::App* const command =
      AddCommand(edition, line, "build", "校验年版文件夹，生成并签名发布版文件",
                 "Validate an edition folder and make the signed file of a release");
  const auto options = std::make_shared<BuildOptions>();
  AddOption(*command, line, "FOLDER", options->folder, "", "年版文件夹", "An edition folder")
      ->required();
  AddOption(*command, line, "--label", options->label, "YEAR-N",
            "发布版标签，例如 2026-2 表示 2026 年版第 2 次发布",
            "Label of the release: 2026-2 is the second of the edition of 2026")
      ->required();
  AddOption(*command, line, "--out", options->out, "FILE",
            "发布版文件，建议以 .release.json 结尾；已有其他内容时不覆盖",
            "Where the release goes, best ending in .release.json; another file is not replaced")
      ->required();
  AddListOption(*command, line, "--key", options->keys, "FILE", "签名私钥文件；可多次给出",
                "A private key that signs; may be given several times");
  AddOption(*command, line, "--signing-command", options->command, "COMMAND",
            "外部签名命令（不经过 shell）：从标准输入读取待签内容，把 base64 签名写到标准输出",
            "A command that signs, without a shell: reads what to sign, writes the signature in "
            "base64");
  AddOption(*command, line, "--signing-public-key", options->public_key, "BASE64",
            "外部签名命令的公钥，同信任文件的 public_key",
            "The command's public key, as public_key in a trust file");
  AddOption(*command, line, "--signing-timeout", options->signing_timeout, "DURATION",
            "等待外部签名命令的时间，1s 至 10m，默认 30s",
            "How long to wait for the command, 1s to 10m, by default 30s")
      ->envname("ZHIPING_SIGNING_TIMEOUT");
  AddFlag(*command, line, "--seed", options->seed,
          "同时在同一文件夹的 seed.json 中把它设为该评测体系的现行发布版",
          "Also name it in seed.json of the same folder as the release in force of its programme");
  command->callback(
      [options, &line] { line.action = [options, &line] { return Run(*options, line); }; });
}

}  // namespace zhiping::ctl
