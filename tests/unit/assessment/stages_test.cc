#include "services/assessment/domain/stages.h"

#include "absl/strings/str_cat.h"
#include "common/reference/reference.h"
#include "services/assessment/domain/draw.h"
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

}  // namespace
}  // namespace zhiping::assessment
