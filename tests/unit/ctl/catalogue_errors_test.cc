// What the command line makes of the catalogue's errors.
#include "services/ctl/catalogue_errors.h"

#include "common/status/error.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::ctl {
namespace {

using testing::HasSubstr;
using testing::Not;

ErrorDetail Advised(Reason::Value reason, const ErrorValues& values = {}) {
  return DetailOf(WithNextStep(
      MakeError(absl::StatusCode::kFailedPrecondition, reason, "某事。", "Something.", values)));
}

struct Advice {
  Reason::Value reason;
  ErrorValues values;
  // In both languages.
  const char* step;
};

TEST(CatalogueErrorsTest, SayWhatToDoNext) {
  const Advice kAdvice[] = {
      {Reason::PENDING_EXISTS, {{"pendingRevision", "7"}}, "--cancel-pending 7"},
      // With it a rollback does more than cancel.
      {Reason::PENDING_EXISTS, {{"pendingRevision", "7"}}, "--withdraw"},
      {Reason::NOT_PENDING, {}, "zhipingctl release status"},
      {Reason::REVISION_AHEAD,
       {{"programme", "p"}, {"revision", "9"}},
       "zhipingctl release fence --programme p --above 9 --reason "},
      {Reason::LABEL_TAKEN, {}, "zhipingctl edition import"},
      {Reason::RELEASE_NOT_FOUND, {}, "zhipingctl release list"},
      {Reason::NEVER_IN_FORCE, {}, "zhipingctl release list"},
      {Reason::ALREADY_ROLLED_BACK, {}, "zhipingctl release log"},
      {Reason::RELEASE_WITHDRAWN, {}, "zhipingctl release list"},
      {Reason::NO_ACTIVE_RELEASE, {}, "zhipingctl release publish"},
      // The first, which nothing can be put in the place of but another.
      {Reason::NO_ACTIVE_RELEASE,
       {{"programme", "p"}, {"pendingRevision", "1"}},
       "--cancel-pending 1 --reason "},
      {Reason::ALREADY_IN_FORCE, {}, "zhipingctl release list"},
      {Reason::UNKNOWN_PROGRAMME, {}, "zhipingctl release list"},
      {Reason::UNKNOWN_INSTANCE, {}, "zhipingctl release status"},
  };
  for (const Advice& advice : kAdvice) {
    const ErrorDetail detail = Advised(advice.reason, advice.values);
    EXPECT_EQ(detail.reason(), advice.reason);
    EXPECT_THAT(detail.message().zh(), HasSubstr(advice.step));
    EXPECT_THAT(detail.message().en(), HasSubstr(advice.step));
  }
  EXPECT_EQ(Advised(Reason::OVERLOADED).message().zh(), "某事。");
}

TEST(CatalogueErrorsTest, SayFieldsAsOptions) {
  Violations violations;
  violations.Add("actor.reason", Reason::TOO_LARGE, "actor.reason 最多 500 个字符。",
                 "actor.reason has at most 500 characters.");
  violations.Add("programme", Reason::FIELD_REQUIRED, "programme 必须填写。",
                 "programme is required.");
  const ErrorDetail detail = DetailOf(WithNextStep(violations.ToStatus()));
  EXPECT_EQ(detail.violations(0).message().zh(), "--reason 最多 500 个字符。");
  EXPECT_EQ(detail.violations(1).message().en(), "--programme is required.");
  Violations one;
  one.Add("above", Reason::INVALID_FIELD, "above 应更大。", "above should be more.");
  EXPECT_EQ(DetailOf(WithNextStep(one.ToStatus())).message().zh(), "--above 应更大。");
}

TEST(CatalogueErrorsTest, AnOutcomeThatIsNotKnownIsSaidToBe) {
  const auto of = [](Reason::Value reason) {
    return DetailOf(WithUnknownOutcome(
                        MakeError(absl::StatusCode::kUnavailable, reason, "某事。", "Something.")))
        .message()
        .zh();
  };
  EXPECT_THAT(of(Reason::DEADLINE_PASSED), HasSubstr("修改可能已经生效"));
  EXPECT_THAT(of(Reason::COMMIT_UNKNOWN), HasSubstr("修改可能已经生效"));
  EXPECT_THAT(of(Reason::SERVICE_UNREACHABLE), HasSubstr("修改可能已经生效"));
  EXPECT_THAT(of(Reason::DATABASE_UNAVAILABLE), Not(HasSubstr("修改可能已经生效")));
}

}  // namespace
}  // namespace zhiping::ctl
