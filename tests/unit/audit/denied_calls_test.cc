#include "common/audit/denied_calls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace zhiping::audit {
namespace {

// At the start of a minute.
const absl::Time kStart = absl::FromUnixSeconds(1'790'000'040);

identity::Caller Person(const std::string& subject) {
  identity::Caller caller;
  caller.issuer = "https://issuer.example";
  caller.subject = subject;
  caller.name = "张三";
  caller.roles.Add(identity::Role::VIEWER);
  return caller;
}

TEST(DeniedCallsTest, OneRowForEachCallerMethodAndMinute) {
  DeniedCalls denied;
  denied.Add(Person("1"), "/a", Reason::ROLE_REQUIRED, kStart + absl::Seconds(3));
  denied.Add(Person("1"), "/a", Reason::OUTSIDE_SCOPE, kStart + absl::Seconds(59));
  denied.Add(Person("1"), "/b", Reason::ROLE_REQUIRED, kStart);
  denied.Add(Person("2"), "/a", Reason::ROLE_REQUIRED, kStart);
  EXPECT_TRUE(denied.TakeDue(kStart + absl::Seconds(59)).empty());
  denied.Add(Person("1"), "/a", Reason::ROLE_REQUIRED, kStart + absl::Seconds(60));

  const auto rows = denied.TakeDue(kStart + absl::Seconds(60));
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].kind(), AuditEntry::DENIED);
  EXPECT_EQ(rows[0].method(), "/a");
  EXPECT_EQ(rows[0].count(), 2);
  EXPECT_EQ(rows[0].outcome(), "ROLE_REQUIRED");
  EXPECT_EQ(rows[0].caller().subject(), "1");
  EXPECT_EQ(rows[0].caller().name(), "张三");
  EXPECT_EQ(rows[0].caller().roles(0), identity::Role::VIEWER);
  EXPECT_EQ(rows[0].instant().seconds(), absl::ToUnixSeconds(kStart) + 3);
  EXPECT_EQ(rows[1].count(), 1);
  // The next minute's, at the end of the program.
  EXPECT_EQ(denied.TakeDue(absl::InfiniteFuture()).size(), 1u);
  EXPECT_TRUE(denied.empty());
}

TEST(DeniedCallsTest, TheSameSubjectOfAnotherIssuerIsAnother) {
  DeniedCalls denied;
  auto other = Person("1");
  other.issuer = "https://another.example";
  denied.Add(Person("1"), "/a", Reason::ROLE_REQUIRED, kStart);
  denied.Add(other, "/a", Reason::ROLE_REQUIRED, kStart);
  EXPECT_EQ(denied.TakeDue(absl::InfiniteFuture()).size(), 2u);
}

TEST(DeniedCallsTest, ARowSaysTheEnterpriseOfTheTokenAndForWhomAPlatformCalled) {
  DeniedCalls denied;
  auto caller = Person("1");
  caller.uscc = "91110000600037341L";
  for (const char* const person : {"张三", "李四", "张三"}) {
    caller.acting_for = person;
    denied.Add(caller, "/a", Reason::OUTSIDE_SCOPE, kStart);
  }
  const auto rows = denied.TakeDue(absl::InfiniteFuture());
  ASSERT_EQ(rows.size(), 2u);
  for (const auto& row : rows) {
    EXPECT_EQ(row.caller().uscc(), "91110000600037341L");
    EXPECT_EQ(row.count(), row.caller().acting_for() == "张三" ? 2 : 1);
  }
}

TEST(DeniedCallsTest, ManyCallersAreOneRowWithoutACaller) {
  DeniedCalls denied;
  constexpr int kMore = 500;
  for (size_t i = 0; i < kMostDeniedRows + kMore; ++i) {
    denied.Add(Person(absl::StrCat(i)), "/a", Reason::ROLE_REQUIRED, kStart);
  }
  // Whoever has a row keeps it.
  denied.Add(Person("0"), "/a", Reason::ROLE_REQUIRED, kStart);
  const auto rows = denied.TakeDue(absl::InfiniteFuture());
  ASSERT_EQ(rows.size(), kMostDeniedRows + 1);
  int64_t calls = 0;
  int without_caller = 0;
  for (const auto& row : rows) {
    calls += row.count();
    if (!row.caller().subject().empty()) continue;
    ++without_caller;
    EXPECT_EQ(row.count(), kMore);
  }
  EXPECT_EQ(without_caller, 1);
  EXPECT_EQ(calls, static_cast<int64_t>(kMostDeniedRows) + kMore + 1);
}

TEST(DeniedCallsTest, AClockThatWasSetBackKeepsNoRowForLater) {
  DeniedCalls denied;
  denied.Add(Person("1"), "/a", Reason::ROLE_REQUIRED, kStart + absl::Hours(1));
  EXPECT_EQ(denied.TakeDue(kStart).size(), 1u);
}

}  // namespace
}  // namespace zhiping::audit
