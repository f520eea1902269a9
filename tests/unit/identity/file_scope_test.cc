// The scope FILE: a file belongs to an enterprise, to the unit that receives it, to a programme,
// and to the platforms that act for the enterprise.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "common/identity/access_rule.h"
#include "tests/unit/identity/declared_method.h"

namespace zhiping::identity {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kUscc[] = "91110000600037341L";
constexpr char kEveryRole[] =
    "roles: [ENTERPRISE, REVIEWER, UNIT_HEAD, CAMPAIGN_OFFICER, PLATFORM] scope: FILE";

AccessRule RuleOf(const std::string& access) { return *Declared(Access(access)).Rule(); }

FileCoordinates File() {
  return {kUscc, "nanjing-gulou", "jiangsu-ai", {{"issuer", "platform"}, {"issuer", "second"}}};
}

std::string ValueOf(const ErrorDetail& detail, const std::string& key) {
  for (const auto& entry : detail.metadata()) {
    if (entry.key() == key) return entry.value();
  }
  return "(none)";
}

// Whose file it is, by every role at once: what counts is which of them a caller has.
Caller Owner(Roles roles) {
  Caller caller = With(roles);
  caller.subject = "platform";
  caller.uscc = kUscc;
  caller.review_unit = "nanjing";
  caller.programmes = {"jiangsu-ai"};
  return caller;
}

TEST(FileScopeTest, EveryRoleAboutAFile) {
  // `-`: no method of the scope may name it; `all`: any file; `own`: only files of its own.
  const struct {
    Role::Value role;
    std::string may;
  } expected[] = {
      {Role::ROLE_UNSPECIFIED, "-"},  {Role::VIEWER, "-"},
      {Role::ENTERPRISE, "own"},      {Role::REVIEWER, "own"},
      {Role::UNIT_HEAD, "own"},       {Role::CRITERIA_EDITOR, "-"},
      {Role::CRITERIA_APPROVER, "-"}, {Role::CAMPAIGN_OFFICER, "own"},
      {Role::ANALYST, "-"},           {Role::STATISTICS_OFFICIAL, "-"},
      {Role::FIGURES_APPROVER, "-"},  {Role::PLATFORM, "own"},
      {Role::OPERATOR, "all"},        {Role::SECURITY_ADMIN, "all"},
      {Role::AUDITOR, "all"},
  };
  EXPECT_EQ(std::size(expected), Role::Value_ARRAYSIZE);
  for (const auto& [role, may] : expected) {
    SCOPED_TRACE(RoleName(role));
    const auto rule =
        Declared(Access(absl::StrCat("roles: ", Role::Value_Name(role), " scope: FILE"))).Rule();
    ASSERT_EQ(rule.ok(), may != "-");
    if (!rule.ok()) continue;
    EXPECT_OK(rule->CheckFile(Owner({role}), File(), Today()));
    Caller stranger = With({role});
    stranger.uscc = "91110000600037342L";
    stranger.review_unit = "xuzhou";
    stranger.programmes = {"another"};
    for (const Caller& caller : {stranger, With({role})}) {
      EXPECT_EQ(rule->CheckFile(caller, File(), Today()).ok(), may == "all");
    }
    EXPECT_EQ(rule->CheckFile(Owner({role}), FileCoordinates(), Today()).ok(),
              may == "all" || role == Role::CAMPAIGN_OFFICER);
    EXPECT_EQ(rule->FilesOf(Owner({role}), Today()).all, may == "all");
    // A role that the method does not name lends it nothing.
    EXPECT_FALSE(rule->CheckFile(Owner({Role::VIEWER}), File(), Today()).ok());
  }
}

TEST(FileScopeTest, WhatAFileIsJudgedBy) {
  const AccessRule rule = RuleOf(kEveryRole);
  const auto with = [](Roles roles, auto change) {
    Caller caller = Owner(roles);
    change(caller);
    return caller;
  };
  const Roles enterprise = {Role::ENTERPRISE}, reviewer = {Role::REVIEWER},
              officer = {Role::CAMPAIGN_OFFICER}, platform = {Role::PLATFORM};
  const FileCoordinates entry = {kUscc, "nanjing-gulou", "", {}};
  const FileCoordinates nobodys = {"", "", "", {{"", ""}, {"issuer", ""}}};
  constexpr Reason::Value kOk = Reason::REASON_UNSPECIFIED;
  const struct {
    const char* what;
    Caller caller;
    FileCoordinates file;
    Reason::Value reason;
  } cases[] = {
      {"the unit itself", with(reviewer, [](auto& of) { of.review_unit = "nanjing-gulou"; }),
       File(), kOk},
      {"the province", with(reviewer, [](auto& of) { of.review_unit = "jiangsu"; }), File(), kOk},
      {"beside", with(reviewer, [](auto& of) { of.review_unit = "nanjing-xuanwu"; }), File(),
       Reason::OUTSIDE_SCOPE},
      {"a unit that there is not", with(reviewer, [](auto& of) { of.review_unit = "nowhere"; }),
       File(), Reason::UNKNOWN_REVIEW_UNIT},
      {"all programmes", with(officer, [](auto& of) { of.programmes = {"*"}; }), File(), kOk},
      {"an entry, any programme", with(officer, [](auto& of) { of.programmes = {"another"}; }),
       entry, kOk},
      {"an entry, no programme", with(officer, [](auto& of) { of.programmes = {}; }), entry,
       Reason::OUTSIDE_SCOPE},
      {"the second platform", with(platform, [](auto& of) { of.subject = "second"; }), File(), kOk},
      {"the subject of another issuer", with(platform, [](auto& of) { of.issuer = "another"; }),
       File(), Reason::OUTSIDE_SCOPE},
      {"nobody's enrolment", with(platform, [](auto& of) { of.subject = ""; }), nobodys,
       Reason::OUTSIDE_SCOPE},
      {"the enterprise without a name", with(enterprise, [](auto& of) { of.uscc = ""; }), nobodys,
       Reason::OUTSIDE_SCOPE},
      // Either role is enough.
      {"two roles",
       with({Role::ENTERPRISE, Role::REVIEWER}, [](auto& of) { of.uscc = "91320100MA1MTXYD2D"; }),
       File(), kOk},
  };
  for (const auto& [what, caller, file, reason] : cases) {
    const absl::Status status = rule.CheckFile(caller, file, Today());
    if (reason == kOk) {
      EXPECT_OK(status) << what;
    } else {
      EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << what;
      EXPECT_THAT(status, HasReason(reason)) << what;
    }
  }
  Caller service, unauthenticated;
  service.service = "analytics";
  unauthenticated.unauthenticated = true;
  for (const Caller& caller : {service, unauthenticated}) {
    EXPECT_OK(rule.CheckFile(caller, File(), Today()));
    EXPECT_TRUE(rule.FilesOf(caller, Today()).all);
  }
}

TEST(FileScopeTest, TheStoreIsAskedForWhateverTheRequestDoesNotSay) {
  const std::string named = absl::StrCat(kEveryRole, " field: 'enterprise'");
  const std::string enterprise_only = "roles: ENTERPRISE scope: FILE field: 'enterprise'";
  const std::string own = absl::StrCat("enterprise: '", kUscc, "'"), other = "enterprise: 'other'";
  const struct {
    std::string access, request;
    Roles roles;
    bool asks, admitted;
  } cases[] = {
      // Of the enterprise itself, the request says all; of another one, it is refused at once.
      {named, own, {Role::ENTERPRISE}, false, true},
      {named, other, {Role::ENTERPRISE}, false, false},
      {named, "", {Role::ENTERPRISE}, false, false},
      {enterprise_only, own, {Role::ENTERPRISE}, false, true},
      // Unit, programme and enrolment are known only there.
      {named, own, {Role::REVIEWER}, true, true},
      {named, own, {Role::CAMPAIGN_OFFICER}, true, true},
      {named, own, {Role::PLATFORM}, true, true},
      {named, other, {Role::ENTERPRISE, Role::REVIEWER}, true, true},
      {named, own, {Role::ENTERPRISE, Role::REVIEWER}, false, true},
      // Where no field names the enterprise, of everybody.
      {kEveryRole, own, {Role::ENTERPRISE}, true, true},
      {kEveryRole, "", {Role::PLATFORM}, true, true},
      // Nor is there anything to ask for those who reach every file.
      {"roles: [AUDITOR, REVIEWER] scope: FILE", "", {Role::AUDITOR}, false, true},
      {"roles: [AUDITOR, REVIEWER] scope: FILE", "", {Role::REVIEWER}, true, true},
      // Of other scopes, what a field names is enough.
      {"roles: REVIEWER scope: UNIT", "", {Role::REVIEWER}, true, true},
      {"roles: REVIEWER scope: UNIT field: 'unit'",
       "unit: 'nanjing'",
       {Role::REVIEWER},
       false,
       true},
      {"roles: REVIEWER scope: NONE", "", {Role::REVIEWER}, false, true},
  };
  for (const auto& [access, request, roles, asks, admitted] : cases) {
    SCOPED_TRACE(absl::StrCat(access, "; ", request, "; ", roles.Text()));
    Declared method(Access(access));
    EXPECT_EQ(method.Rule()->AsksTheStore(Owner(roles), method.Request(request)), asks);
    EXPECT_EQ(method.Check(Owner(roles), request).ok(), admitted);
  }
  Caller service;
  service.service = "analytics";
  Declared method(Access(absl::StrCat(kEveryRole, " services: 'analytics'")));
  EXPECT_FALSE(method.Rule()->AsksTheStore(service, method.Request("")));
}

// Before the store is asked, so that it says nothing of what is there.
TEST(FileScopeTest, WhoeverReachesNothingIsToldWhatTheTokenHolds) {
  const auto with = [](Roles roles, auto change) {
    Caller caller = Owner(roles);
    change(caller);
    return caller;
  };
  const auto no_enterprise = [](Caller& of) { of.uscc = ""; };
  const auto wrong_enterprise = [](Caller& of) { of.uscc = "9111"; };
  const auto no_programmes = [](Caller& of) { of.programmes = {}; };
  const auto no_unit = [](Caller& of) { of.review_unit = ""; };
  const auto wrong_unit = [](Caller& of) { of.review_unit = "nowhere"; };
  const auto nothing = [](Caller& of) {
    of.uscc = "";
    of.programmes = {};
  };
  const struct {
    Caller caller;
    Reason::Value reason;
    std::string zh, en, key, value;
  } cases[] = {
      {with({Role::ENTERPRISE}, no_enterprise), Reason::OUTSIDE_SCOPE, "企业：无", "no enterprise",
       "uscc", "-"},
      {with({Role::CAMPAIGN_OFFICER}, no_programmes), Reason::OUTSIDE_SCOPE, "评测体系：无",
       "no programmes", "programmes", "-"},
      {with({Role::ENTERPRISE, Role::CAMPAIGN_OFFICER}, nothing), Reason::OUTSIDE_SCOPE,
       "企业：无；评测体系：无", "no enterprise, no programmes", "programmes", "-"},
      {with({Role::ENTERPRISE}, wrong_enterprise), Reason::INVALID_USCC,
       "企业“9111”无效：统一社会信用代码应为 18 位，这里是 4 位。请联系安全管理员。",
       "\"9111\" is not valid. The unified social credit code has 18 characters, not 4.", "uscc",
       "9111"},
      {with({Role::REVIEWER}, wrong_unit), Reason::UNKNOWN_REVIEW_UNIT,
       "审核单位“nowhere”不存在或已失效", "\"nowhere\" does not exist", "reviewUnit", "nowhere"},
      {with({Role::UNIT_HEAD}, no_unit), Reason::UNKNOWN_REVIEW_UNIT, "令牌中没有审核单位",
       "names no review unit", "reviewUnit", "-"},
  };
  for (const std::string& request : {std::string(), absl::StrCat("enterprise: '", kUscc, "'")}) {
    for (const char* field : {"", " field: 'enterprise'"}) {
      Declared method(Access(absl::StrCat(kEveryRole, field)));
      for (const auto& [caller, reason, zh, en, key, value] : cases) {
        SCOPED_TRACE(absl::StrCat(caller.roles.Text(), "; ", request, field));
        const ErrorDetail detail = DetailOf(method.Check(caller, request));
        EXPECT_EQ(detail.reason(), reason);
        EXPECT_THAT(detail.message().zh(), testing::HasSubstr(zh));
        EXPECT_THAT(detail.message().en(), testing::HasSubstr(en));
        EXPECT_EQ(ValueOf(detail, key), value);
      }
      // Unless another right reaches something.
      EXPECT_OK(method.Check(with({Role::REVIEWER, Role::CAMPAIGN_OFFICER}, wrong_unit), request));
      EXPECT_OK(method.Check(Owner({Role::PLATFORM}), request));
    }
  }
}

TEST(FileScopeTest, WhoeverAsksAboutAnotherIsToldWhatTheTokenHolds) {
  Declared method(Access("roles: [ENTERPRISE, OPERATOR] scope: FILE field: 'enterprise'"));
  const ErrorDetail detail =
      DetailOf(method.Check(Owner({Role::ENTERPRISE}), "enterprise: '91320100MA1MTXYD2D'"));
  EXPECT_EQ(detail.reason(), Reason::OUTSIDE_SCOPE);
  EXPECT_EQ(ValueOf(detail, "uscc"), kUscc);
  EXPECT_EQ(detail.message().zh(),
            absl::StrCat("所请求的内容不在本账号的权限范围内（令牌中的企业：", kUscc, "）。"));
  Caller officer = Owner({Role::CAMPAIGN_OFFICER});
  officer.programmes = {"a", "b", "c", "d", "e", "f"};
  Declared programme(Access("roles: CAMPAIGN_OFFICER scope: PROGRAMME field: 'programme'"));
  EXPECT_EQ(ValueOf(DetailOf(programme.Check(officer, "programme: 'jiangsu-ai'")), "programmes"),
            "a, b, c, d, e, …");
}

TEST(FileScopeTest, ListsGetWhatPassesTheCheck) {
  const AccessRule rule = RuleOf(kEveryRole);
  const FilesInReach none = rule.FilesOf(Owner({Role::VIEWER}), Today());
  EXPECT_FALSE(none.all);
  EXPECT_EQ(none.enterprise, "");
  EXPECT_THAT(none.units, IsEmpty());
  EXPECT_THAT(none.programmes, IsEmpty());
  EXPECT_FALSE(none.platform.known());

  EXPECT_EQ(rule.FilesOf(Owner({Role::ENTERPRISE}), Today()).enterprise, kUscc);
  EXPECT_THAT(rule.FilesOf(Owner({Role::CAMPAIGN_OFFICER}), Today()).programmes,
              ElementsAre("jiangsu-ai"));
  EXPECT_EQ(rule.FilesOf(Owner({Role::PLATFORM}), Today()).platform,
            (Person{"issuer", "platform"}));
  const auto units = rule.FilesOf(Owner({Role::REVIEWER}), Today()).units;
  FileCoordinates file = File();
  for (const reference::ReviewUnit& unit : Units().all()) {
    file.unit = unit.id;
    EXPECT_EQ(std::find(units.begin(), units.end(), unit.id) != units.end(),
              rule.CheckFile(Owner({Role::REVIEWER}), file, Today()).ok())
        << unit.id;
  }
  // What two roles reach is what either of them does.
  const FilesInReach both = rule.FilesOf(Owner({Role::ENTERPRISE, Role::UNIT_HEAD}), Today());
  EXPECT_EQ(both.enterprise, kUscc);
  EXPECT_EQ(both.units, units);
  EXPECT_THAT(both.programmes, IsEmpty());
  // Nor does a unit that there is not have others below it.
  Caller lost = Owner({Role::REVIEWER});
  for (const char* unit : {"", "nowhere"}) {
    lost.review_unit = unit;
    EXPECT_THAT(rule.FilesOf(lost, Today()).units, IsEmpty());
  }
}

TEST(FileScopeTest, APlatformActsForOthersOnlyAboutFiles) {
  const std::string wrong = "access.via_platform is for the role PLATFORM and the scope FILE";
  for (const char* access : {"roles: PLATFORM scope: NONE via_platform: true",
                             "roles: [ENTERPRISE, REVIEWER] scope: FILE via_platform: true",
                             "roles: OPERATOR scope: ENTERPRISE via_platform: true"}) {
    EXPECT_THAT(std::string(Declared(Access(access)).Rule().status().message()),
                testing::HasSubstr(wrong))
        << access;
  }
  EXPECT_TRUE(
      RuleOf("roles: [ENTERPRISE, PLATFORM] scope: FILE via_platform: true").via_platform());
  EXPECT_FALSE(RuleOf("roles: [ENTERPRISE, PLATFORM] scope: FILE").via_platform());
  // It reads what is said of the enterprise itself too.
  EXPECT_FALSE(
      Declared(Access("roles: PLATFORM scope: FILE"), "server_streaming: true").Rule().ok());
}

}  // namespace
}  // namespace zhiping::identity
