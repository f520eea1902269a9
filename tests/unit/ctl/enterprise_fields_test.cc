// Fields of enterprises as people write them.
#include "services/ctl/enterprise_fields.h"

#include "common/status/error.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::ctl {
namespace {

using assessment::v1::Enterprise;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(EnterpriseFieldsTest, SetsWhatIsWrittenInEitherLanguage) {
  Enterprise enterprise;
  const auto paths =
      SetFields({"企业名称=甲=乙", "Employees＝１２００", "营业收入（万元）=3,000", "企业规模=中型",
                 "工厂=suzhou-2：苏州二厂：320508；wuxi:无锡厂", "测试企业=是", "联系电话="},
                enterprise);
  ASSERT_OK(paths);
  EXPECT_THAT(*paths, ElementsAre("name", "size.employees", "size.revenue", "size.override",
                                  "plants", "is_test", "contact.phone"));
  EXPECT_EQ(enterprise.name(), "甲=乙");
  EXPECT_EQ(enterprise.size().employees(), 1200);
  EXPECT_EQ(enterprise.size().revenue(), 3000);
  EXPECT_EQ(enterprise.size().override(), "medium");
  ASSERT_EQ(enterprise.plants_size(), 2);
  EXPECT_EQ(enterprise.plants(0).plant(), "suzhou-2");
  EXPECT_EQ(enterprise.plants(0).name(), "苏州二厂");
  EXPECT_EQ(enterprise.plants(0).region(), "320508");
  EXPECT_EQ(enterprise.plants(1).name(), "无锡厂");
  EXPECT_TRUE(enterprise.is_test());
}

TEST(EnterpriseFieldsTest, RefusesWhatIsNoFieldOrNoValue) {
  for (const char* const text :
       {"法人=张三", "企业名称", "uscc=91110000600037341L", "从业人员=很多", "从业人员=1.5",
        "测试企业=也许", "工厂=a:b:c:d", "=x", ""}) {
    Enterprise enterprise;
    EXPECT_THAT(SetFields({text}, enterprise), HasReason(Reason::WRONG_USAGE)) << text;
  }
}

TEST(EnterpriseFieldsTest, FindsTheColumnOfAViolation) {
  const auto& columns = EnterpriseColumns();
  const auto column = [&](absl::string_view field) {
    const int found = EnterpriseColumnOf(field);
    return found < 0 ? absl::string_view("none") : columns[found].en;
  };
  EXPECT_EQ(column("uscc"), "uscc");
  EXPECT_EQ(column("reviewUnit"), "reviewUnit");
  EXPECT_EQ(column("size.overrideReason"), "sizeReason");
  EXPECT_EQ(column("plants[1].region"), "plants");
  EXPECT_EQ(column("contact.phone"), "contactPhone");
  EXPECT_EQ(column("enrolments"), "none");
}

}  // namespace
}  // namespace zhiping::ctl
