#include "services/assessment/domain/campaign.h"

#include <functional>

#include "absl/strings/str_cat.h"
#include "services/assessment/domain/target.h"
#include "tests/unit/assessment/campaign_fixture.h"

namespace zhiping::assessment {
namespace {

using testing::ElementsAre;
using testing::Pair;

absl::StatusOr<v1::CampaignRecord> Create(const v1::Campaign& sent) {
  return CreateCampaign(sent, PersonNamed("officer"), kNow);
}

absl::StatusOr<v1::CampaignRecord> Update(const v1::CampaignRecord& record,
                                          const v1::Campaign& sent,
                                          const google::protobuf::FieldMask& mask,
                                          const CampaignUse& use = {}) {
  return UpdateCampaign(record, sent, mask, use, kNow + absl::Hours(1));
}

void Sample(v1::Campaign& campaign, int per_mille, size_t seed_bytes) {
  campaign.mutable_review()->set_mode(v1::ReviewPolicy::SAMPLE);
  campaign.mutable_review()->set_per_mille(per_mille);
  campaign.mutable_review()->set_seed(std::string(seed_bytes, 's'));
}

TEST(CampaignTest, GetsItsDefaults) {
  const v1::CampaignRecord yearly = Created(Yearly());
  EXPECT_EQ(yearly.campaign().review().mode(), v1::ReviewPolicy::CITED);
  EXPECT_EQ(yearly.campaign().return_days(), 10);
  EXPECT_EQ(TakeTtlOf(yearly.campaign()), absl::Hours(4));
  EXPECT_EQ(yearly.version(), 1);
  EXPECT_EQ(yearly.created_by().subject(), "officer");
  EXPECT_EQ(FromTimestamp(yearly.campaign().created_at()), kNow);
  EXPECT_EQ(Created(Endless()).campaign().review().mode(), v1::ReviewPolicy::NONE);

  v1::Campaign chosen = Endless();
  chosen.mutable_review()->set_mode(v1::ReviewPolicy::ALL);
  chosen.set_return_days(3);
  chosen.mutable_take_ttl()->set_seconds(60);
  const v1::Campaign kept = Created(chosen).campaign();
  EXPECT_EQ(kept.review().mode(), v1::ReviewPolicy::ALL);
  EXPECT_EQ(kept.return_days(), 3);
  EXPECT_EQ(TakeTtlOf(kept), absl::Minutes(1));
}

TEST(CampaignTest, WhatOnlyTheServiceSetsIsLeftOut) {
  v1::Campaign sent = Yearly();
  sent.set_release_label("2026-9");
  sent.set_repins(4);
  sent.mutable_pending_repin()->set_reason("x");
  sent.set_etag("9");
  const v1::Campaign campaign = Created(sent).campaign();
  EXPECT_EQ(campaign.release_label(), "");
  EXPECT_EQ(campaign.repins(), 0);
  EXPECT_FALSE(campaign.has_pending_repin());
  EXPECT_EQ(campaign.etag(), "");
}

TEST(CampaignTest, EachFieldIsChecked) {
  const struct {
    const char* field;
    Reason::Value reason;
    std::function<void(v1::Campaign&)> spoil;
  } cases[] = {
      {"campaign", Reason::FIELD_REQUIRED, [](auto& c) { c.clear_campaign(); }},
      {"campaign", Reason::INVALID_FIELD, [](auto& c) { c.set_campaign("Jiangsu 2026"); }},
      {"programme", Reason::FIELD_REQUIRED, [](auto& c) { c.clear_programme(); }},
      {"year", Reason::INVALID_FIELD, [](auto& c) { c.set_year(1999); }},
      {"year", Reason::INVALID_FIELD, [](auto& c) { c.set_year(2201); }},
      {"title.zh", Reason::FIELD_REQUIRED, [](auto& c) { c.clear_title(); }},
      {"title.en", Reason::TOO_LARGE,
       [](auto& c) { c.mutable_title()->set_en(std::string(201, 'a')); }},
      {"opensAt", Reason::FIELD_REQUIRED, [](auto& c) { c.clear_opens_at(); }},
      {"opensAt", Reason::INVALID_FIELD, [](auto& c) { c.mutable_opens_at()->set_nanos(-1); }},
      {"closesAt", Reason::INVALID_FIELD, [](auto& c) { *c.mutable_closes_at() = c.opens_at(); }},
      {"releaseDigest", Reason::FIELD_REQUIRED, [](auto& c) { c.clear_release_digest(); }},
      {"releaseDigest", Reason::INVALID_FIELD, [](auto& c) { c.set_release_digest("2026-1"); }},
      {"releaseDigest", Reason::INVALID_FIELD, [](auto& c) { c.clear_closes_at(); }},
      {"review.mode", Reason::INVALID_FIELD,
       [](auto& c) { c.mutable_review()->set_mode(static_cast<v1::ReviewPolicy::Mode>(9)); }},
      {"review", Reason::INVALID_FIELD, [](auto& c) { c.mutable_review()->set_per_mille(5); }},
      {"review", Reason::INVALID_FIELD,
       [](auto& c) { c.mutable_review()->set_seed(std::string(16, 's')); }},
      {"review.perMille", Reason::INVALID_FIELD, [](auto& c) { Sample(c, 0, 16); }},
      {"review.perMille", Reason::INVALID_FIELD, [](auto& c) { Sample(c, 1001, 16); }},
      {"review.seed", Reason::INVALID_FIELD, [](auto& c) { Sample(c, 50, 15); }},
      {"review.seed", Reason::INVALID_FIELD, [](auto& c) { Sample(c, 50, 65); }},
      {"dueDays.county", Reason::INVALID_FIELD,
       [](auto& c) { c.mutable_due_days()->set_county(-1); }},
      {"dueDays.city", Reason::INVALID_FIELD, [](auto& c) { c.mutable_due_days()->set_city(366); }},
      {"dueDays.province", Reason::INVALID_FIELD,
       [](auto& c) { c.mutable_due_days()->set_province(366); }},
      {"returnDays", Reason::INVALID_FIELD, [](auto& c) { c.set_return_days(366); }},
      {"returnDays", Reason::INVALID_FIELD, [](auto& c) { c.set_return_days(-1); }},
      {"appealDays", Reason::INVALID_FIELD, [](auto& c) { c.set_appeal_days(366); }},
      {"takeTtl", Reason::INVALID_FIELD, [](auto& c) { c.mutable_take_ttl()->set_seconds(-1); }},
      {"takeTtl", Reason::INVALID_FIELD,
       [](auto& c) { c.mutable_take_ttl()->set_seconds(30 * 86'400 + 1); }},
      {"commitment.version", Reason::FIELD_REQUIRED,
       [](auto& c) { c.mutable_commitment()->clear_version(); }},
      {"commitment.version", Reason::TOO_LARGE,
       [](auto& c) { c.mutable_commitment()->set_version(std::string(41, '1')); }},
      {"commitment.text.zh", Reason::FIELD_REQUIRED,
       [](auto& c) { c.mutable_commitment()->clear_text(); }},
      {"commitment.text.zh", Reason::TOO_LARGE,
       [](auto& c) { c.mutable_commitment()->mutable_text()->set_zh(std::string(2001, 'a')); }},
      {"commitment.text.zh", Reason::CHARACTER_NOT_ALLOWED,
       [](auto& c) { c.mutable_commitment()->mutable_text()->set_zh("a\r\nb"); }},
  };
  for (const auto& one : cases) {
    v1::Campaign sent = Yearly();
    one.spoil(sent);
    EXPECT_THAT(Faults(Create(sent)),
                ElementsAre(Pair(absl::StrCat("campaign.", one.field), one.reason)))
        << one.field;
  }
}

TEST(CampaignTest, EverythingThatIsWrongIsSaidAtOnce) { EXPECT_EQ(Faults(Create({})).size(), 7u); }

TEST(CampaignTest, AllowsTheBoundsThemselves) {
  v1::Campaign sent = Yearly();
  Sample(sent, 1000, 64);
  sent.mutable_take_ttl()->set_seconds(30 * 86'400);
  sent.set_return_days(365);
  EXPECT_OK(Create(sent));
  Sample(sent, 1, 16);
  EXPECT_OK(Create(sent));
}

TEST(CampaignTest, AnUpdateSetsTheNamedFields) {
  const v1::CampaignRecord record = Created(Yearly());
  v1::Campaign sent;
  sent.mutable_title()->set_zh("改名");
  sent.set_targets_only(true);
  *sent.mutable_closes_at() = ToTimestamp(kNow + absl::Hours(24 * 90));
  sent.set_return_days(20);
  const auto updated = Update(record, sent, Mask({"title", "targets_only", "closes_at"}));
  ASSERT_OK(updated);
  EXPECT_EQ(updated->version(), 2);
  EXPECT_EQ(updated->campaign().title().zh(), "改名");
  EXPECT_TRUE(updated->campaign().targets_only());
  EXPECT_EQ(updated->campaign().return_days(), 10);
  EXPECT_EQ(FromTimestamp(updated->campaign().updated_at()), kNow + absl::Hours(1));
  // Nothing changes.
  EXPECT_EQ(Update(*updated, sent, Mask({"title"}))->version(), 2);
  // Left open, they are the defaults again.
  EXPECT_EQ(Update(*updated, {}, Mask({"return_days"}))->campaign().return_days(), 10);
}

TEST(CampaignTest, SomeFieldsNeverChange) {
  for (const char* path : {"campaign", "programme", "year", "release_digest", "release_label",
                           "pending_repin", "repins", "etag", "created_at", "nonsense"}) {
    EXPECT_THAT(Faults(Update(Created(Yearly()), Yearly(), Mask({path}))),
                ElementsAre(Pair("updateMask", Reason::INVALID_FIELD)))
        << path;
  }
}

TEST(CampaignTest, AnEndIsMovedButNeitherAddedNorTakenAway) {
  for (const bool has_end : {true, false}) {
    const v1::CampaignRecord record = Created(has_end ? Yearly() : Endless());
    EXPECT_THAT(Faults(Update(record, has_end ? Endless() : Yearly(), Mask({"closes_at"}))),
                ElementsAre(Pair("campaign.closesAt", Reason::INVALID_FIELD)));
  }
  v1::Campaign before;
  *before.mutable_closes_at() = ToTimestamp(kNow - absl::Hours(1));
  EXPECT_THAT(Faults(Update(Created(Yearly()), before, Mask({"closes_at"}))),
              ElementsAre(Pair("campaign.closesAt", Reason::INVALID_FIELD)));
}

TEST(CampaignTest, AnotherCommitmentTextNeedsAnotherVersion) {
  const v1::CampaignRecord record = Created(Yearly());
  v1::Campaign sent = Yearly();
  sent.mutable_commitment()->mutable_text()->set_zh("另一种承诺。");
  EXPECT_THAT(Faults(Update(record, sent, Mask({"commitment"}))),
              ElementsAre(Pair("campaign.commitment.version", Reason::INVALID_FIELD)));
  sent.mutable_commitment()->set_version("2026-2");
  EXPECT_OK(Update(record, sent, Mask({"commitment"})));
}

TEST(CampaignTest, TheReviewPolicyStaysAfterTheFirstSubmission) {
  const v1::CampaignRecord record = Created(Yearly());
  v1::Campaign sent;
  sent.mutable_review()->set_mode(v1::ReviewPolicy::ALL);
  EXPECT_OK(Update(record, sent, Mask({"review"}), {.assessment_opened = true}));
  const CampaignUse submitted{true, true};
  EXPECT_THAT(Update(record, sent, Mask({"review"}), submitted),
              HasReason(Reason::CAMPAIGN_IN_USE));
  EXPECT_OK(Update(record, Created(Yearly()).campaign(), Mask({"review"}), submitted));
  EXPECT_OK(Update(record, sent, Mask({"return_days"}), submitted));
}

TEST(CampaignTest, IsDeletedOnlyWhileNobodyOpenedAnAssessment) {
  const v1::CampaignRecord record = Created(Yearly());
  EXPECT_THAT(DeleteCampaign(record, {.assessment_opened = true}, kNow),
              HasReason(Reason::CAMPAIGN_IN_USE));
  const auto deleted = DeleteCampaign(record, {}, kNow);
  ASSERT_OK(deleted);
  EXPECT_TRUE(deleted->deleted());
  EXPECT_EQ(deleted->version(), 2);
}

TEST(CampaignTest, IsShownWithoutTheSeed) {
  v1::Campaign sent = Yearly();
  Sample(sent, 50, 16);
  const v1::Campaign shown = ShownCampaign(Created(sent));
  EXPECT_EQ(shown.review().per_mille(), 50);
  EXPECT_EQ(shown.review().seed(), "");
  EXPECT_EQ(shown.etag(), "1");
}

TEST(TargetTest, IsNormalised) {
  v1::Target row;
  row.set_enterprise("91110000600037341l");
  const auto target = NormaliseTarget(row);
  ASSERT_OK(target);
  EXPECT_EQ(target->enterprise(), "91110000600037341L");
  EXPECT_EQ(target->plant(), "main");
  EXPECT_EQ(target->channel(), v1::Channel::STAGED);
  row.set_plant("suzhou-2");
  row.set_channel(v1::Channel::DIRECT);
  EXPECT_EQ(NormaliseTarget(row)->plant(), "suzhou-2");
  EXPECT_EQ(NormaliseTarget(row)->channel(), v1::Channel::DIRECT);
}

TEST(TargetTest, WhatIsWrongWithARowIsSaidAtOnce) {
  v1::Target row;
  row.set_plant("A厂");
  row.set_channel(static_cast<v1::Channel::Value>(7));
  EXPECT_THAT(Faults(NormaliseTarget(row)),
              testing::UnorderedElementsAre(Pair("enterprise", Reason::FIELD_REQUIRED),
                                            Pair("plant", Reason::INVALID_FIELD),
                                            Pair("channel", Reason::INVALID_FIELD)));
  row = {};
  row.set_enterprise("123");
  EXPECT_THAT(NormaliseTarget(row), HasReason(Reason::INVALID_USCC));
}

}  // namespace
}  // namespace zhiping::assessment
