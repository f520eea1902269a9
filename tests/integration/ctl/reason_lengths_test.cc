// How long a reason may be is what the help of the command says.
#include "common/text/limits.h"
#include "tests/integration/ctl/assessment_ctl.h"

namespace zhiping::ctl {
namespace {

struct Case {
  CallerOf caller;
  std::vector<std::string> command;
  int most;
};

TEST_F(AssessmentCtlTest, AReasonMayBeAsLongAsTheHelpSaysAndNoLonger) {
  ASSERT_OK(fixture_.Register());
  ASSERT_OK(fixture_.Create(assessment::NewCampaign(service_.criteria())));
  const auto submitted = fixture_.SubmitNew(fixture_.KeyOf());
  ASSERT_OK(submitted);
  const std::string number = submitted->submission().receipt_no();
  const CallerOf county = ReviewerOf("nanjing-gulou");
  const CallerOf head = {"head", {"unit-head"}, "", "jiangsu"};
  Said(county, {"review", "take", number});
  const std::string scenario = service_.criteria().edition().scenarios(0).id();
  for (const Case& one : std::vector<Case>{
           {county,
            {"review", "find", number, "--scenario", scenario, "--level", "none"},
            kMaxReasonCharacters},
           {enterprise_, {"submission", "object", number}, kMaxReviewTextCharacters},
           {county, {"review", "approve", number}, kMaxReviewTextCharacters},
           {county, {"review", "return", number}, kMaxReviewTextCharacters},
           {county, {"review", "return", number, "--to-previous"}, kMaxReviewTextCharacters},
           {county, {"review", "reject", number}, kMaxReviewTextCharacters},
           {county, {"review", "recall", number}, kMaxReviewTextCharacters},
           {head, {"review", "revoke", number}, kMaxReviewTextCharacters},
           {county,
            {"review", "decide-objection", number, "--objection", "1", "--upheld"},
            kMaxReviewTextCharacters},
           {enterprise_, {"submission", "withdraw", number}, kMaxReasonCharacters}}) {
    const std::string name = absl::StrCat(one.command[0], " ", one.command[1]);
    const std::string said = one.most < 1000 ? "500" : "2,000";
    for (const bool chinese : {true, false}) {
      EXPECT_THAT(
          RunCtl({one.command[0], one.command[1], "--help", "--lang", chinese ? "zh" : "en"}).out,
          HasSubstr(chinese ? absl::StrCat("理由，最多 ", said, " 字")
                            : absl::StrCat("Why, at most ", said, " characters")))
          << name;
    }
    const auto refusal = [&](int characters) {
      std::vector<std::string> command = one.command;
      command.push_back("--reason");
      std::string reason;
      for (int i = 0; i < characters; ++i) reason += "由";
      command.push_back(reason);
      command.push_back("--json");
      return As(one.caller, command).out;
    };
    const std::string most = absl::StrCat("最多 ", one.most, " 个字符");
    EXPECT_THAT(refusal(one.most + 1), HasSubstr(most)) << name;
    // Approving and the like would end what the others are tried on.
    const std::string& act = one.command[1];
    if (act == "approve" || act == "return" || act == "reject") continue;
    EXPECT_THAT(refusal(one.most), Not(HasSubstr("TOO_LARGE"))) << name;
  }
}

}  // namespace
}  // namespace zhiping::ctl
