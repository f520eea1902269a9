// verify: whether an envelope may be trusted, for what, and what it holds.
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/criteria/criteria.h"
#include "common/criteria/release.h"
#include "common/envelope/envelope.h"
#include "common/envelope/trust.h"
#include "common/files/file.h"
#include "common/releases/seed.h"
#include "common/releases/signed_release.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ctl/commands.h"
#include "services/ctl/edition_source.h"
#include "services/ctl/json_output.h"
#include "services/ctl/purpose_names.h"
#include "services/ctl/receipt_report.h"
#include "services/ctl/receipt_source.h"
#include "services/ctl/zone.h"

namespace zhiping::ctl {
namespace {

using common::v1::Purpose;

struct VerifyOptions {
  std::string envelope, trust_file, purpose, programme, at, time_zone;
  ReceiptOptions receipt;
};

struct Verified {
  Purpose::Value purpose = Purpose::PURPOSE_UNSPECIFIED;
  std::string programme, digest;
  std::vector<std::string> key_ids;
  // What a release would be scored with; null otherwise.
  std::shared_ptr<const criteria::Criteria> criteria;
};

bool HoldsRelease(Purpose::Value purpose) {
  return purpose == Purpose::RELEASE || purpose == Purpose::CANDIDATE;
}

// Nothing of the payload is told before a signature counts; whoever changed one bit hears of the
// signature, not of what the parser makes of it. A release is opened as services open it: it can be
// trusted only if they would score with it.
absl::StatusOr<Verified> Verify(absl::string_view json, const envelope::Trust& trust,
                                const VerifyOptions& options, absl::Time instant) {
  ASSIGN_OR_RETURN(const envelope::Envelope envelope, envelope::ParseEnvelope(json));
  Verified verified;
  verified.purpose = envelope::PurposeOf(envelope.payload_type);
  verified.digest = criteria::DigestOf(envelope.payload);
  if (verified.purpose == Purpose::PURPOSE_UNSPECIFIED) {
    return MakeError(
        absl::StatusCode::kPermissionDenied, Reason::WRONG_PAYLOAD_TYPE,
        absl::StrCat("内容类型“", envelope.payload_type, "”无法识别，不是智评的任何一种签名文件。"),
        absl::StrCat("The payload's type \"", envelope.payload_type,
                     "\" is unknown: it is none of Zhiping's signed files."),
        {{"payloadType", envelope.payload_type}});
  }
  Purpose::Value asked = verified.purpose;
  if (!options.purpose.empty()) {
    ASSIGN_OR_RETURN(asked, ParsePurpose(options.purpose));
  }
  verified.programme = options.programme;
  if (HoldsRelease(verified.purpose)) {
    ASSIGN_OR_RETURN(verified.criteria,
                     releases::OpenRelease(json, {"", options.programme, asked}, trust, instant));
    verified.programme = verified.criteria->edition().programme();
  } else if (verified.programme.empty() && asked == verified.purpose) {
    return WrongUsage("这种信封须用 --programme 说明评测体系。",
                      "For this kind of envelope, --programme has to name the programme.");
  }
  ASSIGN_OR_RETURN(verified.key_ids, trust.Verify(envelope, asked, verified.programme, instant));
  return verified;
}

Json AsJson(const Verified& verified, absl::Time instant) {
  Json json = {{"trusted", true},
               {"purpose", PurposeName(verified.purpose)},
               {"programme", verified.programme},
               {"payloadDigest", verified.digest},
               {"keyIds", verified.key_ids},
               {"at", absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", instant, absl::UTCTimeZone())}};
  if (verified.criteria != nullptr) {
    const auto& release = verified.criteria->release();
    json["edition"] = release.edition().id();
    json["label"] = release.label();
    json["semantics"] = release.semantics();
  }
  return json;
}

std::string AsText(const Verified& verified, const std::string& instant, const Screen& screen) {
  const bool release = verified.criteria != nullptr;
  std::string out = absl::StrCat(
      screen.Bold(
          release ? screen.Say("签名有效，可以信任；可用于评分，校验样例全部相符",
                               "The signature counts: it can be trusted, and be scored with (its "
                               "golden vectors hold)")
                  : screen.Say("签名有效，可以信任", "The signature counts: it can be trusted")),
      "\n", screen.Say("  用途      ", "  purpose    "), PurposeName(verified.purpose), "\n",
      screen.Say("  评测体系  ", "  programme  "), verified.programme, "\n");
  if (release) {
    const auto& content = verified.criteria->release();
    absl::StrAppend(&out, screen.Say("  年版      ", "  edition    "), content.edition().id(), "\n",
                    screen.Say("  发布版    ", "  release    "), content.label(), "\n",
                    screen.Say("  评分语义  ", "  semantics  "), content.semantics(), "\n");
  }
  absl::StrAppend(&out, screen.Say("  摘要      ", "  digest     "), verified.digest, "\n",
                  screen.Say("  有效密钥  ", "  keys       "),
                  absl::StrJoin(verified.key_ids, screen.Say("、", ", ")), "\n",
                  screen.Say("  判断时刻  ", "  judged at  "), instant, "\n");
  return out;
}

// Whether the file is to be verified as a receipt: it says so itself. Anything else, a broken file
// included, is verified as before, and says there what is wrong with it.
bool IsReceipt(absl::string_view json) {
  const auto envelope = envelope::ParseEnvelope(json);
  return envelope.ok() && envelope::PurposeOf(envelope->payload_type) == Purpose::RECEIPT;
}

// Options that only make sense for a receipt, or for all but one.
absl::Status CheckOptions(const VerifyOptions& options, bool receipt) {
  if (receipt && !options.at.empty()) {
    return WrongUsage("回执的密钥按它自己的签署时间判断，不用 --at。",
                      "The keys of a receipt are judged at the instant at which it was signed: "
                      "--at is not used.");
  }
  if (receipt) return absl::OkStatus();
  if (!options.receipt.release.empty() || !options.receipt.server.empty() ||
      !options.receipt.receipt_no.empty()) {
    return WrongUsage("--release、--server 和 --receipt-no 只用于核验回执，而这个文件不是回执。",
                      "--release, --server and --receipt-no are for receipts; this file is none.");
  }
  if (options.trust_file.empty()) {
    return WrongUsage("须用 --trust-file 给出信任文件。",
                      "--trust-file has to name the trusted keys.");
  }
  return absl::OkStatus();
}

absl::Status CheckPurposeAndProgramme(const VerifyOptions& options,
                                      const assessment::v1::Receipt& receipt) {
  if (!options.purpose.empty()) {
    ASSIGN_OR_RETURN(const Purpose::Value asked, ParsePurpose(options.purpose));
    if (asked != Purpose::RECEIPT) {
      return MakeError(absl::StatusCode::kPermissionDenied, Reason::WRONG_PAYLOAD_TYPE,
                       absl::StrCat("这个文件的用途是 receipt，不是 ", options.purpose, "。"),
                       absl::StrCat("This file is for receipt, not for ", options.purpose, "."));
    }
  }
  const std::string& programme = receipt.content().programme();
  if (options.programme.empty() || options.programme == programme) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kInvalidArgument, Reason::UNKNOWN_PROGRAMME,
      absl::StrCat("回执属于评测体系 ", programme, "，不属于 ", options.programme, "。"),
      absl::StrCat("The receipt is of programme ", programme, ", not of ", options.programme, "."));
}

Json AsJson(const scoring::v1::VerifyReceiptResponse& response, absl::string_view digest) {
  Json json = {{"trusted", true},
               {"purpose", PurposeName(Purpose::RECEIPT)},
               {"programme", response.receipt().content().programme()},
               {"payloadDigest", std::string(digest)}};
  const Json said = ctl::AsJson(response);
  for (const auto& [name, value] : said.items()) {
    if (name != "refusal") json[name] = value;
  }
  return json;
}

absl::StatusOr<int> RunReceipt(const VerifyOptions& options, const std::string& json,
                               const Zone& zone, const CommandLine& line) {
  ASSIGN_OR_RETURN(const VerifiedReceipt verified,
                   VerifyReceipt(json, options.trust_file, options.receipt));
  RETURN_IF_ERROR(CheckPurposeAndProgramme(options, verified.response.receipt()));
  ASSIGN_OR_RETURN(const envelope::Envelope envelope, envelope::ParseEnvelope(json));
  Print(line.json ? Dump(AsJson(verified.response, criteria::DigestOf(envelope.payload)))
                  : ReceiptReport(verified.response, zone, line.screen),
        line.screen);
  return verified.response.valid() ? kExitOk : kExitRefused;
}

absl::StatusOr<int> Run(const VerifyOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const Zone zone, Zone::Load(options.time_zone));
  ASSIGN_OR_RETURN(const std::string json, ReadFile(options.envelope, kMaxEnvelopeBytes));
  const bool receipt = IsReceipt(json);
  RETURN_IF_ERROR(CheckOptions(options, receipt));
  if (receipt) return RunReceipt(options, json, zone, line);
  absl::Time instant = absl::Now();
  if (!options.at.empty()) {
    ASSIGN_OR_RETURN(instant, zone.Parse("--at", options.at));
  }
  ASSIGN_OR_RETURN(const auto trust, releases::ReadTrustFile(options.trust_file));
  ASSIGN_OR_RETURN(const Verified verified, Verify(json, *trust, options, instant));
  Print(line.json ? Dump(AsJson(verified, instant))
                  : AsText(verified, zone.FormatWithName(instant, line.screen), line.screen),
        line.screen);
  return kExitOk;
}

}  // namespace

void AddVerifyCommand(CLI::App& app, CommandLine& line) {
  CLI::App* const command = AddCommand(
      app, line, "verify", "验证一个已签名的文件（发布版、回执等）；不可信时退出码为 1",
      "Verify a signed file, such as a release or a receipt; exit code 1 if it cannot be "
      "trusted");
  const auto options = std::make_shared<VerifyOptions>();
  AddOption(*command, line, "ENVELOPE", options->envelope, "", "已签名的文件（DSSE 信封）",
            "The signed file, a DSSE envelope")
      ->required();
  AddOption(*command, line, "--trust-file", options->trust_file, "FILE", "信任文件",
            "The trusted keys")
      ->envname("ZHIPING_TRUST_FILE");
  AddOption(*command, line, "--purpose", options->purpose, "NAME",
            absl::StrCat("文件应有的用途，默认为它自己写明的；可填：", PurposeNames()),
            absl::StrCat("The purpose it has to be for, by default its own; there are: ",
                         PurposeNames()));
  AddOption(*command, line, "--programme", options->programme, "ID",
            "要求的评测体系；发布版和回执可省略",
            "The programme it has to be for; releases and receipts say it themselves")
      ->envname("ZHIPING_PROGRAMME");
  AddOption(*command, line, "--at", options->at, "INSTANT",
            "按哪个时刻判断密钥是否在有效期内，例如 2026-12-01 08:00，默认现在",
            "The instant at which keys have to be valid, such as 2026-12-01 08:00; by default now");
  AddReceiptOptions(*command, line, options->receipt);
  AddReceiptServerOptions(*command, line, options->receipt);
  AddTimeZoneOption(*command, line, options->time_zone);
  command->callback(
      [options, &line] { line.action = [options, &line] { return Run(*options, line); }; });
}

}  // namespace zhiping::ctl
