// Who a service takes the caller for, held as files.
#include "services/ctl/who_am_i_report.h"

#include "absl/strings/str_cat.h"
#include "common/time/timestamp.h"
#include "tests/golden_text.h"

namespace zhiping::ctl {
namespace {

using common::v1::Role;
using common::v1::WhoAmIResponse;

void Expect(const WhoAmIResponse& who, const std::string& name) {
  for (const auto& [language, suffix] :
       {std::pair(Language::kChinese, "zh"), std::pair(Language::kEnglish, "en")}) {
    Screen screen;
    screen.language = language;
    ExpectGolden(WhoAmIReport(who, Zone(), screen),
                 absl::StrCat("ctl/", name, ".", suffix, ".txt"));
  }
}

WhoAmIResponse Person() {
  WhoAmIResponse who;
  who.set_issuer("https://sso.jiangsu.example");
  who.set_subject("u-1024");
  // 2026-12-01 08:00:00, Beijing time.
  *who.mutable_expires_at() = ToTimestamp(absl::FromUnixSeconds(1'796'083'200));
  return who;
}

TEST(WhoAmIReportTest, AnOfficial) {
  WhoAmIResponse who = Person();
  who.set_name("王芳");
  who.add_roles(Role::REVIEWER);
  who.add_roles(Role::CRITERIA_APPROVER);
  who.set_review_unit("nanjing");
  who.add_programmes("jiangsu-ai");
  who.add_programmes("jiangsu-green");
  Expect(who, "whoami_official");
}

TEST(WhoAmIReportTest, AReviewerOfAUnitThatThereIsNot) {
  WhoAmIResponse who = Person();
  who.add_roles(Role::REVIEWER);
  who.set_review_unit("no-such-unit");
  who.set_review_unit_invalid(true);
  Expect(who, "whoami_no_unit");
}

TEST(WhoAmIReportTest, AnOfficerWithoutProgrammes) {
  WhoAmIResponse who = Person();
  who.add_roles(Role::CAMPAIGN_OFFICER);
  Expect(who, "whoami_no_programme");
}

TEST(WhoAmIReportTest, AnEnterprise) {
  WhoAmIResponse who = Person();
  who.add_roles(Role::ENTERPRISE);
  who.set_uscc("91110000600037341L");
  who.add_programmes("*");
  Expect(who, "whoami_enterprise");
}

TEST(WhoAmIReportTest, AnEnterpriseThatCanBeNone) {
  WhoAmIResponse who = Person();
  who.add_roles(Role::ENTERPRISE);
  who.set_uscc("9111000060003734");
  who.set_uscc_invalid(true);
  Expect(who, "whoami_no_enterprise");
}

TEST(WhoAmIReportTest, SomebodyWithoutARole) { Expect(Person(), "whoami_nobody"); }

TEST(WhoAmIReportTest, NobodyIsAsked) {
  WhoAmIResponse who;
  who.set_unauthenticated(true);
  Expect(who, "whoami_unauthenticated");
}

TEST(WhoAmIReportTest, AService) {
  WhoAmIResponse who;
  who.set_service("scoring");
  Expect(who, "whoami_service");
}

}  // namespace
}  // namespace zhiping::ctl
