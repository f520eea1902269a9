#include "common/identity/four_eyes.h"

#include <gtest/gtest.h>

#include "tests/unit/status_matchers.h"

namespace zhiping::identity {
namespace {

TEST(FourEyesTest, NobodyDecidesAboutTheirOwnWork) {
  const std::vector<Person> changed_by = {{"https://a", "1"}, {"https://a", "2"}};
  for (const char* subject : {"1", "2"}) {
    EXPECT_THAT(CheckFourEyes({"https://a", subject}, changed_by), HasReason(Reason::SAME_PERSON));
  }
  EXPECT_OK(CheckFourEyes({"https://a", "3"}, changed_by));
  EXPECT_OK(CheckFourEyes({"https://a", "1"}, {}));
}

TEST(FourEyesTest, ASubjectIsOfItsIssuer) {
  EXPECT_OK(CheckFourEyes({"https://b", "1"}, {{"https://a", "1"}}));
  // No joined text is compared.
  EXPECT_OK(CheckFourEyes({"https://a", "1@x"}, {{"https://a", "1"}, {"x", "1@https://a"}}));
}

TEST(FourEyesTest, WhoIsNotIdentifiedIsNobodyInParticular) {
  Caller local;
  local.unauthenticated = true;
  EXPECT_OK(CheckFourEyes(local.person(), {{"", ""}, {"https://a", "1"}}));
  EXPECT_OK(CheckFourEyes({"https://a", "1"}, {{"", ""}}));
}

}  // namespace
}  // namespace zhiping::identity
