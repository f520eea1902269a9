#include "common/identity/access_rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>

#include "absl/strings/str_cat.h"
#include "tests/unit/identity/declared_method.h"

namespace zhiping::identity {
namespace {

TEST(AccessRuleTest, AMethodHasToSayWhoMayCallIt) {
  EXPECT_FALSE(Declared("").Rule().ok());
  for (const char* wrong :
       {"", "scope: NONE", "roles: OPERATOR", "roles: ROLE_UNSPECIFIED scope: NONE",
        "roles: VIEWER any_role: true scope: NONE", "roles: OPERATOR scope: SCOPE_UNSPECIFIED",
        "roles: OPERATOR scope: NONE field: 'programme'",
        "roles: OPERATOR scope: PROGRAMME field: 'program'",
        "roles: OPERATOR scope: PROGRAMME field: 'many'",
        "roles: OPERATOR scope: PROGRAMME field: 'number'",
        "roles: OPERATOR scope: PROGRAMME field: 'inner'",
        "roles: OPERATOR scope: PROGRAMME field: 'programme.inner'"}) {
    EXPECT_FALSE(Declared(Access(wrong)).Rule().ok()) << wrong;
  }
  for (const char* right : {"roles: VIEWER scope: NONE", "any_role: true scope: NONE",
                            "services: 'scoring' scope: NONE", "roles: OPERATOR scope: PROGRAMME",
                            "services: 'scoring' scope: PROGRAMME",
                            "roles: OPERATOR scope: PROGRAMME field: 'programme'",
                            "roles: OPERATOR scope: PROGRAMME field: 'inner.programme'"}) {
    EXPECT_OK(Declared(Access(right)).Rule()) << right;
  }
}

TEST(AccessRuleTest, ARuleThatCannotBeEnforcedIsRefusedAndSaysWhy) {
  const struct {
    const char* access;
    const char* why;
  } cases[] = {
      {"roles: ENTERPRISE scope: ENTERPRISE field: 'enterprise' via_platform: true",
       "access.via_platform is for the role PLATFORM and the scope FILE"},
      {"roles: [ENTERPRISE, PLATFORM] scope: ENTERPRISE", "PLATFORM has no rights in the scope"},
      {"roles: [ENTERPRISE, REVIEWER] scope: ENTERPRISE", "REVIEWER has no rights in the scope"},
      {"roles: [REVIEWER, ENTERPRISE] scope: UNIT", "ENTERPRISE has no rights in the scope UNIT"},
      {"any_role: true scope: PROGRAMME field: 'programme'", "access.any_role is only for"},
      {"services: ['scoring', 'nosuchservice'] scope: NONE", "there is no service nosuchservice"},
  };
  for (const auto& [access, why] : cases) {
    EXPECT_THAT(std::string(Declared(Access(access)).Rule().status().message()),
                testing::HasSubstr(why))
        << access;
  }
}

// Every role in every scope: `-`: no method may name it; `all`: whatever the request is about;
// `own`: only about what the token names.
TEST(AccessRuleTest, EveryRoleInEveryScope) {
  const struct {
    Role::Value role;
    const char *none, *enterprise, *unit, *programme;
  } expected[] = {
      {Role::ROLE_UNSPECIFIED, "-", "-", "-", "-"},
      {Role::VIEWER, "all", "-", "-", "-"},
      {Role::ENTERPRISE, "all", "own", "-", "-"},
      {Role::REVIEWER, "all", "-", "own", "-"},
      {Role::UNIT_HEAD, "all", "-", "own", "-"},
      {Role::CRITERIA_EDITOR, "all", "-", "-", "own"},
      {Role::CRITERIA_APPROVER, "all", "-", "-", "own"},
      {Role::CAMPAIGN_OFFICER, "all", "-", "-", "own"},
      {Role::ANALYST, "all", "-", "-", "own"},
      {Role::STATISTICS_OFFICIAL, "all", "-", "all", "all"},
      {Role::FIGURES_APPROVER, "all", "-", "all", "all"},
      {Role::PLATFORM, "all", "-", "-", "-"},
      {Role::OPERATOR, "all", "all", "all", "all"},
      {Role::SECURITY_ADMIN, "all", "all", "all", "all"},
      {Role::AUDITOR, "all", "all", "all", "all"},
  };
  EXPECT_EQ(std::size(expected), Role::Value_ARRAYSIZE);
  for (const auto& line : expected) {
    const struct {
      std::string scope, may, inside, outside;
    } scopes[] = {
        {"NONE", line.none, "", ""},
        {"ENTERPRISE field: 'enterprise'", line.enterprise, "enterprise: '91110000600037341L'",
         "enterprise: '91110000600037342L'"},
        {"UNIT field: 'unit'", line.unit, "unit: 'nanjing-gulou'", "unit: 'xuzhou'"},
        {"PROGRAMME field: 'programme'", line.programme, "programme: 'jiangsu-ai'",
         "programme: 'another'"},
    };
    for (const auto& [scope, may, inside, outside] : scopes) {
      SCOPED_TRACE(absl::StrCat(RoleName(line.role), " ", scope));
      Declared method(
          Access(absl::StrCat("roles: ", Role::Value_Name(line.role), " scope: ", scope)));
      ASSERT_EQ(method.Rule().ok(), may != "-");
      if (!method.Rule().ok()) continue;
      Caller owner = With({line.role});
      owner.uscc = "91110000600037341L";
      owner.review_unit = "nanjing";
      owner.programmes = {"jiangsu-ai"};
      const Caller nobody = With({line.role});
      EXPECT_OK(method.Check(owner, inside));
      const std::pair<Caller, std::string> others[] = {
          {owner, outside}, {owner, ""}, {nobody, inside}, {nobody, outside}, {nobody, ""}};
      for (const auto& [caller, request] : others) {
        const absl::Status status = method.Check(caller, request);
        EXPECT_EQ(absl::IsPermissionDenied(status), may == "own") << request;
        EXPECT_EQ(status.ok(), may == "all") << request;
      }
      // A role beside it that the method does not name lends it nothing.
      Caller both = With({line.role, Role::VIEWER});
      EXPECT_EQ(method.Check(both, outside).ok(), may == "all");
    }
  }
}

TEST(AccessRuleTest, ReadsOfFilesAreRecordedOnStreamsOfAnswersToo) {
  const std::string recorded =
      Access("roles: ENTERPRISE scope: ENTERPRISE field: 'enterprise' records_access: true");
  EXPECT_TRUE(Declared(recorded).Rule()->records_access());
  const std::string files = Access("roles: PLATFORM scope: FILE records_access: true");
  EXPECT_TRUE(Declared(files, "server_streaming: true").Rule()->records_access());
  EXPECT_FALSE(Declared(files, "client_streaming: true").Rule().ok());
  EXPECT_FALSE(Declared(files, "client_streaming: true server_streaming: true").Rule().ok());
  EXPECT_FALSE(Declared(recorded, "server_streaming: true").Rule().ok());
  EXPECT_FALSE(
      Declared(Access("roles: PLATFORM scope: FILE"), "server_streaming: true").Rule().ok());
  EXPECT_FALSE(Declared(Access("roles: PLATFORM scope: FILE field: 'enterprise' "
                               "records_access: true"),
                        "server_streaming: true")
                   .Rule()
                   .ok());
  EXPECT_OK(Declared(Access("roles: VIEWER scope: NONE"), "server_streaming: true").Rule());
  // Nor is anybody asked about each of its messages.
  for (const char* direction : {"server_streaming: true", "client_streaming: true"}) {
    EXPECT_FALSE(Declared(Access("roles: REVIEWER scope: UNIT"), direction).Rule().ok());
    EXPECT_FALSE(
        Declared(Access("roles: REVIEWER scope: UNIT field: 'unit'"), direction).Rule().ok());
  }
}

TEST(AccessRuleTest, RolesDecide) {
  Declared method(Access("roles: [OPERATOR, AUDITOR] scope: NONE"));
  EXPECT_OK(method.Check(With({Role::OPERATOR}), ""));
  EXPECT_OK(method.Check(With({Role::VIEWER, Role::AUDITOR}), ""));
  EXPECT_THAT(method.Check(With({Role::VIEWER}), ""), HasReason(Reason::ROLE_REQUIRED));
  EXPECT_THAT(method.Check(With({}), ""), HasReason(Reason::ROLE_REQUIRED));
  Declared anybody(Access("any_role: true scope: NONE"));
  EXPECT_OK(anybody.Check(With({}), ""));
}

TEST(AccessRuleTest, ServicesAreNamed) {
  Caller scoring;
  scoring.service = "scoring";
  Declared named(Access("services: ['scoring', 'analytics'] scope: NONE"));
  EXPECT_OK(named.Check(scoring, ""));
  EXPECT_THAT(named.Check(With({Role::OPERATOR}), ""), HasReason(Reason::SERVICE_REQUIRED));
  scoring.service = "scorin";
  EXPECT_THAT(named.Check(scoring, ""), HasReason(Reason::SERVICE_REQUIRED));
  // Whoever has a token is no service, and a service has no token.
  Declared anybody(Access("any_role: true scope: NONE"));
  EXPECT_THAT(anybody.Check(scoring, ""), HasReason(Reason::SERVICE_REQUIRED));
}

TEST(AccessRuleTest, EditorsHaveProgrammes) {
  Declared method(
      Access("roles: [CRITERIA_EDITOR, OPERATOR] scope: PROGRAMME field: 'inner.programme'"));
  Caller editor = With({Role::CRITERIA_EDITOR});
  editor.programmes = {"jiangsu-ai"};
  EXPECT_OK(method.Check(editor, "inner { programme: 'jiangsu-ai' }"));
  EXPECT_THAT(method.Check(editor, "inner { programme: 'another' }"),
              HasReason(Reason::OUTSIDE_SCOPE));
  EXPECT_THAT(method.Check(editor, ""), HasReason(Reason::OUTSIDE_SCOPE));
  editor.programmes = {};
  EXPECT_THAT(method.Check(editor, "inner { programme: 'jiangsu-ai' }"),
              HasReason(Reason::OUTSIDE_SCOPE));
  editor.programmes = {"*"};
  EXPECT_OK(method.Check(editor, "inner { programme: 'another' }"));
  // Whoever names no programme asks about all; a programme without a name is no such right.
  EXPECT_OK(method.Check(editor, ""));
  editor.programmes = {""};
  EXPECT_THAT(method.Check(editor, ""), HasReason(Reason::OUTSIDE_SCOPE));
  // An operator is one of all; but a role that may not call the method lends it nothing.
  EXPECT_OK(method.Check(With({Role::OPERATOR}), "inner { programme: 'another' }"));
  editor.programmes = {"jiangsu-ai"};
  editor.roles.Add(Role::VIEWER);
  EXPECT_THAT(method.Check(editor, "inner { programme: 'another' }"),
              HasReason(Reason::OUTSIDE_SCOPE));
}

TEST(AccessRuleTest, EnterprisesSeeThemselves) {
  Declared method(Access("roles: [ENTERPRISE, AUDITOR] scope: ENTERPRISE field: 'enterprise'"));
  Caller enterprise = With({Role::ENTERPRISE});
  enterprise.uscc = "91110000600037341L";
  EXPECT_OK(method.Check(enterprise, "enterprise: '91110000600037341L'"));
  EXPECT_THAT(method.Check(enterprise, "enterprise: '91110000600037342L'"),
              HasReason(Reason::OUTSIDE_SCOPE));
  // A token that names no enterprise is not of the enterprise without a name.
  enterprise.uscc = "";
  EXPECT_THAT(method.Check(enterprise, ""), HasReason(Reason::OUTSIDE_SCOPE));
  EXPECT_OK(method.Check(With({Role::AUDITOR}), "enterprise: '91110000600037341L'"));
}

TEST(AccessRuleTest, ReviewersHaveASubtree) {
  Declared method(Access("roles: [REVIEWER, STATISTICS_OFFICIAL] scope: UNIT field: 'unit'"));
  Caller reviewer = With({Role::REVIEWER});
  reviewer.review_unit = "nanjing";
  EXPECT_OK(method.Check(reviewer, "unit: 'nanjing'"));
  EXPECT_OK(method.Check(reviewer, "unit: 'nanjing-gulou'"));
  for (const char* outside : {"unit: 'jiangsu'", "unit: 'xuzhou-gulou'", "unit: 'nowhere'", ""}) {
    EXPECT_THAT(method.Check(reviewer, outside), HasReason(Reason::OUTSIDE_SCOPE)) << outside;
  }
  for (const char* unknown : {"", "nowhere"}) {
    reviewer.review_unit = unknown;
    EXPECT_THAT(method.Check(reviewer, "unit: 'nanjing'"), HasReason(Reason::UNKNOWN_REVIEW_UNIT))
        << unknown;
  }
  EXPECT_OK(method.Check(With({Role::STATISTICS_OFFICIAL}), "unit: 'nanjing'"));
}

TEST(RolesTest, ExcludeOneAnother) {
  const Roles all_pairs[] = {{Role::OPERATOR, Role::SECURITY_ADMIN},
                             {Role::OPERATOR, Role::AUDITOR},
                             {Role::SECURITY_ADMIN, Role::AUDITOR},
                             {Role::CRITERIA_EDITOR, Role::OPERATOR}};
  for (const Roles pair : all_pairs) {
    EXPECT_NE(ConflictIn(pair).first, Role::ROLE_UNSPECIFIED) << pair.Text();
  }
  EXPECT_EQ(ConflictIn({Role::CRITERIA_EDITOR, Role::CRITERIA_APPROVER, Role::VIEWER}).first,
            Role::ROLE_UNSPECIFIED);
}

TEST(RolesTest, HaveNames) {
  EXPECT_EQ(RoleName(Role::CRITERIA_EDITOR), "criteria-editor");
  EXPECT_EQ(RoleByName("security-admin"), Role::SECURITY_ADMIN);
  EXPECT_EQ(RoleByName("role-unspecified"), Role::ROLE_UNSPECIFIED);
  EXPECT_EQ(RoleByName("king"), Role::ROLE_UNSPECIFIED);
  for (int role = Role::Value_MIN + 1; role <= Role::Value_MAX; ++role) {
    const auto value = static_cast<Role::Value>(role);
    EXPECT_EQ(RoleByName(RoleName(value)), value);
  }
}

}  // namespace
}  // namespace zhiping::identity
