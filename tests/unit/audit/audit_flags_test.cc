#include "common/audit/audit_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/error.h"
#include "tests/unit/status_matchers.h"

namespace zhiping::audit {
namespace {

TEST(CheckSignedTest, BeyondThisMachineSomebodySignsTheHeads) {
  AuditFlags flags;
  EXPECT_OK(CheckSigned(flags, "127.0.0.1:50052"));
  EXPECT_THAT(CheckSigned(flags, "0.0.0.0:50052"), HasReason(Reason::NOT_SECURED));
  flags.keys = {"audit.key"};
  EXPECT_OK(CheckSigned(flags, "0.0.0.0:50052"));
}

TEST(CheckKeptTest, BeyondThisMachineThereIsALogAndItIsSigned) {
  AuditFlags flags;
  const auto missing = [&](const std::string& database, const std::string& listen) {
    std::vector<std::string> fields;
    const ErrorDetail detail = DetailOf(CheckKept(flags, database, listen));
    for (const auto& violation : detail.violations()) {
      EXPECT_EQ(violation.reason(), Reason::NOT_SECURED);
      fields.push_back(violation.field());
    }
    return fields;
  };
  const std::string here = "127.0.0.1:50051", everywhere = "0.0.0.0:50051", file = "sqlite:a.db";
  EXPECT_OK(CheckKept(flags, "", here));
  EXPECT_OK(CheckKept(flags, file, here));
  EXPECT_THAT(missing("", everywhere), testing::ElementsAre("--audit-database", "--audit-key"));
  EXPECT_THAT(missing(file, everywhere), testing::ElementsAre("--audit-key"));
  flags.keys = {"audit.key"};
  EXPECT_THAT(missing("", everywhere), testing::ElementsAre("--audit-database"));
  EXPECT_OK(CheckKept(flags, file, everywhere));
}

}  // namespace
}  // namespace zhiping::audit
