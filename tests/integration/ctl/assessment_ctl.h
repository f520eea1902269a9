// zhipingctl before a real assessment service with a real scoring service, as people with tokens.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/integration/assessment/assessment_under_test.h"
#include "tests/integration/ctl/run_ctl.h"

namespace zhiping::ctl {

using assessment::CallerOf;
using assessment::kCampaign2026;
using assessment::kOfficer;
using assessment::kPlatform;
using assessment::kUscc;
using assessment::ReviewerOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Json = nlohmann::json;

class AssessmentCtlTest : public testing::Test {
 protected:
  std::string address() const { return absl::StrCat("127.0.0.1:", service_.port()); }

  Variables VariablesOf(const CallerOf& caller) const {
    const std::string token =
        Scratch(absl::StrCat("token-", caller.subject, ".jwt"), service_.Token(caller));
    return {{"ZHIPING_ASSESSMENT", address()},
            {"ZHIPING_TOKEN_FILE", token},
            {"ZHIPING_ACTING_FOR", "张三"},
            {"ZHIPING_LANG", "zh"}};
  }
  Outcome As(const CallerOf& caller, const std::vector<std::string>& arguments) const {
    return RunCtl(arguments, VariablesOf(caller));
  }
  // What succeeds, as people see it.
  std::string Said(const CallerOf& caller, const std::vector<std::string>& arguments) const {
    const Outcome outcome = As(caller, arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
    return outcome.out;
  }
  // The same with --json.
  Json Got(const CallerOf& caller, std::vector<std::string> arguments) const {
    arguments.emplace_back("--json");
    return Json::parse(Said(caller, arguments), nullptr, /*allow_exceptions=*/false);
  }
  // What is refused, with this exit code.
  common::v1::ErrorDetail Refused(const CallerOf& caller, std::vector<std::string> arguments,
                                  int exit_code = 1) const {
    arguments.emplace_back("--json");
    const Outcome outcome = As(caller, arguments);
    EXPECT_EQ(outcome.exit_code, exit_code) << outcome.out;
    return ErrorOf(outcome);
  }

  // An enterprise, a campaign in which all submissions are reviewed, and an empty draft.
  void OpenDraft() {
    ASSERT_OK(fixture_.Register());
    ASSERT_OK(fixture_.Create(assessment::NewCampaign(service_.criteria())));
    ASSERT_OK(fixture_.Open(fixture_.KeyOf()));
  }
  assessment::v1::Assessment Draft() { return *fixture_.Get(fixture_.KeyOf()); }

  assessment::AssessmentUnderTest service_{sql::NewSetting(sql::Engine::kSqlite)};
  assessment::Fixture fixture_{service_};
  const CallerOf enterprise_ = fixture_.EnterpriseOf();
};

}  // namespace zhiping::ctl
