#include "common/criteria/release.h"

#include "tests/oracle/random_criteria.h"
#include "tests/unit/status_matchers.h"
#include "zhiping/catalogue/v1/edition.pb.h"

namespace zhiping::criteria {
namespace {

using catalogue::v1::Release;

Release SomeRelease() {
  oracle::Random random(20260401);
  Release release = oracle::RandomRelease({}, random);
  auto& condition = *release.mutable_rulebook()->mutable_tiers(0)->add_conditions();
  condition.set_id("extra");
  condition.mutable_text()->set_zh("条件");
  condition.mutable_basis()->set_zh("依据");
  condition.mutable_source()->set_zh("来源");
  condition.mutable_at_least()->mutable_measure()->mutable_scenarios()->mutable_all();
  return release;
}

TEST(ReleaseTest, BytesAreReadBack) {
  const Release release = SomeRelease();
  const auto parsed = ParseRelease(SerializeRelease(release));
  ASSERT_OK(parsed);
  EXPECT_EQ(SerializeRelease(*parsed), SerializeRelease(release));
}

TEST(ReleaseTest, DigestIsTheSha256) {
  EXPECT_EQ(DigestOf("abc"),
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(ReleaseTest, UnknownFieldAnywhereIsRefused) {
  Release release = SomeRelease();
  release.GetReflection()->MutableUnknownFields(&release)->AddVarint(900, 1);
  EXPECT_THAT(ParseRelease(SerializeRelease(release)), HasReason(Reason::UNKNOWN_FIELD));
  release = SomeRelease();
  auto* measure = release.mutable_rulebook()
                      ->mutable_tiers(0)
                      ->mutable_conditions()
                      ->rbegin()
                      ->mutable_at_least()
                      ->mutable_measure();
  measure->GetReflection()->MutableUnknownFields(measure)->AddLengthDelimited(901, "new");
  const auto refused = ParseRelease(SerializeRelease(release));
  EXPECT_THAT(refused, HasReason(Reason::UNKNOWN_FIELD));
  EXPECT_THAT(std::string(refused.status().message()), testing::HasSubstr("at_least.measure.901"));
}

TEST(ReleaseTest, UnsetOneofIsRefused) {
  Release release = SomeRelease();
  release.mutable_rulebook()->mutable_tiers(0)->mutable_conditions()->rbegin()->clear_rule();
  EXPECT_THAT(ParseRelease(SerializeRelease(release)), HasReason(Reason::UNKNOWN_FIELD));
  release = SomeRelease();
  release.mutable_edition()->mutable_scenarios(0)->mutable_cells(0)->clear_content();
  EXPECT_THAT(ParseRelease(SerializeRelease(release)), HasReason(Reason::UNKNOWN_FIELD));
}

TEST(ReleaseTest, UnknownEnumValueIsRefused) {
  Release release = SomeRelease();
  release.mutable_edition()->mutable_scenarios(0)->add_relations()->set_kind(
      static_cast<catalogue::v1::Relation::Kind>(99));
  EXPECT_THAT(ParseRelease(SerializeRelease(release)), HasReason(Reason::UNKNOWN_FIELD));
}

TEST(ReleaseTest, UnknownSemanticsAreRefused) {
  Release release = SomeRelease();
  release.set_semantics(kLatestSemantics + 1);
  EXPECT_THAT(ParseRelease(SerializeRelease(release)), HasReason(Reason::UNKNOWN_SEMANTICS));
  release.set_semantics(0);
  EXPECT_THAT(ParseRelease(SerializeRelease(release)), HasReason(Reason::UNKNOWN_SEMANTICS));
}

TEST(ReleaseTest, TruncatedBytesAreRefused) {
  const std::string bytes = SerializeRelease(SomeRelease());
  // Where a field ends, what is left is a message too: then the label is missing.
  int refused = 0;
  for (size_t size = 0; size < bytes.size(); ++size)
    refused += !ParseRelease(bytes.substr(0, size)).ok();
  EXPECT_EQ(refused, static_cast<int>(bytes.size()));
}

TEST(ReleaseTest, LabelsNameYearAndNumber) {
  EXPECT_TRUE(IsReleaseLabel("2026-1", 2026));
  EXPECT_TRUE(IsReleaseLabel("2026-12", 2026));
  for (const char* label :
       {"2025-1", "2026-0", "2026-01", "2026-", "2026", "2026-1a", "unpublished"}) {
    EXPECT_FALSE(IsReleaseLabel(label, 2026)) << label;
  }
}

}  // namespace
}  // namespace zhiping::criteria
