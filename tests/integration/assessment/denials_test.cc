// Whom the audit log says was denied something: over gRPC, every method that is about something, by
// every role that may call it.
#include <memory>
#include <set>

#include "google/protobuf/descriptor.h"
#include "tests/integration/access/assessment_objects.h"
#include "tests/integration/assessment/audit_entries.h"
#include "zhiping/common/v1/access.pb.h"

namespace zhiping::assessment {
namespace {

using common::v1::Role;
using common::v1::Scope;
using testing::IsEmpty;

// Of an enterprise that is not registered yet.
constexpr char kNotYet[] = "91320100MA1MTXYD2D";
// What registers it: see ReviewsTest.ProbingIsAuditedAlsoWhereTheAnswerIsOk.
const std::set<std::string> kRegister = {"ImportEnterprises", "RegisterEnterprise"};

// Lists, which leave out what is another's; the entry of an enterprise, which is of no programme in
// particular; what is of all programmes.
const std::set<std::string> kNotDenied = {
    "other-campaign-officer GetEnterprise",
    "other-campaign-officer ListEnterprises",
    "other-campaign-officer ListSubmissions",
    "other-campaign-officer UpdateEnterprise",
    "other-enterprise ListChangeRequests",
    "other-enterprise ListEnterprises",
    "other-enterprise ListSubmissions",
    "other-platform ListEnterprises",
    "other-platform ListSubmissions",
    "other-reviewer ListChangeRequests",
    "other-reviewer ListEnterprises",
    "other-reviewer ListQueue",
    "other-reviewer ListSubmissions",
    "other-statistics-official ClosePeriod",
    "other-unit-head ListChangeRequests",
    "other-unit-head ListEnterprises",
    "other-unit-head ListQueue",
    "other-unit-head ListSubmissions",
};

class DenialsTest : public testing::Test {
 protected:
  DenialsTest() { MakeObjects(*service_); }

  // `caller` with each role in turn, whose subject is its name after the caller's.
  void CallAll(CallerOf caller, const Asked& asked) {
    const std::string prefix = caller.subject;
    for (const char* name :
         {"EnterpriseService", "AssessmentService", "CampaignService", "ReviewService"}) {
      const auto* const service =
          google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
              absl::StrCat("zhiping.assessment.v1.", name));
      for (int i = 0; i < service->method_count(); ++i) {
        const auto& method = *service->method(i);
        const auto& access = method.options().GetExtension(common::v1::access);
        if (access.scope() == Scope::NONE || method.server_streaming()) continue;
        if (kRegister.count(method.name()) > 0) continue;
        for (const int role : access.roles()) {
          caller.roles = {identity::RoleName(static_cast<Role::Value>(role))};
          caller.subject = absl::StrCat(prefix, caller.roles[0]);
          const auto request = NewRequest(method);
          FillIn(asked, service_->criteria().digest(), *request);
          CallAny(*service_, method, caller, *request).IgnoreError();
          called_.insert(absl::StrCat(caller.subject, " ", method.name()));
        }
      }
    }
  }

  // The same of the log.
  std::set<std::string> Denied() {
    // Denied calls are written when their minute is over, or the service ends.
    service_ = nullptr;
    service_ = std::make_unique<AssessmentUnderTest>(database_);
    std::set<std::string> denied;
    for (const AuditEntry& entry : AuditEntries(*service_, AuditEntry::DENIED)) {
      EXPECT_EQ(entry.outcome(), "OUTSIDE_SCOPE");
      denied.insert(absl::StrCat(entry.caller().subject(), " ", MethodOf(entry)));
    }
    return denied;
  }

  // `role Method`.
  std::set<std::string> called_;
  const std::string database_ = sql::NewSetting(sql::Engine::kSqlite);
  std::unique_ptr<AssessmentUnderTest> service_ = std::make_unique<AssessmentUnderTest>(database_);
};

TEST_F(DenialsTest, NobodyIsDeniedWhatIsNotThere) {
  CallAll({"", {}, kNotYet, "nanjing-gulou"}, {kNotYet, kCampaign2026, 1});
  CallAll({"", {}, kNotYet, "nanjing-gulou"}, {kNotYet, "absent", 1});
  // Of what they reach, a part that is not there.
  CallAll({"", {}, kUscc, "nanjing-gulou"}, {kUscc, "absent", 1});
  CallAll({"", {}, kUscc, "nanjing-gulou"}, {kUscc, kCampaign2026, 7});
  EXPECT_GT(called_.size(), 90U);
  EXPECT_THAT(Denied(), IsEmpty());
}

TEST_F(DenialsTest, WhatIsThereAndOutsideIs) {
  const CallerOf outside = {"other-", {}, kNotYet, "suzhou-gusu", {"another"}};
  CallAll(outside, {});
  std::set<std::string> not_denied = called_;
  for (const std::string& denied : Denied()) not_denied.erase(denied);
  EXPECT_EQ(not_denied, kNotDenied);
}

}  // namespace
}  // namespace zhiping::assessment
