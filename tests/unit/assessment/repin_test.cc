#include "services/assessment/domain/repin.h"

#include "services/assessment/domain/release_path.h"

#include "tests/unit/assessment/campaign_fixture.h"

namespace zhiping::assessment {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

const PinnedRelease kNext{DigestNamed('b'), "2026-2"};

identity::Caller Caller(const char* subject, const char* issuer = "https://id") {
  identity::Caller caller;
  caller.issuer = issuer;
  caller.subject = subject;
  return caller;
}

absl::StatusOr<v1::CampaignRecord> Request(const v1::CampaignRecord& record,
                                           const PinnedRelease& release = kNext) {
  return RequestRepin(record, release, "勘误以外的修订", PersonNamed("first"), kNow);
}

TEST(RepinTest, ChangesNothingUntilASecondPersonApproves) {
  const v1::CampaignRecord record = Created(Yearly());
  const auto asked = Request(record);
  ASSERT_OK(asked);
  EXPECT_EQ(asked->campaign().release_digest(), DigestNamed('a'));
  EXPECT_EQ(asked->campaign().pending_repin().release_label(), "2026-2");
  EXPECT_EQ(asked->version(), 2);
  EXPECT_THAT(ApproveRepin(*asked, kNext.digest, Caller("first"), kNow),
              HasReason(Reason::SAME_PERSON));
  // Another issuer's subject of the same name is another person.
  EXPECT_OK(ApproveRepin(*asked, kNext.digest, Caller("first", "https://other"), kNow));
  const auto approved = ApproveRepin(*asked, kNext.digest, Caller("second"), kNow + absl::Hours(1));
  ASSERT_OK(approved);
  const v1::Campaign& campaign = approved->campaign();
  EXPECT_EQ(campaign.release_digest(), kNext.digest);
  EXPECT_EQ(campaign.release_label(), "2026-2");
  EXPECT_EQ(campaign.repins(), 1);
  EXPECT_FALSE(campaign.has_pending_repin());
  EXPECT_FALSE(approved->has_repin_requested_by());
  EXPECT_THAT(approved->earlier_releases(), ElementsAre(DigestNamed('a')));
  EXPECT_EQ(approved->version(), 3);
  EXPECT_EQ(FromTimestamp(campaign.updated_at()), kNow + absl::Hours(1));
}

TEST(RepinTest, OnlyWhatWasAskedForIsApproved) {
  const v1::CampaignRecord record = Created(Yearly());
  for (const std::string& digest : {kNext.digest, std::string()}) {
    EXPECT_THAT(ApproveRepin(record, digest, Caller("second"), kNow),
                HasReason(Reason::NO_REPIN_PENDING));
  }
  const auto asked = Request(record);
  EXPECT_THAT(ApproveRepin(*asked, DigestNamed('c'), Caller("second"), kNow),
              HasReason(Reason::NO_REPIN_PENDING));
  const auto approved = ApproveRepin(*asked, kNext.digest, Caller("second"), kNow);
  EXPECT_THAT(ApproveRepin(*approved, kNext.digest, Caller("second"), kNow),
              HasReason(Reason::NO_REPIN_PENDING));
}

TEST(RepinTest, ALaterRequestTakesThePlaceOfTheOpenOne) {
  const auto first = Request(Created(Yearly()));
  const auto later =
      RequestRepin(*first, {DigestNamed('c'), "2026-3"}, "另一版", PersonNamed("second"), kNow);
  ASSERT_OK(later);
  EXPECT_THAT(ApproveRepin(*later, kNext.digest, Caller("third"), kNow),
              HasReason(Reason::NO_REPIN_PENDING));
  EXPECT_THAT(ApproveRepin(*later, DigestNamed('c'), Caller("second"), kNow),
              HasReason(Reason::SAME_PERSON));
  EXPECT_OK(ApproveRepin(*later, DigestNamed('c'), Caller("first"), kNow));
}

TEST(RepinTest, TheChainOfReleasesIsKept) {
  v1::CampaignRecord record = Created(Yearly());
  for (const char digit : {'b', 'c', 'a'}) {
    record = *Request(record, {DigestNamed(digit), "x"});
    record = *ApproveRepin(record, DigestNamed(digit), Caller("second"), kNow);
  }
  EXPECT_THAT(record.earlier_releases(),
              ElementsAre(DigestNamed('a'), DigestNamed('b'), DigestNamed('c')));
  EXPECT_EQ(record.campaign().release_digest(), DigestNamed('a'));
  EXPECT_EQ(record.campaign().repins(), 3);
}

std::vector<PinnedRelease> ChainOf(absl::string_view digits) {
  std::vector<PinnedRelease> chain;
  for (const char digit : digits) chain.push_back({DigestNamed(digit), std::string(1, digit)});
  return chain;
}

TEST(RepinTest, ACorrectionLeavesWhatWaitsForApproval) {
  const auto asked = Request(Created(Yearly()));
  const v1::CampaignRecord corrected = Corrected(*asked, ChainOf("ac"), kNow);
  EXPECT_EQ(corrected.campaign().release_digest(), DigestNamed('c'));
  EXPECT_EQ(corrected.campaign().release_label(), "c");
  EXPECT_EQ(corrected.campaign().pending_repin().release_digest(), kNext.digest);
  EXPECT_OK(ApproveRepin(corrected, kNext.digest, Caller("second"), kNow));
  EXPECT_FALSE(Corrected(*asked, ChainOf("ab"), kNow).campaign().has_pending_repin());
}

TEST(RepinTest, APinnedReleaseGoesAlongTheCorrectionsInForce) {
  const v1::CampaignRecord record = Created(Yearly());
  const v1::CampaignRecord corrected = Corrected(record, ChainOf("zacd"), kNow);
  EXPECT_EQ(corrected.campaign().release_digest(), DigestNamed('d'));
  EXPECT_THAT(corrected.earlier_releases(), ElementsAre(DigestNamed('a'), DigestNamed('c')));
  EXPECT_THAT(LaterReleases(corrected, DigestNamed('a')),
              ElementsAre(DigestNamed('c'), DigestNamed('d')));
  EXPECT_THAT(LaterReleases(corrected, DigestNamed('d')), IsEmpty());
  EXPECT_THAT(LeftReleases(corrected), ElementsAre(DigestNamed('a'), DigestNamed('c')));
  for (const char* const chain : {"d", "bd", "xy", ""}) {
    EXPECT_EQ(Corrected(record, ChainOf(chain), kNow).version(), record.version()) << chain;
  }
}

TEST(RepinTest, WhereNoReleaseIsPinnedDraftsGoAlongTheCorrectionsInForce) {
  const v1::CampaignRecord record = Created(Endless());
  v1::CampaignRecord corrected = Corrected(record, ChainOf("abc"), kNow);
  EXPECT_GT(corrected.version(), record.version());
  EXPECT_TRUE(corrected.campaign().release_digest().empty());
  EXPECT_THAT(LaterReleases(corrected, DigestNamed('a')),
              ElementsAre(DigestNamed('b'), DigestNamed('c')));
  EXPECT_THAT(LaterReleases(corrected, DigestNamed('x')), IsEmpty());
  EXPECT_THAT(LeftReleases(corrected), ElementsAre(DigestNamed('a'), DigestNamed('b')));
  EXPECT_EQ(Corrected(corrected, ChainOf("abc"), kNow).version(), corrected.version());
  // What was rolled back is not followed any more.
  corrected = Corrected(corrected, ChainOf("a"), kNow);
  EXPECT_THAT(LaterReleases(corrected, DigestNamed('a')), IsEmpty());
  EXPECT_THAT(LeftReleases(corrected), IsEmpty());
}

TEST(RepinTest, WhatCannotBeAskedForIsRefused) {
  EXPECT_THAT(Faults(RequestRepin(Created(Yearly()), {DigestNamed('a'), ""}, "x",
                                  PersonNamed("first"), kNow)),
              ElementsAre(Pair("releaseDigest", Reason::INVALID_FIELD)));
  EXPECT_THAT(Faults(Request(Created(Endless()))),
              ElementsAre(Pair("releaseDigest", Reason::INVALID_FIELD)));
  EXPECT_THAT(Faults(RequestRepin(Created(Yearly()), {}, "", PersonNamed("first"), kNow)),
              ElementsAre(Pair("reason", Reason::FIELD_REQUIRED),
                          Pair("releaseDigest", Reason::FIELD_REQUIRED)));
}

}  // namespace
}  // namespace zhiping::assessment
