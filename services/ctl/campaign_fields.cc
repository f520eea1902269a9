#include "services/ctl/campaign_fields.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "common/files/file.h"
#include "common/status/status_macros.h"
#include "common/text/utf8.h"
#include "common/time/timestamp.h"
#include "services/ctl/encoding.h"
#include "services/ctl/page_options.h"
#include "services/ctl/spelling.h"

namespace zhiping::ctl {
namespace {

namespace v1 = assessment::v1;

constexpr size_t kMaxCommitmentBytes = 64 << 10;
// What the service takes, and a byte more so that it says so.
constexpr size_t kMaxSeedBytes = 65;

absl::StatusOr<v1::ReviewPolicy::Mode> ParseMode(const std::string& text) {
  auto mode = v1::ReviewPolicy::MODE_UNSPECIFIED;
  if (v1::ReviewPolicy::Mode_Parse(absl::AsciiStrToUpper(Spelled(text)), &mode) &&
      mode != v1::ReviewPolicy::MODE_UNSPECIFIED) {
    return mode;
  }
  return WrongUsage(
      absl::StrCat("--review 应为 none（不审核）、cited（引用时审核）、all（全部审核）或 "
                   "sample（抽查），而不是“",
                   text, "”。"),
      absl::StrCat("--review should be none, cited, all or sample, not \"", text, "\"."));
}

absl::Status ReadReview(const CampaignFields& fields, v1::ReviewPolicy& review) {
  ASSIGN_OR_RETURN(const auto mode, ParseMode(fields.review));
  review.set_mode(mode);
  ASSIGN_OR_RETURN(const int32_t per_mille, ParseCount("--per-mille", fields.per_mille, 0));
  review.set_per_mille(per_mille);
  if (!fields.seed_file.empty()) {
    ASSIGN_OR_RETURN(*review.mutable_seed(), ReadFile(fields.seed_file, kMaxSeedBytes));
  }
  return absl::OkStatus();
}

absl::Status ReadDueDays(const std::string& text, v1::StageDays& days) {
  const std::vector<std::string> parts = absl::StrSplit(text, ',');
  int32_t numbers[3] = {};
  bool right = parts.size() == 3;
  for (size_t i = 0; right && i < 3; ++i) right = absl::SimpleAtoi(Spelled(parts[i]), &numbers[i]);
  if (!right) {
    return WrongUsage(
        absl::StrCat("--due-days 应为县级、市级、省级的天数，例如 10,10,15，而不是“", text, "”。"),
        absl::StrCat(
            "--due-days should be the days of county, city and province, such as 10,10,15, "
            "not \"",
            text, "\"."));
  }
  days.set_county(numbers[0]);
  days.set_city(numbers[1]);
  days.set_province(numbers[2]);
  return absl::OkStatus();
}

// An instant, or a day: its beginning, or the midnight after it, since a closing date includes that
// whole day.
absl::StatusOr<absl::Time> ParseEnd(absl::string_view option, const std::string& text,
                                    bool whole_day, const Zone& zone) {
  absl::CivilDay day;
  const std::string spelled = Spelled(text);
  if (!absl::ParseCivilTime(spelled, &day)) return zone.Parse(option, spelled);
  return zone.Parse(option,
                    absl::StrCat(absl::FormatCivilTime(whole_day ? day + 1 : day), " 00:00"));
}

absl::StatusOr<bool> ParseYesNo(const std::string& text) {
  const std::string word = absl::AsciiStrToLower(Spelled(text));
  if (word == "yes" || word == "是") return true;
  if (word == "no" || word == "否") return false;
  return WrongUsage(absl::StrCat("--targets-only 应为 yes 或 no，而不是“", text, "”。"),
                    absl::StrCat("--targets-only should be yes or no, not \"", text, "\"."));
}

}  // namespace

void AddCampaignFields(CLI::App& command, const CommandLine& line, CampaignFields& fields) {
  AddOption(command, line, "--title", fields.title, "TEXT", "名称", "Its title in Chinese");
  AddOption(command, line, "--title-en", fields.title_en, "TEXT", "英文名称",
            "Its title in English");
  AddOption(command, line, "--opens", fields.opens, "TIME", "开始填报的日期或时刻，如 2026-03-01",
            "From when on enterprises fill in: a date or an instant, such as 2026-03-01");
  AddOption(
      command, line, "--closes", fields.closes, "TIME",
      "截止日期（含当天），如 2026-06-30，或时刻；新建时不写即为常态化自评",
      "The last day, such as 2026-06-30, or the instant from which on they do not any more; a "
      "new one without it has no end");
  AddOption(command, line, "--review", fields.review, "MODE",
            "审核方式：none 不审核，cited 引用时审核，all 全部审核，sample 抽查",
            "Which submissions are reviewed: none, cited, all or sample");
  AddOption(command, line, "--per-mille", fields.per_mille, "COUNT", "抽查的千分比，1 至 1000",
            "Of sample: how many of a thousand, 1 to 1000");
  AddOption(command, line, "--seed-file", fields.seed_file, "FILE",
            "抽查的随机种子（16 至 64 字节的文件，须保密），例如由 head -c 32 /dev/urandom 生成",
            "Of sample: a file with 16 to 64 random bytes, to be kept secret, as head -c 32 "
            "/dev/urandom makes them");
  AddOption(command, line, "--due-days", fields.due_days, "COUNTY,CITY,PROVINCE",
            "县级、市级、省级的审核时限（天），如 10,10,15",
            "Days that each stage should take, such as 10,10,15");
  AddOption(command, line, "--return-days", fields.return_days, "DAYS",
            "退回后可重新提交的天数，默认 10",
            "Days in which a returned one may be handed in again, by default 10");
  AddOption(command, line, "--appeal-days", fields.appeal_days, "DAYS", "异议期天数；0 为不受理",
            "Days in which an enterprise may object; 0: not at all");
  AddOption(command, line, "--take-ttl", fields.take_ttl, "DURATION",
            "领取后多久未办结即自动退出，默认 4h",
            "After which a taken file is free again, by default 4h");
  AddOption(command, line, "--commitment-version", fields.commitment_version, "TEXT",
            "承诺书版本，如 2026-1", "Version of the commitment, such as 2026-1");
  AddOption(command, line, "--commitment-file", fields.commitment_file, "FILE",
            "承诺书全文（中文文本文件）", "The commitment, a text file in Chinese");
  AddOption(command, line, "--targets-only", fields.targets_only, "yes|no",
            "是否只限应报名单中的企业参加",
            "Whether only enterprises of the target list take part");
}

absl::StatusOr<std::vector<std::string>> ReadCampaignFields(const CampaignFields& fields,
                                                            const Zone& zone,
                                                            v1::Campaign& campaign) {
  std::vector<std::string> paths;
  const auto text = [&](const std::string& given, const char* path, std::string& into) {
    if (given.empty()) return;
    into = given;
    paths.emplace_back(path);
  };
  text(fields.title, "title.zh", *campaign.mutable_title()->mutable_zh());
  text(fields.title_en, "title.en", *campaign.mutable_title()->mutable_en());
  if (!fields.opens.empty()) {
    ASSIGN_OR_RETURN(const absl::Time at,
                     ParseEnd("--opens", fields.opens, /*whole_day=*/false, zone));
    *campaign.mutable_opens_at() = ToTimestamp(at);
    paths.emplace_back("opens_at");
  }
  if (!fields.closes.empty()) {
    ASSIGN_OR_RETURN(const absl::Time at,
                     ParseEnd("--closes", fields.closes, /*whole_day=*/true, zone));
    *campaign.mutable_closes_at() = ToTimestamp(at);
    paths.emplace_back("closes_at");
  }
  if (!fields.review.empty()) {
    RETURN_IF_ERROR(ReadReview(fields, *campaign.mutable_review()));
    paths.emplace_back("review");
  }
  if (!fields.due_days.empty()) {
    RETURN_IF_ERROR(ReadDueDays(fields.due_days, *campaign.mutable_due_days()));
    paths.emplace_back("due_days");
  }
  if (!fields.return_days.empty()) {
    ASSIGN_OR_RETURN(const int32_t days, ParseCount("--return-days", fields.return_days, 0));
    campaign.set_return_days(days);
    paths.emplace_back("return_days");
  }
  if (!fields.appeal_days.empty()) {
    ASSIGN_OR_RETURN(const int32_t days, ParseCount("--appeal-days", fields.appeal_days, 0));
    campaign.set_appeal_days(days);
    paths.emplace_back("appeal_days");
  }
  if (!fields.take_ttl.empty()) {
    ASSIGN_OR_RETURN(const absl::Duration ttl,
                     ParseDurationOption("--take-ttl", fields.take_ttl, absl::Minutes(1),
                                         absl::Hours(24 * 365)));
    campaign.mutable_take_ttl()->set_seconds(absl::ToInt64Seconds(ttl));
    paths.emplace_back("take_ttl");
  }
  text(fields.commitment_version, "commitment.version",
       *campaign.mutable_commitment()->mutable_version());
  if (!fields.commitment_file.empty()) {
    ASSIGN_OR_RETURN(const std::string bytes,
                     ReadFile(fields.commitment_file, kMaxCommitmentBytes));
    ASSIGN_OR_RETURN(const std::string decoded, DecodeText(bytes));
    campaign.mutable_commitment()->mutable_text()->set_zh(std::string(TrimBlanks(decoded)));
    paths.emplace_back("commitment.text.zh");
  }
  if (!fields.targets_only.empty()) {
    ASSIGN_OR_RETURN(const bool only, ParseYesNo(fields.targets_only));
    campaign.set_targets_only(only);
    paths.emplace_back("targets_only");
  }
  return paths;
}

}  // namespace zhiping::ctl
