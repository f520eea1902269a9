// key generate: a private key into a file of its own, its public part into a trust file.
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/envelope/key.h"
#include "common/envelope/signer.h"
#include "common/envelope/trust.h"
#include "common/files/file.h"
#include "common/requests/fields.h"
#include "common/status/status_macros.h"
#include "services/ctl/commands.h"
#include "services/ctl/json_output.h"
#include "services/ctl/purpose_names.h"

namespace zhiping::ctl {
namespace {

using common::v1::KeyAlgorithm;
using common::v1::Purpose;

constexpr size_t kMaxTrustBytes = 1 << 20;
constexpr char kEveryProgramme[] = "*";

struct KeyOptions {
  std::string out, trust_file, algorithm, purposes, programmes, comment;
};

absl::StatusOr<KeyAlgorithm::Value> ParseAlgorithm(const std::string& name) {
  if (name.empty() || name == "ed25519") return KeyAlgorithm::ED25519;
  if (name == "sm2") return KeyAlgorithm::SM2;
  return WrongUsage(absl::StrCat("--algorithm 只能是 ed25519 或 sm2，而不是 ", name, "。"),
                    absl::StrCat("--algorithm must be ed25519 or sm2, not ", name, "."));
}

absl::StatusOr<std::vector<Purpose::Value>> ParsePurposes(const std::string& names) {
  std::vector<Purpose::Value> purposes;
  for (const std::string& name : ValuesOf(names, /*commas=*/true)) {
    ASSIGN_OR_RETURN(purposes.emplace_back(), ParsePurpose(name));
  }
  if (purposes.empty()) purposes = {Purpose::RELEASE};
  return purposes;
}

absl::StatusOr<std::vector<std::string>> ParseProgrammes(const std::string& names) {
  std::vector<std::string> programmes = ValuesOf(names, /*commas=*/true);
  for (const std::string& programme : programmes) {
    Violations violations;
    if (programme != kEveryProgramme) CheckSlug(programme, "--programmes", violations);
    if (violations.empty()) continue;
    return WrongUsage(
        absl::StrCat("--programmes 应为评测体系的标识（小写字母、数字和 -，例如 jiangsu-ai），或者 "
                     "*（全部），而不是“",
                     programme, "”。"),
        absl::StrCat("--programmes should be ids of programmes (lower-case letters, digits and -, "
                     "such as jiangsu-ai), or * (all), not \"",
                     programme, "\"."));
  }
  if (programmes.empty()) programmes = {kEveryProgramme};
  return programmes;
}

// The trust file with the entry added; an error if the file cannot be read, or would not be valid.
absl::StatusOr<std::string> TrustWith(const std::string& path, const std::string& entry) {
  std::string text;
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) {
    ASSIGN_OR_RETURN(text, ReadFile(path, kMaxTrustBytes));
    if (!text.empty() && text.back() != '\n') text += '\n';
  }
  text += entry;
  RETURN_IF_ERROR(envelope::Trust::Parse(text).status());
  return text;
}

absl::StatusOr<int> Generate(const KeyOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const KeyAlgorithm::Value algorithm, ParseAlgorithm(options.algorithm));
  ASSIGN_OR_RETURN(const std::vector<Purpose::Value> purposes, ParsePurposes(options.purposes));
  ASSIGN_OR_RETURN(const std::vector<std::string> programmes, ParseProgrammes(options.programmes));
  ASSIGN_OR_RETURN(const envelope::Key key, envelope::Key::Generate(algorithm));
  ASSIGN_OR_RETURN(const std::string trust,
                   TrustWith(options.trust_file,
                             envelope::TrustEntry(key, purposes, programmes, options.comment)));
  RETURN_IF_ERROR(envelope::WriteKeyFile(key, options.out));
  if (absl::Status status = WriteFile(options.trust_file, trust, Overwrite::kReplace);
      !status.ok()) {
    // A key that nobody trusts is of no use, and would be in the way of the next attempt.
    std::error_code ignored;
    std::filesystem::remove(options.out, ignored);
    return status;
  }
  std::vector<std::string> names;
  names.reserve(purposes.size());
  for (const Purpose::Value purpose : purposes) names.push_back(PurposeName(purpose));
  if (line.json) {
    const Json json = {{"keyId", key.id()},
                       {"algorithm", KeyAlgorithm::Value_Name(algorithm)},
                       {"publicKey", key.public_base64()},
                       {"purposes", names},
                       {"programmes", programmes},
                       {"out", options.out},
                       {"trustFile", options.trust_file}};
    Print(Dump(json), line.screen);
    return kExitOk;
  }
  const Screen& screen = line.screen;
  Print(absl::StrCat(
            screen.Bold(absl::StrCat(screen.Say("已生成密钥 ", "Made key "), key.id())), "\n",
            screen.Say("  用途      ", "  purposes    "),
            absl::StrJoin(names, screen.Say("、", ", ")), "\n",
            screen.Say("  评测体系  ", "  programmes  "),
            absl::StrJoin(programmes, screen.Say("、", ", ")), "\n",
            screen.Say("  私钥      ", "  private key "), options.out,
            screen.Say("（请妥善保管，只有您能读取）", " (keep it safe; only you can read it)"),
            "\n", screen.Say("  信任文件  ", "  trust file  "), options.trust_file, "\n"),
        screen);
  return kExitOk;
}

}  // namespace

void AddKeyCommands(CLI::App& app, CommandLine& line) {
  CLI::App* const group =
      AddCommandGroup(app, line, "key", "管理签名密钥", "Keys that sign releases and more");
  CLI::App* const command =
      AddCommand(*group, line, "generate", "生成签名密钥，并把公钥加入信任文件",
                 "Make a key, and add its public part to a trust file");
  const auto options = std::make_shared<KeyOptions>();
  AddOption(*command, line, "--out", options->out, "FILE", "私钥文件，不会覆盖已有文件",
            "Where the private key goes; a file that exists is not replaced")
      ->required();
  AddOption(*command, line, "--trust-file", options->trust_file, "FILE", "信任文件；不存在时新建",
            "The trust file; made if it does not exist")
      ->required()
      ->envname("ZHIPING_TRUST_FILE");
  RefuseEmpty(AddOption(*command, line, "--algorithm", options->algorithm, "NAME",
                        "算法：ed25519（默认）或 sm2（SM2 与 SM3）",
                        "The algorithm: ed25519 (the default) or sm2 (SM2 with SM3)"));
  RefuseEmpty(AddListOption(
      *command, line, "--purposes", options->purposes, "NAME,…",
      absl::StrCat("可签署的用途，默认 release；可填：", PurposeNames()),
      absl::StrCat("What it may sign, by default release; there are: ", PurposeNames())));
  RefuseEmpty(AddListOption(*command, line, "--programmes", options->programmes, "ID,…",
                            "可签署的评测体系，默认全部（*）",
                            "The programmes it may sign for, by default all (*)"));
  AddOption(*command, line, "--comment", options->comment, "TEXT", "说明：谁的密钥，存放在哪里",
            "For people: whose key it is, and where it is kept");
  command->callback(
      [options, &line] { line.action = [options, &line] { return Generate(*options, line); }; });
}

}  // namespace zhiping::ctl
