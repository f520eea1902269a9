#include "services/assessment/domain/campaign.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/time/timestamp.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/assessment/domain/campaign_checks.h"
#include "services/assessment/domain/etag.h"
#include "services/assessment/domain/field_mask.h"

namespace zhiping::assessment {
namespace {

using google::protobuf::FieldMask;
using google::protobuf::util::MessageDifferencer;

constexpr absl::string_view kSettable[] = {"title",      "opens_at",    "closes_at",   "review",
                                           "due_days",   "return_days", "appeal_days", "take_ttl",
                                           "commitment", "targets_only"};

absl::Status InUse(absl::string_view zh, absl::string_view en) {
  return MakeError(absl::StatusCode::kFailedPrecondition, Reason::CAMPAIGN_IN_USE, zh, en);
}

void CheckEndStays(const v1::Campaign& present, const v1::Campaign& changed,
                   Violations& violations) {
  if (present.has_closes_at() == changed.has_closes_at()) return;
  violations.Add(
      "campaign.closesAt", Reason::INVALID_FIELD,
      "campaign.closesAt 可以改期，但批次建立后不能增加或取消截止时间：固定的发布版由此而定。",
      "campaign.closesAt can be moved, but an end is neither added nor taken away later: "
      "the pinned release hangs on it.");
}

void CheckCommitmentVersion(const v1::Campaign& present, const v1::Campaign& changed,
                            Violations& violations) {
  if (MessageDifferencer::Equals(present.commitment().text(), changed.commitment().text()) ||
      present.commitment().version() != changed.commitment().version()) {
    return;
  }
  violations.Add("campaign.commitment.version", Reason::INVALID_FIELD,
                 "campaign.commitment.version：承诺内容变了，版本也要换一个。",
                 "campaign.commitment.version: another text needs another version.");
}

}  // namespace

absl::StatusOr<v1::CampaignRecord> CreateCampaign(const v1::Campaign& sent,
                                                  const v1::PersonRecord& by, absl::Time now) {
  v1::CampaignRecord record;
  v1::Campaign& campaign = *record.mutable_campaign();
  campaign = sent;
  campaign.clear_release_label();
  campaign.clear_pending_repin();
  campaign.clear_repins();
  campaign.clear_etag();
  Violations violations;
  SetDefaults(campaign);
  CheckCampaign(campaign, violations);
  RETURN_IF_ERROR(violations.ToStatus());
  *campaign.mutable_created_at() = ToTimestamp(now);
  *campaign.mutable_updated_at() = campaign.created_at();
  *record.mutable_created_by() = by;
  record.set_version(1);
  return record;
}

absl::StatusOr<v1::CampaignRecord> UpdateCampaign(const v1::CampaignRecord& present,
                                                  const v1::Campaign& sent, const FieldMask& mask,
                                                  const CampaignUse& use, absl::Time now) {
  Violations violations;
  CheckMask(mask, kSettable, *v1::Campaign::descriptor(), "updateMask", violations);
  RETURN_IF_ERROR(violations.ToStatus());
  v1::Campaign changed = WithFields(present.campaign(), sent, mask);
  CheckEndStays(present.campaign(), changed, violations);
  RETURN_IF_ERROR(violations.ToStatus());
  SetDefaults(changed);
  CheckCampaign(changed, violations);
  CheckCommitmentVersion(present.campaign(), changed, violations);
  RETURN_IF_ERROR(violations.ToStatus());
  if (use.submitted && !MessageDifferencer::Equals(present.campaign().review(), changed.review())) {
    return InUse("批次已有提交件，审核方式不能再改。",
                 "Something was submitted in the campaign: its review policy stays as it is.");
  }
  v1::CampaignRecord record = present;
  if (MessageDifferencer::Equals(present.campaign(), changed)) return record;
  *changed.mutable_updated_at() = ToTimestamp(now);
  *record.mutable_campaign() = std::move(changed);
  record.set_version(present.version() + 1);
  return record;
}

absl::StatusOr<v1::CampaignRecord> DeleteCampaign(const v1::CampaignRecord& present,
                                                  const CampaignUse& use, absl::Time now) {
  if (use.assessment_opened) {
    return InUse("批次中已有自评测，不能删除。",
                 "Assessments were opened in the campaign: it cannot be deleted.");
  }
  v1::CampaignRecord record = present;
  record.set_deleted(true);
  record.set_version(present.version() + 1);
  *record.mutable_campaign()->mutable_updated_at() = ToTimestamp(now);
  return record;
}

v1::Campaign ShownCampaign(const v1::CampaignRecord& record) {
  v1::Campaign shown = record.campaign();
  if (shown.has_review()) shown.mutable_review()->clear_seed();
  shown.set_etag(EtagOf(record.version()));
  return shown;
}

absl::Duration TakeTtlOf(const v1::Campaign& campaign) {
  return absl::Seconds(campaign.take_ttl().seconds()) +
         absl::Nanoseconds(campaign.take_ttl().nanos());
}

}  // namespace zhiping::assessment
