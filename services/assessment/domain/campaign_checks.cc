#include "services/assessment/domain/campaign_checks.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/requests/fields.h"
#include "services/assessment/domain/campaign.h"
#include "services/assessment/domain/texts.h"

namespace zhiping::assessment {
namespace {

constexpr int32_t kReturnDays = 10;
constexpr absl::Duration kTakeTtl = absl::Hours(4);
constexpr int32_t kFirstYear = 2000;
constexpr int32_t kLastYear = 2200;
constexpr int32_t kMostDays = 365;
constexpr int32_t kThousand = 1000;
constexpr size_t kLeastSeedBytes = 16;
constexpr size_t kMostSeedBytes = 64;
constexpr size_t kMaxVersionCharacters = 40;
constexpr size_t kMaxCommitmentCharacters = 2000;

void Refuse(absl::string_view field, absl::string_view zh, absl::string_view en,
            Violations& violations) {
  violations.Add(field, Reason::INVALID_FIELD, absl::StrCat(field, " ", zh, "。"),
                 absl::StrCat(field, " ", en, "."));
}

void CheckRange(int32_t number, int32_t least, int32_t most, absl::string_view field,
                Violations& violations) {
  if (number >= least && number <= most) return;
  Refuse(field, absl::StrCat("应在 ", least, " 与 ", most, " 之间"),
         absl::StrCat("is ", least, " to ", most), violations);
}

void CheckWindow(const v1::Campaign& campaign, Violations& violations) {
  if (!campaign.has_opens_at()) Require("campaign.opensAt", violations);
  const auto opens =
      ReadInstant(campaign.has_opens_at(), campaign.opens_at(), "campaign.opensAt", violations);
  const auto closes =
      ReadInstant(campaign.has_closes_at(), campaign.closes_at(), "campaign.closesAt", violations);
  if (!opens.has_value() || !closes.has_value() || *opens < *closes) return;
  Refuse("campaign.closesAt", "应晚于 campaign.opensAt", "is later than campaign.opensAt",
         violations);
}

void CheckRelease(const v1::Campaign& campaign, Violations& violations) {
  if (campaign.has_closes_at()) {
    CheckDigest(campaign.release_digest(), "campaign.releaseDigest", violations);
  } else if (!campaign.release_digest().empty()) {
    Refuse("campaign.releaseDigest", "只在有截止时间时填写：常态化自评按开始填报时的现行发布版",
           "is for a campaign with an end: without one, an assessment takes the release in force "
           "when it is opened",
           violations);
  }
}

void CheckReview(const v1::ReviewPolicy& review, Violations& violations) {
  if (!v1::ReviewPolicy::Mode_IsValid(review.mode())) {
    return Refuse("campaign.review.mode", "不是已知的审核方式", "is no known policy", violations);
  }
  if (review.mode() != v1::ReviewPolicy::SAMPLE) {
    if (review.per_mille() == 0 && review.seed().empty()) return;
    return Refuse("campaign.review", "只在抽查（SAMPLE）时填写 perMille 和 seed",
                  "has perMille and seed with SAMPLE only", violations);
  }
  CheckRange(review.per_mille(), 1, kThousand, "campaign.review.perMille", violations);
  if (review.seed().size() >= kLeastSeedBytes && review.seed().size() <= kMostSeedBytes) return;
  Refuse("campaign.review.seed",
         absl::StrCat("应有 ", kLeastSeedBytes, " 至 ", kMostSeedBytes, " 字节"),
         absl::StrCat("has ", kLeastSeedBytes, " to ", kMostSeedBytes, " bytes"), violations);
}

void CheckDays(const v1::Campaign& campaign, Violations& violations) {
  const v1::StageDays& due = campaign.due_days();
  CheckRange(due.county(), 0, kMostDays, "campaign.dueDays.county", violations);
  CheckRange(due.city(), 0, kMostDays, "campaign.dueDays.city", violations);
  CheckRange(due.province(), 0, kMostDays, "campaign.dueDays.province", violations);
  CheckRange(campaign.return_days(), 1, kMostDays, "campaign.returnDays", violations);
  CheckRange(campaign.appeal_days(), 0, kMostDays, "campaign.appealDays", violations);
}

void CheckTakeTtl(const v1::Campaign& campaign, Violations& violations) {
  const absl::Duration ttl = TakeTtlOf(campaign);
  const int32_t nanos = campaign.take_ttl().nanos();
  if (ttl > absl::ZeroDuration() && ttl <= kMostTakeTtl && nanos >= 0 && nanos < 1'000'000'000) {
    return;
  }
  const int64_t days = kMostTakeTtl / absl::Hours(24);
  Refuse("campaign.takeTtl", absl::StrCat("应大于 0，最多 ", days, " 天"),
         absl::StrCat("is more than 0 and at most ", days, " days"), violations);
}

void CheckCommitment(const v1::Commitment& commitment, Violations& violations) {
  CheckRequiredText(commitment.version(), kMaxVersionCharacters, "campaign.commitment.version",
                    violations);
  CheckLocalText(commitment.text(), kMaxCommitmentCharacters, "campaign.commitment.text",
                 violations, Lines::kMany);
}

}  // namespace

void SetDefaults(v1::Campaign& campaign) {
  if (campaign.review().mode() == v1::ReviewPolicy::MODE_UNSPECIFIED) {
    campaign.mutable_review()->set_mode(campaign.has_closes_at() ? v1::ReviewPolicy::CITED
                                                                 : v1::ReviewPolicy::NONE);
  }
  if (campaign.return_days() == 0) campaign.set_return_days(kReturnDays);
  if (TakeTtlOf(campaign) == absl::ZeroDuration()) {
    campaign.mutable_take_ttl()->set_seconds(absl::ToInt64Seconds(kTakeTtl));
    campaign.mutable_take_ttl()->set_nanos(0);
  }
}

void CheckCampaign(const v1::Campaign& campaign, Violations& violations) {
  CheckSlug(campaign.campaign(), "campaign.campaign", violations);
  CheckSlug(campaign.programme(), "campaign.programme", violations);
  CheckRange(campaign.year(), kFirstYear, kLastYear, "campaign.year", violations);
  CheckLocalText(campaign.title(), kMaxNameCharacters, "campaign.title", violations);
  CheckWindow(campaign, violations);
  CheckRelease(campaign, violations);
  CheckReview(campaign.review(), violations);
  CheckDays(campaign, violations);
  CheckTakeTtl(campaign, violations);
  CheckCommitment(campaign.commitment(), violations);
}

}  // namespace zhiping::assessment
