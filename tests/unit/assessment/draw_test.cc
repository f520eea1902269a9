#include "services/assessment/domain/draw.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"

namespace zhiping::assessment {
namespace {

const std::string kSeed("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f", 16);

// Computed apart from this code, by Python's hashlib and struct: per mille from which on it is
// drawn, less one.
TEST(DrawTest, IsTheSameAsComputedElsewhere) {
  const struct {
    std::string seed;
    Draw draw;
    int share;
  } vectors[] = {
      {kSeed, {"jiangsu-ai-2026", "91110000600037341L", "main"}, 501},
      {kSeed, {"jiangsu-ai-2026", "91110000600037341L", "suzhou-2"}, 515},
      {"0123456789abcdef0123456789abcdef", {"jiangsu-ai-2026", "91110000600037341L", "main"}, 555},
      {kSeed, {"jiangsu-ai-2027", "91110000600037341L", "main"}, 583},
      {kSeed, {"jiangsu-ai-2026", "914403001922038216", "main"}, 473},
  };
  for (const auto& one : vectors) {
    EXPECT_FALSE(IsDrawn(one.seed, one.share, one.draw)) << one.share;
    EXPECT_TRUE(IsDrawn(one.seed, one.share + 1, one.draw)) << one.share;
  }
}

TEST(DrawTest, PartsDoNotRunIntoOneAnother) {
  int same = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string number = absl::StrCat(i);
    const std::string joined = absl::StrCat("c", number);
    same += IsDrawn(kSeed, 500, {joined, "u", "p"}) ==
            IsDrawn(kSeed, 500, {"c", absl::StrCat(number, "u"), "p"});
  }
  EXPECT_LT(same, 100);
}

// The share of 10,000 is within five standard deviations, and whoever is drawn at a smaller share
// is drawn at a greater one.
TEST(DrawTest, TheShareOfEnterprisesIsAsAskedFor) {
  constexpr int kEnterprises = 10'000;
  std::string before(kEnterprises, 'n');
  for (const int per_mille : {1, 10, 50, 100, 250, 500, 900, 999, 1000}) {
    int drawn = 0;
    for (int i = 0; i < kEnterprises; ++i) {
      const std::string uscc = absl::StrCat("91320000", 1'000'000 + i);
      const bool is_drawn = IsDrawn(kSeed, per_mille, {"jiangsu-ai-2026", uscc, "main"});
      EXPECT_TRUE(is_drawn || before[i] == 'n') << uscc;
      before[i] = is_drawn ? 'y' : 'n';
      drawn += is_drawn ? 1 : 0;
    }
    const double share = per_mille / 1000.0;
    const double deviation = std::sqrt(kEnterprises * share * (1 - share));
    EXPECT_NEAR(drawn, kEnterprises * share, 5 * deviation + 1e-9) << per_mille;
  }
}

TEST(DrawTest, NobodyIsDrawnByNoneAndCitedAndEverybodyByAll) {
  v1::Campaign campaign;
  campaign.set_campaign("jiangsu-ai-2026");
  const auto is_due = [&](v1::ReviewPolicy::Mode mode) {
    campaign.mutable_review()->set_mode(mode);
    return IsReviewDue(campaign, "91110000600037341L", "main");
  };
  EXPECT_FALSE(is_due(v1::ReviewPolicy::NONE));
  EXPECT_FALSE(is_due(v1::ReviewPolicy::CITED));
  EXPECT_TRUE(is_due(v1::ReviewPolicy::ALL));
  campaign.mutable_review()->set_seed(kSeed);
  campaign.mutable_review()->set_per_mille(501);
  EXPECT_FALSE(is_due(v1::ReviewPolicy::SAMPLE));
  campaign.mutable_review()->set_per_mille(502);
  EXPECT_TRUE(is_due(v1::ReviewPolicy::SAMPLE));
}

}  // namespace
}  // namespace zhiping::assessment
