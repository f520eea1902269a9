#include "services/assessment/domain/stages.h"

#include "absl/strings/str_cat.h"
#include "common/reference/reference.h"
#include "services/assessment/domain/review_due.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::assessment {
namespace {

using v1::ReviewPolicy;

constexpr char kUnits[] =
    "id\tname\taliases\tlevel\tparent\tregions\tvalid_from\tvalid_until\n"
    "p\t省\t\tprovince\t\t\t\t\n"
    "c\t市\t\tcity\tp\t\t\t\n"
    "c1\t县\t\tcounty\tc\t\t\t2026-07-01\n"
    "k\t直管县\t\tcounty\tp\t\t\t\n";

class StagesTest : public testing::Test {
 protected:
  StagesTest() : units_(*reference::ReviewUnits::Parse(kUnits, reference_.regions())) {}

  std::string Stages(absl::string_view unit, v1::Channel::Value channel,
                     absl::CivilDay day = absl::CivilDay(2026, 6, 30)) {
    const auto stages = StagesOf(units_, unit, day, channel);
    if (!stages.ok()) return Reason::Value_Name(DetailOf(stages.status()).reason());
    std::string text;
    for (const auto& stage : *stages) {
      absl::StrAppend(&text, text.empty() ? "" : " ", v1::Stage::Value_Name(stage.stage()), "=",
                      stage.unit(), "/", stage.unit_name());
    }
    return text;
  }

  const reference::Reference reference_ = *reference::Reference::Open();
  const reference::ReviewUnits units_;
};

TEST_F(StagesTest, AreTheLevelsThatThePathHas) {
  EXPECT_EQ(Stages("c1", v1::Channel::STAGED), "COUNTY=c1/县 CITY=c/市 PROVINCE=p/省");
  EXPECT_EQ(Stages("k", v1::Channel::STAGED), "COUNTY=k/直管县 PROVINCE=p/省");
  EXPECT_EQ(Stages("c", v1::Channel::STAGED), "CITY=c/市 PROVINCE=p/省");
  EXPECT_EQ(Stages("p", v1::Channel::CHANNEL_UNSPECIFIED), "PROVINCE=p/省");
}

TEST_F(StagesTest, OfTheDirectChannelAreTheProvinceAlone) {
  EXPECT_EQ(Stages("c1", v1::Channel::DIRECT), "PROVINCE=p/省");
}

TEST_F(StagesTest, OfAUnitThatIsNotThereOnTheDayAreRefused) {
  EXPECT_EQ(Stages("c1", v1::Channel::STAGED, absl::CivilDay(2026, 7, 1)), "UNKNOWN_REVIEW_UNIT");
  EXPECT_EQ(Stages("x", v1::Channel::DIRECT), "UNKNOWN_REVIEW_UNIT");
}

TEST(ReviewDueTest, ACampaignThatSaysNothingReviewsWhatIsCitedIfItHasAnEnd) {
  v1::Campaign campaign;
  EXPECT_EQ(ReviewModeOf(campaign), ReviewPolicy::NONE);
  campaign.mutable_closes_at()->set_seconds(1);
  EXPECT_EQ(ReviewModeOf(campaign), ReviewPolicy::CITED);
  EXPECT_FALSE(IsReviewDue(campaign, "u", "main"));
  campaign.mutable_review()->set_mode(ReviewPolicy::ALL);
  EXPECT_TRUE(IsReviewDue(campaign, "u", "main"));
}

class DrawTest : public testing::Test {
 protected:
  DrawTest() {
    campaign_.set_campaign("small-2026");
    campaign_.mutable_review()->set_mode(ReviewPolicy::SAMPLE);
    campaign_.mutable_review()->set_seed("0123456789abcdef");
  }
  bool Drawn(int per_mille, const std::string& uscc, const std::string& plant = "main") {
    campaign_.mutable_review()->set_per_mille(per_mille);
    return IsReviewDue(campaign_, uscc, plant);
  }
  int DrawnOf(int per_mille, int enterprises) {
    int drawn = 0;
    for (int i = 0; i < enterprises; ++i) drawn += Drawn(per_mille, absl::StrCat("u", i)) ? 1 : 0;
    return drawn;
  }
  v1::Campaign campaign_;
};

// SHA-256 computed apart: see the comment in review_due.h.
TEST_F(DrawTest, IsTheDocumentedHash) {
  EXPECT_FALSE(Drawn(545, "91110000600037341L"));
  EXPECT_TRUE(Drawn(545 + 1, "91110000600037341L"));
}

TEST_F(DrawTest, TakesAboutTheShareAndAllOfAThousandOfAThousand) {
  EXPECT_NEAR(DrawnOf(100, 10'000), 1'000, 150);
  EXPECT_EQ(DrawnOf(1000, 1'000), 1'000);
}

TEST_F(DrawTest, WhoIsDrawnByALowerShareIsDrawnByAHigherOne) {
  for (int i = 0; i < 1'000; ++i) {
    const std::string uscc = absl::StrCat("u", i);
    if (Drawn(100, uscc)) {
      EXPECT_TRUE(Drawn(200, uscc));
    }
  }
}

TEST_F(DrawTest, DependsOnPlantSeedAndCampaign) {
  const auto drawn = [&](const std::string& plant) {
    std::string bits;
    for (int i = 0; i < 200; ++i) bits += Drawn(500, absl::StrCat("u", i), plant) ? '1' : '0';
    return bits;
  };
  const std::string main = drawn("main");
  EXPECT_EQ(drawn(""), main);
  EXPECT_NE(drawn("second"), main);
  campaign_.set_campaign("small-2027");
  EXPECT_NE(drawn("main"), main);
  campaign_.set_campaign("small-2026");
  campaign_.mutable_review()->set_seed("fedcba9876543210");
  EXPECT_NE(drawn("main"), main);
}

}  // namespace
}  // namespace zhiping::assessment
