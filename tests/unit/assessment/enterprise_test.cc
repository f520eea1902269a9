#include "services/assessment/domain/enterprise.h"

#include <functional>
#include <map>

#include "absl/strings/str_cat.h"
#include "common/time/timestamp.h"
#include "services/assessment/domain/contact.h"
#include "tests/unit/assessment/enterprise_fixture.h"

namespace zhiping::assessment {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

const Setter kEnterprise{Setter::kEnterprise};
const Setter kPlatform{Setter::kPlatform, {"https://platform", "jiangsu"}};
const Setter kProvince{Setter::kProvince};

absl::StatusOr<v1::EnterpriseRecord> Register(const v1::Enterprise& sent) {
  return RegisterEnterprise(sent, kProvince, Jiangsu());
}

TEST(EnterpriseTest, IsRegisteredWithItsMainPlantAndComputedSize) {
  v1::Enterprise sent = Kunshan();
  sent.set_uscc(" ９１１１００００600037341l ");
  sent.set_name("　昆山示例机电有限公司 ");
  sent.add_plants()->set_plant("suzhou-2");
  sent.mutable_plants(0)->set_name("苏州二厂");
  sent.set_etag("7");
  sent.mutable_size()->set_computed("large");
  *sent.mutable_created_at() = ToTimestamp(kNow - absl::Hours(1));
  sent.add_warnings()->set_zh("x");
  const auto record = Register(sent);
  ASSERT_OK(record);
  const v1::Enterprise& enterprise = record->enterprise();
  EXPECT_EQ(record->version(), 1);
  EXPECT_EQ(enterprise.uscc(), "91110000600037341L");
  EXPECT_EQ(enterprise.name(), "昆山示例机电有限公司");
  EXPECT_EQ(enterprise.size().computed(), "medium");
  ASSERT_EQ(enterprise.plants_size(), 2);
  EXPECT_EQ(enterprise.plants(0).plant(), "main");
  EXPECT_EQ(enterprise.plants(1).plant(), "suzhou-2");
  EXPECT_EQ(FromTimestamp(enterprise.created_at()), kNow);
  EXPECT_TRUE(enterprise.etag().empty());
  EXPECT_EQ(enterprise.warnings_size(), 0);
}

TEST(EnterpriseTest, EverythingThatIsWrongIsSaidAtOnce) {
  v1::Enterprise sent;
  sent.set_uscc("91110000600037341X");
  sent.set_region("110000");
  sent.set_review_unit("beijing");
  sent.set_industry_division("99");
  sent.set_parent_uscc("1");
  EXPECT_THAT(Faults(Register(sent)),
              UnorderedElementsAre(Pair("enterprise.uscc", Reason::INVALID_USCC),
                                   Pair("enterprise.name", Reason::FIELD_REQUIRED),
                                   Pair("enterprise.region", Reason::UNKNOWN_REGION),
                                   Pair("enterprise.reviewUnit", Reason::UNKNOWN_REVIEW_UNIT),
                                   Pair("enterprise.industryDivision", Reason::UNKNOWN_INDUSTRY),
                                   Pair("enterprise.parentUscc", Reason::INVALID_USCC)));
}

TEST(EnterpriseTest, EachFieldIsChecked) {
  const struct {
    const char* field;
    Reason::Value reason;
    std::function<void(v1::Enterprise&)> spoil;
  } cases[] = {
      {"uscc", Reason::FIELD_REQUIRED, [](auto& e) { e.clear_uscc(); }},
      {"name", Reason::CHARACTER_NOT_ALLOWED, [](auto& e) { e.set_name("a\u202E"); }},
      {"name", Reason::TOO_LARGE, [](auto& e) { e.set_name(std::string(201, 'a')); }},
      {"region", Reason::FIELD_REQUIRED, [](auto& e) { e.clear_region(); }},
      {"region", Reason::UNKNOWN_REGION, [](auto& e) { e.set_region("3205"); }},
      {"reviewUnit", Reason::FIELD_REQUIRED, [](auto& e) { e.clear_review_unit(); }},
      {"industryDivision", Reason::FIELD_REQUIRED,
       [](auto& e) {
         e.clear_industry_division();
         e.clear_industry_class();
       }},
      {"industryClass", Reason::UNKNOWN_INDUSTRY, [](auto& e) { e.set_industry_class("3911"); }},
      {"industryClass", Reason::UNKNOWN_INDUSTRY, [](auto& e) { e.set_industry_class("38"); }},
      {"size.employees", Reason::INVALID_FIELD,
       [](auto& e) { e.mutable_size()->set_employees(-1); }},
      {"size.revenue", Reason::INVALID_FIELD,
       [](auto& e) { e.mutable_size()->set_revenue(2'000'000'001); }},
      {"size.overrideReason", Reason::FIELD_REQUIRED,
       [](auto& e) { e.mutable_size()->set_override("small"); }},
      {"size.override", Reason::INVALID_FIELD,
       [](auto& e) {
         e.mutable_size()->set_override("huge");
         e.mutable_size()->set_override_reason("x");
       }},
      {"parentUscc", Reason::RELATION_CIRCLE,
       [](auto& e) { e.set_parent_uscc("91110000600037341l"); }},
      {"predecessor", Reason::RELATION_CIRCLE, [](auto& e) { e.set_predecessor(e.uscc()); }},
      {"contact.phone", Reason::TOO_LARGE,
       [](auto& e) { e.mutable_contact()->set_phone(std::string(101, '1')); }},
      {"contact", Reason::INVALID_FIELD,
       [](auto& e) { e.mutable_contact()->set_phone("138****5678"); }},
      {"contact", Reason::INVALID_FIELD, [](auto& e) { e.mutable_contact()->set_masked(true); }},
      {"plants[0].plant", Reason::INVALID_FIELD,
       [](auto& e) {
         e.add_plants()->set_plant("Suzhou");
         e.mutable_plants(0)->set_name("x");
       }},
      {"plants[1].plant", Reason::INVALID_FIELD,
       [](auto& e) {
         e.add_plants()->set_plant("main");
         e.add_plants()->set_plant("main");
       }},
      {"plants[0].name", Reason::FIELD_REQUIRED, [](auto& e) { e.add_plants()->set_plant("b"); }},
      {"plants[0].region", Reason::UNKNOWN_REGION,
       [](auto& e) {
         e.add_plants()->set_plant("main");
         e.mutable_plants(0)->set_region("310000");
       }},
      {"plants", Reason::TOO_MANY,
       [](auto& e) {
         for (int i = 0; i <= kMostPlants; ++i) e.add_plants()->set_plant(absl::StrCat("p", i));
       }},
      {"enrolments[0].subject", Reason::FIELD_REQUIRED,
       [](auto& e) { e.add_enrolments()->set_issuer("https://x"); }},
  };
  for (const auto& one : cases) {
    v1::Enterprise sent = Kunshan();
    one.spoil(sent);
    EXPECT_THAT(Faults(Register(sent)),
                ElementsAre(Pair(absl::StrCat("enterprise.", one.field), one.reason)))
        << one.field;
  }
}

TEST(EnterpriseTest, WhatLooksWrongIsAcceptedWithAWarning) {
  v1::Enterprise sent = Kunshan();
  sent.set_uscc("91320500MA1ABCDE01");
  sent.set_review_unit("nanjing");
  const auto record = Register(sent);
  ASSERT_OK(record);
  ASSERT_EQ(record->enterprise().warnings_size(), 2);
  EXPECT_THAT(record->enterprise().warnings(0).zh(), HasSubstr("组织机构代码"));
  EXPECT_THAT(record->enterprise().warnings(1).zh(), HasSubstr("审核单位"));
}

TEST(EnterpriseTest, OnlyThePlatformThatRegistersIsEnrolled) {
  const auto record = RegisterEnterprise(Kunshan(), kPlatform, Jiangsu());
  ASSERT_OK(record);
  ASSERT_EQ(record->enterprise().enrolments_size(), 1);
  EXPECT_EQ(record->enterprise().enrolments(0).issuer(), "https://platform");
  EXPECT_EQ(record->enterprise().enrolments(0).subject(), "jiangsu");
  v1::Enterprise sent = Kunshan();
  sent.add_enrolments()->set_issuer("https://other");
  sent.mutable_enrolments(0)->set_subject("jiangsu");
  EXPECT_THAT(Faults(RegisterEnterprise(sent, kPlatform, Jiangsu())),
              ElementsAre(Pair("enterprise.enrolments", Reason::FIELD_NOT_YOURS)));
  EXPECT_OK(RegisterEnterprise(sent, kProvince, Jiangsu()));
}

TEST(EnterpriseTest, WhoSetsWhatIsAsTheTableSays) {
  const struct {
    const char* path;
    bool enterprise;
    bool platform;
    bool province;
  } cases[] = {
      {"contact", true, true, true},
      {"contact.phone", true, true, true},
      {"plants", true, true, true},
      {"size.employees", true, true, true},
      {"size.revenue", true, true, true},
      {"size", false, true, true},
      {"size.override", false, true, true},
      {"name", false, true, true},
      {"region", false, true, true},
      {"review_unit", false, true, true},
      {"industry_division", false, true, true},
      {"industry_class", false, true, true},
      {"parent_uscc", false, true, true},
      {"predecessor", false, true, true},
      {"is_test", false, true, true},
      {"enrolments", false, false, true},
  };
  const v1::EnterpriseRecord record = Registered();
  for (const auto& one : cases) {
    const std::map<const Setter*, bool> may = {
        {&kEnterprise, one.enterprise}, {&kPlatform, one.platform}, {&kProvince, one.province}};
    for (const auto& [setter, allowed] : may) {
      const auto updated =
          UpdateEnterprise(record, record.enterprise(), Mask({one.path}), *setter, Jiangsu());
      if (allowed) {
        EXPECT_OK(updated) << one.path;
        continue;
      }
      EXPECT_THAT(updated, HasReason(Reason::FIELD_NOT_YOURS)) << one.path;
      EXPECT_THAT(std::string(updated.status().message()), HasSubstr("request the change"));
    }
  }
}

TEST(EnterpriseTest, ARefusedFieldIsNamed) {
  const v1::EnterpriseRecord record = Registered();
  EXPECT_THAT(
      Faults(UpdateEnterprise(record, {}, Mask({"review_unit", "size"}), kEnterprise, Jiangsu())),
      testing::IsSupersetOf({Pair("enterprise.size", Reason::FIELD_NOT_YOURS)}));
  for (const char* path : {"uscc", "etag", "warnings", "created_at", "nonsense", "*"}) {
    EXPECT_THAT(Faults(UpdateEnterprise(record, {}, Mask({path}), kProvince, Jiangsu())),
                ElementsAre(Pair("updateMask", Reason::INVALID_FIELD)))
        << path;
  }
}

TEST(EnterpriseTest, AnUpdateSetsTheNamedFieldsAndWhatFollows) {
  const v1::EnterpriseRecord record = Registered();
  v1::Enterprise sent;
  sent.set_name("不应变更");
  sent.mutable_size()->set_employees(1000);
  sent.mutable_size()->set_revenue(40'000);
  const auto later = Jiangsu(kNow + absl::Hours(1));
  const auto updated =
      UpdateEnterprise(record, sent, Mask({"size.employees", "size.revenue"}), kEnterprise, later);
  ASSERT_OK(updated);
  EXPECT_EQ(updated->version(), 2);
  EXPECT_EQ(updated->enterprise().name(), record.enterprise().name());
  EXPECT_EQ(SizeOf(updated->enterprise()), "large");
  EXPECT_EQ(FromTimestamp(updated->enterprise().updated_at()), kNow + absl::Hours(1));
  // One number less: the size is not known.
  const auto without = UpdateEnterprise(*updated, {}, Mask({"size.revenue"}), kEnterprise, later);
  ASSERT_OK(without);
  EXPECT_EQ(SizeOf(without->enterprise()), "");
}

TEST(EnterpriseTest, AnUpdateThatChangesNothingKeepsTheVersion) {
  const v1::EnterpriseRecord record = Registered();
  const auto updated = UpdateEnterprise(record, record.enterprise(), Mask({"contact", "plants"}),
                                        kEnterprise, Jiangsu(kNow + absl::Hours(1)));
  ASSERT_OK(updated);
  EXPECT_EQ(updated->SerializeAsString(), record.SerializeAsString());
}

TEST(EnterpriseTest, AnOverrideTakesThePlaceOfTheComputedSize) {
  v1::Enterprise sent = Kunshan();
  sent.mutable_size()->set_override("small");
  sent.mutable_size()->set_override_reason("去年分立，\n以新公司为准");
  const v1::EnterpriseRecord record = Registered(sent);
  EXPECT_EQ(record.enterprise().size().computed(), "medium");
  EXPECT_EQ(SizeOf(record.enterprise()), "small");
  const auto without = UpdateEnterprise(record, {}, Mask({"size.override"}), kProvince, Jiangsu());
  ASSERT_OK(without);
  EXPECT_EQ(SizeOf(without->enterprise()), "medium");
  EXPECT_EQ(without->enterprise().size().override_reason(), "");
}

TEST(EnterpriseTest, WhatIsNotNamedIsNotChecked) {
  v1::EnterpriseRecord record = Registered();
  record.mutable_enterprise()->set_review_unit("dissolved");
  v1::Enterprise sent;
  sent.mutable_contact()->set_phone("051288888888");
  const auto updated =
      UpdateEnterprise(record, sent, Mask({"contact.phone"}), kEnterprise, Jiangsu());
  ASSERT_OK(updated);
  EXPECT_EQ(updated->enterprise().contact().phone(), "051288888888");
  EXPECT_EQ(updated->enterprise().contact().name(), "张三");
}

TEST(EnterpriseTest, NoPlantIsTakenOut) {
  v1::Enterprise sent = Kunshan();
  v1::Plant& plant = *sent.add_plants();
  plant.set_plant("suzhou-2");
  plant.set_name("二厂");
  const v1::EnterpriseRecord record = Registered(sent);
  v1::Enterprise changed = record.enterprise();
  changed.mutable_plants(1)->set_name("苏州二厂");
  v1::Plant& third = *changed.add_plants();
  third.set_plant("wuxi");
  third.set_name("无锡工厂");
  EXPECT_OK(UpdateEnterprise(record, changed, Mask({"plants"}), kEnterprise, Jiangsu()));
  for (const int kept : {0, 1}) {
    v1::Enterprise one;
    *one.add_plants() = record.enterprise().plants(kept);
    const auto updated = UpdateEnterprise(record, one, Mask({"plants"}), kProvince, Jiangsu());
    EXPECT_THAT(Faults(updated), ElementsAre(Pair("enterprise.plants", Reason::INVALID_FIELD)));
    EXPECT_THAT(std::string(updated.status().message()),
                HasSubstr(record.enterprise().plants(1 - kept).plant()));
  }
}

TEST(EnterpriseTest, ImportingARowAgainChangesNothing) {
  const auto added = ImportEnterprise(nullptr, Kunshan(), kProvince, Jiangsu());
  ASSERT_OK(added);
  const auto again =
      ImportEnterprise(&*added, Kunshan(), kProvince, Jiangsu(kNow + absl::Hours(1)));
  ASSERT_OK(again);
  EXPECT_EQ(again->SerializeAsString(), added->SerializeAsString());
}

TEST(EnterpriseTest, AnImportedRowSetsWhatItHasAndKeepsTheRest) {
  const v1::EnterpriseRecord record = Registered();
  v1::Enterprise row;
  row.set_uscc(record.enterprise().uscc());
  EXPECT_EQ(ImportEnterprise(&record, row, kProvince, Jiangsu())->version(), record.version());
  row.set_name("昆山新名机电有限公司");
  row.mutable_size()->set_employees(1200);
  const auto changed = ImportEnterprise(&record, row, kProvince, Jiangsu());
  ASSERT_OK(changed);
  EXPECT_EQ(changed->version(), record.version() + 1);
  EXPECT_EQ(changed->enterprise().name(), "昆山新名机电有限公司");
  EXPECT_EQ(changed->enterprise().size().employees(), 1200);
  EXPECT_EQ(changed->enterprise().size().revenue(), 30'000);
  EXPECT_EQ(changed->enterprise().contact().phone(), "13812345678");
  row.set_region("110000");
  EXPECT_THAT(Faults(ImportEnterprise(&record, row, kProvince, Jiangsu())),
              ElementsAre(Pair("region", Reason::UNKNOWN_REGION)));
}

TEST(EnterpriseTest, RelationsMakeNoCircle) {
  EXPECT_OK(CheckNoCircle("a", {"b", "c"}, "enterprise.parentUscc"));
  EXPECT_THAT(CheckNoCircle("a", {"b", "a"}, "enterprise.parentUscc"),
              HasReason(Reason::RELATION_CIRCLE));
}

TEST(EnterpriseTest, IsShownWithItsEtagAndAMaskedContact) {
  const v1::EnterpriseRecord record = Registered();
  const v1::Enterprise whole = ShownEnterprise(record, ContactView::kWhole);
  EXPECT_EQ(whole.etag(), "1");
  EXPECT_EQ(whole.contact().phone(), "13812345678");
  EXPECT_FALSE(whole.contact().masked());
  const v1::Enterprise masked = ShownEnterprise(record, ContactView::kMasked);
  EXPECT_EQ(masked.contact().phone(), "138****5678");
  EXPECT_TRUE(masked.contact().masked());
  EXPECT_FALSE(ShownEnterprise(record, ContactView::kNone).has_contact());
}

TEST(ContactTest, IsMasked) {
  const struct {
    const char* name;
    const char* phone;
    const char* email;
    const char* masked;
  } cases[] = {
      {"张三", "13812345678", "wang@b.cn", "张* 138****5678 w***@b.cn"},
      {"欧阳娜娜", "0512-8888 6666", "a@b.cn", "欧* 051****6666 a***@b.cn"},
      {"", "", "", "  "},
      {"Li", "83212345", "nobody", "L* ****2345 n***"},
      {"王", "8321234", "@b.cn", "王* **** ***@b.cn"},
      {"𠀀三", "１３８１２３４５６７８", "张三@b.cn", "𠀀* １３８****５６７８ 张***@b.cn"},
  };
  for (const auto& one : cases) {
    v1::Contact contact;
    contact.set_name(one.name);
    contact.set_phone(one.phone);
    contact.set_email(one.email);
    const v1::Contact masked = Masked(contact);
    EXPECT_EQ(absl::StrCat(masked.name(), " ", masked.phone(), " ", masked.email()), one.masked);
    EXPECT_TRUE(masked.masked());
  }
}

}  // namespace
}  // namespace zhiping::assessment
