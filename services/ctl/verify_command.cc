// verify: whether an envelope may be trusted, for what, and what it holds.
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/criteria/release.h"
#include "common/envelope/envelope.h"
#include "common/envelope/trust.h"
#include "common/files/file.h"
#include "common/releases/seed.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ctl/commands.h"
#include "services/ctl/edition_source.h"
#include "services/ctl/json_output.h"
#include "services/ctl/purpose_names.h"
#include "services/ctl/zone.h"

namespace zhiping::ctl {
namespace {

using catalogue::v1::Release;
using common::v1::Purpose;

struct VerifyOptions {
  std::string envelope, trust_file, purpose, programme, at, time_zone;
};

struct Verified {
  Purpose::Value purpose = Purpose::PURPOSE_UNSPECIFIED;
  std::string programme;
  std::vector<std::string> key_ids;
  // Of a release; default otherwise.
  Release release;
};

bool HoldsRelease(Purpose::Value purpose) {
  return purpose == Purpose::RELEASE || purpose == Purpose::CANDIDATE;
}

// A release says its programme itself; it must not be another than the one asked for.
absl::Status CheckProgramme(const std::string& asked, const std::string& found) {
  if (asked.empty() || asked == found) return absl::OkStatus();
  return MakeError(absl::StatusCode::kPermissionDenied, Reason::UNKNOWN_PROGRAMME,
                   absl::StrCat("它属于评测体系 ", found, "，不是 ", asked, "。"),
                   absl::StrCat("It is of programme ", found, ", not of ", asked, "."),
                   {{"programme", found}});
}

// Nothing of the payload is told before a signature counts; whoever changed one bit hears of the
// signature, not of what the parser makes of it.
absl::StatusOr<Verified> Verify(const envelope::Envelope& envelope, const envelope::Trust& trust,
                                const VerifyOptions& options, absl::Time instant) {
  Verified verified;
  verified.purpose = envelope::PurposeOf(envelope.payload_type);
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
  absl::Status malformed;
  if (HoldsRelease(verified.purpose)) {
    auto release = criteria::ParseRelease(envelope.payload);
    if (release.ok()) {
      verified.release = *std::move(release);
      verified.programme = verified.release.edition().programme();
    } else {
      malformed = release.status();
    }
  } else if (verified.programme.empty() && asked == verified.purpose) {
    return WrongUsage("这种信封须用 --programme 说明评测体系。",
                      "For this kind of envelope, --programme has to name the programme.");
  }
  auto keys = trust.Verify(envelope, asked, verified.programme, instant);
  if (!malformed.ok() &&
      (keys.ok() || DetailOf(keys.status()).reason() == Reason::KEY_NOT_FOR_PROGRAMME)) {
    return malformed;
  }
  if (!keys.ok()) return keys.status();
  verified.key_ids = *std::move(keys);
  RETURN_IF_ERROR(CheckProgramme(options.programme, verified.programme));
  return verified;
}

Json AsJson(const Verified& verified, const std::string& digest, absl::Time instant) {
  Json json = {{"trusted", true},
               {"purpose", PurposeName(verified.purpose)},
               {"programme", verified.programme},
               {"payloadDigest", digest},
               {"keyIds", verified.key_ids},
               {"at", absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", instant, absl::UTCTimeZone())}};
  if (HoldsRelease(verified.purpose)) {
    json["edition"] = verified.release.edition().id();
    json["label"] = verified.release.label();
    json["semantics"] = verified.release.semantics();
  }
  return json;
}

std::string AsText(const Verified& verified, const std::string& digest, const std::string& instant,
                   const Screen& screen) {
  std::string out = absl::StrCat(
      screen.Bold(screen.Say("签名有效，可以信任", "The signature counts: it can be trusted")),
      "\n", screen.Say("  用途      ", "  purpose    "), PurposeName(verified.purpose), "\n",
      screen.Say("  评测体系  ", "  programme  "), verified.programme, "\n");
  if (HoldsRelease(verified.purpose)) {
    absl::StrAppend(
        &out, screen.Say("  年版      ", "  edition    "), verified.release.edition().id(), "\n",
        screen.Say("  发布版    ", "  release    "), verified.release.label(), "\n",
        screen.Say("  评分语义  ", "  semantics  "), verified.release.semantics(), "\n");
  }
  absl::StrAppend(&out, screen.Say("  摘要      ", "  digest     "), digest, "\n",
                  screen.Say("  有效密钥  ", "  keys       "),
                  absl::StrJoin(verified.key_ids, screen.Say("、", ", ")), "\n",
                  screen.Say("  判断时刻  ", "  judged at  "), instant, "\n");
  return out;
}

absl::StatusOr<int> Run(const VerifyOptions& options, const CommandLine& line) {
  ASSIGN_OR_RETURN(const Zone zone, Zone::Load(options.time_zone));
  absl::Time instant = absl::Now();
  if (!options.at.empty()) {
    ASSIGN_OR_RETURN(instant, zone.Parse("--at", options.at));
  }
  ASSIGN_OR_RETURN(const auto trust, releases::ReadTrustFile(options.trust_file));
  ASSIGN_OR_RETURN(const std::string json, ReadFile(options.envelope, kMaxEnvelopeBytes));
  ASSIGN_OR_RETURN(const envelope::Envelope envelope, envelope::ParseEnvelope(json));
  ASSIGN_OR_RETURN(const Verified verified, Verify(envelope, *trust, options, instant));
  const std::string digest = criteria::DigestOf(envelope.payload);
  Print(line.json
            ? Dump(AsJson(verified, digest, instant))
            : AsText(verified, digest, zone.FormatWithName(instant, line.screen), line.screen),
        line.screen);
  return kExitOk;
}

}  // namespace

void AddVerifyCommand(CLI::App& app, CommandLine& line) {
  CLI::App* const command =
      AddCommand(app, line, "verify", "验证一个已签名的文件（发布版等）；不可信时退出码为 1",
                 "Verify a signed file, such as a release; exit code 1 if it cannot be trusted");
  const auto options = std::make_shared<VerifyOptions>();
  AddOption(*command, line, "ENVELOPE", options->envelope, "", "已签名的文件（DSSE 信封）",
            "The signed file, a DSSE envelope")
      ->required();
  AddOption(*command, line, "--trust-file", options->trust_file, "FILE", "信任文件",
            "The trusted keys")
      ->required()
      ->envname("ZHIPING_TRUST_FILE");
  AddOption(*command, line, "--purpose", options->purpose, "NAME",
            absl::StrCat("文件应有的用途，默认为它自己写明的；可填：", PurposeNames()),
            absl::StrCat("The purpose it has to be for, by default its own; there are: ",
                         PurposeNames()));
  AddOption(*command, line, "--programme", options->programme, "ID", "要求的评测体系；发布版可省略",
            "The programme it has to be for; a release says it itself")
      ->envname("ZHIPING_PROGRAMME");
  AddOption(*command, line, "--at", options->at, "INSTANT",
            "按哪个时刻判断密钥是否在有效期内，例如 2026-12-01 08:00，默认现在",
            "The instant at which keys have to be valid, such as 2026-12-01 08:00; by default now");
  AddTimeZoneOption(*command, line, options->time_zone);
  command->callback(
      [options, &line] { line.action = [options, &line] { return Run(*options, line); }; });
}

}  // namespace zhiping::ctl
