#include "services/assessment/domain/repin.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/identity/four_eyes.h"
#include "common/requests/fields.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "services/assessment/domain/texts.h"

namespace zhiping::assessment {
namespace {

void CheckRelease(const v1::Campaign& campaign, const std::string& digest, Violations& violations) {
  CheckDigest(digest, "releaseDigest", violations);
  if (!campaign.has_closes_at()) {
    violations.Add("releaseDigest", Reason::INVALID_FIELD,
                   "releaseDigest：常态化自评批次不固定发布版，无需更换。",
                   "releaseDigest: a campaign without an end pins no release.");
  } else if (digest == campaign.release_digest() && !digest.empty()) {
    violations.Add("releaseDigest", Reason::INVALID_FIELD,
                   "releaseDigest 已是批次现在固定的发布版。",
                   "releaseDigest is the release that the campaign pins already.");
  }
}

void Touch(v1::CampaignRecord& record, absl::Time now) {
  record.set_version(record.version() + 1);
  *record.mutable_campaign()->mutable_updated_at() = ToTimestamp(now);
}

absl::Status NotPending(const v1::Campaign& campaign) {
  if (!campaign.has_pending_repin()) {
    return MakeError(absl::StatusCode::kFailedPrecondition, Reason::NO_REPIN_PENDING,
                     "没有待核准的更换发布版的申请。",
                     "No change of the release waits for approval.");
  }
  const std::string& pending = campaign.pending_repin().release_digest();
  return MakeError(absl::StatusCode::kFailedPrecondition, Reason::NO_REPIN_PENDING,
                   absl::StrCat("待核准的是更换为另一个发布版 ", pending, "。"),
                   absl::StrCat("What waits for approval is another release, ", pending, "."),
                   {{"pendingDigest", pending}});
}

v1::CampaignRecord Repinned(v1::CampaignRecord campaign, const PinnedRelease& release,
                            absl::Time now) {
  v1::Campaign& changed = *campaign.mutable_campaign();
  if (changed.pending_repin().release_digest() == release.digest) {
    changed.clear_pending_repin();
    campaign.clear_repin_requested_by();
  }
  campaign.add_earlier_releases(changed.release_digest());
  changed.set_release_digest(release.digest);
  changed.set_release_label(release.label);
  changed.set_repins(changed.repins() + 1);
  Touch(campaign, now);
  return campaign;
}

}  // namespace

absl::StatusOr<v1::CampaignRecord> RequestRepin(const v1::CampaignRecord& present,
                                                const PinnedRelease& release,
                                                const std::string& reason,
                                                const v1::PersonRecord& by, absl::Time now) {
  Violations violations;
  CheckRelease(present.campaign(), release.digest, violations);
  CheckRequiredText(reason, kMaxReasonCharacters, "reason", violations, Lines::kMany);
  RETURN_IF_ERROR(violations.ToStatus());
  v1::CampaignRecord record = present;
  v1::Repin& repin = *record.mutable_campaign()->mutable_pending_repin();
  repin.set_release_digest(release.digest);
  repin.set_release_label(release.label);
  repin.set_reason(reason);
  *repin.mutable_requested_at() = ToTimestamp(now);
  *record.mutable_repin_requested_by() = by;
  Touch(record, now);
  return record;
}

absl::StatusOr<v1::CampaignRecord> ApproveRepin(const v1::CampaignRecord& present,
                                                const std::string& digest,
                                                const identity::Caller& approver, absl::Time now) {
  const v1::Repin& pending = present.campaign().pending_repin();
  if (digest.empty() || pending.release_digest() != digest) return NotPending(present.campaign());
  const v1::PersonRecord& asked = present.repin_requested_by();
  RETURN_IF_ERROR(identity::CheckFourEyes(approver.person(), {{asked.issuer(), asked.subject()}}));
  return Repinned(present, {pending.release_digest(), pending.release_label()}, now);
}

v1::CampaignRecord Corrected(const v1::CampaignRecord& campaign,
                             absl::Span<const PinnedRelease> chain, absl::Time now) {
  v1::CampaignRecord corrected = campaign;
  if (campaign.campaign().release_digest().empty()) {
    corrected.clear_corrections();
    if (chain.size() > 1) {
      for (const PinnedRelease& release : chain) corrected.add_corrections(release.digest);
    }
    const bool same = std::equal(corrected.corrections().begin(), corrected.corrections().end(),
                                 campaign.corrections().begin(), campaign.corrections().end());
    if (!same) Touch(corrected, now);
    return corrected;
  }
  for (size_t i = 1; i < chain.size(); ++i) {
    if (corrected.campaign().release_digest() != chain[i - 1].digest) continue;
    corrected = Repinned(std::move(corrected), chain[i], now);
  }
  return corrected;
}

}  // namespace zhiping::assessment
