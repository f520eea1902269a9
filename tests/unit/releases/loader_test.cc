// What is said of a release that must not be used.
#include "common/releases/loader.h"

#include <gtest/gtest.h>

#include "tests/unit/releases/test_publisher.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::releases {
namespace {

// PERMISSION_DENIED would say that whoever asks for it was denied something.
TEST(LoaderTest, AKeyThatMayNotHaveSignedItDeniesNobodyAnything) {
  const TestPublisher trusted, another;
  const std::string bytes = criteria::SerializeRelease(LabelledRelease("2026-1"));
  const std::string digest = criteria::DigestOf(bytes);
  HeldSource catalogue("catalogue", /*publishes=*/true);
  catalogue.PutRelease(digest, another.Sign(envelope::Purpose::RELEASE, bytes));
  const auto trust = trusted.trust();
  const absl::Status refused =
      Loader({&catalogue}, *trust).Load(digest, kProgramme, absl::Now()).status();
  EXPECT_THAT(refused, HasReason(Reason::UNKNOWN_KEY));
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(IsRefusal(refused));
}

}  // namespace
}  // namespace zhiping::releases
