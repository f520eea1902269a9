// Corrections (勘误) over gRPC on both databases: campaigns and drafts follow them by themselves.
#include "tests/integration/assessment/audit_entries.h"

namespace zhiping::assessment {
namespace {

using processes::Eventually;

class CorrectionsTest : public testing::TestWithParam<sql::Engine> {
 protected:
  AssessmentUnderTest service_{sql::NewSetting(GetParam())};
  Fixture fixture_{service_};
  const std::string first_ = service_.criteria().digest();
  const std::string corrected_ = service_.correction().digest();

  // `always`, which has no end and pins no release.
  absl::StatusOr<v1::Campaign> CreateAlways() {
    v1::Campaign always = NewCampaign(service_.criteria(), v1::ReviewPolicy::NONE, "always");
    always.clear_closes_at();
    always.clear_release_digest();
    return fixture_.Create(always);
  }
  v1::Campaign Get(const std::string& campaign) {
    v1::GetCampaignRequest request;
    request.set_campaign(campaign);
    const auto response = service_.As(kOfficer, &CampaignStub::GetCampaign, request);
    EXPECT_OK(response);
    return response.ok() ? response->campaign() : v1::Campaign();
  }
  // Of the draft as it is stored: reading it does not take it along.
  std::string StoredRelease(const v1::AssessmentKey& key) {
    const auto record = service_.store().FindAssessment(absl::Now() + absl::Seconds(20), key);
    EXPECT_OK(record);
    return record.ok() && record->has_value() ? (*record)->assessment().release_digest() : "";
  }
  std::vector<AuditEntry> Followed() {
    std::vector<AuditEntry> entries = AuditEntries(service_, AuditEntry::ADMINISTRATIVE);
    std::erase_if(entries,
                  [](const AuditEntry& entry) { return entry.method() != "FollowCorrection"; });
    return entries;
  }
  // What one corrected draft looks like: the answers as they were, with nothing to confirm.
  void ExpectCarried(const v1::Assessment& before, const v1::Assessment& after) {
    EXPECT_EQ(after.release_digest(), corrected_);
    EXPECT_EQ(after.to_confirm(), 0);
    ASSERT_EQ(after.answers_size(), before.answers_size());
    for (int i = 0; i < after.answers_size(); ++i) {
      EXPECT_EQ(after.answers(i).etag(), before.answers(i).etag());
      EXPECT_EQ(after.answers(i).answer().SerializeAsString(),
                before.answers(i).answer().SerializeAsString());
    }
    ASSERT_EQ(after.release_changes_size(), 1);
    EXPECT_EQ(after.release_changes(0).cause(), v1::ReleaseChange::CORRECTION);
  }
};

TEST_P(CorrectionsTest, CampaignsAndDraftsFollowThemByThemselves) {
  ASSERT_OK(fixture_.Register());
  ASSERT_OK(CreateAlways());
  ASSERT_OK(fixture_.Create(NewCampaign(service_.criteria())));
  ASSERT_OK(fixture_.Create(NewCampaign(service_.second(), v1::ReviewPolicy::ALL, "other")));
  const v1::AssessmentKey pinned = fixture_.KeyOf(), endless = fixture_.KeyOf(kUscc, "always"),
                          other = fixture_.KeyOf(kUscc, "other");
  std::map<std::string, v1::Assessment> before;
  for (const v1::AssessmentKey& key : {pinned, endless, other}) {
    ASSERT_OK(fixture_.Fill(*fixture_.Open(key)));
    before[key.campaign()] = *fixture_.Get(key);
  }

  service_.releases().PutInForce(2);
  EXPECT_TRUE(Eventually([&] { return StoredRelease(pinned) == corrected_; }));
  EXPECT_TRUE(Eventually([&] { return StoredRelease(endless) == corrected_; }));
  const v1::Campaign followed = Get(kCampaign2026);
  EXPECT_EQ(followed.release_digest(), corrected_);
  EXPECT_EQ(followed.release_label(), "2026-3");
  EXPECT_EQ(followed.repins(), 1);
  EXPECT_TRUE(Get("always").release_digest().empty());
  ExpectCarried(before[kCampaign2026], *fixture_.Get(pinned));
  ExpectCarried(before["always"], *fixture_.Get(endless));
  for (const v1::AssessmentKey& key : {pinned, endless}) {
    const auto submitted = fixture_.Submit(fixture_.Submission(key, fixture_.Get(key)->etag()));
    ASSERT_OK(submitted);
    EXPECT_EQ(submitted->submission().content().release_digest(), corrected_);
  }

  // What the correction is not of stays, and nothing is done twice.
  EXPECT_EQ(Get("other").release_digest(), service_.second().digest());
  EXPECT_EQ(fixture_.Get(other)->etag(), before["other"].etag());
  const auto entries = Followed();
  ASSERT_EQ(entries.size(), 2);
  for (const auto& entry : entries) {
    EXPECT_EQ(entry.caller().service(), "assessment");
    EXPECT_EQ(entry.subject().kind(), "campaign");
    EXPECT_THAT(entry.reason(), testing::HasSubstr(corrected_));
  }
}

TEST_P(CorrectionsTest, WhatIsNoCorrectionOrWasRolledBackIsNotFollowed) {
  ASSERT_OK(fixture_.Register());
  const auto created = CreateAlways();
  ASSERT_OK(created);
  service_.releases().PutInForce(2);
  EXPECT_TRUE(Eventually([&] { return Get("always").etag() != created->etag(); }));
  const std::string following = Get("always").etag();
  // Rolled back: a draft that is opened now stays under what is in force.
  service_.releases().PutInForce(0);
  EXPECT_TRUE(Eventually([&] { return Get("always").etag() != following; }));
  const v1::AssessmentKey key = fixture_.KeyOf(kUscc, "always");
  ASSERT_OK(fixture_.Open(key));
  EXPECT_EQ(fixture_.Get(key)->release_digest(), first_);
  // The second release says nothing of a correction: only Rebase takes a draft there.
  service_.releases().PutInForce(1);
  ASSERT_OK(fixture_.Create(NewCampaign(service_.criteria())));
  const auto filled = fixture_.Fill(*fixture_.Get(key));
  ASSERT_OK(filled);
  EXPECT_EQ(fixture_.Get(key)->release_digest(), first_);
  EXPECT_EQ(Get(kCampaign2026).release_digest(), first_);
}

ON_BOTH_DATABASES(CorrectionsTest);

}  // namespace
}  // namespace zhiping::assessment
